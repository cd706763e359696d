// Figures of a lab that are whole numbers: calls of each sweep, writes to the API server, depth of a plan.
import { type KubeObject, keyOf } from '../src/runtime/index.ts';
import { type Lab, conditionsOf } from '../test/support/lab/lab.ts';

/** Calls of one action in each sweep after `since`: virtual time stands while a sweep pages, so its calls share a moment. */
export function callsPerSweep(lab: Lab, action: string, since: number): readonly number[] {
  const sweeps = Map.groupBy(
    lab.calls().filter((call) => call.action === action && call.at > since),
    (call) => call.at,
  );
  return [...sweeps.values()].map((calls) => calls.length);
}

/** What it took to bring one object from nothing to Ready. */
export interface WriteCount {
  readonly object: string;
  readonly writes: number;
  /** W: depth of the graph of what is declared. */
  readonly depth: number;
  /** How often it began to wait for another object. */
  readonly waits: number;
}

/** Counts the writes of every environment, zone and pool so far. */
export function writeCounts(lab: Lab): readonly WriteCount[] {
  return lab.objects().flatMap((object) => {
    const found = depthOf(object);
    if (found === undefined) return [];
    const name = `${object.kind ?? ''} ${keyOf(object.metadata)}`;
    const mine = lab.writes().filter((write) => write.object === name);
    return [{ object: name, writes: mine.length, depth: found, waits: waitsOf(mine.map((write) => write.body)) }];
  });
}

/** A wait is a fact of another object that is missing, and begins when another one is waited for than before. */
function waitsOf(bodies: readonly unknown[]): number {
  let waits = 0;
  let last = '';
  for (const body of bodies) {
    const ready = conditionsOf(statusIn(body)).find(({ type }) => type === 'Ready');
    if (ready === undefined) continue;
    const isWait = ready.reason === 'DependencyNotReady' || ready.message.startsWith('FinanceCloudAccount ');
    const waited = isWait ? ready.message : '';
    if (waited !== '' && waited !== last) waits += 1;
    last = waited;
  }
  return waits;
}

function statusIn(body: unknown): unknown {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the body of a patch of ours
  const patch = body as { readonly kind: string; readonly body?: { readonly status?: unknown } };
  return patch.kind === 'merge' ? patch.body?.status : undefined;
}

/** Depth of the graph that is declared: the planner shows only what is known already, so it never shows all of it at once. */
function depthOf(object: KubeObject): number | undefined {
  switch (object.kind ?? '') {
    case 'FinanceCloudEnvironment':
      // VPC, balancer, listener, its start; without a balancer: VPC, servers.
      return JSON.stringify(object.spec).includes('"loadBalancer"') ? 4 : 2;
    case 'SecurityZone':
      // Subnets and group; then its rules.
      return JSON.stringify(object.spec).includes('"inbound":[{') ? 2 : 1;
    case 'BastionPool':
      // Group; then servers and rules.
      return 2;
    default:
      return undefined;
  }
}

// Figures of a lab that are whole numbers: calls of each sweep, writes to the API server, depth of a plan.
import type { CloudChange, CloudPlan, OwnerObject } from '../src/controllers/model.ts';
import { isRecorded } from '../src/controllers/records.ts';
import { changeKey, emptyPlan } from '../src/plan/change.ts';
import { depth } from '../src/plan/wave.ts';
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
  /** W: depth of the graph of everything that was planned. */
  readonly depth: number;
  /** How often it began to wait for another object. */
  readonly waits: number;
}

interface Page {
  readonly changes: Map<string, CloudChange>;
  readonly waitedFor: Set<string>;
  waits: number;
}

/** Listens to plans: joins them to one graph for each object, and counts when an object began to wait for another. */
export class PlanBook {
  readonly #pages = new Map<string, Page>();

  /** To be given to a lab. */
  readonly listen = (object: OwnerObject, plan: CloudPlan): void => {
    const name = nameOf(object);
    const page = this.#pages.get(name) ?? { changes: new Map(), waitedFor: new Set(), waits: 0 };
    this.#pages.set(name, page);
    for (const change of plan.changes) {
      const key = changeKey(change);
      const needs = [...new Set([...(page.changes.get(key)?.needs ?? []), ...change.needs])];
      page.changes.set(key, { ...change, needs });
    }
    const fresh = waitsIn(object, plan).filter((item) => !page.waitedFor.has(item));
    for (const item of fresh) page.waitedFor.add(item);
    if (fresh.length > 0) page.waits += 1;
  };

  /** W of an object: depth of the graph of all its changes so far. */
  depth(name: string): number {
    return depth({ ...emptyPlan, changes: [...(this.#pages.get(name)?.changes.values() ?? [])] });
  }

  /** How often it began to wait for another object's fact, or for another object's resource to be there. */
  waits(name: string): number {
    return this.#pages.get(name)?.waits ?? 0;
  }
}

const nameOf = ({ kind = '', metadata }: Pick<KubeObject, 'kind' | 'metadata'>): string => `${kind} ${keyOf(metadata)}`;

/** What is waited for and is not its own. */
function waitsIn(object: OwnerObject, plan: CloudPlan): readonly string[] {
  const own = new Set((object.status?.resources ?? []).map(({ id }) => id));
  return [
    ...plan.blocked
      .map(({ dependency }) => dependency)
      .filter(({ kind, name }) => kind !== object.kind || name !== object.metadata.name)
      .map(({ kind, name, fact }) => `${kind} ${name} ${fact}`),
    ...plan.pending.filter(({ id, type }) => isRecorded(type) && !own.has(id)).map((item) => `${item.id} ${item.why}`),
  ];
}

/** Counts the writes of every environment, zone and pool so far. */
export function writeCounts(lab: Lab, book: PlanBook): readonly WriteCount[] {
  return lab
    .objects()
    .filter(({ kind }) => kind !== 'FinanceCloudAccount')
    .map((object) => {
      const name = nameOf(object);
      const mine = lab.writes().filter((write) => write.object === name);
      const waits = book.waits(name) + accountWaits(mine.map((write) => write.body));
      return { object: name, writes: mine.length, depth: book.depth(name), waits };
    });
}

/** Before there is an account there is no plan: only the status says that it is waited for. */
function accountWaits(bodies: readonly unknown[]): number {
  const messages = bodies.map(
    (body) => conditionsOf(statusIn(body)).find(({ type }) => type === 'Ready')?.message ?? '',
  );
  return new Set(messages.filter((message) => message.startsWith('FinanceCloudAccount '))).size;
}

function statusIn(body: unknown): unknown {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the body of a patch of ours
  const patch = body as { readonly kind: string; readonly body?: { readonly status?: unknown } };
  return patch.kind === 'merge' ? patch.body?.status : undefined;
}

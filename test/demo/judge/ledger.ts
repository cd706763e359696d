// Judgements on the emulator's ledger: what was made, by whom, how many lived at once, and whether anything is left.
import type { Ledger, LedgerCall, LedgerResource } from './facts.ts';
import { few, objections, verdict, type Verdict } from './verdict.ts';

/** Tags that the operator promises on everything it makes. */
export const TAG = {
  object: 'financecloud.io/object',
  uid: 'financecloud.io/uid',
  resource: 'financecloud.io/resource',
  attempt: 'financecloud.io/attempt',
} as const;

/** A fleet of servers as declared: by the uid of its object and the first part of the resource name. */
export interface Fleet {
  readonly uid: string;
  readonly name: string;
  readonly count: number;
  /** Servers that had to be made anew in the whole story, beyond the declared ones. */
  readonly replaced: number;
}

/** How many servers of one fleet may live beyond the declared count: a newcomer proves itself before the old one goes. */
const SURGE = 1;
const SINGLE_TYPES = ['vpc.vpc', 'vpc.vswitch', 'ecs.securitygroup', 'slb.loadbalancer'];

/** Type as `service.type` in lower case without separators, whatever spelling the ledger prefers. */
export function typeOf(resource: LedgerResource): string {
  return `${resource.service}.${resource.type}`.toLowerCase().replaceAll(/[-_]/g, '');
}

/** Servers of the ledger that live, of one fleet. */
export function livingServers(ledger: Ledger, fleet: Pick<Fleet, 'uid' | 'name'>): readonly LedgerResource[] {
  return serversOf(ledger, fleet).filter((server) => server.deletedAt === null);
}

function serversOf(ledger: Ledger, fleet: Pick<Fleet, 'uid' | 'name'>): readonly LedgerResource[] {
  return ledger.resources.filter(
    (resource) =>
      typeOf(resource) === 'ecs.instance' &&
      resource.tags[TAG.uid] === fleet.uid &&
      resource.tags[TAG.resource]?.split('/')[0] === fleet.name,
  );
}

/** How much of the fleets and their load balancers lives: "3 of 10 servers, 1 of 2 load balancers". */
export function builtSoFar(ledger: Ledger, fleets: readonly Fleet[], loadBalancers: number): string {
  const declared = fleets.reduce((sum, { count }) => sum + count, 0);
  const servers = fleets.reduce((sum, fleet) => sum + livingServers(ledger, fleet).length, 0);
  const balancers = ledger.resources.filter((each) => each.deletedAt === null && typeOf(each) === 'slb.loadbalancer');
  return `${servers} of ${declared} servers, ${balancers.length} of ${loadBalancers} load balancers`;
}

/** Everything that was ever made in the account has been released. An empty ledger proves nothing and fails. */
export function nothingLeft(ledger: Ledger): Verdict {
  const alive = ledger.resources.filter((resource) => resource.deletedAt === null);
  const names = alive.map((resource) => `${typeOf(resource)} ${resource.id}`);
  return verdict(
    objections([
      [ledger.resources.length === 0, 'the ledger is empty: nothing was ever made'],
      [alive.length > 0, `${alive.length} still there: ${few(names)}`],
    ]),
    `${ledger.resources.length} resources were made, ${ledger.resources.length} are released, 0 are left`,
  );
}

/** Most of these that lived at the same moment. */
export function peakAlive(resources: readonly LedgerResource[]): number {
  const changes = resources
    .flatMap(({ createdAt, deletedAt }) => [
      { at: createdAt, by: 1 },
      ...(deletedAt === null ? [] : [{ at: deletedAt, by: -1 }]),
    ])
    // At the same millisecond the end comes first: one after the other is not two at once.
    .toSorted((a, b) => a.at - b.at || a.by - b.by);
  let alive = 0;
  let peak = 0;
  for (const change of changes) {
    alive += change.by;
    peak = Math.max(peak, alive);
  }
  return peak;
}

/** No wish was fulfilled twice: single resources once, fleets never above their count and one surge, no more made than lost. */
export function nothingTwice(ledger: Ledger, fleets: readonly Fleet[]): Verdict {
  const singles = ledger.resources.filter((resource) => SINGLE_TYPES.includes(typeOf(resource)));
  const servers = ledger.resources.filter((resource) => typeOf(resource) === 'ecs.instance');
  const untagged = [...singles, ...servers].filter(
    ({ tags }) => tags[TAG.uid] === undefined || tags[TAG.resource] === undefined,
  );
  const strangers = servers.filter((server) => !fleets.some((fleet) => serversOf(ledger, fleet).includes(server)));
  const against = [
    ...objections([
      [singles.length === 0 || servers.length === 0, 'the ledger knows no network or no server: nothing was ever made'],
      [untagged.length > 0, `made without the promised tags: ${few(untagged.map(({ id }) => id))}`],
      [strangers.length > 0, `servers of no declared fleet: ${few(strangers.map(({ id }) => id))}`],
    ]),
    ...twiceMade(singles),
    ...fleets.flatMap((fleet) => fleetTwice(ledger, fleet)),
  ];
  const made = fleets.map((fleet) => `${fleet.name} ${serversOf(ledger, fleet).length}`).join(', ');
  return verdict(
    against,
    `nothing was made twice: ${singles.length} single resources once each; servers made: ${made}`,
  );
}

function twiceMade(singles: readonly LedgerResource[]): readonly string[] {
  const groups = Map.groupBy(
    singles,
    (resource) => `${typeOf(resource)} ${resource.tags[TAG.uid]} ${resource.tags[TAG.resource]}`,
  );
  return [...groups]
    .filter(([, group]) => group.length > 1)
    .map(([, group]) => {
      const [first] = group;
      const name = first?.tags[TAG.resource] ?? '?';
      return `${name} was made ${group.length} times: ${few(group.map(({ id }) => id))}`;
    });
}

function fleetTwice(ledger: Ledger, fleet: Fleet): readonly string[] {
  const servers = serversOf(ledger, fleet);
  const peak = peakAlive(servers);
  const due = fleet.count + fleet.replaced;
  return objections([
    [peak > fleet.count + SURGE, `${fleet.name}: ${peak} servers at once, declared ${fleet.count}, surge ${SURGE}`],
    [servers.length !== due, `${fleet.name}: ${servers.length} servers made, ${due} were due`],
  ]);
}

/** Calls with an effect after entry `since` of the ledger, made with this key. */
export function writesSince(ledger: Ledger, since: number, accessKeyId: string): readonly LedgerCall[] {
  return ledger.calls.filter(
    (call) => call.n > since && call.accessKeyId === accessKeyId && call.effect === 'committed',
  );
}

/** Nothing was created, deleted, stopped or taken out of service with this key since entry `since`. */
export function nothingMoved(ledger: Ledger, since: number, accessKeyId: string): Verdict {
  const moving = /^(Run|Create|Delete|Stop|Remove|Release|Reboot)/;
  const moves = writesSince(ledger, since, accessKeyId).filter(
    (call) => (moving.test(call.action) && call.action !== 'RunCommand') || drains(call),
  );
  return verdict(
    objections([
      [
        moves.length > 0,
        `moved meanwhile: ${few(moves.map((call) => `${call.action} ${call.resourceIds.join(' ')}`))}`,
      ],
    ]),
    'nothing was created, deleted, stopped or drained',
  );
}

function drains(call: LedgerCall): boolean {
  return weightsIn(call).some(({ weight }) => weight === 0);
}

/** Weights that one call gives to backends. */
export function weightsIn(call: LedgerCall): readonly { readonly serverId: string; readonly weight: number }[] {
  const text = call.params['BackendServers'];
  if (text === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    if (!Array.isArray(parsed)) return [];
    return parsed.map((entry: Readonly<Record<string, unknown>>) => ({
      serverId: String(entry['ServerId']),
      weight: Number(entry['Weight'] ?? 100),
    }));
  } catch {
    return [];
  }
}

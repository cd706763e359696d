// Moves replacements on record forward and starts new ones; what is planned for a step follows from the record alone, so a
// restart goes on where the record stands.
import type { BackendHealth, ListenerSpec, LoadBalancerParts } from '../../cloud/slb/model.ts';
import type { Replacement } from '../../crds/index.ts';
import { formatTime } from '../../kernel/timestamp.ts';
import { emptyPlan } from '../../plan/change.ts';
import { type ReplacementFacts, type ReplacementStep, WEIGHTS, nextStep, reached } from '../../plan/replacement.ts';
import { DELETING } from '../draft.ts';
import type { KindPlan, LocalRequest, PlanInput, StartUpSpec } from '../kind.ts';
import type { CloudPlan, OwnerObject } from '../model.ts';
import { type FleetPlan, type LiveServer, deleteServer } from './fleet.ts';

/** The load balancer that a fleet is behind, as far as steps depend on it. */
export interface Behind {
  readonly parts: LoadBalancerParts | undefined;
  readonly partsReadAt: number | undefined;
  readonly requests: readonly LocalRequest[];
  readonly listeners: readonly { readonly port: number; readonly spec: ListenerSpec }[];
  /** It left the spec: nobody joins it any more, and who leaves is drained. */
  readonly left?: boolean;
}

/** What the replacements of one fleet are judged from. */
export interface ReplacementsInput {
  readonly fleet: FleetPlan;
  readonly module: string;
  readonly input: PlanInput<OwnerObject, unknown>;
  readonly mayShrink: boolean;
  readonly behind: Behind | undefined;
  readonly startUp?: StartUpSpec | undefined;
  readonly drainMs?: number;
}

/** Changes of the recorded steps, the record after this visit, and what leaves the fleet under Retain. */
export type ReplacementsPlan = Pick<KindPlan, 'replacements' | 'retain' | 'dueInMs'> & { readonly plan: CloudPlan };

/** Plans the replacements of one fleet. */
export function planReplacements(of: ReplacementsInput): ReplacementsPlan {
  const mine = of.input.replacements.filter((item) => item.module === of.module && !isTakenBack(of, item));
  const moved = mine.flatMap((item) => advance(of, item));
  const surplus = of.fleet.placements.flatMap((item) => (item.kind === 'shrink' ? [item.surplus] : []));
  const started = of.fleet.placements.flatMap((item): readonly Replacement[] => {
    if (item.kind === 'surge')
      return [
        open(
          of,
          { id: item.surplus.id, name: item.surplus.name, zone: item.surplus.zone },
          { toZone: item.toZone, step: 'Surge' },
        ),
      ];
    if (item.kind === 'shrink' && of.mayShrink)
      return [open(of, item.surplus, { toZone: item.surplus.zone, step: 'Draining' })];
    return [];
  });
  const released = mine.filter((item) => item.step === 'Released');
  const dues = mine
    .filter((item) => item.step === 'Draining')
    .flatMap((item) => drainedAt(of, item) ?? [])
    .map((at) => at - of.input.now);
  return {
    plan: { ...emptyPlan, changes: released.flatMap((item) => release(of, item)) },
    replacements: [...moved, ...started].slice(0, 10),
    retain: of.mayShrink
      ? []
      : surplus.map((server) => ({
          id: server.id,
          reason: 'fewer replicas are declared and deletionPolicy is Retain',
        })),
    dueInMs: dues.length > 0 ? Math.max(100, Math.min(...dues)) : undefined,
  };
}

/** Wanted again, or kept because the policy has become Retain in the middle. */
function isTakenBack({ fleet, input, mayShrink }: ReplacementsInput, { surplusId, newId, step }: Replacement): boolean {
  if (fleet.takenBack?.has(surplusId) === true) return true;
  const isLeaving = newId === undefined && reached(step, 'Draining');
  // What the cloud has agreed to delete is not saved any more.
  const isGoing = input.records.some(({ id, state }) => id === surplusId && state === DELETING);
  return !mayShrink && isLeaving && !isGoing;
}

type Leaving = Pick<LiveServer, 'id' | 'name' | 'zone'>;

function open(
  of: ReplacementsInput,
  surplus: Leaving,
  to: { readonly toZone: string; readonly step: ReplacementStep },
): Replacement {
  return {
    slot: surplus.name,
    module: of.module,
    surplusId: surplus.id,
    fromZone: surplus.zone,
    toZone: to.toZone,
    step: to.step,
    since: formatTime(of.input.now),
  };
}

/** The replacement after this visit, none when it is finished. Nothing moves into or out of an impaired zone. */
function advance(of: ReplacementsInput, item: Replacement): readonly Replacement[] {
  const closed = of.input.closedZones.has(item.fromZone) || of.input.closedZones.has(item.toZone);
  if (closed && item.step !== 'Released') return [item];
  const next = nextStep(item.step, factsOf(of, item));
  if (next === undefined) return [];
  return [next === item.step ? item : { ...item, step: next, since: formatTime(of.input.now) }];
}

function factsOf(of: ReplacementsInput, item: Replacement): ReplacementFacts {
  const newcomer = of.fleet.servers.find((server) => server.id === item.newId);
  const surplus = of.fleet.servers.find((server) => server.id === item.surplusId);
  return {
    behindLoadBalancer: isTried(of),
    newcomer: stateOf(newcomer),
    gatePassed: item.step === 'Surge' && newcomer !== undefined && gatePassed(of, newcomer),
    newcomerWeight: weightOf(of, item.newId),
    normalSinceRegistration: !isTried(of) || isNormal(of, item),
    surplusWeight: weightOf(of, item.surplusId),
    surplusGone: surplus === undefined,
    drained: of.behind === undefined || of.input.now >= (drainedAt(of, item) ?? Number.POSITIVE_INFINITY),
  };
}

/** Newcomers prove themselves behind a declared load balancer. */
function isTried({ behind }: ReplacementsInput): boolean {
  return behind !== undefined && behind.left !== true;
}

function weightOf(of: ReplacementsInput, id: string | undefined): number | undefined {
  return of.behind?.parts?.backends.find((backend) => backend.serverId === id)?.weight;
}

/** The end of the drain: it begins when the surplus is seen out of service, not when its step went on record. */
function drainedAt(of: ReplacementsInput, item: Replacement): number | undefined {
  const readAt = of.behind?.partsReadAt;
  if (readAt === undefined) return undefined;
  const isOut = (weightOf(of, item.surplusId) ?? WEIGHTS.draining) === WEIGHTS.draining;
  const since = of.input.holdsSince(`server ${item.surplusId} is out of service`, isOut, readAt);
  return since === undefined ? undefined : since + (of.drainMs ?? 0);
}

function stateOf(server: LiveServer | undefined): ReplacementFacts['newcomer'] {
  if (server === undefined) return 'missing';
  return server.record?.state === 'Running' ? 'running' : 'starting';
}

/** Units active, then the listeners' own requests answered inside the guest. A guest that cannot be asked is judged by the health check alone. */
function gatePassed(of: ReplacementsInput, newcomer: LiveServer): boolean {
  if (newcomer.record?.state !== 'Running') return false;
  const units = unitsGate(of, newcomer);
  // Without a load balancer nothing else would prove the newcomer: it stays on trial until its guest can be asked.
  if (units !== 'passed') return units === 'cannot-ask' && isTried(of);
  const requests = of.behind?.requests ?? [];
  return requests.length === 0 || of.input.guests.gate(newcomer, requests) === 'passed';
}

function unitsGate(of: ReplacementsInput, newcomer: LiveServer): 'passed' | 'closed' | 'cannot-ask' {
  if (of.startUp === undefined || of.startUp.probe === 'Never') return 'passed';
  const { kind } = of.input.guests.startUp(newcomer, of.startUp);
  if (kind === 'agent-offline' || kind === 'unsupported-os') return 'cannot-ask';
  return kind === 'good' || kind === 'repaired' ? 'passed' : 'closed';
}

/** `normal` behind every listener, seen later than registration + healthyThreshold x interval: what was read before proves nothing. */
function isNormal(of: ReplacementsInput, item: Replacement): boolean {
  const { behind } = of;
  if (behind?.parts === undefined || behind.partsReadAt === undefined) return false;
  const health = behind.parts.health.filter((entry: BackendHealth) => entry.serverId === item.newId);
  const readAt = behind.partsReadAt;
  const isMember = weightOf(of, item.newId) !== undefined;
  const since = of.input.holdsSince(`server ${item.newId ?? ''} is a member`, isMember, readAt);
  if (since === undefined) return false;
  return behind.listeners.every(({ port, spec }) => {
    const proofAt = since + spec.healthyThreshold * spec.healthIntervalSeconds * 1000;
    return readAt > proofAt && health.some((entry) => entry.listenerPort === port && entry.state === 'normal');
  });
}

/** Deletes the surplus once it is no backend any more. */
function release(of: ReplacementsInput, item: Replacement) {
  const surplus = of.fleet.servers.find((server) => server.id === item.surplusId);
  const isMember =
    of.behind !== undefined &&
    (of.behind.parts?.backends.some((backend) => backend.serverId === item.surplusId) ?? true);
  if (surplus === undefined || isMember || surplus.record?.prepaid === true || surplus.record === undefined) return [];
  return [
    deleteServer(surplus, item.newId === undefined ? 'fewer replicas are declared' : `replaced by ${item.newId}`),
  ];
}

// How judgements become conditions: `Ready` sums up, `Reconciling` and `Stalled` exist only while True,
// a transition time moves only with the status. Pure.
import type { Condition, ConditionStatus } from './condition.ts';
import type { KindName } from './kinds.ts';
import type { Reason } from './reasons.ts';

/** Conditions that the kinds judge one concern with, in the order in which they are shown. */
export const CONCERNS = [
  'CredentialsReady',
  'NetworkReady',
  'RulesInSync',
  'ServersReady',
  'ZonesBalanced',
  'AutoStartReady',
  'LoadBalancersReady',
  'BackendsHealthy',
] as const;

/** A condition that judges one concern. */
export type Concern = (typeof CONCERNS)[number];
/** Every condition type. */
export type ConditionType = 'Ready' | 'Reconciling' | 'Stalled' | Concern;

/** The concerns that each kind can have; one with nothing to judge stays absent. */
export const CONCERNS_OF: Readonly<Record<KindName, readonly Concern[]>> = {
  FinanceCloudAccount: ['CredentialsReady'],
  FinanceCloudEnvironment: [
    'NetworkReady',
    'ServersReady',
    'ZonesBalanced',
    'AutoStartReady',
    'LoadBalancersReady',
    'BackendsHealthy',
  ],
  SecurityZone: ['NetworkReady', 'RulesInSync'],
  BastionPool: ['RulesInSync', 'ServersReady', 'ZonesBalanced'],
};

/** What is said about one condition, before times are known. */
export type Judgement = {
  readonly type: ConditionType;
  readonly status: ConditionStatus;
  readonly reason: Reason;
  readonly message: string;
};

/** What is said about one concern. */
export type ConcernJudgement = Judgement & { readonly type: Concern };

/** How the visit ended as a whole. */
export type Progress =
  | { readonly kind: 'settled' }
  | { readonly kind: 'working'; readonly reason: Reason; readonly message: string }
  | { readonly kind: 'stalled'; readonly reason: Reason; readonly message: string };

/** When and for which generation conditions are judged; `now` is RFC 3339 in UTC. */
export type JudgedAt = { readonly now: string; readonly generation: number };

const ORDER: readonly string[] = ['Ready', 'Reconciling', 'Stalled', ...CONCERNS];
// Kept below the API's 32768 so that many conditions together stay small.
const MAX_MESSAGE = 1024;

const clip = (message: string): string =>
  message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 1)}…`;

/** What can make a zone look impaired without anybody's server being down. */
const CAUSES: ReadonlySet<Reason> = new Set(['NoStock', 'CloudUnavailable', 'Throttled']);

/** An impaired zone is what one sees; the refusal that is met all the while is why. */
const withCause = (failed: ConcernJudgement, { reason, message }: { reason: Reason; message: string }): Judgement => ({
  ...failed,
  type: 'Ready',
  ...(failed.reason === 'ZoneImpaired' && CAUSES.has(reason)
    ? { message: `${failed.message}. The cause (${reason}): ${message}` }
    : {}),
});

const asDeclared = (critical: readonly string[]): string =>
  critical.length === 0
    ? 'Everything is as declared'
    : `Everything is as declared, and critical rules are not kept (${critical.join(', ')}): read status.findings`;

const readyOf = (concerns: readonly ConcernJudgement[], progress: Progress, critical: readonly string[]): Judgement => {
  const failed = concerns.find((concern) => concern.status === 'False');
  switch (progress.kind) {
    case 'stalled':
      return { type: 'Ready', status: 'False', reason: progress.reason, message: progress.message };
    case 'working':
      return failed === undefined
        ? { type: 'Ready', status: 'Unknown', reason: progress.reason, message: progress.message }
        : withCause(failed, progress);
    case 'settled':
      break;
    default:
      return progress satisfies never;
  }
  const open = failed ?? concerns.find((concern) => concern.status === 'Unknown');
  return open === undefined
    ? { type: 'Ready', status: 'True', reason: 'Succeeded', message: asDeclared(critical) }
    : { ...open, type: 'Ready' };
};

/**
 * Adds `Ready`, and `Reconciling` or `Stalled` while they are True, to the judged concerns. A False concern makes
 * Ready False with its own reason; work in progress alone makes it Unknown; only `stalled` makes Stalled. Rules of critical
 * findings are named where everything else is well: a declaration that harms is carried out, and not passed over.
 */
export const summarize = (
  concerns: readonly ConcernJudgement[],
  progress: Progress,
  critical: readonly string[] = [],
): readonly Judgement[] => {
  const ready = readyOf(concerns, progress, critical);
  if (progress.kind === 'settled') return [ready, ...concerns];
  const type = progress.kind === 'working' ? 'Reconciling' : 'Stalled';
  return [ready, { type, status: 'True', reason: progress.reason, message: progress.message }, ...concerns];
};

const withoutRequests = (message: string): string => message.replaceAll(/\brequest [\w-]+/g, 'request');

/** The same trouble met again: every answer of the cloud has a request id of its own, which is no news. */
export const isSameMessage = (a: string, b: string): boolean => withoutRequests(a) === withoutRequests(b);

const dated = (judged: Judgement, before: Condition | undefined, at: JudgedAt): Condition => {
  const message = clip(judged.message);
  return {
    type: judged.type,
    status: judged.status,
    observedGeneration: at.generation,
    lastTransitionTime: before?.status === judged.status ? before.lastTransitionTime : at.now,
    reason: judged.reason,
    message: before !== undefined && isSameMessage(before.message, message) ? before.message : message,
  };
};

const rank = (condition: Condition): number => {
  const index = ORDER.indexOf(condition.type);
  return index < 0 ? ORDER.length : index;
};

/**
 * The next list of conditions. Ours that are not judged any more disappear, others' conditions stay; a status that
 * did not change keeps its transition time, so an unchanged judgement gives an equal list.
 */
export const nextConditions = (
  before: readonly Condition[] | undefined,
  judged: readonly Judgement[],
  at: JudgedAt,
): readonly Condition[] => {
  const old = new Map((before ?? []).map((condition) => [condition.type, condition]));
  const foreign = (before ?? []).filter((condition) => !ORDER.includes(condition.type));
  return [...judged.map((j) => dated(j, old.get(j.type), at)), ...foreign].toSorted((a, b) => rank(a) - rank(b));
};

/** The conditions of the first visit: every concern that has something to judge, still Unknown. */
export const firstConditions = (concerns: readonly Concern[], at: JudgedAt): readonly Condition[] => {
  const message = 'Not judged yet';
  const unknown = concerns.map((type) => ({ type, status: 'Unknown', reason: 'Progressing', message }) as const);
  return nextConditions([], summarize(unknown, { kind: 'working', reason: 'Progressing', message }), at);
};

/** Status of one condition, `undefined` when absent. */
export const conditionStatus = (
  conditions: readonly Condition[] | undefined,
  type: ConditionType,
): ConditionStatus | undefined => conditions?.find((condition) => condition.type === type)?.status;

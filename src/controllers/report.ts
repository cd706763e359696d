// From outcomes to status: the only place where conditions are set. Pure.
import {
  type Condition,
  type ConcernJudgement,
  type EnvironmentStatus,
  type Progress,
  CONCERNS,
  REASONS,
  type Reason,
  nextConditions,
  summarize,
} from '../crds/index.ts';
import type { CloudError } from '../cloud/call.ts';
import { isUnserved } from '../cloud/errors.ts';
import { formatTime } from '../kernel/timestamp.ts';
import type { Draft } from './draft.ts';
import { type Decision, driftOmitted, nextDrift, nextFindings } from './drift.ts';
import type { Change } from '../plan/change.ts';
import type { KindPlan, Verdicts } from './kind.ts';
import type { OwnerObject } from './model.ts';
import { statusPlan } from './plan-status.ts';
import { refusedField } from './refused-field.ts';
import { fitted } from './status-size.ts';

/** What a status is made from. */
export interface ReportInput {
  readonly object: OwnerObject;
  readonly draft: Draft;
  readonly plan: KindPlan | undefined;
  readonly verdicts: Verdicts | undefined;
  readonly progress: Progress;
  readonly mode: 'Enforce' | 'Observe';
  readonly deletionPolicy: 'Retain' | 'Delete' | undefined;
  /** What is done about a difference of the plan. */
  readonly decide: (change: Change) => Decision;
  readonly built: boolean;
  readonly now: number;
}

const orAbsent = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);

/** A status to be written; fields without content are undefined. */
export interface StatusFields {
  readonly conditions: readonly Condition[];
  readonly [field: string]: unknown;
}

/** The whole status; fields without content are absent. */
export function statusOf(input: ReportInput): StatusFields {
  const { object, draft } = input;
  const before: EnvironmentStatus | undefined = object.status;
  return fitted({
    conditions: conditionsOf(input, before),
    observedGeneration: object.metadata.generation,
    ...recordFields(draft),
    ...driftFields(input, before ?? {}),
    ...findingFields(input, before ?? {}),
    addresses: input.verdicts === undefined ? before?.addresses : orAbsent(input.verdicts.addresses),
    plan: input.mode === 'Observe' ? observedPlan(input, before) : undefined,
    lastDeletionPolicy: input.deletionPolicy ?? before?.lastDeletionPolicy,
    ...(object.kind === 'FinanceCloudEnvironment' ? { zones: orAbsent(draft.zones) } : {}),
  });
}

function observedPlan({ plan }: ReportInput, before: EnvironmentStatus | undefined) {
  return plan === undefined ? before?.plan : statusPlan(plan.plan);
}

/** A status with another record: what others wrote beside it stays. */
export function withRecord(status: EnvironmentStatus | undefined, draft: Draft): object {
  return { ...status, ...recordFields(draft) };
}

function recordFields(draft: Draft) {
  return {
    resources: orAbsent(draft.resources),
    attempt: draft.attempt === 0 ? undefined : draft.attempt,
    intents: orAbsent(draft.intents),
    replacements: orAbsent(draft.replacements),
    retained: orAbsent(draft.retained),
    boots: orAbsent(draft.boots),
  };
}

/** A visit that could not plan leaves the last ledger standing. */
function driftFields(input: ReportInput, before: EnvironmentStatus) {
  if (input.plan === undefined) return { drift: before.drift, driftOmitted: before.driftOmitted };
  const { changes, reported } = input.plan.plan;
  const repaired = input.verdicts?.repaired ?? [];
  const { built, decide } = input;
  const now = formatTime(input.now);
  return {
    drift: orAbsent(nextDrift({ before: before.drift ?? [], changes, reported, repaired, decide, built, now })),
    driftOmitted: driftOmitted({ changes, reported, built }) || undefined,
  };
}

/** A visit that could not judge leaves the last findings standing. */
function findingFields(input: ReportInput, before: EnvironmentStatus) {
  const found = input.verdicts?.findings;
  if (found === undefined) return { findings: before.findings, findingsOmitted: before.findingsOmitted };
  return {
    findings: orAbsent(nextFindings(before.findings ?? [], found, formatTime(input.now))),
    findingsOmitted: Math.max(0, found.length - 100) || undefined,
  };
}

function conditionsOf(input: ReportInput, before: EnvironmentStatus | undefined): readonly Condition[] {
  const at = { now: formatTime(input.now), generation: input.object.metadata.generation };
  const concerns = input.verdicts?.concerns ?? (before?.conditions ?? []).filter(isConcern);
  const findings = input.verdicts?.findings ?? before?.findings ?? [];
  const critical = findings.filter(({ severity }) => severity === 'Critical').map(({ rule }) => rule);
  const rules = [...new Set(critical)].toSorted();
  return nextConditions(before?.conditions, summarize(concerns, input.progress, rules), at);
}

/** A visit that could not judge leaves the last judgement standing; conditions of others are no judgement of ours. */
function isConcern(condition: Condition): condition is Condition & ConcernJudgement {
  return CONCERNS.some((concern) => concern === condition.type) && Object.hasOwn(REASONS, condition.reason);
}

interface Advice {
  readonly reason: Reason;
  readonly next: (error: CloudError) => string;
}

const say = (reason: Reason, text: string): Advice => ({ reason, next: () => text });

const ADVICE: Readonly<Record<CloudError['class'], Advice>> = {
  throttled: say('Throttled', 'It is tried again more slowly'),
  stock: say('NoStock', 'Wait for stock, or declare another instanceType'),
  money: say('InsufficientBalance', 'Pay into the account'),
  quota: say('QuotaExceeded', 'Ask the cloud for a larger quota, or declare less'),
  rights: {
    reason: 'PermissionDenied',
    next: ({ service, action }) => `Grant the RAM action ${service}:${action} to the operator`,
  },
  credential: say('CredentialsInvalid', 'Check the Secret of the account and its endpoints'),
  'bad-request': say('InvalidParameter', 'Correct the declaration'),
  'token-mismatch': say('InvalidParameter', 'Correct the declaration'),
  transient: say('CloudUnavailable', 'It is tried again'),
  unknown: say('CloudUnavailable', 'It is tried again'),
  busy: say('ProgressingWithRetry', 'It is tried again'),
  'in-progress': say('ProgressingWithRetry', 'It is tried again'),
  exists: say('ProgressingWithRetry', 'It is tried again'),
  absent: say('ProgressingWithRetry', 'It is tried again'),
};

/** A region that the cloud does not know is the declaration's fault, though nothing may be concluded from the answer. */
const UNKNOWN_REGION = /^(InvalidRegionId|InvalidRegion|UnsupportedRegion|Forbidden\.RegionNotFound)(\.|$)/;

function adviceOf(error: CloudError): Advice {
  if (isUnserved(error))
    return say('CloudUnavailable', 'The endpoint does not serve this action: check spec.endpoints of the account');
  if (UNKNOWN_REGION.test(error.code))
    return say('InvalidParameter', 'Correct spec.region of the FinanceCloudEnvironment');
  const field = error.class === 'bad-request' ? refusedField(error) : undefined;
  return field === undefined
    ? ADVICE[error.class]
    : say('InvalidParameter', `Correct the declaration: ${field} of these servers`);
}

/** What the cloud says about this one request is no help, and would make each refusal a news. */
const VARYING = /\.?\s*server string to sign is:[\s\S]*$/i;

/** The reason and message that people read about an error of the cloud: what, where, its code and request id, what to do. */
export function reasonOf(error: CloudError): { readonly reason: Reason; readonly message: string } {
  const id = error.requestId === undefined ? '' : `, request ${error.requestId}`;
  const { reason, next } = adviceOf(error);
  const text = error.message.replace(VARYING, '').replace(/\.$/, '');
  return {
    reason,
    message: `${error.service} ${error.action} was answered ${error.code}: ${text}${id}. ${next(error)}`,
  };
}

/** Refusals that a person must end; the rest passes by itself. */
export function isStalling(error: CloudError): boolean {
  return (
    ['bad-request', 'quota', 'money', 'rights'].includes(error.class) ||
    UNKNOWN_REGION.test(error.code) ||
    isUnserved(error)
  );
}

// From outcomes to status: the only place where conditions are set. Pure.
import {
  type Condition,
  type ConcernJudgement,
  type EnvironmentStatus,
  type Progress,
  type Reason,
  nextConditions,
  summarize,
} from '../crds/index.ts';
import type { CloudError } from '../cloud/call.ts';
import { formatTime } from '../kernel/timestamp.ts';
import type { Draft } from './draft.ts';
import { driftOmitted, nextDrift, nextFindings } from './drift.ts';
import type { Change } from '../plan/change.ts';
import type { KindPlan, Verdicts } from './kind.ts';
import type { OwnerObject } from './model.ts';
import { statusPlan } from './plan-status.ts';

/** What a status is made from. */
export interface ReportInput {
  readonly object: OwnerObject;
  readonly draft: Draft;
  readonly plan: KindPlan | undefined;
  readonly verdicts: Verdicts | undefined;
  readonly progress: Progress;
  readonly mode: 'Enforce' | 'Observe';
  readonly deletionPolicy: 'Retain' | 'Delete' | undefined;
  readonly isWaiting: (change: Change) => boolean;
  readonly built: boolean;
  readonly now: number;
}

const orAbsent = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);

/** The whole status; fields without content are absent. */
export function statusOf(input: ReportInput): Record<string, unknown> {
  const { object, draft, plan, verdicts } = input;
  const before = object.status as EnvironmentStatus | undefined;
  const now = formatTime(input.now);
  const changes = plan?.plan.changes ?? [];
  const reported = plan?.plan.reported ?? [];
  const drift =
    plan === undefined
      ? (before?.drift ?? [])
      : nextDrift({
          before: before?.drift ?? [],
          changes,
          reported,
          repaired: verdicts?.repaired ?? [],
          isWaiting: input.isWaiting,
          built: input.built,
          now,
        });
  const omitted = plan === undefined ? 0 : driftOmitted({ changes, reported, built: input.built });
  return {
    conditions: conditionsOf(input, before),
    observedGeneration: object.metadata.generation,
    resources: orAbsent(draft.resources),
    addresses: verdicts === undefined ? before?.addresses : orAbsent(verdicts.addresses),
    attempt: draft.attempt === 0 ? undefined : draft.attempt,
    intents: orAbsent(draft.intents),
    replacements: orAbsent(draft.replacements),
    retained: orAbsent(draft.retained),
    drift: orAbsent(drift),
    driftOmitted: omitted === 0 ? undefined : omitted,
    findings: orAbsent(nextFindings(before?.findings ?? [], verdicts?.findings ?? [], now)),
    findingsOmitted: Math.max(0, (verdicts?.findings.length ?? 0) - 100) || undefined,
    boots: orAbsent(draft.boots),
    plan: input.mode === 'Observe' && plan !== undefined ? statusPlan(plan.plan) : undefined,
    lastDeletionPolicy: input.deletionPolicy ?? before?.lastDeletionPolicy,
    ...(object.kind === 'FinanceCloudEnvironment' ? { zones: orAbsent(draft.zones) } : {}),
  };
}

function conditionsOf(input: ReportInput, before: EnvironmentStatus | undefined): readonly Condition[] {
  const at = { now: formatTime(input.now), generation: input.object.metadata.generation };
  const concerns = input.verdicts?.concerns ?? keptConcerns(before?.conditions ?? []);
  return nextConditions(before?.conditions, summarize(concerns, input.progress), at);
}

const SUMMARY = new Set(['Ready', 'Reconciling', 'Stalled']);

/** A visit that could not judge leaves the last judgement standing. */
function keptConcerns(before: readonly Condition[]): readonly ConcernJudgement[] {
  return before.filter((condition) => !SUMMARY.has(condition.type)).map((condition) => condition as ConcernJudgement);
}

/** The reason and message that people read about an error of the cloud: what, where, its code and request id, what to do. */
export function reasonOf(error: CloudError): { readonly reason: Reason; readonly message: string } {
  const id = error.requestId === undefined ? '' : `, request ${error.requestId}`;
  const what = `${error.service} ${error.action} was answered ${error.code}: ${error.message}${id}`;
  switch (error.class) {
    case 'throttled':
      return { reason: 'Throttled', message: `${what}. It is tried again more slowly` };
    case 'stock':
      return { reason: 'NoStock', message: `${what}. Wait for stock, or declare another instanceType` };
    case 'money':
      return { reason: 'InsufficientBalance', message: `${what}. Pay into the account` };
    case 'quota':
      return { reason: 'QuotaExceeded', message: `${what}. Ask the cloud for a larger quota, or declare less` };
    case 'rights':
      return {
        reason: 'PermissionDenied',
        message: `${what}. Grant the RAM action ${error.service}:${error.action} to the operator`,
      };
    case 'credential':
      return { reason: 'CredentialsInvalid', message: `${what}. Check the Secret of the account and its endpoints` };
    case 'bad-request':
    case 'token-mismatch':
      return { reason: 'InvalidParameter', message: `${what}. Correct the declaration` };
    case 'transient':
    case 'unknown':
      return { reason: 'CloudUnavailable', message: `${what}. It is tried again` };
    case 'busy':
    case 'in-progress':
    case 'exists':
    case 'absent':
      return { reason: 'ProgressingWithRetry', message: `${what}. It is tried again` };
    default:
      return error.class satisfies never;
  }
}

/** Refusals that a person must end; the rest passes by itself. */
export function isStalling(error: CloudError): boolean {
  return ['bad-request', 'quota', 'money', 'rights'].includes(error.class);
}

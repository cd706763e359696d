// From what a visit found to how the object stands as a whole. Pure.
import type { CloudError } from '../cloud/call.ts';
import type { Progress, Reason } from '../crds/index.ts';
import { listing } from './judge.ts';
import { type Draft, RETAINED } from './draft.ts';
import type { KindPlan, Verdicts } from './kind.ts';
import type { ObjectMemory } from './memory.ts';
import { isStalling, reasonOf } from './report.ts';
import { type WaveResult, worst } from './wave.ts';

/** What progress is judged from. */
export interface ProgressInput {
  readonly plan: KindPlan;
  readonly verdicts: Verdicts;
  readonly draft: Draft;
  readonly memory: ObjectMemory;
  readonly monotonic: number;
  readonly result: WaveResult | undefined;
}

/** Settled, working or stalled, and why: the first that holds, the most urgent first. */
export function progressOf(input: ProgressInput): Progress {
  return (
    duplicate(input) ??
    failure(input) ??
    held(input) ??
    dependency(input) ??
    denied(input) ??
    openWork(input) ?? { kind: 'settled' }
  );
}

const working = (reason: Reason, message: string): Progress => ({ kind: 'working', reason, message });

function duplicate({ result }: ProgressInput): Progress | undefined {
  if (result?.duplicate === undefined) return undefined;
  const message = `More resources exist than one request asked for (${result.duplicate}): nothing more is created; remove the surplus by hand`;
  return { kind: 'stalled', reason: 'Duplicate', message };
}

function failure(input: ProgressInput): Progress | undefined {
  const held = heldErrors(input);
  const error = worst([
    ...held.map((item) => item.error),
    ...(input.result?.error === undefined ? [] : [input.result.error]),
  ]);
  if (error === undefined) return undefined;
  const progress = progressOfError(error);
  const name = held.find((item) => item.error === error)?.name;
  return name === undefined || progress.kind === 'settled'
    ? progress
    : { ...progress, message: `${name}: ${progress.message}` };
}

function held({ result }: ProgressInput): Progress | undefined {
  return result?.held === undefined ? undefined : working('ProgressingWithRetry', `Nothing was sent: ${result.held}`);
}

function dependency({ plan }: ProgressInput): Progress | undefined {
  const [blocked] = plan.plan.blocked;
  if (blocked === undefined) return undefined;
  const { kind, name, fact } = blocked.dependency;
  return working('DependencyNotReady', `${blocked.name} waits for the ${fact} of ${kind} ${name}`);
}

/** A right that is missing inside guests holds no change of the plan, but the work that follows the answer. */
function denied({ verdicts }: ProgressInput): Progress | undefined {
  const concern = verdicts.concerns.find(({ status, reason }) => status === 'False' && reason === 'PermissionDenied');
  return concern === undefined ? undefined : working('PermissionDenied', concern.message);
}

function openWork(input: ProgressInput): Progress | undefined {
  const { plan, draft, verdicts } = input;
  const open = plan.plan.changes.filter((change) => change.impact !== 'Forbidden');
  if (open.length > 0)
    return working('Progressing', `Working on ${listing([...new Set(open.map((change) => change.name))])}`);
  if (plan.retain.length > 0) return working('Progressing', lettingGo(plan.retain, draft));
  if (plan.plan.pending.length + draft.intents.length + draft.replacements.length > 0)
    return working('Progressing', `Waiting for ${waitedFor(input)}`);
  const asking = verdicts.concerns.find((item) => item.status === 'Unknown' && item.reason === 'Progressing');
  return asking === undefined ? undefined : working('Progressing', asking.message);
}

function lettingGo(retain: KindPlan['retain'], { retained }: Draft): string {
  const ids = listing(retain.map((item) => item.id));
  return retained.length < RETAINED
    ? `Letting go of ${ids}`
    : `${ids} left the spec and stay on record: status.retained is full with ${RETAINED} entries. Remove from the cloud what is not needed of them, or declare it again`;
}

function waitedFor({ plan, draft }: ProgressInput): string {
  const names = [
    ...plan.plan.pending.map((item) => item.name.replace(/\/\d+$/, '')),
    ...draft.intents.map((intent) => intent.resource),
    ...draft.replacements.map((item) => `the replacement of ${item.slot} (${item.step})`),
  ];
  return listing([...new Set(names)]);
}

/** Failures that still hold changes of this plan back, with the names of the changes. */
function heldErrors({
  plan,
  memory,
  monotonic,
}: ProgressInput): readonly { readonly name: string; readonly error: CloudError }[] {
  return plan.plan.changes.flatMap((change) => {
    const hold = memory.heldBy(change, monotonic);
    return hold === undefined ? [] : [{ name: change.name, error: hold.error }];
  });
}

/** How an object stands after an error of the cloud. */
export function progressOfError(error: CloudError): Progress {
  return { kind: isStalling(error) ? 'stalled' : 'working', ...reasonOf(error) };
}

/** Observe, suspended or frozen: differences are shown, and why nothing is done about them. */
export function lookOnlyProgress(
  visit: {
    readonly mode: string;
    readonly suspended: boolean;
    readonly session: { readonly frozen: boolean } | undefined;
  },
  plan: KindPlan,
): Progress {
  if (visit.suspended)
    return {
      kind: 'working',
      reason: 'Suspended',
      message:
        'Annotation financecloud.io/suspend: nothing is written to the cloud for this object until it is removed',
    };
  if (visit.session?.frozen === true)
    return {
      kind: 'working',
      reason: 'WritesFrozen',
      message:
        'The account’s writes are Frozen: nothing is written to the cloud until spec.writes of the FinanceCloudAccount is Enabled',
    };
  if (plan.plan.changes.length === 0 && plan.plan.blocked.length === 0) return { kind: 'settled' };
  return {
    kind: 'working',
    reason: 'Observing',
    message: 'Mode Observe: status.plan shows what Enforce would do; nothing is written to the cloud',
  };
}

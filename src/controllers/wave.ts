// Carries out one wave: open intents first, then the other changes whose needs are settled. Never re-decides; what is
// changed is read fresh and must carry this object's uid.
import type { Call, CloudError } from '../cloud/call.ts';
import { isRefusal } from '../cloud/errors.ts';
import type { Applied } from '../cloud/service.ts';
import type { Intent } from '../crds/index.ts';
import { type Change, changeKey } from '../plan/change.ts';
import { nextWave } from '../plan/wave.ts';
import { type Draft, type RecordEntry, withEntries } from './draft.ts';
import { matches, needsIntent } from './intents.ts';
import type { ObjectMemory, Trust } from './memory.ts';
import type { CloudChange, CloudPlan } from './model.ts';
import { apply } from './services.ts';
import type { CloudSession } from './sessions.ts';
import type { Origin } from './own-requests.ts';
import { type Settled, settle } from './settle.ts';
import { loadBalancersOf, readStanding } from './standing.ts';

/** What a wave needs besides its plan. */
export interface WaveContext {
  readonly session: CloudSession;
  readonly memory: ObjectMemory;
  readonly uid: string;
  readonly generation: number;
  readonly now: number;
  readonly monotonic: number;
  readonly trust: Trust;
  /** Where the frozen request of an intent comes from. */
  readonly originOf: (call: Call, intent: Intent) => Origin;
  readonly userData: (intent: Intent) => Promise<string | undefined>;
}

/** What came of a wave. */
export interface WaveResult {
  /** What happened, and the draft with it. */
  readonly entries: readonly RecordEntry[];
  readonly draft: Draft;
  /** The worst failure, for the conditions. */
  readonly error: CloudError | undefined;
  readonly held: string | undefined;
  readonly duplicate: string | undefined;
  readonly acted: boolean;
}

const HOLD_MS = { busy: 1500, throttled: 2000, failed: 3000 } as const;

/** Runs the wave of a plan. */
export async function runWave(plan: CloudPlan, draft: Draft, context: WaveContext): Promise<WaveResult> {
  const wave = nextWave(plan);
  const intents = await runIntents(plan, wave, { draft, context });
  const others = wave.filter((change) => !needsIntent(change) && mayRun(change, context));
  const standing = await readStanding(others, context);
  const ends = await Promise.all(others.map((change) => runChange(change, standing(change), context)));
  const failed = ends.flatMap((end) => (end.kind === 'failed' ? [end.error] : []));
  const held = ends.flatMap((end) => (end.kind === 'held' ? [end.reason] : []));
  const deleted = others.flatMap((change, at) =>
    change.verb === 'Delete' && ends[at]?.kind === 'done' ? change.ids : [],
  );
  const entries: readonly RecordEntry[] = [
    ...intents.entries,
    ...(deleted.length > 0 ? [{ kind: 'deleting', ids: deleted } as const] : []),
  ];
  return {
    entries,
    draft: withEntries(draft, entries),
    error: worst([...intents.errors, ...failed]),
    held: intents.held[0] ?? held[0],
    duplicate: intents.duplicate,
    acted: intents.acted || ends.some((end) => end.kind === 'done'),
  };
}

/** False while the same change is settling or held after a failure. */
export function mayRun(change: Change, context: Pick<WaveContext, 'memory' | 'monotonic' | 'trust'>): boolean {
  return (
    !context.memory.isSettling(change, context.monotonic, context.trust) &&
    context.memory.heldBy(change, context.monotonic) === undefined
  );
}

interface IntentsResult {
  readonly entries: readonly RecordEntry[];
  readonly errors: readonly CloudError[];
  readonly held: readonly string[];
  readonly duplicate: string | undefined;
  readonly acted: boolean;
}

async function runIntents(
  plan: CloudPlan,
  wave: readonly CloudChange[],
  of: { readonly draft: Draft; readonly context: WaveContext },
): Promise<IntentsResult> {
  const { context } = of;
  const settled = await Promise.all(
    of.draft.intents.map(async (intent) => {
      const change = plan.changes.find((item) => matches(intent, item));
      const ready = change !== undefined && wave.includes(change) && mayRun(change, context);
      return {
        intent,
        change,
        result: await settle(intent, {
          ...context,
          visibilityGraceMs: context.trust.unseenMs,
          replayMs: Math.min(5000, context.trust.seenMs),
          wanted: change !== undefined,
          ready,
        }),
      };
    }),
  );
  for (const { intent, change, result } of settled) note(intent, { change, result }, context);
  return {
    entries: settled.flatMap(({ intent, result }) => entryOf(intent, result)),
    errors: settled.flatMap(({ result }) => ('error' in result && result.error !== undefined ? [result.error] : [])),
    held: settled.flatMap(({ result }) => (result.kind === 'open' && result.held !== undefined ? [result.held] : [])),
    duplicate: settled.flatMap(({ intent, result }) =>
      result.kind === 'duplicate' ? [`${intent.resource}: ${result.ids.join(', ')}`] : [],
    )[0],
    acted: settled.some(({ result }) => result.kind === 'made'),
  };
}

function entryOf(intent: Intent, result: Settled): readonly RecordEntry[] {
  switch (result.kind) {
    case 'made':
      return [{ kind: 'made', intent, ids: result.ids }];
    case 'closed':
      return [{ kind: 'closed', intent }];
    case 'open':
    case 'duplicate':
      return [];
    default:
      return result satisfies never;
  }
}

/** Remembers what came of an intent: what to look at next, and what not to try again at once. */
function note(
  intent: Intent,
  of: { readonly change: CloudChange | undefined; readonly result: Settled },
  context: WaveContext,
): void {
  const { memory, session } = context;
  const { change, result } = of;
  if (result.kind === 'made') {
    for (const id of result.ids) memory.madeNow.add(id);
    memory.made.set(intent.token, { intent, ids: result.ids, at: context.monotonic });
    if (result.ids.length > 0) session.inventory.touch(intent.type, result.ids);
    if (intent.zone !== undefined) memory.creates.delete(intent.zone);
  }
  if (change === undefined || !('error' in result) || result.error === undefined) return;
  hold(change, result.error, context);
}

/** The hold after a failure: a refusal for as long as an unseen success could stay unseen, the rest for moments. */
function hold(change: CloudChange, error: CloudError, context: WaveContext): void {
  const { memory, monotonic, trust, generation } = context;
  const zone = change.type === 'Server' ? change.zone : undefined;
  if (zone !== undefined && countsForZone(change, error))
    memory.refused(change.verb === 'Start' ? 'starts' : 'creates', zone);
  const ms = isRefusal(error) ? Math.max(trust.unseenMs, HOLD_MS.failed) : (error.retryAfterMs ?? pauseAfter(error));
  memory.holds.set(changeKey(change), { until: monotonic + ms, error, generation });
}

function pauseAfter({ class: kind }: CloudError): number {
  return kind === 'throttled' || kind === 'busy' ? HOLD_MS[kind] : HOLD_MS.failed;
}

/** A zone that has no stock, or does not start what stands in it, is refusing. */
function countsForZone(change: CloudChange, error: CloudError): boolean {
  return (
    error.class === 'stock' ||
    (change.verb === 'Start' && ['busy', 'transient', 'unknown', 'bad-request'].includes(error.class))
  );
}

async function runChange(change: CloudChange, refusal: Applied | undefined, context: WaveContext): Promise<Applied> {
  const { session, memory, monotonic } = context;
  if (refusal !== undefined) return refusal;
  const end = await apply(change.action, {
    region: session.region,
    reader: session.client,
    writer: session.client,
    lane: 'repair',
  });
  if (end.kind === 'done') {
    memory.sent(change, monotonic);
    if (change.verb === 'Delete') session.inventory.expectGone(change.type, change.ids);
    if (change.verb === 'Start' && change.zone !== undefined && change.type === 'Server')
      memory.starts.delete(change.zone);
    touchAfter(change, session);
  }
  if (end.kind === 'failed') {
    hold(change, end.error, context);
    touchAfter(change, session);
  }
  return end;
}

const PARTS_OF: Readonly<Record<string, string>> = { SecurityGroupRules: 'GroupRules', Backends: 'LoadBalancerParts' };

/** What was just written is read again in the next shared batch. */
function touchAfter(change: CloudChange, { inventory }: CloudSession): void {
  const parts = PARTS_OF[change.type];
  const parents = parentsOf(change);
  if (parts !== undefined) inventory.touchDetail(parts, parents);
  else if (change.type === 'Listener') {
    inventory.touch('Listener', change.ids.length > 0 ? change.ids : parents);
    inventory.touchDetail('LoadBalancerParts', loadBalancersOf(change));
  } else inventory.touch(change.type, change.ids);
}

function parentsOf(change: CloudChange): readonly string[] {
  const { action } = change.action;
  if ('groupId' in action) return [action.groupId];
  if (action.kind === 'CreateListener')
    return [`${action.ref.loadBalancerId}_${action.ref.protocol}_${action.ref.port}`];
  return change.ids;
}

const SEVERITY: readonly CloudError['class'][] = [
  'rights',
  'money',
  'quota',
  'bad-request',
  'credential',
  'stock',
  'unknown',
  'transient',
  'throttled',
];

/** The failure that a person should read about first; what passes by itself in moments is none. */
export function worst(errors: readonly CloudError[]): CloudError | undefined {
  return errors
    .filter((error) => SEVERITY.includes(error.class))
    .toSorted((a, b) => SEVERITY.indexOf(a.class) - SEVERITY.indexOf(b.class))[0];
}

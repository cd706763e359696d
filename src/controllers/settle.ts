// Settles one open intent: sends the frozen request, or after an unknown outcome looks up by tag first and then replays the
// same token. Never a second resource for one intent, never a create that was not made durable before.
import type { Call, CloudError } from '../cloud/call.ts';
import { isRefusal } from '../cloud/errors.ts';
import type { CloudRecord } from '../cloud/service.ts';
import { TAG_ATTEMPT, TAG_RESOURCE, TAG_UID } from '../cloud/tags.ts';
import type { Intent } from '../crds/index.ts';
import { parseTime } from '../kernel/timestamp.ts';
import { frozenCall } from './intents.ts';
import type { Origin } from './own-requests.ts';
import { isRecorded } from './records.ts';
import type { ObjectMemory } from './memory.ts';
import type { CloudSession } from './sessions.ts';
import { idsOf } from './services.ts';

/** How an intent stands after this visit. */
export type Settled =
  | { readonly kind: 'made'; readonly ids: readonly string[] }
  | { readonly kind: 'closed'; readonly error?: CloudError }
  | { readonly kind: 'open'; readonly error?: CloudError; readonly held?: string }
  | { readonly kind: 'duplicate'; readonly ids: readonly string[] };

/** What settling needs to know. */
export interface SettleContext {
  readonly session: CloudSession;
  readonly memory: ObjectMemory;
  readonly uid: string;
  readonly now: number;
  readonly monotonic: number;
  readonly visibilityGraceMs: number;
  /** Pause before the first replay after an unknown outcome; it doubles with each further one. */
  readonly replayMs: number;
  /** The plan still asks for it. */
  readonly wanted: boolean;
  /** Everything it needs is settled, and nothing holds it. */
  readonly ready: boolean;
  /** Where a frozen request comes from: only an own one is sent. */
  readonly originOf: (call: Call, intent: Intent) => Origin;
  /** The first-boot script, base64; undefined when its exact version is gone. Not asked for intents without one. */
  readonly userData: (intent: Intent) => Promise<string | undefined>;
}

/** Age up to which a token is surely remembered by the cloud, so that a replay cannot make a second resource. */
export const SAFE_REPLAY_MS = 30 * 60_000;
/** Age up to which an intent may be sent for the first time. */
export const STALE_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/** Moves one intent forward. */
export async function settle(intent: Intent, context: SettleContext): Promise<Settled> {
  if (!isRecorded(intent.type)) return { kind: 'closed' };
  const call = frozenCall(intent);
  const origin = call === undefined ? 'forged' : context.originOf(call, intent);
  if (origin === 'forged') {
    context.memory.unsent.delete(intent.token);
    context.memory.spent.add(intent.token);
  }
  if (origin === 'elsewhere')
    return (
      (await lookedUp(intent, context)) ?? {
        kind: 'open',
        held: `the network or group for ${intent.resource} carries the tags of no object of this namespace`,
      }
    );
  if (context.memory.unsent.has(intent.token)) {
    // A request that waited too long is made anew: the age of an intent must stay near the age of its token.
    if (!context.wanted || ageOf(intent, context) > STALE_MS) return { kind: 'closed' };
    return context.ready ? send(intent, context, 'first') : { kind: 'open' };
  }
  return lookUpThenReplay(intent, context);
}

async function lookUpThenReplay(intent: Intent, context: SettleContext): Promise<Settled> {
  const end = await lookedUp(intent, context);
  if (end !== undefined) return end;
  if (context.memory.spent.has(intent.token) || !mayReplay(intent, context)) return { kind: 'open' };
  return send(intent, context, 'again');
}

async function lookedUp(intent: Intent, context: SettleContext): Promise<Settled | undefined> {
  const tags = { [TAG_UID]: context.uid, [TAG_RESOURCE]: intent.resource, [TAG_ATTEMPT]: String(intent.attempt) };
  const found = await context.session.inventory.lookUp<CloudRecord>(intent.type, tags);
  if ('class' in found) return { kind: 'open', error: found };
  const ids = found.map((record) => record.id).toSorted();
  return endOf(intent, ids, context);
}

/** What the ids that were found say; undefined while the request must be sent again, or waited for. */
function endOf(intent: Intent, ids: readonly string[], context: SettleContext): Settled | undefined {
  if (ids.length > intent.count) return { kind: 'duplicate', ids };
  if (ids.length === intent.count) return { kind: 'made', ids };
  const age = ageOf(intent, context);
  if (age >= Math.max(SAFE_REPLAY_MS, context.visibilityGraceMs))
    return ids.length > 0 ? { kind: 'made', ids } : { kind: 'closed' };
  const isGivenUp = !context.wanted || context.memory.spent.has(intent.token);
  return isGivenUp && ids.length === 0 && age > context.visibilityGraceMs ? { kind: 'closed' } : undefined;
}

/** No clock is wrong by days: what begins later than tomorrow was written by somebody else, and is old. */
function ageOf(intent: Intent, { now }: SettleContext): number {
  const age = now - (parseTime(intent.startedAt) ?? 0);
  return age < -DAY_MS ? Number.POSITIVE_INFINITY : age;
}

/** A cloud that loses tokens makes another resource at each replay: the look-up is given ever more time to find the first one. */
function mayReplay(intent: Intent, { memory, monotonic, replayMs }: SettleContext): boolean {
  const last = memory.replays.get(intent.token);
  return last === undefined || monotonic - last.at >= replayMs * 2 ** Math.min(last.count, 8);
}

async function send(intent: Intent, context: SettleContext, time: 'first' | 'again'): Promise<Settled> {
  const call = await requestOf(intent, context);
  if (call === undefined) return { kind: 'open' };
  context.memory.unsent.delete(intent.token);
  context.memory.replays.set(intent.token, {
    at: context.monotonic,
    count: (context.memory.replays.get(intent.token)?.count ?? -1) + 1,
  });
  const answer = await context.session.client.write(call, { token: intent.token, lane: 'user' });
  switch (answer.kind) {
    case 'held':
      // Held is not sent; but what was sent before a replay is no less doubtful for it.
      if (time === 'first') context.memory.unsent.add(intent.token);
      return { kind: 'open', held: answer.reason };
    case 'ok': {
      const ids = idsOf(call, answer);
      return ids.length === intent.count ? { kind: 'made', ids } : { kind: 'open' };
    }
    case 'error':
      return afterError(intent, answer.error, { ...context, time });
    default:
      return answer satisfies never;
  }
}

function afterError(
  intent: Intent,
  error: CloudError,
  { memory, time }: SettleContext & { readonly time: 'first' | 'again' },
): Settled {
  if (isRefusal(error) && time === 'first') return { kind: 'closed', error };
  // A replay that is refused says nothing about the request before it: only the look-up does, past the visibility grace.
  if (isRefusal(error) || error.class === 'token-mismatch') memory.spent.add(intent.token);
  // Nothing ever happened for sure: the same request may go again without a look-up.
  else if (time === 'first' && !error.mayHaveHappened && error.class !== 'in-progress') memory.unsent.add(intent.token);
  return { kind: 'open', error };
}

/** The frozen request with the script that is never frozen. */
async function requestOf(intent: Intent, context: SettleContext): Promise<Call | undefined> {
  const call = frozenCall(intent);
  if (call === undefined) return undefined;
  if (intent.fromObjects === undefined || intent.fromObjects.length === 0) return call;
  const script = await context.userData(intent);
  return script === undefined ? undefined : { ...call, params: { ...call.params, UserData: script } };
}

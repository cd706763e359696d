// The status under construction: what is on record now and will be written next. Pure; conditions are set in report.ts only.
import type { Boot, EnvironmentStatus, Intent, RecordedResource, Replacement, Retained } from '../crds/index.ts';
import { formatTime } from '../kernel/timestamp.ts';
import type { KindPlan, ZoneState } from './kind.ts';
import { isRecorded, sorted, withMade } from './records.ts';

/** The part of a status that safety rests on. */
export interface Draft {
  readonly resources: readonly RecordedResource[];
  readonly intents: readonly Intent[];
  readonly attempt: number;
  readonly replacements: readonly Replacement[];
  readonly retained: readonly Retained[];
  readonly zones: readonly ZoneState[];
  readonly boots: readonly Boot[];
}

const EMPTY: Draft = Object.freeze({
  resources: [],
  intents: [],
  attempt: 0,
  replacements: [],
  retained: [],
  zones: [],
  boots: [],
});

/** What an object has on record. */
export function draftOf(status: EnvironmentStatus | undefined): Draft {
  const { resources, intents, attempt, replacements, retained, zones, boots } = { ...EMPTY, ...status };
  return { resources, intents, attempt, replacements, retained, zones, boots };
}

/** One thing that a wave has to put on record. It says what happened, so that it can be put on top of any later record too. */
export type RecordEntry =
  | { readonly kind: 'made'; readonly intent: Intent; readonly ids: readonly string[] }
  | { readonly kind: 'closed'; readonly intent: Intent }
  | { readonly kind: 'deleting'; readonly ids: readonly string[] };

/** The draft with these entries; entries that it holds already change nothing. */
export function withEntries(draft: Draft, entries: readonly RecordEntry[]): Draft {
  return entries.reduce((current, entry) => {
    switch (entry.kind) {
      case 'made':
        return recordMade(current, entry.intent, entry.ids);
      case 'closed':
        return closeIntent(current, entry.intent);
      case 'deleting':
        return markDeleting(current, entry.ids);
      default:
        return entry satisfies never;
    }
  }, draft);
}

/** The draft after an intent made resources: ids recorded, intent closed, and surges that waited for newcomers have them. */
export function recordMade(draft: Draft, intent: Intent, ids: readonly string[]): Draft {
  const closed = closeIntent(draft, intent);
  const { type, resource, zone } = intent;
  if (ids.length === 0 || !isRecorded(type)) return closed;
  const resources = sorted(withMade(draft.resources, { type, resource, ids, zone }));
  const known = new Set(draft.replacements.flatMap((item) => item.newId ?? []));
  const fresh = resources
    .filter((record) => ids.includes(record.id) && !known.has(record.id))
    .map((record) => record.id);
  const replacements = type === 'Server' ? withNewcomer(draft.replacements, intent, fresh) : draft.replacements;
  return { ...closed, resources, replacements };
}

function withNewcomer(
  replacements: readonly Replacement[],
  intent: Intent,
  ids: readonly string[],
): readonly Replacement[] {
  const fleet = intent.resource.split('/')[0];
  const left = [...ids];
  return replacements.map((item) => {
    const waits =
      item.step === 'Surge' && item.module === fleet && item.toZone === intent.zone && item.newId === undefined;
    const newId = waits ? left.shift() : undefined;
    return newId === undefined ? item : { ...item, newId };
  });
}

/** The draft without an intent, whose attempt is never used again. */
export function closeIntent(draft: Draft, intent: Intent): Draft {
  return {
    ...draft,
    intents: draft.intents.filter((item) => item.attempt !== intent.attempt),
    attempt: Math.max(draft.attempt, intent.attempt),
  };
}

/** The draft with new intents; their attempts are never used again. */
export function addIntents(draft: Draft, intents: readonly Intent[]): Draft {
  return {
    ...draft,
    intents: [...draft.intents, ...intents],
    attempt: Math.max(draft.attempt, ...intents.map((intent) => intent.attempt)),
  };
}

/** Most entries of status.retained. */
export const RETAINED = 200;

/** What a plan puts on record: gone ids leave, kept ones move aside, replacements move on, servers have their live zone. */
export function adoptPlan(draft: Draft, plan: KindPlan, now: number): Draft {
  const gone = new Set(plan.gone);
  const reasons = new Map(plan.retain.map((item) => [item.id, item.reason]));
  const live = new Map(
    plan.fleets.flatMap((fleet) => fleet.servers.map((server) => [server.id, server.zone] as const)),
  );
  // What does not fit into the list of retained stays on record: an id is never forgotten.
  const before = draft.retained.filter((record) => !gone.has(record.id));
  const room = Math.max(0, RETAINED - before.length);
  const left = draft.resources.filter((record) => reasons.has(record.id) && !gone.has(record.id)).slice(0, room);
  const leaving = new Set(left.map((record) => record.id));
  const retained = left.map((record) => ({
    name: record.name,
    type: record.type,
    id: record.id,
    since: formatTime(now),
    reason: reasons.get(record.id) ?? '',
  }));
  const kept = draft.resources
    .filter((record) => !gone.has(record.id) && !leaving.has(record.id))
    .map((record) =>
      (live.get(record.id) ?? record.zone) === record.zone ? record : { ...record, zone: live.get(record.id) ?? '' },
    );
  const newcomers = plan.replacements.map((item) =>
    item.newId !== undefined && gone.has(item.newId) ? withoutNewcomer(item) : item,
  );
  return {
    ...draft,
    resources: sorted(kept),
    retained: [...before, ...retained],
    replacements: newcomers,
    boots: draft.boots.filter((boot) => !gone.has(boot.id)),
  };
}

/** A newcomer that vanished is made again; while it was not in service yet, the surplus still serves. */
function withoutNewcomer(item: Replacement): Replacement {
  const { newId: _gone, ...rest } = item;
  return { ...rest, step: 'Surge' };
}

/** State of a record whose delete the cloud accepted: it may be missing from listings without raising a doubt. */
export const DELETING = 'Deleting';

/** The draft with these ids marked as leaving. */
export function markDeleting(draft: Draft, ids: readonly string[]): Draft {
  if (ids.length === 0) return draft;
  return {
    ...draft,
    resources: draft.resources.map((record) => (ids.includes(record.id) ? { ...record, state: DELETING } : record)),
  };
}

/** True when what safety rests on differs. */
export function differs(a: Draft, b: Draft): boolean {
  const core = (draft: Draft) =>
    JSON.stringify([draft.resources, draft.intents, draft.attempt, draft.replacements, draft.retained, draft.zones]);
  return core(a) !== core(b);
}

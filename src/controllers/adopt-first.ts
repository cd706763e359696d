// The one look before an object's first create: what the cloud holds under its name goes on record, or stops everything.
import type { Progress } from '../crds/index.ts';
import { type Outcome, requeueAfter } from '../runtime/index.ts';
import { type Found, lookUpObject, recordFound, retag } from './adopt.ts';
import { stopWith } from './admit.ts';
import { type Draft, type RecordEntry, withEntries } from './draft.ts';
import type { Trust } from './memory.ts';
import type { OwnerObject } from './model.ts';
import { NOW_MS } from './next-visit.ts';
import type { CloudSession } from './sessions.ts';
import { type Visit, type VisitTools, report } from './visit.ts';

/** Step 3 of creating exactly once: an object without any record looks at what the cloud holds under its name. */
export async function adoptFirst<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  session: CloudSession,
  tools: VisitTools<T, R>,
): Promise<Outcome | undefined> {
  const { draft, memory } = visit;
  if (draft.resources.length > 0 || draft.intents.length > 0) {
    // Should the record ever be lost, the look is due again: what this process saw before its first create is no answer then.
    memory.lookedUp = false;
    return undefined;
  }
  if (memory.lookedUp) return undefined;
  const adoption = await lookUpObject(visit.object, { session, types: tools.kind.types, objectTag: visit.objectTag });
  switch (adoption.kind) {
    case 'none':
      memory.lookedUp = true;
      return undefined;
    case 'error':
      return stopWith(visit, tools, tools.progressOfError(adoption.error));
    case 'foreign':
      return stopWith(visit, tools, { kind: 'stalled', reason: 'ExistingResources', message: adoption.message });
    case 'duplicate':
      return stopWith(visit, tools, { kind: 'stalled', reason: 'Duplicate', message: adoption.message });
    case 'take-over':
      return takeOver(visit, adoption.found, { session, tools });
    case 'ours':
      return recordAdopted(visit, tools, withMadeHere(visit, recordFound(draft, adoption.found), tools.trust));
    default:
      return adoption satisfies never;
  }
}

async function takeOver<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  found: readonly Found[],
  of: { readonly session: CloudSession; readonly tools: VisitTools<T, R> },
): Promise<Outcome> {
  const { session, tools } = of;
  if (visit.mode === 'Observe' || visit.suspended) {
    const message = 'Taking over needs mode Enforce and no suspension: the tags of the resources are written';
    return stopWith(visit, tools, { kind: 'stalled', reason: 'ExistingResources', message });
  }
  const failed = await retag(visit.object, found, session);
  if (failed === undefined) return recordAdopted(visit, tools, recordFound(visit.draft, found));
  return typeof failed === 'string'
    ? stopWith(visit, tools, { kind: 'working', reason: 'ProgressingWithRetry', message: failed })
    : stopWith(visit, tools, tools.progressOfError(failed));
}

/** What this process made a moment ago and the record has lost goes on record again. */
export async function recordAgain<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
): Promise<Outcome | undefined> {
  const draft = withMadeHere(visit, visit.draft, tools.trust);
  return draft === visit.draft ? undefined : recordAdopted(visit, tools, draft);
}

/** The record with what this process made a moment ago and it lacks: no look-up can find that before the cloud lists it. */
export function withMadeHere<T extends OwnerObject, R>(
  { memory, monotonic, draft: recorded }: Pick<Visit<T, R>, 'memory' | 'monotonic' | 'draft'>,
  draft: Draft,
  trust: Trust,
): Draft {
  const known = new Set(
    [...recorded.resources, ...recorded.retained, ...draft.resources, ...draft.retained].map(({ id }) => id),
  );
  const lost = memory.madeSince(monotonic, trust).flatMap(({ intent, ids }): readonly RecordEntry[] => {
    const unknown = ids.filter((id) => !known.has(id) && !memory.left.has(id));
    return unknown.length === 0 ? [] : [{ kind: 'made', intent, ids: unknown }];
  });
  return lost.length === 0 ? draft : withEntries(draft, lost);
}

/** Puts what was found on record and ends the visit. */
export async function recordAdopted<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
  draft: Draft,
): Promise<Outcome> {
  const progress: Progress = {
    kind: 'working',
    reason: 'Progressing',
    message: 'Took existing resources on record by their tags',
  };
  return (
    (await report(visit, tools, { draft, plan: undefined, verdicts: undefined, progress })) ?? requeueAfter(NOW_MS)
  );
}

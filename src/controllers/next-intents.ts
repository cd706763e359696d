// Intents for the creates of a plan. Before each of them the cloud is asked what it holds with this object's uid: what is
// not on record any more is taken on record again, and never made a second time.
import { TAG_RESOURCE } from '../cloud/tags.ts';
import { ANNOTATIONS, type Intent, type Progress } from '../crds/index.ts';
import { nextWave } from '../plan/wave.ts';
import type { Found } from './adopt.ts';
import type { Draft } from './draft.ts';
import { makeIntents, matches, needsIntent } from './intents.ts';
import { listing } from './judge.ts';
import type { KindPlan } from './kind.ts';
import type { CloudChange, OwnerObject } from './model.ts';
import { isRecorded } from './records.ts';
import type { CloudSession } from './sessions.ts';
import { findUnrecorded } from './unrecorded.ts';
import { type Visit, type VisitTools, waveContext } from './visit.ts';
import { type WaveContext, mayRun } from './wave.ts';

/** Intents to make durable, what to take on record instead, and why some creates are not intended. */
export interface NextIntents {
  readonly intents: readonly Intent[];
  readonly found: readonly Found[];
  readonly stop: Progress | undefined;
}

/** Nothing to intend. */
export const NO_INTENTS: NextIntents = Object.freeze({ intents: [], found: [], stop: undefined });

interface Planned {
  readonly session: CloudSession;
  readonly draft: Draft;
  readonly plan: KindPlan;
}

/** Intents for creates whose inputs are known and that have none yet. */
export async function nextIntents<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
  of: Planned,
): Promise<NextIntents> {
  const context = waveContext(visit, of.session, tools);
  const hasIntent = (change: CloudChange) => of.draft.intents.some((intent) => matches(intent, change));
  const creates = of.plan.plan.changes.filter(
    (change) => needsIntent(change) && !hasIntent(change) && mayRun(change, context),
  );
  // An object without any record has just looked at what the cloud holds under its name.
  const isFirst = visit.draft.resources.length === 0 && visit.draft.intents.length === 0;
  const types = new Set(creates.map((change) => change.type).filter(isRecorded));
  const unrecorded = isFirst ? [] : await findUnrecorded(visit, types, of);
  if ('class' in unrecorded) return { ...NO_INTENTS, stop: tools.progressOfError(unrecorded) };
  const { found, unclear } = judgeUnrecorded(visit.object, creates, unrecorded);
  if (found.length > 0) return { ...NO_INTENTS, found };
  const clear = creates.filter((change) => !unclear.some((item) => isOf(item, change)));
  return {
    found,
    intents: makeIntents(clear, of.draft.attempt, {
      owner: of.session.owner,
      install: tools.settings.install,
      object: visit.objectTag,
      uid: visit.object.metadata.uid,
      region: of.session.region,
      now: visit.now,
      open: of.draft.intents,
      versionOf: (source) => visit.scripts.get(`${source.kind}/${source.name}/${source.key}`)?.resourceVersion,
    }),
    stop: unclear.length === 0 ? undefined : unclearProgress(visit.object, unclear),
  };
}

/**
 * The part of a plan whose intents are worth a write before this wave. While the wave sends what was intended before, what cannot
 * be sent yet travels with the write of its ids.
 */
export function dueBefore(plan: KindPlan, draft: Draft, context: WaveContext): KindPlan {
  const wave = nextWave(plan.plan);
  const isSending = wave.some(
    (change) => mayRun(change, context) && draft.intents.some((intent) => matches(intent, change)),
  );
  return isSending ? { ...plan, plan: { ...plan.plan, changes: wave } } : plan;
}

/** True when a wave over this plan would send something, or settle an intent. */
export function hasWork({ plan }: KindPlan, draft: Draft, context: WaveContext): boolean {
  return draft.intents.length > 0 || nextWave(plan).some((change) => !needsIntent(change) && mayRun(change, context));
}

/** Intents that are on record now and that nobody can have sent yet; what a rebased write left out is made anew. */
export function knowUnsent<T extends OwnerObject, R>({ draft, memory }: Visit<T, R>, intents: readonly Intent[]): void {
  const tokens = new Set(draft.intents.map(({ token }) => token));
  for (const { token } of intents) if (tokens.has(token)) memory.unsent.add(token);
}

/**
 * What is made once under its name is taken on record again. A server may be the lost record of one of ours or a copy that
 * somebody made of it, tags and all: nothing is made beside it until a person says which.
 */
export function judgeUnrecorded(
  { metadata }: OwnerObject,
  creates: readonly CloudChange[],
  unrecorded: readonly Found[],
): { readonly found: readonly Found[]; readonly unclear: readonly Found[] } {
  const wanted = unrecorded.filter((item) => creates.some((change) => isOf(item, change)));
  const isSaid = metadata.annotations?.[ANNOTATIONS.takeOver] === metadata.uid;
  const isClear = (item: Found) => isSaid || (item.type !== 'Server' && wanted.filter(isAlike(item)).length === 1);
  return { found: wanted.filter(isClear), unclear: wanted.filter((item) => !isClear(item)) };
}

const isAlike = (item: Found) => (other: Found) =>
  other.type === item.type && other.record.tags[TAG_RESOURCE] === item.record.tags[TAG_RESOURCE];

/** Servers of one fleet and zone are made by several requests: web/<zone>, web/<zone>/1, ... */
function isOf({ type, record }: Found, change: CloudChange): boolean {
  const nameOf = (resource: string) => (type === 'Server' ? resource.split('/').slice(0, 2).join('/') : resource);
  return type === change.type && nameOf(record.tags[TAG_RESOURCE] ?? '') === nameOf(change.name);
}

function unclearProgress({ metadata }: OwnerObject, unclear: readonly Found[]): Progress {
  const ids = listing(unclear.map(({ record }) => record.id));
  const message = `The cloud holds ${ids} with this object's tags and not on record, where something is missing: nothing is created beside it. To take it on record annotate ${ANNOTATIONS.takeOver}: "${metadata.uid}"; if it is a copy, remove it or its financecloud.io tags`;
  return { kind: 'stalled', reason: 'ExistingResources', message };
}

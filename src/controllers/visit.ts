// What one visit carries from step to step, and the one way in which it writes a status.
import { objectTag } from '../cloud/tags.ts';
import type { CloudError } from '../cloud/call.ts';
import { type Condition, FINALIZER, type FinanceCloudEnvironment, type Intent, type Progress } from '../crds/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Change, Dependency } from '../plan/change.ts';
import { type KubeObject, type KubeResult, type ObjectRef, type Outcome, requeue, retry } from '../runtime/index.ts';
import type { Finalizers } from '../runtime/finalizers.ts';
import type { StatusWrite, StatusWriter } from '../runtime/status-writer.ts';
import { type Draft, type RecordEntry, differs, draftOf, withEntries } from './draft.ts';
import type { Decision } from './drift.ts';
import type { KindPlan, OwnerKind, PlanInput, Stores, Verdicts, ZoneState } from './kind.ts';
import type { ObjectMemory, Trust } from './memory.ts';
import type { CloudPlan, OwnerObject, UserDataSource } from './model.ts';
import { statusOf, withRecord } from './report.ts';
import { ownGuests } from './own-guests.ts';
import { originOf, requesterOf } from './own-requests.ts';
import type { CloudSession, Sessions } from './sessions.ts';
import type { WaveContext } from './wave.ts';

/** Settings that visits depend on, in seconds. */
export interface VisitSettings {
  readonly install: string;
  /** The operator's own. */
  readonly namespace: string;
  readonly sweepSeconds: number;
  readonly absenceGraceSeconds: number;
  readonly visibilityGraceSeconds: number;
  readonly zoneReturnSeconds: number;
}

/** A first-boot script and the exact version it was read at. */
export interface Script {
  readonly resourceVersion: string;
  readonly base64: string;
}

/** Hears of every status that was written: events and metrics follow from transitions. */
export type Listener = (before: OwnerObject, after: OwnerObject) => void;

/** Hears of every plan that a visit begins with. */
export type PlanListener = (object: OwnerObject, plan: CloudPlan) => void;

/** What is the same for all visits of a kind. */
export interface VisitTools<T extends OwnerObject, R> {
  readonly kind: OwnerKind<T & KubeObject, R>;
  readonly stores: Stores;
  readonly writer: StatusWriter<T>;
  readonly finalizers: Finalizers<T>;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly settings: VisitSettings;
  readonly trust: Trust;
  readonly heard: Listener;
  readonly planned: PlanListener;
  /** The object as the server has it now. */
  readonly readLive: (ref: ObjectRef) => Promise<KubeResult<T>>;
  /** False once another replica may be in charge. */
  readonly leads: () => boolean;
  readonly readScripts: (namespace: string, sources: readonly UserDataSource[]) => Promise<ReadonlyMap<string, Script>>;
  readonly progressOfError: (error: CloudError) => Progress;
  readonly lookOnlyProgress: (
    visit: { readonly mode: string; readonly suspended: boolean; readonly session: CloudSession | undefined },
    plan: KindPlan,
  ) => Progress;
}

/** One visit. `object` is replaced after each write, so that the next write has the right version. */
export interface Visit<T extends OwnerObject, R> {
  object: T;
  session: CloudSession | undefined;
  draft: Draft;
  readonly key: string;
  readonly refs: R;
  readonly environment: FinanceCloudEnvironment | undefined;
  readonly dependency: Dependency | undefined;
  readonly mode: 'Enforce' | 'Observe';
  readonly deletionPolicy: 'Retain' | 'Delete' | undefined;
  readonly suspended: boolean;
  readonly memory: ObjectMemory;
  readonly objectTag: string;
  scripts: ReadonlyMap<string, Script>;
  readonly built: boolean;
  readonly now: number;
  readonly monotonic: number;
  readonly log: Logger;
}

/** Value of the object tag of an object. */
export function objectTagOf(object: OwnerObject): string {
  return objectTag(object.kind, object.metadata.namespace ?? '', object.metadata.name);
}

/** True once this generation was Ready, or something is on the way to be repaired: what differs from then on is drift. */
export function isBuilt(object: OwnerObject, memory: ObjectMemory, mode: 'Enforce' | 'Observe'): boolean {
  if (mode === 'Observe') return true; // nothing is being built there
  const ready = object.status?.conditions?.find((condition) => condition.type === 'Ready');
  const generation = object.metadata.generation;
  if (ready?.status === 'True' && ready.observedGeneration === generation) memory.builtGeneration = generation;
  return (
    memory.builtGeneration === generation ||
    (object.status?.drift ?? []).some((entry) => entry.decision === 'Repairing' || entry.decision === 'Waiting')
  );
}

/** The input of planning over a draft. */
export function inputOf<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  session: CloudSession,
  of: { readonly draft: Draft; readonly zones: readonly ZoneState[]; readonly kind: string },
): PlanInput<T, R> {
  return {
    object: visit.object,
    refs: visit.refs,
    view: session.inventory,
    guests: ownGuests(session.guestsFor(`${of.kind}|${visit.key}`), visit.object.metadata.uid),
    records: of.draft.resources,
    replacements: of.draft.replacements,
    retained: of.draft.retained,
    madeNow: visit.memory.madeNow,
    closedZones: new Set(of.zones.filter((zone) => zone.state === 'Impaired').map((zone) => zone.name)),
    holdsSince: (what, holds, at) => visit.memory.holdsSince(what, holds, at),
    zoneSince: new Map(of.zones.map((zone) => [zone.name, zone.since])),
    built: visit.built,
    intents: of.draft.intents,
    now: visit.now,
  };
}

/** What a wave needs. */
export function waveContext<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  session: CloudSession,
  tools: VisitTools<T, R>,
): WaveContext {
  const requester = requesterOf(visit, session, tools.stores);
  return {
    session,
    memory: visit.memory,
    uid: visit.object.metadata.uid,
    generation: visit.object.metadata.generation,
    now: visit.now,
    monotonic: visit.monotonic,
    trust: tools.trust,
    originOf: (call, intent) => originOf(call, intent, requester),
    userData: (intent) => Promise.resolve(scriptOf(visit.scripts, intent)),
  };
}

/** Reads the first-boot scripts of these sources for this visit; nothing is kept longer. */
export async function fetchScripts<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
  sources: readonly UserDataSource[],
): Promise<void> {
  if (sources.length > 0) visit.scripts = await tools.readScripts(visit.object.metadata.namespace ?? '', sources);
}

function scriptOf(scripts: ReadonlyMap<string, Script>, intent: Intent): string | undefined {
  const [source] = intent.fromObjects ?? [];
  if (source === undefined) return undefined;
  const script = scripts.get(`${source.kind}/${source.name}/${source.key}`);
  return script?.resourceVersion === source.resourceVersion ? script.base64 : undefined;
}

/** What a visit found out. */
export interface Findings {
  readonly draft: Draft;
  readonly plan: KindPlan | undefined;
  readonly verdicts: Verdicts | undefined;
  readonly progress: Progress;
  /** What a wave did must not be lost: it is written again, on top of whatever others wrote, until its fate is known. */
  readonly entries?: readonly RecordEntry[];
}

/** The gate before a wave: the object that was planned from is still the one that the server has. An outcome when it is not. */
export async function isOutdated<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
): Promise<Outcome | undefined> {
  const { namespace = '', name, uid, resourceVersion } = visit.object.metadata;
  const live = await tools.readLive({ namespace, name });
  if (live.kind === 'not-found') return requeue('the object is gone');
  if (live.kind !== 'ok') return retry(new Error(`read before writing to the cloud: ${live.message}`));
  const { metadata } = live.value;
  if (metadata.uid !== uid || metadata.resourceVersion !== resourceVersion) return requeue('the object has changed');
  return metadata.finalizers?.includes(FINALIZER) === true ? undefined : requeue('the finalizer is gone');
}

/** Writes the status if something changed; an outcome only when the visit must end here. */
export async function report<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
  found: Findings,
): Promise<Outcome | undefined> {
  const before = visit.object;
  const wanted = statusOf({
    object: before,
    draft: found.draft,
    plan: found.plan,
    verdicts: found.verdicts,
    progress: found.progress,
    mode: visit.mode,
    deletionPolicy: visit.deletionPolicy,
    decide: (change) => decisionOn(visit, change),
    built: visit.built,
    now: tools.clock.now(),
  });
  if (isQuiet(visit, found, wanted)) return undefined;
  const result = await send(before, wanted, { tools, entries: found.entries ?? [] });
  switch (result.kind) {
    case 'written':
    case 'unchanged': // also when a write whose answer was lost turns out to be there
      visit.object = result.object;
      visit.draft = draftOf(result.object.status);
      if (result.object !== before) tools.heard(before, result.object);
      return undefined;
    case 'conflict':
      return requeue('status conflict');
    case 'gone':
      return requeue('the object is gone');
    case 'failed':
      return retry(
        new Error(`write status: ${result.failure.message}`),
        result.failure.kind === 'throttled' ? result.failure.retryAfterMs : 0,
      );
    default:
      return result satisfies never;
  }
}

function send<T extends OwnerObject, R>(
  read: T,
  wanted: object,
  of: { readonly tools: VisitTools<T, R>; readonly entries: readonly RecordEntry[] },
): Promise<StatusWrite<T>> {
  const { tools, entries } = of;
  if (entries.length === 0) return tools.writer.write(read, wanted);
  const rebase = ({ status }: T) => withRecord(status, withEntries(draftOf(status), entries));
  return tools.writer.insist(read, { wanted, rebase, mayGoOn: tools.leads });
}

/** What is done about a difference: in Observe it is shown, a stop or a failure holds it back, else it is being repaired. */
function decisionOn<T extends OwnerObject, R>(visit: Visit<T, R>, change: Change): Decision {
  if (visit.mode === 'Observe' || change.impact === 'Forbidden') return 'Reported';
  const stopped = visit.suspended || visit.session?.frozen === true;
  return stopped || visit.memory.heldBy(change, visit.monotonic) !== undefined ? 'Waiting' : 'Repairing';
}

/** While something is being built, progress alone is not worth a write: only what safety rests on, or a new reason, is. */
function isQuiet<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  found: Findings,
  wanted: { readonly conditions: readonly Condition[] },
): boolean {
  if (visit.built || found.plan === undefined || differs(found.draft, visit.draft)) return false;
  const { status, metadata } = visit.object;
  const before = status?.conditions ?? [];
  return (
    status?.observedGeneration === metadata.generation &&
    (isSameWait(readyOf(before), readyOf(wanted.conditions)) || isSameTrouble(before, wanted.conditions))
  );
}

/** The same trouble while the building goes on: whom it meets just now changes from second to second. */
function isSameTrouble(before: readonly Condition[], after: readonly Condition[]): boolean {
  const [was, is] = [readyOf(before), readyOf(after)];
  const isBuilding = (conditions: readonly Condition[]) =>
    conditions.some((condition) => condition.type === 'Reconciling' && condition.reason === 'Progressing');
  return (
    was?.status === 'False' &&
    is?.status === 'False' &&
    was.reason === is.reason &&
    isBuilding(before) &&
    isBuilding(after)
  );
}

function isSameWait(before: Condition | undefined, after: Condition | undefined): boolean {
  if (before?.status !== 'Unknown' || after?.status !== 'Unknown' || before.reason !== after.reason) return false;
  return before.reason !== 'DependencyNotReady' || before.message === after.message;
}

function readyOf(conditions: readonly Condition[]): Condition | undefined {
  return conditions.find((condition) => condition.type === 'Ready');
}

// One visit to an object: gather, judge, plan, remember, apply, report. The flow is the same for every kind; what differs is
// in the kind's pure functions. At most one status write before the cloud is written to, and one after.
import { ANNOTATIONS, type Progress } from '../crds/index.ts';
import { formatTime } from '../kernel/timestamp.ts';
import { type Outcome, requeue, requeueAfter, retry } from '../runtime/index.ts';
import { recordFound } from './adopt.ts';
import { adoptFirst, recordAdopted, recordAgain } from './adopt-first.ts';
import { admit, stopWith } from './admit.ts';
import { DELETING, type Draft, addIntents, adoptPlan, differs } from './draft.ts';
import type { GuestReach, KindPlan, PlanInput, Verdicts } from './kind.ts';
import type { OwnerObject } from './model.ts';
import { NO_INTENTS, dueBefore, hasWork, knowUnsent, nextIntents } from './next-intents.ts';
import { poll } from './poll.ts';
import { progressOf } from './progress.ts';
import { type LiveServer, liveServers } from './parts/fleet.ts';
import type { ObjectMemory } from './memory.ts';
import { missingScript, neededScripts } from './scripts.ts';
import type { CloudSession } from './sessions.ts';
import { type Visit, type VisitTools, fetchScripts, inputOf, isOutdated, report, waveContext } from './visit.ts';
import { NOW_MS, POLL_MS, nextVisit } from './next-visit.ts';
import { runWave } from './wave.ts';

/** Visits a living object. */
export async function keep<T extends OwnerObject, R>(visit: Visit<T, R>, tools: VisitTools<T, R>): Promise<Outcome> {
  const stop = await admit(visit, tools);
  if (stop !== undefined) return stop;
  const { session } = visit;
  if (session === undefined) return requeueAfter(POLL_MS);
  if (visit.mode === 'Enforce') {
    const marked = await tools.finalizers.add(visit.object);
    if (marked.kind !== 'ok')
      return marked.kind === 'conflict'
        ? requeue('finalizer conflict')
        : retry(new Error(`add finalizer: ${marked.message}`));
    visit.object = marked.value;
  }
  track(visit, session, tools);
  session.guestsFor(`${tools.kind.name}|${visit.key}`).allow(guestReach(visit, session));
  const unsure = await notSure(visit, session, tools);
  if (unsure !== undefined) return unsure;
  const adopted = (await adoptFirst(visit, session, tools)) ?? (await recordAgain(visit, tools));
  if (adopted !== undefined) return adopted;
  return work(visit, session, tools);
}

/** A stop of writes stops commands inside guests; Observe asks only what was asked for by name. */
function guestReach<T extends OwnerObject, R>({ mode, suspended }: Visit<T, R>, { frozen }: CloudSession): GuestReach {
  if (suspended || frozen) return 'Nothing';
  return mode === 'Observe' ? 'Look' : 'Repair';
}

function track<T extends OwnerObject, R>(visit: Visit<T, R>, session: CloudSession, tools: VisitTools<T, R>): void {
  const records = [...visit.draft.resources, ...visit.draft.retained];
  session.inventory.track({
    key: `${tools.kind.name}|${visit.key}`,
    uid: visit.object.metadata.uid,
    ids: records.map((record) => ({
      type: record.type,
      id: record.id,
      ...('state' in record && record.state === DELETING ? { leaving: true } : {}),
    })),
    details: tools.kind.details(visit.draft.resources),
  });
}

/** Nothing is concluded from an inventory that was not read whole yet, or that lost most of what is known. */
async function notSure<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  session: CloudSession,
  tools: VisitTools<T, R>,
): Promise<Outcome | undefined> {
  const { inventory } = session;
  const doubt = inventory.doubt();
  if (doubt !== undefined) {
    const message = `${doubt.missing} of ${doubt.known} known resources of type ${doubt.type} vanished from one listing, which is not believed: nothing is concluded and nothing is written. Check the account; if they are really gone, annotate FinanceCloudAccount ${session.account} with ${ANNOTATIONS.acceptInventory}`;
    return stopWith(visit, tools, { kind: 'stalled', reason: 'InventoryDoubtful', message });
  }
  const [failure] = inventory.failures();
  if (!inventory.synced())
    return failure === undefined ? requeueAfter(250) : stopWith(visit, tools, tools.progressOfError(failure.error));
  if (failure === undefined && isUnread(visit, session, tools)) return requeueAfter(250);
  if (failure === undefined || visit.now - failure.since < blindMs(tools)) return undefined;
  const progress = tools.progressOfError(failure.error);
  if (progress.kind === 'settled') return undefined;
  const message = `The cloud was not read since ${formatTime(failure.since)}, so nothing is concluded and nothing is written: ${progress.message}`;
  return stopWith(visit, tools, { ...progress, message });
}

const FIRST_READ_MS = 15_000;

/** A process that has just begun waits for rules, backends and health to be read once: judging before would make every restart a news. */
function isUnread<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  { inventory }: CloudSession,
  tools: VisitTools<T, R>,
): boolean {
  const { memory, monotonic } = visit;
  memory.begunAt ??= monotonic;
  if (monotonic - memory.begunAt > FIRST_READ_MS) return false;
  const parents = tools.kind.details(visit.draft.resources).filter(({ parentId }) => !memory.madeNow.has(parentId));
  const unread = parents.filter(({ type, parentId }) => inventory.detail(type, parentId) === undefined);
  for (const { type, parentId } of unread) inventory.touchDetail(type, [parentId]);
  return unread.length > 0;
}

/** One failed sweep is nothing; after three in a row what is known is too old to judge by. */
function blindMs({ settings }: { readonly settings: { readonly sweepSeconds: number } }): number {
  return 3 * settings.sweepSeconds * 1000;
}

/** Plans, remembers, applies and reports. */
async function work<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  session: CloudSession,
  tools: VisitTools<T, R>,
): Promise<Outcome> {
  const guests = session.guestsFor(`${tools.kind.name}|${visit.key}`);
  guests.know(visit.draft.boots);
  const first = planOnce(visit, tools, { session, draft: visit.draft });
  tools.planned(visit.object, first.plan.plan);
  visit.memory.confirm(first.plan.plan.changes, visit.monotonic, tools.trust);
  visit.memory.asks(first.plan.plan.changes);
  poll(first.plan, visit, session);
  if (visit.mode === 'Observe' || visit.suspended || session.frozen) return lookOnly(visit, tools, first);
  const sources = neededScripts(first.plan.plan.changes, visit.draft.intents);
  await fetchScripts(visit, tools, sources);
  const remembered = await remember(visit, tools, first);
  return remembered.kind === 'ended'
    ? remembered.outcome
    : act(visit, tools, {
        session,
        plan: first.plan,
        remembered,
        lacking: missingScript(
          { namespace: visit.object.metadata.namespace ?? '', operatorNamespace: tools.settings.namespace },
          sources,
          visit.scripts,
        ),
      });
}

/** The wave itself, and what is said about it. */
async function act<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
  of: {
    readonly session: CloudSession;
    readonly plan: KindPlan;
    readonly remembered: Remembered & { readonly kind: 'go' };
    readonly lacking: Progress | undefined;
  },
): Promise<Outcome> {
  const { session, remembered, lacking } = of;
  const guests = session.guestsFor(`${tools.kind.name}|${visit.key}`);
  const result = await runWave(of.plan.plan, remembered.draft, waveContext(visit, session, tools));
  const after = planOnce(visit, tools, { session, draft: result.draft });
  // Only what the wave has just made can lead to creates that were not intended before it.
  const next = result.acted
    ? await nextIntents(visit, tools, { session, draft: result.draft, plan: after.plan })
    : NO_INTENTS;
  const { intents } = next;
  const draft = { ...addIntents(result.draft, intents), boots: guests.judged(serversIn(result.draft)) };
  const progress =
    next.stop ??
    remembered.stop ??
    lacking ??
    progressOf({ ...visit, plan: after.plan, verdicts: after.verdicts, draft, result });
  const written = await report(visit, tools, {
    draft,
    plan: after.plan,
    verdicts: after.verdicts,
    progress,
    entries: result.entries,
  });
  if (written !== undefined) return written;
  knowUnsent(visit, intents);
  const unwell = after.verdicts.concerns.some(
    (concern) => concern.type === 'BackendsHealthy' && concern.status !== 'True',
  );
  return nextVisit({
    acted: result.acted || intents.length > 0,
    progress,
    plan: after.plan,
    draft,
    unwell,
    restMs: blindMs(tools),
  });
}

function serversIn({ resources }: Draft): ReadonlySet<string> {
  return new Set(resources.flatMap(({ type, id }) => (type === 'Server' ? [id] : [])));
}

interface Planned<T extends OwnerObject, R> {
  readonly input: PlanInput<T, R>;
  readonly plan: KindPlan;
  readonly verdicts: Verdicts;
}

/** One pure planning over a draft; zone states are judged first because plans depend on them. */
function planOnce<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
  of: { readonly session: CloudSession; readonly draft: Draft },
): Planned<T, R> & { readonly draft: Draft } {
  const { session, draft } = of;
  const servers = liveServers(
    draft.resources.filter((record) => record.type === 'Server'),
    session.inventory,
  ).servers;
  const zones = tools.kind.zoneStates(visit.object, visit.refs, {
    servers,
    refusals: (zone) => refusalsOf(visit.memory, zone, servers),
    healthySince: (zone, healthy) => visit.memory.holdsSince(`zone ${zone} is healthy`, healthy, visit.now),
    now: visit.now,
    returnMs: tools.settings.zoneReturnSeconds * 1000,
  });
  const withZones = tools.kind.name === 'FinanceCloudEnvironment' ? { ...draft, zones } : draft;
  const input = inputOf(visit, session, { draft: withZones, zones, kind: tools.kind.name });
  const plan = tools.kind.plan(input);
  return { input, plan, verdicts: tools.kind.judge(input, plan), draft: withZones };
}

/** Refusals in a row; starts that were refused count for nothing once everything runs in the zone. */
function refusalsOf(memory: ObjectMemory, zone: string, servers: readonly LiveServer[]): number {
  const inZone = servers.filter((server) => server.zone === zone);
  if (inZone.every((server) => server.record?.state === 'Running')) memory.starts.delete(zone);
  return (memory.creates.get(zone) ?? 0) + (memory.starts.get(zone) ?? 0);
}

/** Observe, suspended or frozen: everything is looked at and nothing is written to the cloud. */
async function lookOnly<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
  first: Planned<T, R> & { readonly draft: Draft },
): Promise<Outcome> {
  const { plan, verdicts } = first;
  const draft = {
    ...first.draft,
    boots:
      visit.session?.guestsFor(`${tools.kind.name}|${visit.key}`).judged(serversIn(first.draft)) ?? first.draft.boots,
  };
  const written = await report(visit, tools, { draft, plan, verdicts, progress: tools.lookOnlyProgress(visit, plan) });
  return written ?? requeueAfter(Math.min(tools.settings.sweepSeconds * 1000, 30_000));
}

type Remembered =
  | { readonly kind: 'go'; readonly draft: Draft; readonly stop: Progress | undefined }
  | { readonly kind: 'ended'; readonly outcome: Outcome };

/**
 * The ONE write before any cloud write: new intents, and steps of replacements. A conflict ends the visit without a call;
 * when there is nothing to write, a read makes sure that the object is still the one that was planned from.
 */
async function remember<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
  first: Planned<T, R> & { readonly draft: Draft },
): Promise<Remembered> {
  const { session } = visit;
  if (session === undefined) return { kind: 'ended', outcome: requeueAfter(POLL_MS) };
  const adopted = adoptPlan(first.draft, first.plan, visit.now);
  for (const id of first.plan.gone) visit.memory.left.add(id);
  const context = waveContext(visit, session, tools);
  const due = dueBefore(first.plan, adopted, context);
  const next = await nextIntents(visit, tools, { session, draft: adopted, plan: due });
  if (next.found.length > 0)
    return { kind: 'ended', outcome: await recordAdopted(visit, tools, recordFound(visit.draft, next.found)) };
  const { intents, stop } = next;
  const draft = addIntents(adopted, intents);
  if (!differs(draft, visit.draft)) {
    const outdated = hasWork(first.plan, draft, context) ? await isOutdated(visit, tools) : undefined;
    return outdated === undefined ? { kind: 'go', draft, stop } : { kind: 'ended', outcome: outdated };
  }
  const progress = progressOf({ ...visit, plan: first.plan, verdicts: first.verdicts, draft, result: undefined });
  const written = await report(visit, tools, { draft, plan: first.plan, verdicts: first.verdicts, progress });
  if (written !== undefined) return { kind: 'ended', outcome: written };
  knowUnsent(visit, intents);
  // Steps that were just recorded are planned for by the next visit, from the record.
  return intents.length > 0 || visit.draft.intents.length > 0
    ? { kind: 'go', draft, stop }
    : { kind: 'ended', outcome: requeueAfter(NOW_MS) };
}

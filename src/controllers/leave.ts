// The last visits to an object that is being deleted: let go of everything (Retain, Observe), or take it away in order and
// go only when the cloud confirmed that nothing is left.
import type { SecurityGroupRecord } from '../cloud/ecs/model.ts';
import { type Progress, type Reason, accountAllows } from '../crds/index.ts';
import type { KubeObject, Outcome } from '../runtime/index.ts';
import { done, requeue, requeueAfter, retry } from '../runtime/index.ts';
import type { Pending } from '../plan/change.ts';
import { recordFound } from './adopt.ts';
import { recordAdopted, withMadeHere } from './adopt-first.ts';
import { DELETING, type Draft, adoptPlan } from './draft.ts';
import type { KindPlan } from './kind.ts';
import { listing } from './judge.ts';
import type { OwnerObject } from './model.ts';
import { PREPAID, UNTAGGED } from './parts/removal.ts';
import { hasWork } from './next-intents.ts';
import { POLL_MS } from './next-visit.ts';
import { progressOf } from './progress.ts';
import { reasonOf } from './report.ts';
import { neededScripts } from './scripts.ts';
import type { CloudSession, SessionState } from './sessions.ts';
import { findUnrecorded } from './unrecorded.ts';
import { type Visit, type VisitTools, fetchScripts, inputOf, isOutdated, report, waveContext } from './visit.ts';
import { type WaveResult, runWave } from './wave.ts';

/** Visits an object that has a deletion timestamp and our finalizer. */
export async function leave<T extends OwnerObject & KubeObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
): Promise<Outcome> {
  const policy = visit.deletionPolicy ?? visit.object.status?.lastDeletionPolicy ?? 'Retain';
  if (policy === 'Retain' || visit.mode === 'Observe') return letGo(visit, tools);
  if (visit.suspended && !isEmpty(visit.draft))
    return blocked(visit, tools, 'annotation financecloud.io/suspend is set: remove it to have the deletion go on');
  const state = reach(visit, tools);
  if (state.kind === 'not-ready')
    return isEmpty(visit.draft) ? unreached(visit, tools, state) : blocked(visit, tools, state.message);
  visit.session = state.session;
  // What is to go is not mended any more.
  state.session.guestsFor(`${tools.kind.name}|${visit.key}`).allow('Nothing');
  return takeAway(visit, state.session, tools);
}

/** The way to the account, which only the environment knows. */
function reach<T extends OwnerObject & KubeObject, R>(visit: Visit<T, R>, tools: VisitTools<T, R>): SessionState {
  const { environment } = visit;
  if (environment !== undefined) {
    const { name } = environment.spec.accountRef;
    const account = tools.stores.accounts.get(name);
    const namespace = visit.object.metadata.namespace ?? '';
    if (account === undefined)
      return { kind: 'not-ready', reason: 'AccountNotFound', message: `FinanceCloudAccount ${name} does not exist` };
    if (accountAllows(account, namespace)) return tools.sessions.of(name, environment.spec.region);
    const message = `FinanceCloudAccount ${name} does not allow namespace ${namespace} any more`;
    return { kind: 'not-ready', reason: 'NamespaceNotAllowed', message };
  }
  const message = 'its FinanceCloudEnvironment is gone, so the account is not known';
  return { kind: 'not-ready', reason: 'DeletionBlocked', message };
}

function isEmpty({ resources, intents }: Draft): boolean {
  return resources.length === 0 && intents.length === 0;
}

/** Nothing is on record and the cloud cannot be asked: there is nothing to wait for but an account that is being connected. */
function unreached<T extends OwnerObject & KubeObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
  { reason }: { readonly reason: Reason },
): Outcome | Promise<Outcome> {
  return reason === 'Progressing' ? requeueAfter(POLL_MS) : letGo(visit, tools);
}

/**
 * The last look before an object lets go: a record may have lost entries. What exists once is taken on record again and goes
 * like the rest; a server beside a record that was whole may be a copy that somebody made, and is left alone.
 */
async function end<T extends OwnerObject & KubeObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
  of: { readonly session: CloudSession; readonly draft: Draft },
): Promise<Outcome> {
  const found = await findUnrecorded(visit, tools.kind.types, of);
  if ('class' in found) return blocked(visit, tools, reasonOf(found).message.replace(/\.$/, ''));
  const lost = found.filter(({ type }) => type !== 'Server' || isEmpty(visit.draft));
  const draft = withMadeHere(visit, lost.length === 0 ? of.draft : recordFound(of.draft, lost), tools.trust);
  return draft === of.draft ? letGo(visit, tools) : recordAdopted(visit, tools, draft);
}

async function letGo<T extends OwnerObject & KubeObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
): Promise<Outcome> {
  const removed = await tools.finalizers.remove(visit.object);
  if (removed.kind === 'ok' || removed.kind === 'not-found') return done;
  return removed.kind === 'conflict'
    ? requeue('finalizer conflict')
    : retry(new Error(`remove finalizer: ${removed.message}`));
}

/** What cannot be reached is named, with the ids that are left and the way out. */
async function blocked<T extends OwnerObject & KubeObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
  why: string,
): Promise<Outcome> {
  const ids = visit.draft.resources.map((record) => record.id);
  const left = ids.length === 0 ? 'Nothing is on record' : `Left in the cloud: ${listing(ids)}`;
  const message = `Cannot be taken away: ${why}. ${left}. Mend it, or set spec.deletionPolicy: Retain to let go of them`;
  const progress: Progress = { kind: 'stalled', reason: 'DeletionBlocked', message };
  return (
    (await report(visit, tools, { draft: visit.draft, plan: undefined, verdicts: undefined, progress })) ??
    requeueAfter(5000)
  );
}

async function takeAway<T extends OwnerObject & KubeObject, R>(
  visit: Visit<T, R>,
  session: CloudSession,
  tools: VisitTools<T, R>,
): Promise<Outcome> {
  const { inventory } = session;
  track(visit, session, tools);
  if (inventory.doubt() !== undefined)
    return blocked(visit, tools, 'most known resources vanished from one listing, which is not believed');
  if (!inventory.synced()) return requeueAfter(250);
  const input = inputOf(visit, session, { draft: visit.draft, zones: visit.draft.zones, kind: tools.kind.name });
  const plan = tools.kind.teardown(input);
  visit.memory.confirm(plan.plan.changes, visit.monotonic, tools.trust);
  for (const record of visit.draft.resources) inventory.touch(record.type, [record.id]);
  for (const detail of detailsOf(visit, session, tools)) inventory.touchDetail(detail.type, [detail.parentId]);
  await fetchScripts(visit, tools, neededScripts([], visit.draft.intents));
  const left = adoptPlan(visit.draft, plan, visit.now);
  for (const id of plan.gone) visit.memory.left.add(id);
  const result = session.frozen ? idle(left) : await removeNext(visit, tools, { session, plan, left });
  if ('kind' in result) return result;
  if (isEmpty(result.draft)) return end(visit, tools, { session, draft: result.draft });
  const progress = leaving(visit, { plan, result, frozen: session.frozen });
  const written = await report(visit, tools, {
    draft: result.draft,
    plan: undefined,
    verdicts: undefined,
    progress,
    entries: result.entries,
  });
  return written ?? requeueAfter(POLL_MS);
}

function track<T extends OwnerObject & KubeObject, R>(
  visit: Visit<T, R>,
  session: CloudSession,
  tools: VisitTools<T, R>,
): void {
  session.inventory.track({
    key: `${tools.kind.name}|${visit.key}`,
    uid: visit.object.metadata.uid,
    // Only what the cloud agreed to delete may be missing without a doubt; what is merely not visible yet would be lost.
    ids: visit.draft.resources.map(({ type, id, state }) => ({
      type,
      id,
      ...(state === DELETING ? { leaving: true } : {}),
    })),
    details: detailsOf(visit, session, tools),
  });
}

/** Its own parts, and the rules of every group beside its own: one of a stranger may name it and keep it alive. */
function detailsOf<T extends OwnerObject & KubeObject, R>(
  visit: Visit<T, R>,
  { inventory }: CloudSession,
  tools: VisitTools<T, R>,
): ReturnType<VisitTools<T, R>['kind']['details']> {
  const { resources } = visit.draft;
  const groups = inventory.records<SecurityGroupRecord>('SecurityGroup');
  const own = new Set(resources.map((record) => record.id));
  const networks = new Set(groups.filter((group) => own.has(group.id)).map((group) => group.vpcId));
  const neighbours = groups.filter((group) => networks.has(group.vpcId) && !own.has(group.id));
  return [...tools.kind.details(resources), ...neighbours.map((group) => ({ type: 'GroupRules', parentId: group.id }))];
}

/** The next wave of a deletion, unless the object is not the one any more that was planned from. */
async function removeNext<T extends OwnerObject & KubeObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
  of: { readonly session: CloudSession; readonly plan: KindPlan; readonly left: Draft },
): Promise<WaveResult | Outcome> {
  const context = waveContext(visit, of.session, tools);
  const outdated = hasWork(of.plan, of.left, context) ? await isOutdated(visit, tools) : undefined;
  return outdated ?? runWave(of.plan.plan, of.left, context);
}

function idle(draft: Draft): WaveResult {
  return { draft, entries: [], error: undefined, held: 'writes are Frozen', duplicate: undefined, acted: false };
}

/** Users of what is to go are named as DeletionBlocked; the rest is work in progress. */
function leaving<T extends OwnerObject & KubeObject, R>(
  visit: Visit<T, R>,
  of: { readonly plan: KindPlan; readonly result: WaveResult; readonly frozen: boolean },
): Progress {
  const { plan, result } = of;
  if (of.frozen)
    return {
      kind: 'working',
      reason: 'WritesFrozen',
      message: 'The account’s writes are Frozen: the deletion goes on when spec.writes is Enabled',
    };
  const way = inTheWay(visit.object, plan.plan.pending);
  if (way !== undefined) return { kind: 'working', reason: 'DeletionBlocked', message: way };
  const verdicts = { concerns: [], findings: [], addresses: [], repaired: [] };
  const progress = progressOf({
    plan,
    verdicts,
    draft: result.draft,
    memory: visit.memory,
    monotonic: visit.monotonic,
    result,
  });
  return progress.kind === 'working' && progress.reason === 'Progressing'
    ? {
        kind: 'working',
        reason: 'Deleting',
        message: `Taking away ${listing(result.draft.resources.map((record) => record.name))}`,
      }
    : progress;
}

function inTheWay({ kind, metadata }: OwnerObject, pending: readonly Pending[]): string | undefined {
  const user = pending.find(({ why }) => why.startsWith('is used by') || why.startsWith('is named by'));
  if (user !== undefined) return `${kind} ${metadata.name} ${user.why}; it goes once they are gone`;
  const [what] = [PREPAID, UNTAGGED].filter((text) => pending.some(({ why }) => why.endsWith(text)));
  if (what === undefined) return undefined;
  const kept = pending.filter(({ why }) => why.endsWith(what)).map(({ name, id }) => `${name} (${id})`);
  return `${listing(kept)}: ${what}. Release it by hand, or set deletionPolicy: Retain`;
}

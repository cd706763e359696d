// What must hold before the cloud is looked at: environment, account, namespace, the rules between objects, a session.
import type { Progress } from '../crds/index.ts';
import { accountAllows } from '../crds/index.ts';
import { type Outcome, requeueAfter } from '../runtime/index.ts';
import type { OwnerObject } from './model.ts';
import { type Visit, type VisitTools, report } from './visit.ts';

/** What must hold before the cloud is looked at; a report when it does not. */
export async function admit<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
): Promise<Outcome | undefined> {
  const { environment } = visit;
  if (environment === undefined) return stopWith(visit, tools, waitingFor(visit));
  const { name } = environment.spec.accountRef;
  const account = tools.stores.accounts.get(name);
  if (account === undefined)
    return stopWith(visit, tools, {
      kind: 'working',
      reason: 'AccountNotFound',
      message: `FinanceCloudAccount ${name} does not exist: create it, or correct spec.accountRef of FinanceCloudEnvironment ${environment.metadata.name}`,
    });
  const namespace = visit.object.metadata.namespace ?? '';
  if (!accountAllows(account, namespace)) {
    return stopWith(visit, tools, {
      kind: 'stalled',
      reason: 'NamespaceNotAllowed',
      message: `FinanceCloudAccount ${name} does not allow namespace ${namespace}: add it to spec.allowedNamespaces of the account, or use another account`,
    });
  }
  const admission = tools.kind.admit(visit.object, visit.refs, tools.stores);
  if (admission.kind === 'invalid')
    return stopWith(visit, tools, { kind: 'stalled', reason: 'InvalidSpec', message: admission.message });
  if (admission.kind === 'waiting') return stopWith(visit, tools, dependency(admission.dependency));
  const state = tools.sessions.of(name, environment.spec.region);
  if (state.kind === 'not-ready')
    return stopWith(visit, tools, {
      kind: 'working',
      reason: state.reason,
      message: `FinanceCloudAccount ${name}: ${state.message}`,
    });
  visit.session = state.session;
  return undefined;
}

function waitingFor<T extends OwnerObject, R>(visit: Visit<T, R>): Progress {
  return visit.dependency === undefined
    ? { kind: 'working', reason: 'Progressing', message: 'Looking around' }
    : dependency(visit.dependency);
}

/** How an object stands while a fact of another one is missing. */
export function dependency(of: { readonly kind: string; readonly name: string; readonly fact: string }): Progress {
  return {
    kind: 'working',
    reason: 'DependencyNotReady',
    message: `Waits for the ${of.fact} of ${of.kind} ${of.name}`,
  };
}

/** Ends a visit that got no plan: the status says why, and the next look is far away. */
export async function stopWith<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  tools: VisitTools<T, R>,
  progress: Progress,
): Promise<Outcome> {
  const written = await report(visit, tools, { draft: visit.draft, plan: undefined, verdicts: undefined, progress });
  return written ?? (progress.kind === 'stalled' ? requeueAfter(30_000) : requeueAfter(5000));
}

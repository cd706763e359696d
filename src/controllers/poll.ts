// What is waited for is read again in the next shared batch, and nothing else: a load balancer is asked each second only while its
// members are about to change, or to be seen to answer.
import type { LoadBalancerParts } from '../cloud/slb/model.ts';
import type { Pending } from '../plan/change.ts';
import type { KindPlan } from './kind.ts';
import type { OwnerObject } from './model.ts';
import { BACKENDS } from './parts/backends.ts';
import { isRecorded } from './records.ts';
import type { CloudSession } from './sessions.ts';
import type { Visit } from './visit.ts';

/** Has read again what this plan waits for. */
export function poll<T extends OwnerObject, R>(plan: KindPlan, visit: Visit<T, R>, { inventory }: CloudSession): void {
  for (const item of plan.plan.pending.filter(isReadById)) inventory.touch(item.type, [item.id]);
  const balancers = visit.draft.resources.filter((record) => record.type === 'LoadBalancer');
  const moving = isUnwell(visit.object) || plan.replacements.length > 0;
  for (const { id, name } of balancers)
    if (moving || isAwaited(name, plan) || !isSteady(inventory.detail<LoadBalancerParts>('LoadBalancerParts', id)))
      inventory.touchDetail('LoadBalancerParts', [id]);
}

/** Members of this load balancer are about to change, or to be seen. */
function isAwaited(name: string, { plan }: KindPlan): boolean {
  return [...plan.changes, ...plan.pending].some((item) => item.type === BACKENDS && item.name.startsWith(name));
}

/** Read, and every member answers: nothing there changes by itself within moments. */
function isSteady(detail: { readonly parts: LoadBalancerParts } | undefined): boolean {
  return detail?.parts.health.every(({ state }) => state === 'normal') ?? false;
}

function isReadById({ type, id }: Pending): boolean {
  return id !== '' && (isRecorded(type) || type === 'Listener');
}

/** Backends that do not answer are looked at more often than the slow tier does. */
function isUnwell({ status }: OwnerObject): boolean {
  return (status?.conditions ?? []).some((item) => item.type === 'BackendsHealthy' && item.status === 'False');
}

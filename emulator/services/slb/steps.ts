// What happens to load balancers by itself: configurations settle, released servers leave.
import type { Scope } from '../../service.ts';
import { loadBalancers, serverGroups } from './world.ts';

/** The load balancer takes the next change. */
export function settle(scope: Scope, id: string): void {
  if (scope.table(loadBalancers).get(id) !== undefined)
    scope.table(loadBalancers).update(id, { busy: undefined }, 'quiet');
}

/** The server group takes the next change. */
export function settleGroup(scope: Scope, id: string): void {
  if (scope.table(serverGroups).get(id) !== undefined) scope.table(serverGroups).update(id, { busy: false }, 'quiet');
}

/** A released server is no backend any more, of anything. */
export function forgetServer(scope: Scope, id: string): void {
  for (const row of scope.table(loadBalancers).by('server', id)) {
    scope
      .table(loadBalancers)
      .update(row.id, { backends: row.backends.filter((backend) => backend.serverId !== id) }, 'quiet');
  }
  for (const row of scope.table(serverGroups).by('server', id)) {
    scope
      .table(serverGroups)
      .update(row.id, { backends: row.backends.filter((backend) => backend.serverId !== id) }, 'quiet');
  }
}

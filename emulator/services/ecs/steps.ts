// Life-cycle steps of servers, in virtual time. A step that an older power operation ordered finds another turn and does nothing.

import type { EventSpec, Facts, Scope } from '../../service.ts';
import type { Duration } from '../../settings.ts';
import { releaseAddress } from '../vpc/addresses.ts';
import { type Instance, type InstanceStatus, instances } from './tables.ts';

/** Orders the next step of this server by its rule. */
export const order = (scope: Scope, row: Instance, step: { readonly rule: string; readonly kind: string }): void =>
  scope.later(step.rule, { service: 'ecs', kind: step.kind, id: row.id, data: { turn: row.turn } });

/** Changes a server's power state and orders the step that follows. */
export const move = (
  scope: Scope,
  row: Instance,
  to: { status: InstanceStatus; rule: string; kind: string; patch?: Partial<Instance> },
): void => {
  const next = scope.table(instances).update(row.id, { ...to.patch, status: to.status, turn: row.turn + 1 });
  order(scope, next, to);
};

const current = (event: EventSpec, scope: Scope): Instance | undefined => {
  const row = scope.table(instances).get(event.id);
  return row?.turn === event.data?.['turn'] ? row : undefined;
};

const created = (event: EventSpec, scope: Scope): void => {
  const row = current(event, scope);
  if (row === undefined) return;
  const next = scope.table(instances).update(row.id, { status: 'Starting' }, 'quiet');
  order(scope, next, { rule: 'ecs.instance.starting', kind: 'instance-running' });
};

const running = (event: EventSpec, scope: Scope): void => {
  const row = current(event, scope);
  if (row === undefined) return;
  scope
    .table(instances)
    .update(row.id, { status: 'Running', startedAt: scope.now(), booted: true, stoppedByOutage: false }, 'quiet');
  scope.announce('server-booted', { id: row.id, first: !row.booted });
};

const stopped = (event: EventSpec, scope: Scope): void => {
  const row = current(event, scope);
  if (row === undefined) return;
  // Without charging there is no public address to keep.
  const lost = row.stoppedMode === 'StopCharging' ? { publicIp: undefined } : {};
  scope.table(instances).update(row.id, { status: 'Stopped', ...lost }, 'quiet');
};

const released = (event: EventSpec, scope: Scope): void => {
  const row = current(event, scope);
  if (row === undefined) return;
  scope.announce('server-released', { id: row.id });
  scope.table(instances).remove(row.id);
  releaseAddress(scope, row.vswitchId, row.privateIp);
};

/** What is due for servers. */
export const instanceEvents: Readonly<Record<string, (event: EventSpec, scope: Scope) => void>> = {
  'instance-created': created,
  'instance-running': running,
  'instance-stopped': stopped,
  'instance-released': released,
};

const strike = (scope: Scope, row: Instance): void => {
  if (row.releasing || row.status === 'Stopped') return;
  const next = scope
    .table(instances)
    .update(row.id, { status: 'Stopped', stoppedByOutage: true, turn: row.turn + 1 }, 'quiet');
  if (row.status !== 'Pending') scope.announce('server-stopped', { id: next.id });
};

const revive = (scope: Scope, row: Instance): void => {
  if (!row.stoppedByOutage || row.releasing) return;
  const next = scope.table(instances).update(row.id, { status: 'Starting', turn: row.turn + 1 }, 'quiet');
  order(scope, next, { rule: 'ecs.instance.starting', kind: 'instance-running' });
};

/** A zone that fails stops its servers at once; when it is back, those that it stopped start again. */
export const zoneChanged = (fact: Facts['zone-changed'], scope: Scope): void => {
  for (const row of scope.table(instances).by('zone', fact.zone)) (fact.outage ? strike : revive)(scope, row);
};

/** Defaults: the documents say "a few seconds" for Pending; the rest is of the order that terraform's provider and live runs saw. */
export const instanceDurations: Readonly<Record<string, Duration>> = {
  'ecs.instance.pending': { kind: 'uniform', minSeconds: 2, maxSeconds: 6 },
  'ecs.instance.starting': { kind: 'uniform', minSeconds: 15, maxSeconds: 40 },
  'ecs.instance.stopping': { kind: 'uniform', minSeconds: 10, maxSeconds: 30 },
  'ecs.instance.poweringOff': { kind: 'uniform', minSeconds: 3, maxSeconds: 8 },
  'ecs.instance.rebooting': { kind: 'uniform', minSeconds: 20, maxSeconds: 45 },
  'ecs.instance.releasing': { kind: 'uniform', minSeconds: 3, maxSeconds: 12 },
  'ecs.instance.forceReleasing': { kind: 'uniform', minSeconds: 10, maxSeconds: 30 },
};

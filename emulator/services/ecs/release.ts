// Releasing servers. The call answers at once; the server is gone a while later and holds its vSwitch and groups until then.

import { refuseDryRun } from '../../refusal.ts';
import type { Answer, Call, Operation } from '../../service.ts';
import { namedInstances } from './power.ts';
import { move } from './steps.ts';
import { type Instance, instances } from './tables.ts';

const check = (call: Call, row: Instance): void => {
  if (row.releasing) return;
  if (row.deletionProtection)
    call.refuse('InvalidOperation.DeletionProtection', {
      message: 'The operation is not allowed due to deletion protection.',
    });
  if (row.chargeType === 'PrePaid' && call.params.flag('TerminateSubscription') !== true)
    call.refuse('ChargeTypeViolation');
  if (row.locks.includes('security')) call.refuse('InstanceLockedForSecurity');
  if (row.status === 'Pending') call.refuse('IncorrectInstanceStatus.Initializing', { status: 403 });
  if (row.status !== 'Stopped' && call.params.flag('Force') !== true)
    call.refuse('IncorrectInstanceStatus', { status: 403 });
};

const release = (call: Call, row: Instance): void => {
  // A release that is under way stays as it is: the second call changes nothing and succeeds.
  if (row.releasing) return;
  const runs = row.status !== 'Stopped';
  if (runs) call.announce('server-stopped', { id: row.id });
  move(call, row, {
    status: runs ? 'Stopping' : 'Stopped',
    rule: runs ? 'ecs.instance.forceReleasing' : 'ecs.instance.releasing',
    kind: 'instance-released',
    patch: { releasing: true },
  });
};

const deleteInstance = (call: Call): Answer => {
  const row =
    call.table(instances).get(call.params.required('InstanceId')) ?? call.refuse('InvalidInstanceId.NotFound');
  check(call, row);
  if (call.params.flag('DryRun') === true) refuseDryRun();
  release(call, row);
  return {};
};

const deleteInstances = (call: Call): Answer => {
  const rows = namedInstances(call);
  for (const row of rows) check(call, row);
  if (call.params.flag('DryRun') === true) call.refuse('DRYRUN.SUCCESS');
  for (const row of rows) release(call, row);
  return {};
};

/** Actions that release servers. */
export const releaseOperations: Readonly<Record<string, Operation>> = {
  DeleteInstance: { effect: 'write', coverage: 'full', run: deleteInstance },
  DeleteInstances: { effect: 'write', token: true, coverage: 'full', run: deleteInstances },
};

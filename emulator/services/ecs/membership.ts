// Which servers are in which security groups, and public addresses: what is changed one server at a time.

import type { Answer, Call, Operation } from '../../service.ts';
import { type Instance, instances, type SecurityGroup, securityGroups } from './tables.ts';

const parties = (call: Call): { row: Instance; group: SecurityGroup } => {
  const id = call.params.text('InstanceId') ?? call.refuse('InvalidInstanceId.Malformed', { status: 400 });
  const group =
    call.table(securityGroups).get(call.params.required('SecurityGroupId')) ??
    call.refuse('InvalidSecurityGroupId.NotFound');
  const row = call.table(instances).get(id) ?? call.refuse('InvalidInstanceId.NotFound');
  if (row.status === 'Pending')
    call.refuse('Forbidden.InstanceIsBeingCreated', {
      status: 403,
      message: 'The specified instance is being created.',
    });
  if (row.releasing || (row.status !== 'Running' && row.status !== 'Stopped')) call.refuse('IncorrectInstanceStatus');
  return { row, group };
};

const join = (call: Call): Answer => {
  const { row, group } = parties(call);
  if (group.vpcId !== row.vpcId) call.refuse('InvalidInstanceId.Mismatch');
  if (row.groupIds.includes(group.id)) call.refuse('InvalidInstanceId.AlreadyExists');
  if (row.groupIds.length >= call.quota('ecs.groupsPerInstance', 5))
    call.refuse('InstanceSecurityGroupLimitExceeded', { status: 403 });
  if (call.table(instances).count('group', group.id) >= call.quota('ecs.instancesPerGroup', 2000))
    call.refuse('SecurityGroupInstanceLimitExceeded', { status: 403 });
  call.table(instances).update(row.id, { groupIds: [...row.groupIds, group.id] });
  return {};
};

const leave = (call: Call): Answer => {
  const { row, group } = parties(call);
  if (!row.groupIds.includes(group.id)) call.refuse('InstanceNotInSecurityGroup');
  if (row.groupIds.length === 1) call.refuse('InstanceLastSecurityGroup');
  call.table(instances).update(row.id, { groupIds: row.groupIds.filter((id) => id !== group.id) });
  return {};
};

const allocatePublicIp = (call: Call): Answer => {
  const row =
    call.table(instances).get(call.params.required('InstanceId')) ?? call.refuse('InvalidInstanceId.NotFound');
  if (row.releasing || (row.status !== 'Running' && row.status !== 'Stopped')) call.refuse('IncorrectInstanceStatus');
  if (row.publicIp !== undefined) call.refuse('AllocatedAlready', { status: 403 });
  const part = (): number => Math.floor(call.draw() * 254) + 1;
  const publicIp = `47.${part()}.${part()}.${part()}`;
  call.table(instances).update(row.id, { publicIp });
  return { IpAddress: publicIp };
};

/** Actions on memberships and public addresses. */
export const membershipOperations: Readonly<Record<string, Operation>> = {
  JoinSecurityGroup: { effect: 'write', coverage: 'partial', note: 'servers only, no interfaces', run: join },
  LeaveSecurityGroup: { effect: 'write', coverage: 'partial', note: 'servers only, no interfaces', run: leave },
  AllocatePublicIpAddress: {
    effect: 'write',
    coverage: 'partial',
    note: 'takes effect at once',
    run: allocatePublicIp,
  },
};

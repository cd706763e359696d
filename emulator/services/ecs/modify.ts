// Changing servers: attributes, groups, maintenance, RAM role. And the edit that no API can make: a server that turns up in another zone.

import { numberedPage } from '../../paging.ts';
import type { Answer, Call, Operation } from '../../service.ts';
import { vswitches } from '../vpc/tables.ts';
import { findAddresses, holdAddress, releaseAddress } from '../vpc/addresses.ts';
import { jsonIds } from './describe-filters.ts';
import { type Instance, instances, type Maintenance, securityGroups } from './tables.ts';

const existing = (call: Call, id = call.params.required('InstanceId')): Instance =>
  call.table(instances).get(id) ??
  call.refuse('InvalidInstanceId.NotFound', { status: 404, message: 'The specified InstanceId does not exist.' });

const newGroups = (call: Call, row: Instance): readonly string[] => {
  const ids = call.params.texts('SecurityGroupIds');
  if (ids.length === 0) return row.groupIds;
  if (new Set(ids).size < ids.length) call.refuse('InvalidParameter.SecurityGroupIdRepeated');
  if (ids.length > call.quota('ecs.groupsPerInstance', 5))
    call.refuse('InstanceSecurityGroupLimitExceeded', { status: 403 });
  for (const id of ids) {
    const group = call.table(securityGroups).get(id) ?? call.refuse('InvalidSecurityGroupId.NotFound');
    if (group.vpcId !== row.vpcId) call.refuse('InvalidSecurityGroupVpc.NotBelongToOneVpc');
  }
  return ids;
};

const checkNames = (call: Call): void => {
  const name = call.params.text('InstanceName');
  if (name !== undefined && (name.length < 2 || name.length > 128 || /^https?:\/\//.test(name)))
    call.refuse('InvalidInstanceName.Malformed');
  if ((call.params.text('Description') ?? '').length > 256) call.refuse('InvalidDescription.Malformed');
};

const changeable = (call: Call): Instance => {
  const row = existing(call);
  const isBusy = row.releasing || row.status === 'Pending' || row.status === 'Starting';
  return isBusy ? call.refuse('IncorrectInstanceStatus') : row;
};

const modifyInstanceAttribute = (call: Call): Answer => {
  const { params } = call;
  const row = changeable(call);
  checkNames(call);
  const protection = params.flag('DeletionProtection');
  if (protection === true && row.chargeType === 'PrePaid') call.refuse('InvalidChargeType.ValueNotSupported');
  const groupIds = newGroups(call, row);
  call.table(instances).update(row.id, {
    groupIds,
    name: params.text('InstanceName') ?? row.name,
    description: params.text('Description') ?? row.description,
    hostName: params.text('HostName') ?? row.hostName,
    deletionProtection: protection ?? row.deletionProtection,
    userData: params.text('UserData') ?? row.userData,
  });
  return {};
};

const ACTIONS: readonly Maintenance['action'][] = ['Stop', 'AutoRecover', 'AutoRedeploy'];

const modifyMaintenance = (call: Call): Answer => {
  const { params } = call;
  const rows = params.texts('InstanceId').map((id) => existing(call, id));
  const asked = params.text('ActionOnMaintenance');
  const action = ACTIONS.find((candidate) => candidate === asked);
  if (asked !== undefined && action === undefined)
    call.refuse('InvalidParameter', { status: 403, message: 'The specified ActionOnMaintenance is not valid.' });
  const windows = params
    .objects('MaintenanceWindow')
    .map((window) => ({ start: window.text('StartTime') ?? '', end: window.text('EndTime') ?? '' }));
  for (const row of rows) {
    const maintenance: Maintenance = {
      action: action ?? row.maintenance.action,
      notify: params.flag('NotifyOnMaintenance') ?? row.maintenance.notify,
      windows: windows.length > 0 ? windows : row.maintenance.windows,
    };
    call.table(instances).update(row.id, { maintenance });
  }
  return {};
};

const describeMaintenance = (call: Call): Answer => {
  const ids = call.params.texts('InstanceId');
  const table = call.table(instances);
  const rows = ids.length === 0 ? table.listSeen() : ids.map((id) => table.seen(id)).filter((row) => row !== undefined);
  const page = numberedPage(call, rows);
  const shown = page.items.map(({ id, maintenance }) => ({
    InstanceId: id,
    NotifyOnMaintenance: maintenance.notify,
    ActionOnMaintenance: {
      Value: maintenance.action,
      DefaultValue: 'AutoRecover',
      SupportedValues: { SupportedValue: ACTIONS },
    },
    MaintenanceWindows: {
      MaintenanceWindow: maintenance.windows.map(({ start, end }) => ({ StartTime: start, EndTime: end })),
    },
  }));
  return { ...page.fields, MaintenanceAttributes: { MaintenanceAttribute: shown } };
};

const setRole = (call: Call, role: string | undefined): Answer => {
  const rows = (jsonIds(call, 'InstanceIds') ?? []).map((id) => existing(call, id));
  for (const row of rows) call.table(instances).update(row.id, { ramRoleName: role });
  const results = rows.map(({ id }) => ({
    InstanceId: id,
    Code: '200',
    Message: 'success',
    Success: true,
    InstanceRamRoleSets: { InstanceRamRoleSet: [] },
  }));
  return {
    TotalCount: rows.length,
    FailCount: 0,
    RamRoleName: role ?? '',
    [`${call.action}Results`]: { [`${call.action}Result`]: results },
  };
};

const describeRole = (call: Call): Answer => {
  const ids = jsonIds(call, 'InstanceIds');
  const role = call.params.text('RamRoleName');
  const table = call.table(instances);
  const rows = (
    ids === undefined ? table.listSeen() : ids.map((id) => table.seen(id)).filter((row) => row !== undefined)
  ).filter((row) => role === undefined || row.ramRoleName === role);
  const page = numberedPage(call, rows);
  return {
    RegionId: call.region,
    TotalCount: rows.length,
    InstanceRamRoleSets: {
      InstanceRamRoleSet: page.items.map((row) => ({ InstanceId: row.id, RamRoleName: row.ramRoleName ?? '' })),
    },
  };
};

const describeUserData = (call: Call): Answer => {
  const row =
    call.table(instances).seen(call.params.required('InstanceId')) ??
    call.refuse('InvalidInstanceId.NotFound', { status: 404 });
  return { RegionId: call.region, InstanceId: row.id, UserData: row.userData ?? '' };
};

/** Moves a server's record to another zone, into a vSwitch of the same VPC there. */
const serverInOtherZone = (call: Call): Answer => {
  const row = existing(call, call.params.required('instanceId'));
  const zone = call.params.required('zone');
  const target = call
    .table(vswitches)
    .by('vpc', row.vpcId)
    .find((vswitch) => vswitch.zone === zone);
  if (target === undefined)
    return call.refuse('InvalidZoneId.NotFound', {
      status: 404,
      message: `The server's VPC has no vSwitch in ${zone}.`,
    });
  const found = findAddresses(call, target, { count: 1 });
  const privateIp =
    found.kind === 'ok' ? (found.ips[0] ?? '') : call.refuse('QuotaExceeded.PrivateIpAddress', { status: 400 });
  releaseAddress(call, row.vswitchId, row.privateIp);
  holdAddress(call, target.id, { ip: privateIp, owner: row.id });
  call.table(instances).update(row.id, { zone, vswitchId: target.id, privateIp });
  return { InstanceId: row.id, ZoneId: zone, VSwitchId: target.id, PrivateIpAddress: privateIp };
};

/** Actions that change servers. */
export const modifyOperations: Readonly<Record<string, Operation>> = {
  ModifyInstanceAttribute: {
    effect: 'write',
    coverage: 'partial',
    note: 'passwords and credit specifications are ignored',
    run: modifyInstanceAttribute,
  },
  ModifyInstanceMaintenanceAttributes: { effect: 'write', coverage: 'full', run: modifyMaintenance },
  DescribeInstanceMaintenanceAttributes: { effect: 'read', coverage: 'full', run: describeMaintenance },
  AttachInstanceRamRole: {
    effect: 'write',
    coverage: 'partial',
    note: 'any role name exists',
    run: (call) => setRole(call, call.params.text('RamRoleName')),
  },
  DetachInstanceRamRole: {
    effect: 'write',
    coverage: 'partial',
    note: 'all or nothing',
    run: (call) => setRole(call, undefined),
  },
  DescribeUserData: { effect: 'read', coverage: 'full', run: describeUserData },
  DescribeInstanceRamRole: { effect: 'read', coverage: 'full', run: describeRole },
};

/** Out-of-band changes by their kind. */
export const instanceDrift: Readonly<Record<string, Operation>> = {
  serverInOtherZone: { effect: 'write', coverage: 'full', run: serverInOtherZone },
};

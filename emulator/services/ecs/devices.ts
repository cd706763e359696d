// Disks and network interfaces: shown as parts of their servers, not managed on their own.

import { isoSeconds } from '../../clock.ts';
import { eitherPage } from '../../paging.ts';
import type { Answer, Call, Operation } from '../../service.ts';
import { jsonIds } from './describe-filters.ts';
import { type Disk, type Instance, instances } from './tables.ts';

const serversOf = (call: Call): readonly Instance[] => {
  const table = call.table(instances);
  const id = call.params.text('InstanceId');
  if (id === undefined) return table.listSeen();
  const row = table.seen(id);
  return row === undefined ? [] : [row];
};

const shownDisk = (call: Call, row: Instance, disk: Disk): Answer => ({
  DiskId: disk.id,
  DiskName: '',
  Description: '',
  RegionId: call.region,
  ZoneId: row.zone,
  InstanceId: row.id,
  Category: disk.category,
  Size: disk.sizeGiB,
  Type: disk.system ? 'system' : 'data',
  Device: disk.device,
  Status: row.status === 'Pending' ? 'Creating' : 'In_use',
  DiskChargeType: row.chargeType,
  DeleteWithInstance: true,
  DeleteAutoSnapshot: true,
  EnableAutoSnapshot: true,
  Portable: !disk.system,
  Encrypted: false,
  ImageId: disk.system ? row.imageId : '',
  CreationTime: isoSeconds(row.createdAt),
  AttachedTime: isoSeconds(row.createdAt),
  DetachedTime: '',
  ResourceGroupId: '',
  SerialNumber: disk.id.slice(2),
  Tags: { Tag: [] },
  OperationLocks: { OperationLock: [] },
  MountInstances: { MountInstance: [] },
  Attachments: { Attachment: [{ InstanceId: row.id, Device: disk.device, AttachedTime: isoSeconds(row.createdAt) }] },
});

const describeDisks = (call: Call): Answer => {
  const { params } = call;
  const ids = jsonIds(call, 'DiskIds');
  const table = call.table(instances);
  const rows = serversOf(call)
    .flatMap((row) => row.disks.map((disk, place) => ({ row, disk, seq: table.seq(row.id) * 32 + place })))
    .filter(
      ({ row, disk }) =>
        (ids === undefined || ids.includes(disk.id)) &&
        (params.text('ZoneId') ?? row.zone) === row.zone &&
        (params.text('Category') ?? disk.category) === disk.category &&
        ['all', disk.system ? 'system' : 'data'].includes(params.text('DiskType') ?? 'all'),
    );
  const page = eitherPage(call, rows, { seq: ({ seq }) => seq });
  return { ...page.fields, Disks: { Disk: page.items.map(({ row, disk }) => shownDisk(call, row, disk)) } };
};

const shownInterface = (call: Call, row: Instance): Answer => ({
  NetworkInterfaceId: row.eniId,
  NetworkInterfaceName: '',
  Description: '',
  Type: 'Primary',
  Status: 'InUse',
  VpcId: row.vpcId,
  VSwitchId: row.vswitchId,
  ZoneId: row.zone,
  InstanceId: row.id,
  OwnerId: call.account,
  MacAddress: row.mac,
  PrivateIpAddress: row.privateIp,
  CreationTime: isoSeconds(row.createdAt),
  ServiceManaged: false,
  ResourceGroupId: '',
  DeleteOnRelease: true,
  SecurityGroupIds: { SecurityGroupId: row.groupIds },
  PrivateIpSets: { PrivateIpSet: [{ PrivateIpAddress: row.privateIp, Primary: true }] },
  Ipv6Sets: { Ipv6Set: [] },
  Tags: { Tag: [] },
  Attachment: { InstanceId: row.id, DeviceIndex: 0 },
});

const describeNetworkInterfaces = (call: Call): Answer => {
  const { params } = call;
  const ids = params.texts('NetworkInterfaceId');
  const ips = params.texts('PrivateIpAddress');
  const group = params.text('SecurityGroupId');
  const rows = serversOf(call).filter(
    (row) =>
      (ids.length === 0 || ids.includes(row.eniId)) &&
      (ips.length === 0 || ips.includes(row.privateIp)) &&
      (group === undefined || row.groupIds.includes(group)) &&
      (params.text('VpcId') ?? row.vpcId) === row.vpcId &&
      (params.text('VSwitchId') ?? row.vswitchId) === row.vswitchId,
  );
  const table = call.table(instances);
  const page = eitherPage(call, rows, { seq: (row) => table.seq(row.id) });
  return {
    ...page.fields,
    NetworkInterfaceSets: { NetworkInterfaceSet: page.items.map((row) => shownInterface(call, row)) },
  };
};

/** Actions that read devices. */
export const deviceOperations: Readonly<Record<string, Operation>> = {
  DescribeDisks: {
    effect: 'read',
    coverage: 'partial',
    note: 'disks of servers only; main filters',
    run: describeDisks,
  },
  DescribeNetworkInterfaces: {
    effect: 'read',
    coverage: 'partial',
    note: 'primary interfaces only; main filters',
    run: describeNetworkInterfaces,
  },
};

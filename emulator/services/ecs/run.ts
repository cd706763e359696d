// RunInstances and CreateInstance: servers come up Pending; the first starts by itself, the second waits stopped.

import type { Answer, Call, Operation } from '../../service.ts';
import { holdAddress } from '../vpc/addresses.ts';
import { order } from './steps.ts';
import { checkRun, type Plan } from './run-checks.ts';
import { type Disk, type Instance, instances } from './tables.ts';

const HEX = (value: number): string => value.toString(16).padStart(2, '0');

/** `web-[7,3]-a` and place 1 give `web-008-a`; without brackets UniqueSuffix appends 001, 002, ... */
export const numberedName = (pattern: string, place: number, unique: boolean): string => {
  const parts = /^(.*)\[(\d*),(\d*)\](.*)$/.exec(pattern);
  if (parts === null) return unique ? `${pattern}${String(place + 1).padStart(3, '0')}` : pattern;
  const [, head = '', begin = '', bits = '', tail = ''] = parts;
  const width = bits === '' ? 6 : Number(bits);
  return `${head}${String(Number(begin === '' ? '0' : begin) + place).padStart(width, '0')}${tail}`;
};

const disksOf = (call: Call): readonly Disk[] => {
  const { params } = call;
  const system: Disk = {
    id: call.newId('d'),
    category: params.text('SystemDisk.Category') ?? 'cloud_essd',
    sizeGiB: params.int('SystemDisk.Size') ?? 40,
    device: '/dev/xvda',
    system: true,
  };
  const data = params.objects('DataDisk').map((disk, index) => ({
    id: call.newId('d'),
    category: disk.text('Category') ?? 'cloud_essd',
    sizeGiB: disk.int('Size') ?? 40,
    device: disk.text('Device') ?? `/dev/xvd${String.fromCharCode(98 + index)}`,
    system: false,
  }));
  return [system, ...data];
};

const publicIp = (call: Call): string => {
  const part = (): number => Math.floor(call.draw() * 254) + 1;
  return `47.${part()}.${part()}.${part()}`;
};

const names = (call: Call, id: string, place: number): Pick<Instance, 'name' | 'hostName' | 'description'> => {
  const unique = call.params.flag('UniqueSuffix') === true;
  const named = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : numberedName(text, place, unique);
  return {
    name: named(call.params.text('InstanceName')) ?? id,
    hostName: call.params.texts('HostNames')[place] ?? named(call.params.text('HostName')) ?? `iZ${id.slice(2)}Z`,
    description: call.params.text('Description') ?? '',
  };
};

const terms = (
  call: Call,
): Pick<
  Instance,
  | 'bandwidthIn'
  | 'bandwidthOut'
  | 'keyPairName'
  | 'ramRoleName'
  | 'chargeType'
  | 'internetChargeType'
  | 'spotStrategy'
  | 'deletionProtection'
  | 'autoReleaseTime'
  | 'userData'
> => {
  const { params } = call;
  return {
    bandwidthOut: params.int('InternetMaxBandwidthOut') ?? 0,
    bandwidthIn: params.int('InternetMaxBandwidthIn') ?? Math.max(10, params.int('InternetMaxBandwidthOut') ?? 0),
    keyPairName: params.text('KeyPairName'),
    ramRoleName: params.text('RamRoleName'),
    chargeType: params.text('InstanceChargeType') ?? 'PostPaid',
    internetChargeType: params.text('InternetChargeType') ?? 'PayByTraffic',
    spotStrategy: params.text('SpotStrategy') ?? 'NoSpot',
    deletionProtection: params.flag('DeletionProtection') ?? false,
    // Seconds are accepted and not kept: the API shows minutes.
    autoReleaseTime: params.text('AutoReleaseTime')?.replace(/:\d\dZ$/, 'Z'),
    userData: params.text('UserData'),
  };
};

const make = (call: Call, plan: Plan, place: number): Instance => {
  const id = call.newId('i');
  const ip = plan.ips[place] ?? '';
  return {
    id,
    ...names(call, id, place),
    ...terms(call),
    zone: plan.vswitch.zone,
    type: plan.type.id,
    imageId: plan.imageId,
    status: 'Pending',
    releasing: false,
    stoppedByOutage: false,
    booted: false,
    turn: 1,
    vpcId: plan.vswitch.vpcId,
    vswitchId: plan.vswitch.id,
    privateIp: ip,
    publicIp: (call.params.int('InternetMaxBandwidthOut') ?? 0) > 0 ? publicIp(call) : undefined,
    groupIds: plan.groupIds,
    tags: plan.tags,
    stoppedMode: 'KeepCharging',
    createdAt: call.now(),
    startedAt: undefined,
    disks: disksOf(call),
    eniId: call.newId('eni'),
    mac: ['00:16:3e', ...Array.from({ length: 3 }, () => HEX(Math.floor(call.draw() * 256)))].join(':'),
    serial: `${id.slice(2, 10)}-${id.slice(10, 14)}-4${id.slice(14, 17)}-8${id.slice(17, 20)}-${plan.vswitch.id.slice(-12)}`,
    maintenance: { action: 'AutoRecover', notify: false, windows: [] },
    locks: [],
  };
};

const create = (call: Call, how: { readonly rule: string; readonly kind: string }): readonly string[] => {
  const plan = checkRun(call);
  call.takeStock(plan.vswitch.zone, plan.type.id, plan.amount);
  return Array.from({ length: plan.amount }, (_, place) => {
    const row = make(call, plan, place);
    call.table(instances).put(row.id, row);
    holdAddress(call, row.vswitchId, { ip: row.privateIp, owner: row.id });
    order(call, row, how);
    return row.id;
  });
};

const orderId = (call: Call): string =>
  `2${Math.floor(call.draw() * 1e14)
    .toString()
    .padStart(14, '0')}`;

const runInstances = (call: Call): Answer => ({
  InstanceIdSets: { InstanceIdSet: create(call, { rule: 'ecs.instance.pending', kind: 'instance-created' }) },
  OrderId: orderId(call),
  TradePrice: 0,
});

const createInstance = (call: Call): Answer => ({
  InstanceId: create(call, { rule: 'ecs.instance.pending', kind: 'instance-stopped' })[0] ?? '',
  OrderId: orderId(call),
  TradePrice: 0,
});

/** Actions that make servers. */
export const runOperations: Readonly<Record<string, Operation>> = {
  RunInstances: {
    effect: 'write',
    token: true,
    coverage: 'partial',
    note: 'no launch templates, no secondary interfaces, VPC only',
    run: runInstances,
  },
  CreateInstance: {
    effect: 'write',
    token: true,
    coverage: 'partial',
    note: 'as RunInstances, one at a time',
    run: createInstance,
  },
};

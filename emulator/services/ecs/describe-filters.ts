// Which servers DescribeInstances is asked for.

import { parseTime } from '../../clock.ts';
import { own } from '../../json.ts';
import type { Call } from '../../service.ts';
import { tagParams, tagsMatch } from '../../tags.ts';
import type { Instance } from './tables.ts';

/** The ids of a parameter that holds a JSON list of texts; refuses other content and more than `max`. */
export const jsonIds = (call: Call, name: string, max = 100): readonly string[] | undefined => {
  const text = call.params.text(name);
  if (text === undefined) return undefined;
  let ids: unknown;
  try {
    ids = JSON.parse(text);
  } catch {
    ids = undefined;
  }
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) {
    return call.refuse('InvalidParameter', { status: 400, message: `The specified parameter "${name}" is not valid.` });
  }
  return ids.length > max ? call.refuse('InvalidParameter.TooManyInstanceIds') : ids;
};

const EQUAL: Readonly<Record<string, (row: Instance) => string>> = {
  VpcId: (row) => row.vpcId,
  VSwitchId: (row) => row.vswitchId,
  ZoneId: (row) => row.zone,
  ImageId: (row) => row.imageId,
  Status: (row) => row.status,
  InstanceType: (row) => row.type,
  InstanceTypeFamily: (row) => row.type.split('.').slice(0, 2).join('.'),
  KeyPairName: (row) => row.keyPairName ?? '',
  InstanceChargeType: (row) => row.chargeType,
  InternetChargeType: (row) => row.internetChargeType,
  // Nothing here is in a group or cluster, or has such an address.
  ResourceGroupId: () => '',
  HpcClusterId: () => '',
  RdmaIpAddresses: () => '',
  InnerIpAddresses: () => '',
  EipAddresses: () => '',
};

/** Values that a parameter may have, and the code that refuses others. */
const KNOWN: readonly (readonly [name: string, code: string, values: readonly string[]])[] = [
  ['InstanceNetworkType', 'InvalidNetworkType.NotFound', ['vpc', 'classic']],
  ['Status', 'InvalidStatus.NotFound', ['Pending', 'Running', 'Starting', 'Stopping', 'Stopped']],
  ['InstanceChargeType', 'InvalidInstanceChargeType.NotFound', ['PrePaid', 'PostPaid']],
  ['InternetChargeType', 'InvalidInternetChargeType.ValueNotSupported', ['PayByTraffic', 'PayByBandwidth']],
  [
    'LockReason',
    'InvalidLockReason.NotFound',
    ['financial', 'security', 'recycling', 'dedicatedhostfinancial', 'refunded'],
  ],
];

/** `Filter.N`: times of creation and of expiry; what is paid by use never expires. */
const TIMES: Readonly<Record<string, (row: Instance, time: number) => boolean>> = {
  CreationStartTime: (row, time) => row.createdAt >= time,
  CreationEndTime: (row, time) => row.createdAt <= time,
  ExpiredStartTime: () => true,
  ExpiredEndTime: () => false,
};

const timeTests = (call: Call): readonly Test[] =>
  call.params.objects('Filter').map((filter) => {
    const [key, value] = [filter.text('Key') ?? '', filter.text('Value') ?? ''];
    const test = own(TIMES, key);
    if (test === undefined)
      return call.refuse('InvalidFilterKey.NotFound', { status: 404, message: `Invalid filter.${key}.` });
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/.test(value) ? parseTime(value) : undefined;
    return time === undefined
      ? call.refuse('InvalidFilterValue', { status: 404, message: `Invalid filter.${value}.` })
      : (row) => test(row, time);
  });

const like = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );

type Test = (row: Instance) => boolean;

/** Filters that are more than an equal text. */
const others = (call: Call): readonly (Test | undefined)[] => {
  const { params } = call;
  const [group, name, lock] = [params.text('SecurityGroupId'), params.text('InstanceName'), params.text('LockReason')];
  const pattern = name === undefined ? undefined : like(name);
  const privateIps = jsonIds(call, 'PrivateIpAddresses');
  const publicIps = jsonIds(call, 'PublicIpAddresses');
  const tags = tagParams(params);
  return [
    group === undefined ? undefined : (row): boolean => row.groupIds.includes(group),
    pattern === undefined ? undefined : (row): boolean => pattern.test(row.name),
    privateIps === undefined ? undefined : (row): boolean => privateIps.includes(row.privateIp),
    publicIps === undefined ? undefined : (row): boolean => publicIps.includes(row.publicIp ?? ''),
    lock === undefined ? undefined : (row): boolean => row.locks.includes(lock),
    params.text('InstanceNetworkType') === 'classic' || params.texts('Ipv6Address').length > 0
      ? (): boolean => false
      : undefined,
    tags.length === 0 ? undefined : (row): boolean => tagsMatch(row.tags, tags),
  ];
};

/** Whether a server is among those that DescribeInstances asks for; refuses values that no filter has. */
export const instanceFilter = (call: Call): Test => {
  for (const [name, code, values] of KNOWN) {
    const value = call.params.text(name);
    if (value !== undefined && !values.includes(value))
      call.refuse(code, { status: 404, message: `The specified ${name} is not found.` });
  }
  const equal = Object.entries(EQUAL).map(([name, of]): Test | undefined => {
    const value = call.params.text(name);
    return value === undefined ? undefined : (row): boolean => of(row) === value;
  });
  const tests = [...equal, ...others(call), ...timeTests(call)].filter((test) => test !== undefined);
  return (row) => tests.every((test) => test(row));
};

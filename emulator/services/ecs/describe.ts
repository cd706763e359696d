// Reading servers: lists answer 200 with what they find, attributes answer 404 for an unknown id.

import { eitherPage, numberedPage } from '../../paging.ts';
import type { Answer, Call, Operation } from '../../service.ts';
import type { Table } from '../../table.ts';
import { tagParams, tagsMatch } from '../../tags.ts';
import { instanceAttribute, listedInstance } from './instance-wire.ts';
import { type Instance, instances } from './tables.ts';

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

// The narrowest index that the request allows; all other filters run over what it gives.
const candidates = (call: Call, table: Table<Instance>): readonly Instance[] => {
  const { params } = call;
  const ids = jsonIds(call, 'InstanceIds');
  if (ids !== undefined) return ids.map((id) => table.seen(id)).filter((row) => row !== undefined);
  const tag = tagParams(params).find(({ value }) => value !== undefined);
  if (tag !== undefined) return table.bySeen('tag', `${tag.key}=${tag.value ?? ''}`);
  for (const [name, index] of [
    ['VSwitchId', 'vswitch'],
    ['SecurityGroupId', 'group'],
    ['VpcId', 'vpc'],
    ['ZoneId', 'zone'],
  ] as const) {
    const value = params.text(name);
    if (value !== undefined) return table.bySeen(index, value);
  }
  return table.listSeen();
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
};

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
    tags.length === 0 ? undefined : (row): boolean => tagsMatch(row.tags, tags),
  ];
};

const filters = (call: Call): Test => {
  const equal = Object.entries(EQUAL).map(([name, of]): Test | undefined => {
    const value = call.params.text(name);
    return value === undefined ? undefined : (row): boolean => of(row) === value;
  });
  const tests = [...equal, ...others(call)].filter((test) => test !== undefined);
  return (row) => tests.every((test) => test(row));
};

const describeInstances = (call: Call): Answer => {
  const network = call.params.text('InstanceNetworkType');
  if (call.params.flag('DryRun') === true)
    call.refuse('DryRunOperation', {
      status: 400,
      message: 'Request validation has been passed with DryRun flag set.',
    });
  if (network !== undefined && !['vpc', 'classic'].includes(network)) call.refuse('InvalidNetworkType.NotFound');
  const table = call.table(instances);
  const rows = network === 'classic' ? [] : candidates(call, table).filter(filters(call));
  const page = eitherPage(call, rows, { seq: (row) => table.seq(row.id) });
  for (const row of page.items) call.observed('ecs', row.id);
  return { ...page.fields, Instances: { Instance: page.items.map((row) => listedInstance(call, row)) } };
};

const describeInstanceStatus = (call: Call): Answer => {
  const ids = call.params.texts('InstanceId');
  const zone = call.params.text('ZoneId');
  if (ids.length > 100) call.refuse('InvalidParameter.TooManyInstanceIds');
  const table = call.table(instances);
  const all = ids.length === 0 ? table.listSeen() : ids.map((id) => table.seen(id)).filter((row) => row !== undefined);
  const page = numberedPage(
    call,
    all.filter((row) => zone === undefined || row.zone === zone),
  );
  for (const row of page.items) call.observed('ecs', row.id);
  return {
    ...page.fields,
    InstanceStatuses: { InstanceStatus: page.items.map((row) => ({ InstanceId: row.id, Status: row.status })) },
  };
};

const describeInstanceAttribute = (call: Call): Answer => {
  const row =
    call.table(instances).seen(call.params.required('InstanceId')) ?? call.refuse('InvalidInstanceId.NotFound');
  call.observed('ecs', row.id);
  return instanceAttribute(call, row);
};

/** Actions that read servers. */
export const describeOperations: Readonly<Record<string, Operation>> = {
  DescribeInstances: {
    effect: 'read',
    coverage: 'partial',
    note: 'Filter.N, EipAddresses, resource groups are ignored',
    run: describeInstances,
  },
  DescribeInstanceStatus: { effect: 'read', coverage: 'full', run: describeInstanceStatus },
  DescribeInstanceAttribute: { effect: 'read', coverage: 'full', run: describeInstanceAttribute },
};

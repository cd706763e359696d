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

const like = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(text);

const filters = (call: Call): ((row: Instance) => boolean) => {
  const { params } = call;
  const tags = tagParams(params);
  const equal = Object.entries(EQUAL).flatMap(([name, of]) =>
    params.text(name) === undefined ? [] : [{ value: params.text(name), of }],
  );
  const group = params.text('SecurityGroupId');
  const name = params.text('InstanceName');
  const privateIps = jsonIds(call, 'PrivateIpAddresses');
  const publicIps = jsonIds(call, 'PublicIpAddresses');
  const lock = params.text('LockReason');
  return (row) =>
    equal.every(({ value, of }) => of(row) === value) &&
    (group === undefined || row.groupIds.includes(group)) &&
    (name === undefined || like(name, row.name)) &&
    (privateIps === undefined || privateIps.includes(row.privateIp)) &&
    (publicIps === undefined || publicIps.includes(row.publicIp ?? '')) &&
    (lock === undefined || row.locks.includes(lock)) &&
    tagsMatch(row.tags, tags);
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

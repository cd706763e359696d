// Reading servers: lists answer 200 with what they find, attributes answer 404 for an unknown id.

import { eitherPage, numberedPage } from '../../paging.ts';
import type { Answer, Call, Operation } from '../../service.ts';
import type { Table } from '../../table.ts';
import { tagParams } from '../../tags.ts';
import { instanceFilter, jsonIds } from './describe-filters.ts';
import { instanceAttribute, listedInstance } from './instance-wire.ts';
import { type Instance, instances } from './tables.ts';

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

const describeInstances = (call: Call): Answer => {
  const test = instanceFilter(call);
  const table = call.table(instances);
  const rows = candidates(call, table).filter(test);
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
    coverage: 'full',
    run: describeInstances,
  },
  DescribeInstanceStatus: { effect: 'read', coverage: 'full', run: describeInstanceStatus },
  DescribeInstanceAttribute: { effect: 'read', coverage: 'full', run: describeInstanceAttribute },
};

// vSwitches: one is created at a time in a VPC, and it stays while anything holds one of its addresses.

import { isoSeconds } from '../../clock.ts';
import { numberedPage } from '../../paging.ts';
import type { Answer, Call, EventSpec, Operation, Scope } from '../../service.ts';
import { acceptTags, tagParams, tagsMatch } from '../../tags.ts';
import { freeCount, holdersOf } from './addresses.ts';
import { type Block, contains, overlaps, parseBlock } from './cidr.ts';
import { type VSwitch, vpcs, vswitches } from './tables.ts';
import { TAG_CODES, tagList } from './tagging.ts';

const block = (text: string): Block => parseBlock(text) ?? { first: 0, bits: 32 };
const isName = (text: string | undefined): boolean =>
  text === undefined || (text.length <= 128 && !/^https?:\/\//.test(text));

const checkCidr = (call: Call, vpcCidr: string, siblings: readonly VSwitch[]): string => {
  const text = call.params.required('CidrBlock');
  const given = parseBlock(text);
  if (given === undefined) return call.refuse('InvalidCidrBlock.Malformed');
  if (given.bits < 16 || given.bits > 29) call.refuse('InvalidCirdrBlock.MaskLength');
  if (!contains(block(vpcCidr), given))
    call.refuse('InvalidParameter', { status: 400, message: 'Specified CIDR block is not valid in VPC.' });
  if (siblings.some((other) => overlaps(block(other.cidr), given))) call.refuse('InvalidCidrBlock.Overlapped');
  return text;
};

const checkZone = (call: Call): string => {
  const zone = call.params.required('ZoneId');
  if (call.settings.regions[call.region]?.includes(zone) !== true) call.refuse('InvalidZoneId.NotFound');
  if (call.zone(zone).outage) call.refuse('ResourceNotAvailable');
  return zone;
};

const createVSwitch = (call: Call): Answer => {
  const { params } = call;
  const zone = checkZone(call);
  const vpc = call.table(vpcs).get(params.required('VpcId')) ?? call.refuse('InvalidVpcId.NotFound');
  if (vpc.status !== 'Available') call.refuse('IncorrectVpcStatus');
  if (!isName(params.text('VSwitchName'))) call.refuse('InvalidVSwitchName.Malformed');
  const siblings = call.table(vswitches).by('vpc', vpc.id);
  const cidr = checkCidr(call, vpc.cidr, siblings);
  const tags = acceptTags(call, TAG_CODES);
  if (siblings.some(({ status }) => status === 'Pending')) call.refuse('IncorrectVSwitchStatus');
  if (siblings.length >= call.quota('vpc.vswitches', 150)) call.refuse('QuotaExceeded.VSwitch');
  const id = call.newId('vsw');
  call.table(vswitches).put(id, {
    id,
    vpcId: vpc.id,
    zone,
    cidr,
    name: params.text('VSwitchName') ?? '',
    description: params.text('Description') ?? '',
    status: 'Pending',
    createdAt: call.now(),
    tags,
  });
  call.later('vpc.vswitch.pending', { service: 'vpc', kind: 'vswitch-available', id });
  return { VSwitchId: id };
};

const shown = (call: Call, row: VSwitch): Answer => ({
  VSwitchId: row.id,
  VpcId: row.vpcId,
  Status: row.status,
  CidrBlock: row.cidr,
  Ipv6CidrBlock: '',
  ZoneId: row.zone,
  AvailableIpAddressCount: freeCount(call, row),
  Description: row.description,
  VSwitchName: row.name,
  CreationTime: isoSeconds(row.createdAt),
  IsDefault: false,
  ResourceGroupId: '',
  NetworkAclId: '',
  OwnerId: Number(call.account),
  ShareType: '',
  EnabledIpv6: false,
  Tags: tagList(row.tags),
  RouteTable: { RouteTableId: call.table(vpcs).get(row.vpcId)?.routeTableId ?? '', RouteTableType: 'System' },
});

const candidates = (call: Call): readonly VSwitch[] => {
  const table = call.table(vswitches);
  const ids = call.params.text('VSwitchId')?.split(',');
  const vpc = call.params.text('VpcId');
  if (ids !== undefined) return ids.map((id) => table.seen(id)).filter((row) => row !== undefined);
  return vpc === undefined ? table.listSeen() : table.bySeen('vpc', vpc);
};

const EQUAL = ['VpcId', 'ZoneId', 'VSwitchName', 'RouteTableId'];

const valuesOf = (call: Call, row: VSwitch): Readonly<Record<string, string | undefined>> => ({
  VpcId: row.vpcId,
  ZoneId: row.zone,
  VSwitchName: row.name,
  RouteTableId: call.table(vpcs).get(row.vpcId)?.routeTableId,
});

const describeVSwitches = (call: Call): Answer => {
  const { params } = call;
  const filter = tagParams(params);
  const wanted = Object.fromEntries(EQUAL.map((name) => [name, params.text(name)] as const));
  const rows = candidates(call).filter(
    (row) =>
      Object.entries(wanted).every(([name, value]) => value === undefined || value === valuesOf(call, row)[name]) &&
      params.flag('IsDefault') !== true &&
      tagsMatch(row.tags, filter),
  );
  const page = numberedPage(call, rows);
  for (const row of page.items) call.observed('vpc', row.id);
  return { ...page.fields, VSwitches: { VSwitch: page.items.map((row) => shown(call, row)) } };
};

const describeVSwitchAttributes = (call: Call): Answer => {
  const row = call.table(vswitches).seen(call.params.required('VSwitchId')) ?? call.refuse('InvalidVSwitchId.NotFound');
  call.observed('vpc', row.id);
  return { ...shown(call, row), CloudResources: { CloudResourceSetType: [] } };
};

const existing = (call: Call): VSwitch =>
  call.table(vswitches).get(call.params.required('VSwitchId')) ??
  call.refuse('InvalidVSwitchId.NotFound', { status: 404 });

const modifyVSwitchAttribute = (call: Call): Answer => {
  const { params } = call;
  const row = existing(call);
  if (row.status !== 'Available') call.refuse('IncorrectVSwitchStatus');
  if (!isName(params.text('VSwitchName'))) call.refuse('InvalidVSwitchName.Malformed');
  call.table(vswitches).update(row.id, {
    name: params.text('VSwitchName') ?? row.name,
    description: params.text('Description') ?? row.description,
  });
  return {};
};

const deleteVSwitch = (call: Call): Answer => {
  const row = existing(call);
  if (row.status !== 'Available') call.refuse('IncorrectVSwitchStatus');
  const holders = holdersOf(call, row.id);
  if (holders === 'resource') call.refuse('DependencyViolation');
  if (holders === 'interface') {
    // Seen in the field only: the interface of a released resource goes later than the resource.
    call.refuse('DependencyViolation.NetworkInterface', {
      status: 400,
      message: `The specified resource of [${row.id}] depends on [NetworkInterface], so the operation cannot be completed.`,
    });
  }
  call.table(vswitches).remove(row.id);
  return {};
};

/** The vSwitch is ready. */
export const vswitchAvailable = (event: EventSpec, scope: Scope): void => {
  if (scope.table(vswitches).get(event.id) !== undefined)
    scope.table(vswitches).update(event.id, { status: 'Available' }, 'quiet');
};

/** Actions on vSwitches. */
export const vswitchOperations: Readonly<Record<string, Operation>> = {
  CreateVSwitch: { effect: 'write', token: true, coverage: 'partial', note: 'IPv4 only', run: createVSwitch },
  DescribeVSwitches: { effect: 'read', coverage: 'full', run: describeVSwitches },
  DescribeVSwitchAttributes: {
    effect: 'read',
    coverage: 'partial',
    note: 'CloudResources is empty',
    run: describeVSwitchAttributes,
  },
  ModifyVSwitchAttribute: { effect: 'write', coverage: 'partial', note: 'IPv4 only', run: modifyVSwitchAttribute },
  DeleteVSwitch: { effect: 'write', coverage: 'full', run: deleteVSwitch },
};

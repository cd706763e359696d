// VPCs: creation is asynchronous, deletion wants everything inside gone.

import { refuseDryRun } from '../../refusal.ts';
import { isoSeconds } from '../../clock.ts';
import { numberedPage } from '../../paging.ts';
import type { Answer, Call, EventSpec, Operation, Scope } from '../../service.ts';
import { acceptTags, tagParams, tagsMatch } from '../../tags.ts';
import { securityGroups } from '../ecs/tables.ts';
import { type Block, contains, overlaps, parseBlock } from './cidr.ts';
import { TAG_CODES, tagList } from './tagging.ts';
import { type Vpc, vpcs, vswitches } from './tables.ts';

const block = (text: string): Block => parseBlock(text) ?? { first: 0, bits: 0 };
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map(block);
const REFUSED = ['100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '0.0.0.0/8'].map(block);
const STANDARD_CIDR = '172.16.0.0/12';

const cidrIsFit = (text: string): boolean => {
  const given = parseBlock(text);
  if (given === undefined || given.bits < 8 || given.bits > 28) return false;
  return PRIVATE.some((space) => contains(space, given)) || !REFUSED.some((space) => overlaps(space, given));
};

const isName = (text: string | undefined): boolean =>
  text === undefined || (text.length <= 128 && !/^https?:\/\//.test(text));

const createVpc = (call: Call): Answer => {
  const { params } = call;
  const cidr = params.text('CidrBlock') ?? STANDARD_CIDR;
  if (!cidrIsFit(cidr)) call.refuse('InvalidParameter', { message: 'Specified CIDR block is not valid' });
  if (!isName(params.text('VpcName'))) call.refuse('InvalidVpcName.Malformed');
  const tags = acceptTags(call, TAG_CODES);
  if (call.table(vpcs).size() >= call.quota('vpc.vpcs', 10)) call.refuse('QuotaExceeded.Vpc');
  if (params.flag('DryRun') === true) {
    refuseDryRun();
  }
  const id = call.newId('vpc');
  const row: Vpc = {
    id,
    name: params.text('VpcName') ?? '',
    description: params.text('Description') ?? '',
    cidr,
    status: 'Pending',
    routerId: call.newId('vrt'),
    routeTableId: call.newId('vtb'),
    createdAt: call.now(),
    tags,
  };
  call.table(vpcs).put(id, row);
  call.later('vpc.vpc.pending', { service: 'vpc', kind: 'vpc-available', id });
  return { VpcId: id, VRouterId: row.routerId, RouteTableId: row.routeTableId, ResourceGroupId: '' };
};

const common = (call: Call, row: Vpc): Answer => ({
  VpcId: row.id,
  RegionId: call.region,
  Status: row.status,
  VpcName: row.name,
  CreationTime: isoSeconds(row.createdAt),
  CidrBlock: row.cidr,
  Ipv6CidrBlock: '',
  VRouterId: row.routerId,
  Description: row.description,
  IsDefault: false,
  ResourceGroupId: '',
  OwnerId: Number(call.account),
  DhcpOptionsSetId: '',
  DhcpOptionsSetStatus: '',
  EnabledIpv6: false,
  Tags: tagList(row.tags),
  VSwitchIds: {
    VSwitchId: call
      .table(vswitches)
      .bySeen('vpc', row.id)
      .map(({ id }) => id),
  },
  SecondaryCidrBlocks: { SecondaryCidrBlock: [] },
  UserCidrs: { UserCidr: [] },
  Ipv6CidrBlocks: { Ipv6CidrBlock: [] },
});

const describeVpcs = (call: Call): Answer => {
  const { params } = call;
  const ids = params.text('VpcId')?.split(',');
  if (ids !== undefined && ids.length > 20) call.refuse('InvalidVpcIdNumber.NotSupported');
  const name = params.text('VpcName');
  const filter = tagParams(params);
  const table = call.table(vpcs);
  const rows = (
    ids === undefined ? table.listSeen() : ids.map((id) => table.seen(id)).filter((row) => row !== undefined)
  ).filter(
    (row) =>
      (name === undefined || row.name === name) && tagsMatch(row.tags, filter) && params.flag('IsDefault') !== true,
  );
  const page = numberedPage(call, rows);
  for (const row of page.items) call.observed('vpc', row.id);
  const shown = page.items.map((row) => ({
    ...common(call, row),
    CenStatus: 'Detached',
    NatGatewayIds: { NatGatewayIds: [] },
    RouterTableIds: { RouterTableIds: [row.routeTableId] },
  }));
  return { ...page.fields, Vpcs: { Vpc: shown } };
};

const describeVpcAttribute = (call: Call): Answer => {
  const row = call.table(vpcs).seen(call.params.required('VpcId'));
  if (row === undefined)
    return call.refuse('InvalidVpcId.NotFound', { status: 404, message: 'Specified VPC does not exist.' });
  call.observed('vpc', row.id);
  const inside = call.table(vswitches).bySeen('vpc', row.id).length;
  return {
    ...common(call, row),
    ClassicLinkEnabled: false,
    SupportIpv4Gateway: false,
    Ipv4GatewayId: '',
    AssociatedCens: { AssociatedCen: [] },
    AssociatedPropagationSources: { AssociatedPropagationSources: [] },
    CloudResources: {
      CloudResourceSetType: [
        { ResourceType: 'VSwitch', ResourceCount: inside },
        { ResourceType: 'VRouter', ResourceCount: 1 },
        { ResourceType: 'RouteTable', ResourceCount: 1 },
      ],
    },
  };
};

const existing = (call: Call): Vpc =>
  call.table(vpcs).get(call.params.required('VpcId')) ?? call.refuse('InvalidVpcId.NotFound');

const modifyVpcAttribute = (call: Call): Answer => {
  const { params } = call;
  const row = existing(call);
  if (row.status !== 'Available') call.refuse('IncorrectVpcStatus');
  if (!isName(params.text('VpcName'))) call.refuse('InvalidVpcName.Malformed');
  const cidr = params.text('CidrBlock') ?? row.cidr;
  const inside = call.table(vswitches).by('vpc', row.id);
  if (!cidrIsFit(cidr)) call.refuse('InvalidCidrBlock.Malformed');
  if (inside.some((vswitch) => !contains(block(cidr), block(vswitch.cidr)))) call.refuse('IllegalCidrBlock');
  call.table(vpcs).update(row.id, {
    cidr,
    name: params.text('VpcName') ?? row.name,
    description: params.text('Description') ?? row.description,
  });
  return {};
};

const deleteVpc = (call: Call): Answer => {
  const row = existing(call);
  if (row.status !== 'Available') call.refuse('IncorrectVpcStatus');
  if (call.table(vswitches).by('vpc', row.id).length > 0) call.refuse('DependencyViolation.VSwitch');
  if (call.table(securityGroups).by('vpc', row.id).length > 0) call.refuse('DependencyViolation.SecurityGroup');
  if (call.params.flag('DryRun') === true) refuseDryRun();
  call.table(vpcs).remove(row.id);
  return {};
};

/** The VPC is ready. */
export const vpcAvailable = (event: EventSpec, scope: Scope): void => {
  if (scope.table(vpcs).get(event.id) !== undefined)
    scope.table(vpcs).update(event.id, { status: 'Available' }, 'quiet');
};

/** Actions on VPCs. */
export const vpcOperations: Readonly<Record<string, Operation>> = {
  CreateVpc: { effect: 'write', token: true, coverage: 'partial', note: 'IPv4 only, no IPAM', run: createVpc },
  DescribeVpcs: { effect: 'read', coverage: 'full', run: describeVpcs },
  DescribeVpcAttribute: { effect: 'read', coverage: 'full', run: describeVpcAttribute },
  ModifyVpcAttribute: { effect: 'write', coverage: 'partial', note: 'IPv4 only', run: modifyVpcAttribute },
  DeleteVpc: { effect: 'write', coverage: 'partial', note: 'ForceDelete is ignored', run: deleteVpc },
};

// Security groups: create, read, change, delete while nobody is inside and no other group names them.

import { isoSeconds } from '../../clock.ts';
import { eitherPage, nextToken, readToken } from '../../paging.ts';
import type { Answer, Call, Operation } from '../../service.ts';
import { acceptTags, tagParams, tagsMatch } from '../../tags.ts';
import { vpcs } from '../vpc/tables.ts';
import { jsonIds } from './describe-filters.ts';
import { shownRule } from './group-rule-wire.ts';
import { tagList } from './instance-wire.ts';
import { ECS_TAG_CODES } from './tagging.ts';
import { instances, type SecurityGroup, securityGroups } from './tables.ts';

const GROUPS_PER_REGION = 100;
const nameIsFit = (name: string): boolean =>
  name === '' || (name.length >= 2 && name.length <= 128 && !/^https?:\/\//.test(name));

const groupType = (call: Call): SecurityGroup['type'] => {
  const type = call.params.text('SecurityGroupType') ?? 'normal';
  return type === 'normal' || type === 'enterprise' ? type : call.refuse('InvalidParams.GroupType');
};

const vpcOf = (call: Call): string => {
  const id =
    call.params.text('VpcId') ??
    call.refuse('InvalidVpcId.NotFound', {
      status: 403,
      message: 'The VpcId must not empty when only support vpc vm.',
    });
  const vpc =
    call.table(vpcs).get(id) ??
    call.refuse('InvalidVpcId.NotFound', { status: 404, message: 'Specified VPC does not exist.' });
  return vpc.status === 'Available' ? id : call.refuse('IncorrectVpcStatus');
};

const createSecurityGroup = (call: Call): Answer => {
  const type = groupType(call);
  const name = call.params.text('SecurityGroupName') ?? '';
  if (!nameIsFit(name)) call.refuse('InvalidSecurityGroupName.Malformed');
  const vpcId = vpcOf(call);
  const tags = acceptTags(call, ECS_TAG_CODES);
  if (call.table(securityGroups).size() >= call.quota('ecs.securityGroups', GROUPS_PER_REGION))
    call.refuse('QuotaExceed.SecurityGroup');
  const id = call.newId('sg');
  const description = call.params.text('Description') ?? '';
  const innerAccessPolicy = type === 'normal' ? 'Accept' : 'Drop';
  call
    .table(securityGroups)
    .put(id, { id, name, description, vpcId, type, innerAccessPolicy, rules: [], tags, createdAt: call.now() });
  return { SecurityGroupId: id };
};

const shownGroup = (call: Call, row: SecurityGroup): Answer => {
  const members = call.table(instances).count('group', row.id);
  return {
    SecurityGroupId: row.id,
    SecurityGroupName: row.name,
    SecurityGroupType: row.type,
    Description: row.description,
    VpcId: row.vpcId,
    CreationTime: isoSeconds(row.createdAt),
    EcsCount: members,
    AvailableInstanceAmount: Math.max(0, call.quota('ecs.instancesPerGroup', 2000) - members),
    RuleCount: row.rules.length,
    ResourceGroupId: '',
    ServiceManaged: false,
    Tags: tagList(row.tags),
  };
};

const groupCandidates = (call: Call): readonly SecurityGroup[] => {
  const table = call.table(securityGroups);
  const one = call.params.text('SecurityGroupId');
  const ids = jsonIds(call, 'SecurityGroupIds') ?? (one === undefined ? undefined : [one]);
  const vpc = call.params.text('VpcId');
  if (ids !== undefined) return ids.map((id) => table.seen(id)).filter((row) => row !== undefined);
  return vpc === undefined ? table.listSeen() : table.bySeen('vpc', vpc);
};

const nameMatches = (call: Call, name: string): boolean => {
  const asked = call.params.text('SecurityGroupName');
  if (asked === undefined) return true;
  return call.params.flag('FuzzyQuery') === true ? name.includes(asked.replaceAll('*', '')) : name === asked;
};

const describeSecurityGroups = (call: Call): Answer => {
  const { params } = call;
  const numbered = params.has('PageNumber') || params.has('PageSize');
  if (numbered && call.settings.options['securityGroupPages'] === 'token')
    call.refuse('NotSupported.PageNumberAndPageSize');
  const filter = tagParams(params);
  const rows = groupCandidates(call).filter(
    (row) =>
      (params.text('VpcId') ?? row.vpcId) === row.vpcId &&
      (params.text('SecurityGroupType') ?? row.type) === row.type &&
      params.text('NetworkType') !== 'classic' &&
      nameMatches(call, row.name) &&
      tagsMatch(row.tags, filter),
  );
  const table = call.table(securityGroups);
  const page = eitherPage(call, rows, { seq: (row) => table.seq(row.id) });
  return {
    RegionId: call.region,
    ...page.fields,
    SecurityGroups: { SecurityGroup: page.items.map((row) => shownGroup(call, row)) },
  };
};

const notFound = (call: Call): never =>
  call.refuse('InvalidSecurityGroupId.NotFound', {
    status: 404,
    message: 'The specified SecurityGroupId does not exist.',
  });

const describeAttribute = (call: Call): Answer => {
  const { params } = call;
  const table = call.table(securityGroups);
  const row = table.seen(params.required('SecurityGroupId')) ?? notFound(call);
  const direction = params.text('Direction') ?? 'all';
  const rules = row.rules.filter((rule) => direction === 'all' || rule.direction === direction);
  const start = readToken(call, params.text('NextToken')) ?? 0;
  const size = params.int('MaxResults') ?? 500;
  const nameOf = (id: string): string => table.get(id)?.name ?? '';
  return {
    RegionId: call.region,
    VpcId: row.vpcId,
    SecurityGroupId: row.id,
    SecurityGroupName: row.name,
    Description: row.description,
    InnerAccessPolicy: row.innerAccessPolicy,
    Permissions: { Permission: rules.slice(start, start + size).map((rule) => shownRule(rule, nameOf)) },
    NextToken: start + size < rules.length ? nextToken(start + size) : '',
  };
};

const describeReferences = (call: Call): Answer => {
  const table = call.table(securityGroups);
  const shown = call.params.texts('SecurityGroupId').map((id) => {
    if (table.seen(id) === undefined) notFound(call);
    const referencing = table.bySeen('peer', id).map((other) => ({ SecurityGroupId: other.id, AliUid: call.account }));
    return { SecurityGroupId: id, ReferencingSecurityGroups: { ReferencingSecurityGroup: referencing } };
  });
  return {
    SecurityGroupReferences: {
      SecurityGroupReference: shown.filter(
        (entry) => entry.ReferencingSecurityGroups.ReferencingSecurityGroup.length > 0,
      ),
    },
  };
};

const existing = (call: Call): SecurityGroup =>
  call.table(securityGroups).get(call.params.required('SecurityGroupId')) ?? notFound(call);

const modifyAttribute = (call: Call): Answer => {
  const row = existing(call);
  const name = call.params.text('SecurityGroupName') ?? row.name;
  if (!nameIsFit(name)) call.refuse('InvalidSecurityGroupName.Malformed');
  call.table(securityGroups).update(row.id, { name, description: call.params.text('Description') ?? row.description });
  return {};
};

const modifyPolicy = (call: Call): Answer => {
  const row = existing(call);
  const asked = call.params.required('InnerAccessPolicy').toLowerCase();
  if (asked !== 'accept' && asked !== 'drop') call.refuse('InvalidPolicy.Malformed');
  if (row.type === 'enterprise') call.refuse('InvalidParameter.InnerAccessPolicy');
  call.table(securityGroups).update(row.id, { innerAccessPolicy: asked === 'accept' ? 'Accept' : 'Drop' });
  return {};
};

const deleteSecurityGroup = (call: Call): Answer => {
  const table = call.table(securityGroups);
  const row =
    table.get(call.params.required('SecurityGroupId')) ?? call.refuse('InvalidSecurityGroup.NotFound', { status: 404 });
  if (call.table(instances).count('group', row.id) > 0) {
    call.refuse('DependencyViolation', {
      status: 403,
      message: 'There is still instance(s) in the specified security group.',
    });
  }
  if (table.by('peer', row.id).length > 0) {
    call.refuse('DependencyViolation', {
      status: 403,
      message: 'The specified security group has been authorized in another one.',
    });
  }
  table.remove(row.id);
  return {};
};

/** Actions on groups themselves. */
export const groupOperations: Readonly<Record<string, Operation>> = {
  CreateSecurityGroup: {
    effect: 'write',
    token: true,
    coverage: 'partial',
    note: 'VPC groups only',
    run: createSecurityGroup,
  },
  DescribeSecurityGroups: { effect: 'read', coverage: 'full', run: describeSecurityGroups },
  DescribeSecurityGroupAttribute: { effect: 'read', coverage: 'full', run: describeAttribute },
  DescribeSecurityGroupReferences: { effect: 'read', coverage: 'full', run: describeReferences },
  ModifySecurityGroupAttribute: { effect: 'write', coverage: 'full', run: modifyAttribute },
  ModifySecurityGroupPolicy: { effect: 'write', token: true, coverage: 'full', run: modifyPolicy },
  DeleteSecurityGroup: { effect: 'write', coverage: 'full', run: deleteSecurityGroup },
};

// The wire of ECS (2014-05-26), requests: out of our types. Wire names end here and in answers.ts.
import type { Call } from '../call.ts';
import type { Params } from '../lister.ts';
import type { Tags } from '../service.ts';
import { tagParams } from '../wire.ts';
import type { RuleSource, SecurityGroupRule, SecurityGroupSpec, ServerSpec, ServerTemplate } from './model.ts';

const call = (action: string, params: Params): Call => ({ service: 'ecs', action, params });

/** Members that are only sent when they say something: an empty name is refused. */
const filled = (params: { readonly [name: string]: string | undefined }): Params =>
  Object.fromEntries(Object.entries(params).flatMap(([name, value]) => (value ? [[name, value] as const] : [])));

/** What a new group is made from. */
export interface NewGroup {
  readonly vpcId: string;
  readonly spec: SecurityGroupSpec;
  readonly tags: Tags;
}

/** CreateSecurityGroup; the VPC's id is always sent, since groups are classic by default; takes a client token. */
export function createGroup(region: string, { vpcId, spec, tags }: NewGroup): Call {
  const names = filled({ SecurityGroupName: spec.displayName, Description: spec.description });
  const place = { RegionId: region, VpcId: vpcId, SecurityGroupType: 'normal' };
  return call('CreateSecurityGroup', { ...place, ...names, Tag: tagParams(tags) });
}

/** ModifySecurityGroupAttribute; only what is named changes. */
export function modifyGroup(region: string, groupId: string, set: Partial<SecurityGroupSpec>): Call {
  const names = filled({ SecurityGroupName: set.displayName, Description: set.description });
  return call('ModifySecurityGroupAttribute', { RegionId: region, SecurityGroupId: groupId, ...names });
}

/** DeleteSecurityGroup; refused while a server is in it or another group's rule names it. */
export function deleteGroup(region: string, groupId: string): Call {
  return call('DeleteSecurityGroup', { RegionId: region, SecurityGroupId: groupId });
}

/** Most rules one call takes. */
export const RULES_PER_CALL = 100;

/** AuthorizeSecurityGroup for up to 100 rules; a rule that is already there is left as it is. */
export function authorizeRules(region: string, groupId: string, rules: readonly SecurityGroupRule[]): Call {
  const permissions = rules.map((rule) => ({ ...permission(rule), ...filled({ Description: rule.description }) }));
  return call('AuthorizeSecurityGroup', { RegionId: region, SecurityGroupId: groupId, Permissions: permissions });
}

/** RevokeSecurityGroup by natural key: nothing but rules with exactly this protocol, range, source, policy and priority goes. */
export function revokeRules(region: string, groupId: string, rules: readonly SecurityGroupRule[]): Call {
  return call('RevokeSecurityGroup', {
    RegionId: region,
    SecurityGroupId: groupId,
    Permissions: rules.map(permission),
  });
}

/** RevokeSecurityGroup by rule ids: also finds rules with parts that our model does not hold (destination, source ports, other accounts). */
export function revokeRuleIds(region: string, groupId: string, ruleIds: readonly string[]): Call {
  return call('RevokeSecurityGroup', { RegionId: region, SecurityGroupId: groupId, SecurityGroupRuleId: ruleIds });
}

function permission(rule: SecurityGroupRule): { readonly [name: string]: string } {
  return {
    IpProtocol: rule.protocol,
    PortRange: rule.ports,
    ...sourceParam(rule.source),
    Policy: rule.policy,
    Priority: String(rule.priority),
    NicType: 'intranet', // the only kind inside a VPC
  };
}

function sourceParam(source: RuleSource): { readonly [name: string]: string } {
  if (source.kind === 'group') return { SourceGroupId: source.groupId };
  if (source.cidr.startsWith('pl-')) return { SourcePrefixListId: source.cidr };
  return source.cidr.includes(':') ? { Ipv6SourceCidrIp: source.cidr } : { SourceCidrIp: source.cidr };
}

/** Most servers one call takes. */
export const SERVERS_PER_CALL = 100;

/** What a request for new servers is made from; user data is never part of it. */
export interface NewServers {
  readonly count: number;
  readonly template: ServerTemplate;
  readonly tags: Tags;
}

/** RunInstances without MinAmount: all of them or none; takes a client token. */
export function runServers(region: string, { count, template, tags }: NewServers): Call {
  const { systemDisk, internetBandwidthMbps: bandwidth } = template;
  return call('RunInstances', {
    RegionId: region,
    ZoneId: template.zone,
    VSwitchId: template.vSwitchId,
    SecurityGroupId: template.securityGroupId,
    InstanceType: template.instanceType,
    ImageId: template.imageId,
    Amount: count,
    InstanceChargeType: 'PostPaid',
    InternetMaxBandwidthOut: bandwidth,
    ...(bandwidth > 0 ? { InternetChargeType: 'PayByTraffic' } : {}),
    ...(systemDisk ? { SystemDisk: { Category: systemDisk.category, Size: systemDisk.sizeGiB } } : {}),
    ...filled({
      KeyPairName: template.keyPairName,
      RamRoleName: template.ramRoleName,
      InstanceName: template.displayName,
      Description: template.description,
    }),
    Tag: tagParams(tags),
  });
}

/** StartInstances, each server on its own: one that cannot start does not hold back the others. */
export function startServers(region: string, ids: readonly string[]): Call {
  return call('StartInstances', { RegionId: region, InstanceId: ids, BatchOptimization: 'SuccessFirst' });
}

/** ModifyInstanceAttribute; the group list replaces the membership at once, so a server is never without a group. */
export function modifyServer(
  region: string,
  serverId: string,
  set: Partial<Pick<ServerSpec, 'groupIds' | 'displayName' | 'description'>>,
): Call {
  const groups = set.groupIds === undefined ? {} : { SecurityGroupIds: set.groupIds };
  const names = filled({ InstanceName: set.displayName, Description: set.description });
  return call('ModifyInstanceAttribute', { RegionId: region, InstanceId: serverId, ...names, ...groups });
}

/** ModifyInstanceMaintenanceAttributes: what the cloud does with a server whose host fails. */
export function setMaintenance(region: string, ids: readonly string[], action: 'AutoRecover'): Call {
  const params = { RegionId: region, InstanceId: ids, ActionOnMaintenance: action };
  return call('ModifyInstanceMaintenanceAttributes', params);
}

/** DeleteInstances of running servers too; a subscription is never ended by it. */
export function deleteServers(region: string, ids: readonly string[]): Call {
  return call('DeleteInstances', { RegionId: region, InstanceId: ids, Force: true, TerminateSubscription: false });
}

/** Most resources one TagResources call takes. */
export const TAGGED_PER_CALL = 50;

/** TagResources of this product; sets values, leaves other tags alone. */
export function tagResources(
  region: string,
  resources: { readonly type: 'SecurityGroup' | 'Server'; readonly ids: readonly string[] },
  tags: Tags,
): Call {
  const type = { SecurityGroup: 'securitygroup', Server: 'instance' }[resources.type];
  return call('TagResources', {
    RegionId: region,
    ResourceType: type,
    ResourceId: resources.ids,
    Tag: tagParams(tags),
  });
}

/** A page of DescribeSecurityGroupAttribute: the ingress rules of one group, 1,000 a page. */
export function describeRules(region: string, groupId: string, token?: string): Call {
  const paging = { MaxResults: 1000, ...(token === undefined ? {} : { NextToken: token }) };
  const asked = { RegionId: region, SecurityGroupId: groupId, NicType: 'intranet', Direction: 'ingress' };
  return call('DescribeSecurityGroupAttribute', { ...asked, ...paging });
}

// The wire of ECS, answers: read into our records. Wire names end here and in api.ts.
import { z } from 'zod';
import type { Answer, Call } from '../call.ts';
import type { Page } from '../pages.ts';
import { id, int, flag, maybeWrapped, type Parsed, readBody, tags, text, wrapped } from '../wire.ts';
import type { LiveRule, MaintenanceRecord, SecurityGroupRecord, SecurityGroupRule, ServerRecord } from './model.ts';

const group = z
  .object({ SecurityGroupId: id, SecurityGroupName: text, Description: text, VpcId: text, Tags: tags })
  .transform(
    (wire): SecurityGroupRecord => ({
      id: wire.SecurityGroupId,
      state: '',
      tags: wire.Tags,
      vpcId: wire.VpcId,
      displayName: wire.SecurityGroupName,
      description: wire.Description,
    }),
  );

const addresses = maybeWrapped('IpAddress', z.string());

const server = z
  .object({
    Status: text,
    ZoneId: text,
    InstanceName: text,
    Description: text,
    InstanceType: text,
    ImageId: text,
    KeyPairName: text,
    CreationTime: text,
    StartTime: text,
    InstanceChargeType: text,
    OSType: text,
    InstanceId: id,
    InternetMaxBandwidthOut: int(),
    DeletionProtection: flag,
    Tags: tags,
    SecurityGroupIds: maybeWrapped('SecurityGroupId', z.string()),
    VpcAttributes: z.object({ VpcId: text, VSwitchId: text, PrivateIpAddress: addresses }).nullish(),
    PublicIpAddress: addresses,
    EipAddress: z.object({ IpAddress: text }).nullish(),
  })
  .transform(
    (wire): ServerRecord => ({
      id: wire.InstanceId,
      state: wire.Status,
      tags: wire.Tags,
      zone: wire.ZoneId,
      vpcId: wire.VpcAttributes?.VpcId ?? '',
      vSwitchId: wire.VpcAttributes?.VSwitchId ?? '',
      groupIds: wire.SecurityGroupIds.toSorted(),
      displayName: wire.InstanceName,
      description: wire.Description,
      instanceType: wire.InstanceType,
      imageId: wire.ImageId,
      keyPairName: wire.KeyPairName,
      internetBandwidthMbps: wire.InternetMaxBandwidthOut,
      privateIp: wire.VpcAttributes?.PrivateIpAddress[0] ?? '',
      publicIp: wire.PublicIpAddress[0] ?? wire.EipAddress?.IpAddress ?? '',
      createdAt: wire.CreationTime,
      startedAt: wire.StartTime,
      prepaid: wire.InstanceChargeType === 'PrePaid',
      deletionProtection: wire.DeletionProtection,
      osType: osOf(wire.OSType),
    }),
  );

function osOf(word: string): ServerRecord['osType'] {
  const os = word.toLowerCase();
  return os === 'linux' || os === 'windows' ? os : 'unknown';
}

const maintenance = z
  .object({
    InstanceId: id,
    ActionOnMaintenance: z
      .object({ Value: text, SupportedValues: maybeWrapped('SupportedValue', z.string()) })
      .nullish()
      .transform((wire) => wire ?? { Value: '', SupportedValues: [] }),
  })
  .transform(
    ({ InstanceId, ActionOnMaintenance: { Value, SupportedValues } }): MaintenanceRecord => ({
      id: InstanceId,
      state: '',
      tags: {},
      action: Value,
      canRecover: SupportedValues.length === 0 || SupportedValues.includes('AutoRecover'),
    }),
  );

const rule = z
  .object({
    SecurityGroupRuleId: text,
    Direction: text,
    IpProtocol: text,
    PortRange: text,
    Policy: text,
    Description: text,
    SourceCidrIp: text,
    Ipv6SourceCidrIp: text,
    SourceGroupId: text,
    SourcePrefixListId: text,
    Priority: int(1),
  })
  .transform((wire) => ({
    direction: wire.Direction,
    rule: {
      ruleId: wire.SecurityGroupRuleId,
      protocol: protocolOf(wire.IpProtocol),
      ports: wire.PortRange,
      source: wire.SourceGroupId
        ? { kind: 'group', groupId: wire.SourceGroupId }
        : { kind: 'cidr', cidr: wire.SourceCidrIp || wire.Ipv6SourceCidrIp || wire.SourcePrefixListId },
      policy: wire.Policy.toLowerCase() === 'drop' ? 'drop' : 'accept',
      priority: wire.Priority,
      description: wire.Description,
    } satisfies LiveRule,
  }));

const protocols = ['TCP', 'UDP', 'ICMP', 'ALL', 'GRE', 'ICMPV6'] as const;

/** A protocol we do not know lets at least something in: shown as the widest. */
function protocolOf(word: string): SecurityGroupRule['protocol'] {
  return protocols.find((protocol) => protocol === word.toUpperCase()) ?? 'ALL';
}

// The counts of these lists mean nothing beside tokens, so they are not read.
const serverPage = z
  .object({ NextToken: text, Instances: wrapped('Instance', server) })
  .transform((wire): Page<ServerRecord> => ({ records: wire.Instances, next: wire.NextToken }));
const groupPage = z
  .object({ NextToken: text, SecurityGroups: wrapped('SecurityGroup', group) })
  .transform((wire): Page<SecurityGroupRecord> => ({ records: wire.SecurityGroups, next: wire.NextToken }));
const rulePage = z.object({ NextToken: text, Permissions: wrapped('Permission', rule) }).transform((wire) => ({
  rules: wire.Permissions.filter((item) => item.direction !== 'egress').map((item): LiveRule => item.rule),
  next: wire.NextToken,
}));

const maintenancePage = z
  .object({ TotalCount: int(), MaintenanceAttributes: wrapped('MaintenanceAttribute', maintenance) })
  .transform((wire): Page<MaintenanceRecord> => ({ records: wire.MaintenanceAttributes, total: wire.TotalCount }));

/** A page of DescribeInstanceMaintenanceAttributes: all servers, exceptions or not. */
export function readMaintenance(of: Call, answer: Answer): Parsed<Page<MaintenanceRecord>> {
  return readBody(maintenancePage, of, answer);
}

/** A page of DescribeInstances. */
export function readServers(of: Call, answer: Answer): Parsed<Page<ServerRecord>> {
  return readBody(serverPage, of, answer);
}

/** A page of DescribeSecurityGroups. */
export function readGroups(of: Call, answer: Answer): Parsed<Page<SecurityGroupRecord>> {
  return readBody(groupPage, of, answer);
}

/** A page of DescribeSecurityGroupAttribute: ingress rules, and the token of the next page ('' on the last). */
export function readRules(
  of: Call,
  answer: Answer,
): Parsed<{ readonly rules: readonly LiveRule[]; readonly next: string }> {
  return readBody(rulePage, of, answer);
}

const started = z
  .object({
    InstanceResponses: maybeWrapped('InstanceResponse', z.object({ InstanceId: text, Code: text, Message: text })),
  })
  .transform((wire) => wire.InstanceResponses.filter((item) => item.Code !== '200' && item.Code !== ''));

/** Servers of a batch that the cloud refused although the call succeeded. */
export function readRefused(of: Call, answer: Answer): Parsed<z.output<typeof started>> {
  return readBody(started, of, answer);
}

/** The ids a create made; [] when the answer names none. */
export function createdIds(action: string, answer: Answer): readonly string[] {
  if (answer.kind !== 'ok') return [];
  if (action === 'RunInstances') return runIds.safeParse(answer.body).data ?? [];
  const made = action === 'CreateSecurityGroup' ? answer.body['SecurityGroupId'] : undefined;
  return typeof made === 'string' && made !== '' ? [made] : [];
}

const runIds = z
  .object({ InstanceIdSets: wrapped('InstanceIdSet', id) })
  .transform((wire): readonly string[] => wire.InstanceIdSets.toSorted());

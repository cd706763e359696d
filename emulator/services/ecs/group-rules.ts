// Security-group rules: read from `Permissions.N` or the older single form, checked, compared, shown.

import { isIPv6 } from 'node:net';
import { isoSeconds } from '../../clock.ts';
import type { Params } from '../../params.ts';
import type { Answer, Call } from '../../service.ts';
import { parseBlock } from '../vpc/cidr.ts';
import { type SecurityGroup, securityGroups, type SecurityRule } from './tables.ts';

/** A rule without id and time: what is asked for. */
export type RuleSpec = Omit<SecurityRule, 'id' | 'createdAt'>;

type Direction = SecurityRule['direction'];

const FIELDS = [
  'IpProtocol',
  'PortRange',
  'SourceCidrIp',
  'DestCidrIp',
  'SourceGroupId',
  'DestGroupId',
  'SourcePrefixListId',
  'DestPrefixListId',
  'Ipv6SourceCidrIp',
  'Ipv6DestCidrIp',
  'Policy',
  'Priority',
];

/** The parameter sets of a request: one per `Permissions.N`, or the unprefixed fields; both together are refused. */
const ruleParams = (call: Call): readonly Params[] => {
  const many = call.params.objects('Permissions');
  const single = FIELDS.some((name) => call.params.has(name));
  if (many.length > 0 && single) {
    call.refuse('InvalidParam.SourceIp', {
      status: 400,
      message: 'Permissions.N and the single parameters cannot be used together.',
    });
  }
  return many.length > 0 ? many : single ? [call.params] : [];
};

const cidrIsFit = (text: string): boolean =>
  text === '' || parseBlock(text.includes('/') ? text : `${text}/32`) !== undefined;

const ipv6IsFit = (text: string): boolean => {
  const [address = '', bits = '128'] = text.split('/');
  return text === '' || (isIPv6(address) && Number(bits) >= 0 && Number(bits) <= 128);
};

const checkPorts = (call: Call, protocol: string, range: string): void => {
  const [from = Number.NaN, to = Number.NaN] = range.split('/').map(Number);
  const isPair = /^-?\d+\/-?\d+$/.test(range);
  if (!isPair)
    call.refuse('InvalidParam.PortRange', {
      status: 400,
      message:
        'The specified parameter PortRange is not valid. It should be two integers less than 65535 in ?/? format.',
    });
  if (protocol === 'TCP' || protocol === 'UDP') {
    if (from < 1 || to > 65_535 || from > to)
      call.refuse('InvalidIpProtocol.Malformed', {
        status: 400,
        message: 'The specified parameter PortRange is not valid.',
      });
  } else if (range !== '-1/-1') {
    call.refuse('OperationDenied', {
      status: 400,
      message: 'The specified IpProtocol does not exist or IpProtocol and PortRange do not match.',
    });
  }
};

const checkPeer = (call: Call, group: SecurityGroup, spec: RuleSpec): void => {
  if (spec.cidr === '' && spec.groupId === '' && spec.prefixListId === '' && spec.ipv6Cidr === '') {
    call.refuse('MissingParameter.Source', {
      status: 400,
      message:
        'One of the parameters SourceCidrIp, Ipv6SourceCidrIp, SourceGroupId or SourcePrefixListId must be specified.',
    });
  }
  if (![spec.cidr, spec.ownCidr].every(cidrIsFit))
    call.refuse('InvalidSourceCidrIp.Malformed', {
      status: 400,
      message: 'The specified parameter SourceCidrIp is not valid.',
    });
  if (![spec.ipv6Cidr, spec.ownIpv6Cidr].every(ipv6IsFit))
    call.refuse('InvalidParam.Ipv6SourceCidrIp', {
      status: 400,
      message: 'The specified parameter Ipv6SourceCidrIp is not valid.',
    });
  if (spec.groupId === '') return;
  const peer = call.table(securityGroups).get(spec.groupId);
  if (spec.groupId === group.id)
    call.refuse('InvalidParamter.Conflict', {
      status: 403,
      message: 'The specified SecurityGroupId should be different from the SourceGroupId.',
    });
  if (peer === undefined)
    return call.refuse('InvalidSourceGroupId.NotFound', {
      status: 404,
      message: 'The SourceGroupId provided does not exist in our records.',
    });
  if (peer.vpcId !== group.vpcId)
    call.refuse('InvalidSourceGroupId.Mismatch', {
      status: 400,
      message: 'Specified security group and source group are not in the same VPC.',
    });
};

const policyOf = (call: Call, text: string): RuleSpec['policy'] => {
  const known = { accept: 'Accept', drop: 'Drop' } as const;
  return (
    known[text.toLowerCase() as 'accept' | 'drop'] ??
    call.refuse('InvalidPolicy.Malformed', { status: 400, message: 'The specified parameter Policy is not valid.' })
  );
};

const priorityOf = (call: Call, text: string): number => {
  const priority = Number(text);
  if (!Number.isInteger(priority))
    call.refuse('InvalidPriority.Malformed', { status: 400, message: 'The parameter Priority is invalid.' });
  if (priority < 1 || priority > 100)
    call.refuse('InvalidPriority.ValueNotSupported', {
      status: 400,
      message: 'The specified parameter Priority is invalid.',
    });
  return priority;
};

const protocolOf = (call: Call, text: string): string => {
  const protocol = text.toUpperCase();
  return ['TCP', 'UDP', 'ICMP', 'ICMPV6', 'GRE', 'ALL'].includes(protocol)
    ? protocol
    : call.refuse('InvalidIpProtocol.ValueNotSupported', {
        status: 400,
        message: 'The parameter IpProtocol must be specified with case insensitive TCP, UDP, ICMP, GRE or All.',
      });
};

/** A rule from its parameters; `known` gives what the request leaves out (a modification). */
export const readRule = (
  call: Call,
  params: Params,
  how: { readonly direction: Direction; readonly known?: SecurityRule },
): RuleSpec => {
  const { direction, known } = how;
  const [peer, own] = direction === 'ingress' ? (['Source', 'Dest'] as const) : (['Dest', 'Source'] as const);
  const text = (name: string, standard: string | undefined): string => params.text(name) ?? standard ?? '';
  return {
    direction,
    protocol: protocolOf(call, text('IpProtocol', known?.protocol)),
    portRange: text(
      'PortRange',
      known?.portRange ?? (['TCP', 'UDP'].includes(text('IpProtocol', '').toUpperCase()) ? '' : '-1/-1'),
    ),
    sourcePortRange: text('SourcePortRange', known?.sourcePortRange),
    policy: policyOf(call, text('Policy', known?.policy ?? 'accept')),
    priority: priorityOf(call, text('Priority', String(known?.priority ?? 1))),
    nicType: 'intranet',
    cidr: text(`${peer}CidrIp`, known?.cidr),
    groupId: text(`${peer}GroupId`, known?.groupId),
    prefixListId: text(`${peer}PrefixListId`, known?.prefixListId),
    ownCidr: text(`${own}CidrIp`, known?.ownCidr),
    ipv6Cidr: text(`Ipv6${peer}CidrIp`, known?.ipv6Cidr),
    ownIpv6Cidr: text(`Ipv6${own}CidrIp`, known?.ownIpv6Cidr),
    description: text('Description', known?.description),
  };
};

/** Refuses a rule that this group cannot hold. */
export const checkRule = (call: Call, group: SecurityGroup, spec: RuleSpec): RuleSpec => {
  checkPorts(call, spec.protocol, spec.portRange);
  checkPeer(call, group, spec);
  if (spec.description.length > 512) call.refuse('InvalidSecurityGroupDiscription.Malformed');
  return spec;
};

/** The rules that a request names. */
export const requestedRules = (call: Call, group: SecurityGroup, direction: Direction): readonly RuleSpec[] => {
  const params = ruleParams(call);
  if (params.length === 0)
    call.refuse('InvalidIpProtocol.ValueNotSupported', {
      status: 400,
      message: 'The parameter IpProtocol must be specified with case insensitive TCP, UDP, ICMP, GRE or All.',
    });
  return params.map((one) => checkRule(call, group, readRule(call, one, { direction })));
};

/** What makes two rules one: everything but the description. */
export const ruleKey = (rule: RuleSpec): string =>
  JSON.stringify([
    rule.direction,
    rule.protocol,
    rule.portRange,
    rule.sourcePortRange,
    rule.policy,
    rule.priority,
    rule.cidr,
    rule.groupId,
    rule.prefixListId,
    rule.ownCidr,
    rule.ipv6Cidr,
    rule.ownIpv6Cidr,
  ]);

/** A rule on the wire: protocol in upper case, priority as text. */
export const shownRule = (rule: SecurityRule, nameOf: (groupId: string) => string): Answer => {
  const inward = rule.direction === 'ingress';
  const side = (is: boolean, value: string): string => (is ? value : '');
  return {
    SecurityGroupRuleId: rule.id,
    Direction: rule.direction,
    IpProtocol: rule.protocol,
    PortRange: rule.portRange,
    SourcePortRange: rule.sourcePortRange,
    Policy: rule.policy,
    Priority: String(rule.priority),
    NicType: rule.nicType,
    Description: rule.description,
    CreateTime: isoSeconds(rule.createdAt),
    SourceCidrIp: inward ? rule.cidr : rule.ownCidr,
    DestCidrIp: inward ? rule.ownCidr : rule.cidr,
    Ipv6SourceCidrIp: inward ? rule.ipv6Cidr : rule.ownIpv6Cidr,
    Ipv6DestCidrIp: inward ? rule.ownIpv6Cidr : rule.ipv6Cidr,
    SourceGroupId: side(inward, rule.groupId),
    SourceGroupName: side(inward, nameOf(rule.groupId)),
    SourceGroupOwnerAccount: '',
    SourcePrefixListId: side(inward, rule.prefixListId),
    SourcePrefixListName: '',
    DestGroupId: side(!inward, rule.groupId),
    DestGroupName: side(!inward, nameOf(rule.groupId)),
    DestGroupOwnerAccount: '',
    DestPrefixListId: side(!inward, rule.prefixListId),
    DestPrefixListName: '',
  };
};

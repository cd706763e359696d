// Security-group rules: read from `Permissions.N` or the older single form, checked, compared, shown.

import { isIPv6 } from 'node:net';
import type { Params } from '../../params.ts';
import type { Call } from '../../service.ts';
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

const bad = (call: Call, code: string, message: string): never => call.refuse(code, { status: 400, message });

const checkBlocks = (call: Call, spec: RuleSpec): void => {
  if (spec.cidr === '' && spec.groupId === '' && spec.prefixListId === '' && spec.ipv6Cidr === '') {
    bad(
      call,
      'MissingParameter.Source',
      'One of the parameters SourceCidrIp, Ipv6SourceCidrIp, SourceGroupId or SourcePrefixListId must be specified.',
    );
  }
  if (![spec.cidr, spec.ownCidr].every(cidrIsFit))
    bad(call, 'InvalidSourceCidrIp.Malformed', 'The specified parameter SourceCidrIp is not valid.');
  if (![spec.ipv6Cidr, spec.ownIpv6Cidr].every(ipv6IsFit))
    bad(call, 'InvalidParam.Ipv6SourceCidrIp', 'The specified parameter Ipv6SourceCidrIp is not valid.');
};

const checkPeer = (call: Call, group: SecurityGroup, peerId: string): void => {
  if (peerId === '') return;
  if (peerId === group.id)
    call.refuse('InvalidParamter.Conflict', {
      status: 403,
      message: 'The specified SecurityGroupId should be different from the SourceGroupId.',
    });
  const peer = call.table(securityGroups).get(peerId);
  if (peer === undefined)
    return call.refuse('InvalidSourceGroupId.NotFound', {
      status: 404,
      message: 'The SourceGroupId provided does not exist in our records.',
    });
  if (peer.vpcId !== group.vpcId)
    bad(call, 'InvalidSourceGroupId.Mismatch', 'Specified security group and source group are not in the same VPC.');
};

const policyOf = (call: Call, text: string): RuleSpec['policy'] => {
  const policy = (['Accept', 'Drop'] as const).find((known) => known.toLowerCase() === text.toLowerCase());
  return (
    policy ??
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

const BLANK: RuleSpec = {
  direction: 'ingress',
  protocol: '',
  portRange: '',
  sourcePortRange: '',
  policy: 'Accept',
  priority: 1,
  nicType: 'intranet',
  cidr: '',
  groupId: '',
  prefixListId: '',
  ownCidr: '',
  ipv6Cidr: '',
  ownIpv6Cidr: '',
  description: '',
};

const NO_PEER = { cidr: '', groupId: '', prefixListId: '', ipv6Cidr: '' } as const;

/** Names of the two ends on the wire: the peer's, and the group's own. */
const ENDS = { ingress: ['Source', 'Dest'], egress: ['Dest', 'Source'] } as const;

/** A rule from its parameters; `known` gives what the request leaves out (a modification), but a new peer replaces the old one whole. */
export const readRule = (
  call: Call,
  params: Params,
  how: { readonly direction: Direction; readonly known?: SecurityRule },
): RuleSpec => {
  const [peer, own] = ENDS[how.direction];
  const named = [`${peer}CidrIp`, `${peer}GroupId`, `${peer}PrefixListId`, `Ipv6${peer}CidrIp`].some(
    (name) => params.text(name) !== undefined,
  );
  const base: RuleSpec = { ...(how.known ?? BLANK), ...(named ? NO_PEER : {}) };
  const text = (name: string, standard: string): string => params.text(name) ?? standard;
  const protocol = protocolOf(call, text('IpProtocol', base.protocol));
  return {
    direction: how.direction,
    protocol,
    // Protocols without ports may leave the range out.
    portRange: text(
      'PortRange',
      base.portRange === '' && protocol !== 'TCP' && protocol !== 'UDP' ? '-1/-1' : base.portRange,
    ),
    sourcePortRange: text('SourcePortRange', base.sourcePortRange),
    policy: policyOf(call, text('Policy', base.policy)),
    priority: priorityOf(call, text('Priority', String(base.priority))),
    nicType: base.nicType,
    cidr: text(`${peer}CidrIp`, base.cidr),
    groupId: text(`${peer}GroupId`, base.groupId),
    prefixListId: text(`${peer}PrefixListId`, base.prefixListId),
    ownCidr: text(`${own}CidrIp`, base.ownCidr),
    ipv6Cidr: text(`Ipv6${peer}CidrIp`, base.ipv6Cidr),
    ownIpv6Cidr: text(`Ipv6${own}CidrIp`, base.ownIpv6Cidr),
    description: text('Description', base.description),
  };
};

/** Refuses a rule that this group cannot hold. */
export const checkRule = (call: Call, group: SecurityGroup, spec: RuleSpec): RuleSpec => {
  checkPorts(call, spec.protocol, spec.portRange);
  checkBlocks(call, spec);
  checkPeer(call, group, spec.groupId);
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

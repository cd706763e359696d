// A security-group rule as the API shows it.

import { isoSeconds } from '../../clock.ts';
import type { Answer } from '../../service.ts';
import type { SecurityRule } from './tables.ts';

const side = (is: boolean, value: string): string => (is ? value : '');

/** A rule on the wire: protocol in upper case, priority as text. */
export const shownRule = (rule: SecurityRule, nameOf: (groupId: string) => string): Answer => {
  const inward = rule.direction === 'ingress';
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

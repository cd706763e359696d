// SecurityZone: one tier of an environment, its subnets in both zones and who may come in.
import { z } from 'zod';
import { cidr, deletionPolicy, description, displayName, label, reference, undeclaredRules, zoneId } from './fields.ts';
import type { CustomObject, DeepReadonly } from './object.ts';
import { celMatches, immutable, int32, listMap, listSet, rules, text } from './schema.ts';
import { objectStatus } from './status.ts';

const anotherZone = 'create another SecurityZone, move the modules over, and delete this one';

const subnet = z.object({
  zone: zoneId.describe('Zone of the subnet: one of the environment’s.'),
  cidr: rules(
    cidr('cidr'),
    {
      rule: '!isCIDR(self) || (cidr(self).prefixLength() >= 16 && cidr(self).prefixLength() <= 29)',
      message: 'cidr of a subnet must be /16 to /29: choose a prefix in between',
    },
    immutable('cidr of a subnet', anotherZone),
  ).describe('Addresses of the subnet; 4 of them are the cloud’s own.'),
  displayName: displayName.exactOptional(),
  description: description.exactOptional(),
});

const subnets = rules(
  listMap(subnet, ['zone'], 2).min(2).describe('One subnet in each of the environment’s two zones.'),
  {
    rule: 'self.size() != 2 || !isCIDR(self[0].cidr) || !isCIDR(self[1].cidr) || !(cidr(self[0].cidr).containsCIDR(self[1].cidr) || cidr(self[1].cidr).containsCIDR(self[0].cidr))',
    message: 'subnets overlap: give each zone its own range',
  },
  {
    rule: 'self.all(s, oldSelf.exists(o, o.zone == s.zone))',
    message: `the zones of subnets cannot be changed after creation: ${anotherZone}`,
  },
);

const from = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('LoadBalancers') }),
    z.object({ type: z.literal('BastionPool'), bastionPoolRef: reference('BastionPool of the same namespace') }),
    z.object({ type: z.literal('SecurityZone'), securityZoneRef: reference('SecurityZone of the same namespace') }),
    z.object({ type: z.literal('CIDR'), cidr: cidr('from.cidr').describe('Addresses that may come in.') }),
  ])
  .describe(
    'Who may come in. LoadBalancers: the load balancers’ own addresses, which is right for HTTP listeners; at TCP and UDP listeners the client’s address arrives, so declare the clients’ ranges as CIDR.',
  );

const PORTS = /^[1-9][0-9]{0,4}(-[1-9][0-9]{0,4})?$/;

const portRange = rules(text(11), {
  rule: `${celMatches('self', PORTS)} && self.split('-').all(p, int(p) >= 1 && int(p) <= 65535) && int(self.split('-')[0]) <= int(self.split('-')[size(self.split('-')) - 1])`,
  message: 'ports must be a port or a rising range between 1 and 65535, such as "8080" or "8000-8100"',
});

const inboundRule = rules(
  z.object({
    name: label().describe('Name of the rule.'),
    from,
    protocol: z.enum(['TCP', 'UDP', 'ICMP', 'All']).describe('Protocol.'),
    ports: listSet(portRange, 20).min(1).exactOptional().describe('Ports, for TCP and UDP: "8080" or "8000-8100".'),
    priority: int32(1, 100).default(1).describe('1 is the strongest.'),
  }),
  {
    rule: "self.protocol in ['TCP', 'UDP'] ? has(self.ports) : !has(self.ports)",
    message: 'ports are required for TCP and UDP, and must be left out for ICMP and All',
    fieldPath: '.ports',
  },
  {
    // A pattern, for what is no number is refused by its own and must not fail here as well: up to 21, and from 20.
    rule: "self.protocol != 'TCP' || !has(self.ports) || self.ports.all(r, !r.matches('^(20|21|([1-9]|1[0-9]|20|21)-([2-9][0-9]|[1-9][0-9]{2,4}))$'))",
    message: 'ports 20 and 21 are FTP, which is not offered: use SFTP on 22, and leave 20 and 21 out of ranges',
    fieldPath: '.ports',
  },
  {
    rule: "self.from.type != 'BastionPool' || self.protocol == 'ICMP' || (self.protocol == 'TCP' && has(self.ports) && self.ports.all(r, r in ['22', '3389']))",
    message:
      'a rule for bastions admits 22 (SSH, SFTP) or 3389 (RDP) over TCP, or ICMP: for an application port name the zone, the load balancers or a CIDR in from',
  },
);

/** Desired state of a security zone. */
export const zoneSpec = rules(
  z.object({
    environmentRef: reference('FinanceCloudEnvironment of the same namespace').describe(
      'The environment that this zone belongs to.',
    ),
    tier: z.enum(['DMZ', 'Management', 'Intranet']).describe('Tier of the zone in the high-security design.'),
    subnets,
    inbound: listMap(inboundRule, ['name'], 100).default([]).describe('Who may come in; everything else is denied.'),
    undeclaredRules: undeclaredRules.default('Report'),
    displayName: displayName.exactOptional().describe('Name of the security group in the cloud console.'),
    description: description.exactOptional(),
    deletionPolicy: deletionPolicy.exactOptional().describe('The environment’s when absent.'),
  }),
  {
    ...immutable('environmentRef', anotherZone),
    rule: 'self.environmentRef == oldSelf.environmentRef',
    fieldPath: '.environmentRef',
  },
);

/** What may be wished of a security zone, defaults filled in. */
export type ZoneSpec = DeepReadonly<z.output<typeof zoneSpec>>;
/** What a security zone reports. */
export type ZoneStatus = DeepReadonly<z.output<typeof objectStatus>>;
/** A security zone as the API server returns it. */
export type SecurityZone = CustomObject<'SecurityZone', ZoneSpec, ZoneStatus>;
/** One subnet of a zone. */
export type Subnet = ZoneSpec['subnets'][number];
/** One inbound rule of a zone. */
export type InboundRule = ZoneSpec['inbound'][number];

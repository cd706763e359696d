// The CEL text of the rules between objects, written once for both sides of each relation: `object` is the one
// being applied, `params` one that is already there. relations.ts holds the same rules in TypeScript.

/** A rule that must hold whenever `when` holds; `message` is a CEL expression for the sentence. */
export type PolicyCheck = { readonly when: string; readonly rule: string; readonly message: string };

type Side = 'object' | 'params';

// NET-3, by prefix length from /16 to /29.
const USABLE = Array.from({ length: 14 }, (_, i) => 2 ** (16 - i) - 4).join(', ');
const usable = (cidr: string): string => `[${USABLE}][cidr(${cidr}).prefixLength() - 16]`;

/** Environment and zone: the zone's subnets lie in the environment's zones and network, and hold its servers. */
export const environmentZoneChecks = (sides: {
  readonly environment: Side;
  readonly zone: Side;
}): readonly PolicyCheck[] => {
  const { environment: e, zone: z } = sides;
  const when = `${z}.spec.environmentRef.name == ${e}.metadata.name`;
  const field = (ofZone: string, ofEnvironment: string) => (z === 'object' ? ofZone : ofEnvironment);
  const zones = `${e}.spec.zones.map(n, n.name).join(' and ')`;
  const here = `${e}.spec.modules.filter(m, m.securityZoneRef.name == ${z}.metadata.name)`;
  const servers = `${here}.map(m, (m.servers.replicas + 1) / 2).sum()`;
  const balancers = `${here}.filter(m, has(m.loadBalancer) && m.loadBalancer.address == 'Intranet').map(m, 1).sum()`;
  const primary = `${e}.spec.zones.exists(n, n.name == s.zone && n.role == 'Primary')`;
  const need = `(${here}.size() == 0 ? 0 : ${servers} + (${primary} ? ${balancers} : 0))`;
  return [
    {
      when,
      rule: `${z}.spec.subnets.all(s, ${e}.spec.zones.exists(n, n.name == s.zone))`,
      message: `'${field('spec.subnets', 'spec.zones')}: zone ' + ${z}.metadata.name + ' needs one subnet in each zone of environment ' + ${e}.metadata.name + ' (' + ${zones} + '): correct ${field('the zone of the subnets', 'spec.zones, or re-create the security zone with these zones')}'`,
    },
    {
      when,
      rule: `${z}.spec.subnets.all(s, cidr(${e}.spec.network.cidr).containsCIDR(s.cidr))`,
      message: `'${field('spec.subnets', 'spec.network.cidr')}: the subnets of zone ' + ${z}.metadata.name + ' (' + ${z}.spec.subnets.map(s, s.cidr).join(', ') + ') must lie in the network ' + ${e}.spec.network.cidr + ' of environment ' + ${e}.metadata.name + ': ${field('choose ranges inside it', 'choose a network around them')}'`,
    },
    {
      when,
      rule: `${z}.spec.subnets.all(s, ${need} <= ${usable('s.cidr')})`,
      message: `'${field('spec.subnets', 'spec.modules')}: a subnet of zone ' + ${z}.metadata.name + ' has fewer usable addresses than the modules of environment ' + ${e}.metadata.name + ' put there (half of servers.replicas each, and the address of an Intranet load balancer): ${field('choose a larger range', 'lower servers.replicas, or put a module into another zone')}'`,
    },
  ];
};

/** A module's zone belongs to the module's environment. */
export const foreignModuleZone = (sides: { readonly environment: Side; readonly zone: Side }): PolicyCheck => {
  const { environment: e, zone: z } = sides;
  const field = z === 'object' ? 'spec.environmentRef' : 'spec.modules[].securityZoneRef';
  return {
    when: `${e}.spec.modules.exists(m, m.securityZoneRef.name == ${z}.metadata.name)`,
    rule: `${z}.spec.environmentRef.name == ${e}.metadata.name`,
    message: `'${field}: modules of environment ' + ${e}.metadata.name + ' name zone ' + ${z}.metadata.name + ', which belongs to environment ' + ${z}.spec.environmentRef.name + ': ${z === 'object' ? 'correct spec.environmentRef, or let those modules name another zone' : 'name a zone of the same environment'}'`,
  };
};

/** Two zones of one environment: no address belongs to both. */
export const zoneZoneChecks = (): readonly PolicyCheck[] => [
  {
    when: 'params.metadata.name != object.metadata.name && params.spec.environmentRef.name == object.spec.environmentRef.name',
    rule: 'object.spec.subnets.all(a, params.spec.subnets.all(b, !cidr(a.cidr).containsCIDR(b.cidr) && !cidr(b.cidr).containsCIDR(a.cidr)))',
    message:
      "'spec.subnets: overlaps the subnets of zone ' + params.metadata.name + ' (' + params.spec.subnets.map(s, s.cidr).join(', ') + '): choose ranges that no other zone of the environment uses'",
  },
];

/** A rule that admits another zone names one of the same environment. */
export const zoneRuleCheck = (sides: { readonly zone: Side; readonly source: Side }): PolicyCheck => {
  const { zone: z, source } = sides;
  const field = z === 'object' ? 'spec.inbound[].from.securityZoneRef' : 'spec.environmentRef';
  return {
    when: `${z}.spec.inbound.exists(r, r.from.type == 'SecurityZone' && r.from.securityZoneRef.name == ${source}.metadata.name)`,
    rule: `${z}.spec.environmentRef.name == ${source}.spec.environmentRef.name`,
    message: `'${field}: zone ' + ${z}.metadata.name + ' admits zone ' + ${source}.metadata.name + ', which belongs to environment ' + ${source}.spec.environmentRef.name + ': name a zone of environment ' + ${z}.spec.environmentRef.name`,
  };
};

/** A pool and the zone it lives in: the same environment, and room in both subnets. */
export const poolZoneChecks = (sides: { readonly pool: Side; readonly zone: Side }): readonly PolicyCheck[] => {
  const { pool: p, zone: z } = sides;
  const when = `${p}.spec.securityZoneRef.name == ${z}.metadata.name`;
  const ofPool = p === 'object';
  return [
    {
      when,
      rule: `${p}.spec.environmentRef.name == ${z}.spec.environmentRef.name`,
      message: `'${ofPool ? 'spec.securityZoneRef' : 'spec.environmentRef'}: bastion pool ' + ${p}.metadata.name + ' of environment ' + ${p}.spec.environmentRef.name + ' lives in zone ' + ${z}.metadata.name + ', which belongs to environment ' + ${z}.spec.environmentRef.name + ': name a zone of the same environment, or correct spec.environmentRef'`,
    },
    {
      when,
      rule: `${z}.spec.subnets.all(s, ${p}.spec.perZone <= ${usable('s.cidr')})`,
      message: `'${ofPool ? 'spec.perZone' : 'spec.subnets'}: a subnet of zone ' + ${z}.metadata.name + ' has fewer usable addresses than bastion pool ' + ${p}.metadata.name + ' has bastions per zone (' + string(${p}.spec.perZone) + '): ${ofPool ? 'lower perZone, or choose a zone with larger subnets' : 'choose a larger range'}'`,
    },
  ];
};

/** A rule that admits a bastion pool names one of the same environment. */
export const poolRuleCheck = (sides: { readonly pool: Side; readonly zone: Side }): PolicyCheck => {
  const { pool: p, zone: z } = sides;
  const field = z === 'object' ? 'spec.inbound[].from.bastionPoolRef' : 'spec.environmentRef';
  return {
    when: `${z}.spec.inbound.exists(r, r.from.type == 'BastionPool' && r.from.bastionPoolRef.name == ${p}.metadata.name)`,
    rule: `${z}.spec.environmentRef.name == ${p}.spec.environmentRef.name`,
    message: `'${field}: zone ' + ${z}.metadata.name + ' admits bastion pool ' + ${p}.metadata.name + ', which belongs to environment ' + ${p}.spec.environmentRef.name + ': name a pool of environment ' + ${z}.spec.environmentRef.name`,
  };
};

// The rules between objects in TypeScript: what the admission policies refuse at apply is judged again by the
// controllers, since objects can arrive in an order that no policy sees. Pure.
import { contains, overlaps, parseNetwork, usableAddresses } from '../kernel/net.ts';
import type { FinanceCloudAccount } from './account.ts';
import type { FinanceCloudEnvironment } from './environment.ts';
import type { BastionPool } from './pool.ts';
import type { SecurityZone, Subnet } from './zone.ts';

/** A contradiction between two objects: the rule's id, the field to correct, and one sentence with the way out. */
export type Contradiction = { readonly rule: string; readonly field: string; readonly message: string };

type Environment = Pick<FinanceCloudEnvironment, 'metadata' | 'spec'>;
type Zone = Pick<SecurityZone, 'metadata' | 'spec'>;
type Pool = Pick<BastionPool, 'metadata' | 'spec'>;
type Account = { readonly spec: Pick<FinanceCloudAccount['spec'], 'allowedNamespaces'> };

const capacityOf = (subnet: Subnet): number => {
  const network = parseNetwork(subnet.cidr);
  return network === undefined ? 0 : usableAddresses(network);
};

const addressesNeeded = (environment: Environment, zone: Zone, zoneName: string): number => {
  const modules = environment.spec.modules.filter((m) => m.securityZoneRef.name === zone.metadata.name);
  const primary = environment.spec.zones.some((z) => z.name === zoneName && z.role === 'Primary');
  const servers = modules.reduce((sum, m) => sum + Math.ceil(m.servers.replicas / 2), 0);
  const balancers = primary ? modules.filter((m) => m.loadBalancer?.address === 'Intranet').length : 0;
  return servers + balancers;
};

const subnetContradictions = (environment: Environment, zone: Zone, subnet: Subnet): readonly Contradiction[] => {
  const { name } = zone.metadata;
  const { network, zones } = environment.spec;
  const found: Contradiction[] = [];
  if (!zones.some((z) => z.name === subnet.zone)) {
    const names = zones.map((z) => z.name).join(' and ');
    const message = `zone ${name} has a subnet in ${subnet.zone}, the environment's zones are ${names}: correct one of them`;
    found.push({ rule: 'NET-2', field: 'spec.subnets', message });
  }
  if (!contains(network.cidr, subnet.cidr)) {
    const message = `subnet ${subnet.cidr} of zone ${name} is not in the network ${network.cidr}: create the zone anew with a range inside it`;
    found.push({ rule: 'NET-2', field: 'spec.subnets', message });
  }
  const needed = addressesNeeded(environment, zone, subnet.zone);
  if (needed > capacityOf(subnet)) {
    const message = `subnet ${subnet.cidr} of zone ${name} has ${capacityOf(subnet)} usable addresses and ${needed} are needed: declare fewer servers, or create the zone anew with a larger range`;
    found.push({ rule: 'NET-3', field: 'spec.subnets', message });
  }
  return found;
};

/** NET-2, NET-3: a zone's subnets lie in the zones and the network of its environment and hold its modules. */
export const zoneInEnvironment = (zone: Zone, environment: Environment): readonly Contradiction[] =>
  zone.spec.environmentRef.name === environment.metadata.name
    ? zone.spec.subnets.flatMap((subnet) => subnetContradictions(environment, zone, subnet))
    : [];

/** ARCH-6: the zone that a module names belongs to the module's environment. */
export const moduleZone = (environment: Environment, zone: Zone): readonly Contradiction[] => {
  const own = zone.spec.environmentRef.name === environment.metadata.name;
  const used = environment.spec.modules.filter((m) => m.securityZoneRef.name === zone.metadata.name);
  return own
    ? []
    : used.map((m) => ({
        rule: 'ARCH-6',
        field: 'spec.modules[].securityZoneRef',
        message: `module ${m.name} names zone ${zone.metadata.name}, which belongs to environment ${zone.spec.environmentRef.name}: name a zone of this environment`,
      }));
};

/** NET-2: two zones of one environment share no address. */
export const zonesApart = (zone: Zone, other: Zone): readonly Contradiction[] => {
  if (zone.metadata.name === other.metadata.name) return [];
  if (zone.spec.environmentRef.name !== other.spec.environmentRef.name) return [];
  return zone.spec.subnets.flatMap((a) =>
    other.spec.subnets
      .filter((b) => overlaps(a.cidr, b.cidr))
      .map((b) => ({
        rule: 'NET-2',
        field: 'spec.subnets',
        message: `subnet ${a.cidr} overlaps ${b.cidr} of zone ${other.metadata.name}: create the zone anew with a range that no other zone uses`,
      })),
  );
};

/** NET-3, ARCH-6: a pool's zone belongs to its environment and has room for its bastions in both subnets. */
export const poolInZone = (pool: Pool, zone: Zone): readonly Contradiction[] => {
  if (pool.spec.securityZoneRef.name !== zone.metadata.name) return [];
  if (pool.spec.environmentRef.name !== zone.spec.environmentRef.name) {
    const message = `zone ${zone.metadata.name} belongs to environment ${zone.spec.environmentRef.name}: name a zone of environment ${pool.spec.environmentRef.name}`;
    return [{ rule: 'ARCH-6', field: 'spec.securityZoneRef', message }];
  }
  return zone.spec.subnets
    .filter((subnet) => capacityOf(subnet) < pool.spec.perZone)
    .map((subnet) => ({
      rule: 'NET-3',
      field: 'spec.perZone',
      message: `subnet ${subnet.cidr} of zone ${zone.metadata.name} has ${capacityOf(subnet)} usable addresses: lower perZone`,
    }));
};

/** ARCH-6: a zone's rules admit only zones and pools of its own environment. */
export const ruleSource = (zone: Zone, source: Zone | Pool): readonly Contradiction[] => {
  if (zone.spec.environmentRef.name === source.spec.environmentRef.name) return [];
  const pool = 'perZone' in source.spec;
  const named = zone.spec.inbound.filter(({ from }) =>
    pool
      ? from.type === 'BastionPool' && from.bastionPoolRef.name === source.metadata.name
      : from.type === 'SecurityZone' && from.securityZoneRef.name === source.metadata.name,
  );
  return named.map((rule) => ({
    rule: 'ARCH-6',
    field: 'spec.inbound[].from',
    message: `rule ${rule.name} admits ${source.metadata.name} of environment ${source.spec.environmentRef.name}: name one of environment ${zone.spec.environmentRef.name}`,
  }));
};

/** Whether environments of a namespace may use the account. */
export const accountAllows = (account: Account, namespace: string): boolean =>
  account.spec.allowedNamespaces.includes('*') || account.spec.allowedNamespaces.includes(namespace);

/** Whether an environment reference of a zone or pool is meant for this environment. */
export const belongsTo = (child: Zone | Pool, environment: Environment): boolean =>
  child.spec.environmentRef.name === environment.metadata.name;

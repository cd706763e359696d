// FinanceCloudEnvironment: one region, two zones, one network, and the business modules in it.
import { z } from 'zod';
import { cidr, deletionPolicy, description, displayName, reference, zoneId } from './fields.ts';
import { businessModule } from './module.ts';
import type { CustomObject, DeepReadonly } from './object.ts';
import { immutable, int32, listMap, rules, text } from './schema.ts';
import { environmentStatus } from './status.ts';

const anotherEnvironment = 'create another environment, move over, and delete this one';

const region = rules(
  text(32, { pattern: /^[a-z0-9-]+$/ }).describe('Finance Cloud region.'),
  {
    rule: "self.matches('^cn-[a-z]+-finance(-[0-9]+)?$')",
    message:
      'region must be a Finance Cloud region with VPC networks: cn-hangzhou-finance, cn-shanghai-finance-1, cn-shenzhen-finance-1 or cn-beijing-finance-1',
  },
  immutable('region', anotherEnvironment),
);

const zones = rules(
  listMap(
    z.object({
      name: zoneId.describe('Zone id.'),
      role: z
        .enum(['Primary', 'Standby'])
        .describe('Primary is where load balancers live first; servers live in both alike.'),
    }),
    ['name'],
    2,
  )
    .min(2)
    .describe('The two different zones of the region that share the load.'),
  {
    rule: "self.exists_one(z, z.role == 'Primary') && self.exists_one(z, z.role == 'Standby')",
    message: 'zones must be one Primary and one Standby: give each of the two zones its own role',
  },
  immutable('zones', anotherEnvironment),
);

const network = z
  .object({
    type: z.enum(['VPC']).default('VPC').describe('Network type; classic networks are no longer sold.'),
    design: z
      .enum(['HighSecurity', 'Standard'])
      .default('HighSecurity')
      .describe('HighSecurity: separate subnets and groups for DMZ, management and intranet. Standard: one set.'),
    cidr: rules(
      cidr('network.cidr'),
      {
        rule: "!isCIDR(self) || ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].exists(n, cidr(n).containsCIDR(self))",
        message: 'network.cidr must lie in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16',
      },
      {
        rule: '!isCIDR(self) || cidr(self).prefixLength() <= 28',
        message: 'network.cidr must be /28 or larger: choose a shorter prefix such as /16',
      },
      immutable('network.cidr', anotherEnvironment),
    ).describe('Addresses of the VPC.'),
    displayName: displayName.exactOptional(),
    description: description.exactOptional(),
  })
  .describe('The VPC.');

const repair = z
  .object({
    disruptive: z
      .object({
        policy: z.enum(['Automatic']).default('Automatic').describe('Automatic: at once, within the budget.'),
      })
      .prefault({})
      .describe('How changes that hurt are decided: restarts, replacements, drains.'),
    maxUnavailablePerZone: int32(1, 100)
      .default(1)
      .describe(
        'Servers of one zone, of all modules together, that may be on their way out of service at a time by our own doing.',
      ),
    drainSeconds: int32(0, 3600)
      .default(300)
      .describe('Seconds between taking a server out of service and releasing it.'),
  })
  .describe('Limits of repair.');

/** Desired state of an environment. */
export const environmentSpec = rules(
  z.object({
    accountRef: reference('FinanceCloudAccount to use').describe('The account that pays for and holds everything.'),
    region,
    zones,
    mode: z
      .enum(['Enforce', 'Observe'])
      .default('Enforce')
      .describe('Enforce: differences are repaired. Observe: nothing is written to the cloud, the plan is in status.'),
    network,
    modules: listMap(businessModule, ['name'], 32).default([]).describe('Business modules.'),
    repair: repair.prefault({}),
    deletionPolicy: deletionPolicy
      .default('Retain')
      .describe('What happens in the cloud to what leaves the spec, also on zones and pools that do not say.'),
  }),
  {
    rule: "self.zones.all(z, z.name.startsWith(self.region) && z.name.substring(size(self.region)).matches('^-?[a-z]$'))",
    message:
      'zones must be zones of the region, its id and a letter, such as cn-shanghai-finance-1f in cn-shanghai-finance-1: correct region or zones',
    fieldPath: '.zones',
  },
  {
    rule: 'self.modules.map(m, m.servers.replicas).sum() <= 1000',
    message: 'modules: an environment holds at most 1000 servers: lower servers.replicas, or use a second environment',
    fieldPath: '.modules',
  },
  {
    ...immutable('accountRef', anotherEnvironment),
    rule: 'self.accountRef == oldSelf.accountRef',
    fieldPath: '.accountRef',
  },
);

/** What may be wished of an environment, defaults filled in. */
export type EnvironmentSpec = DeepReadonly<z.output<typeof environmentSpec>>;
/** What an environment reports. */
export type EnvironmentStatus = DeepReadonly<z.output<typeof environmentStatus>>;
/** An environment as the API server returns it. */
export type FinanceCloudEnvironment = CustomObject<'FinanceCloudEnvironment', EnvironmentSpec, EnvironmentStatus>;
/** One business module, defaults filled in. */
export type BusinessModule = EnvironmentSpec['modules'][number];
/** A module's load balancer. */
export type LoadBalancer = NonNullable<BusinessModule['loadBalancer']>;
/** A load balancer's listener as declared: stickiness and check may be absent. */
export type Listener = LoadBalancer['listeners'][number];
/** A listener's health check. */
export type HealthCheck = NonNullable<Listener['healthCheck']>;
/** A listener's stickiness. */
export type StickySession = NonNullable<Listener['stickySession']>;

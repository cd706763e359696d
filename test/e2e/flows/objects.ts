// Small objects to bend: an environment with one module of two servers, its security zone, its account, a pool.
import type { Loose } from '../../support/api-proxy.ts';
import type { Sent } from '../admission-objects.ts';

/** The two zones and their region. */
export const F = 'cn-shanghai-finance-1f';
export const G = 'cn-shanghai-finance-1g';
export const REGION = 'cn-shanghai-finance-1';
/** An image that the emulator sells. */
export const IMAGE = { id: 'centos_7_9_x64_20G_alibase_20240628.vhd' };

const API = 'financecloud.io/v1alpha1';

/** A merge of plain objects; lists and plain values of `over` win. */
export function merged(base: Loose, over: Loose): Loose {
  if (!isPlain(base) || !isPlain(over)) return over;
  const entries = Object.entries(over).map(([key, value]) => [key, merged(base[key], value)] as const);
  return { ...base, ...Object.fromEntries(entries) };
}

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Module web with two servers in zone `dmz`, without start-up units and load balancer. */
export function webModule(over: object = {}): Loose {
  const servers = { replicas: 2, instanceType: 'ecs.g6.large', image: IMAGE, keyPairName: 'ops' };
  return merged({ name: 'web', securityZoneRef: { name: 'dmz' }, servers }, over);
}

/** A public load balancer with one TCP listener on port 80. */
export const balancer = {
  address: 'Internet',
  billing: { type: 'PayByBandwidth', bandwidthMbps: 5 },
  listeners: [{ protocol: 'TCP', port: 80, backendPort: 8080, healthCheck: { type: 'TCP' } }],
};

/** Environment `bank` with module web; repairs at once and drains for a second. */
export function environment(namespace: string, spec: object = {}): Sent {
  const base = {
    accountRef: { name: namespace },
    region: REGION,
    zones: [
      { name: F, role: 'Primary' },
      { name: G, role: 'Standby' },
    ],
    network: { cidr: '10.20.0.0/16' },
    modules: [webModule()],
    repair: { disruptive: { policy: 'Automatic' }, drainSeconds: 1 },
    deletionPolicy: 'Delete',
  };
  const metadata = { name: 'bank', namespace };
  return { apiVersion: API, kind: 'FinanceCloudEnvironment', metadata, spec: merged(base, spec) };
}

/** A security zone of environment `bank`; `third` is the third octet of its first subnet. */
export function zone(
  namespace: string,
  of: { readonly name?: string; readonly third?: number; readonly spec?: object } = {},
): Sent {
  const { name = 'dmz', third = 0, spec = {} } = of;
  const base = {
    environmentRef: { name: 'bank' },
    tier: 'DMZ',
    subnets: [
      { zone: F, cidr: `10.20.${third}.0/24` },
      { zone: G, cidr: `10.20.${third + 1}.0/24` },
    ],
    inbound: [{ name: 'from-lb', from: { type: 'LoadBalancers' }, protocol: 'TCP', ports: ['22'] }],
    undeclaredRules: 'Revoke',
  };
  return { apiVersion: API, kind: 'SecurityZone', metadata: { name, namespace }, spec: merged(base, spec) };
}

/** Pool `ops` with one bastion per zone in zone `mgmt`. */
export function pool(namespace: string, spec: object = {}): Sent {
  const base = {
    environmentRef: { name: 'bank' },
    securityZoneRef: { name: 'mgmt' },
    perZone: 1,
    instanceType: 'ecs.xn4.small',
    image: IMAGE,
    keyPairName: 'ops',
    access: { clientCidrs: ['192.168.100.1/32'], port: 22 },
  };
  return { apiVersion: API, kind: 'BastionPool', metadata: { name: 'ops', namespace }, spec: merged(base, spec) };
}

/** The account of a scenario: its name is the namespace's. */
export function account(
  namespace: string,
  of: { readonly accountId: string; readonly url: string; readonly spec?: object },
): Sent {
  const base = {
    accountId: of.accountId,
    credentials: { type: 'AccessKey', accessKey: { secretRef: { name: namespace } } },
    allowedNamespaces: [namespace],
    apiBudget: { callsPerMinute: 100_000 },
    endpoints: ['ECS', 'VPC', 'SLB', 'STS'].map((service) => ({ service, url: of.url })),
  };
  return {
    apiVersion: API,
    kind: 'FinanceCloudAccount',
    metadata: { name: namespace },
    spec: merged(base, of.spec ?? {}),
  };
}

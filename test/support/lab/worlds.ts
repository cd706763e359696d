// Worlds that several labs need: the sample with guests that serve what it declares, and any number of plain banks.
import type { Declared } from './objects.ts';

const REGION = 'cn-shanghai-finance-1';
const API = 'financecloud.io/v1alpha1';
/** Names of the two zones. */
export const ZONES = [`${REGION}f`, `${REGION}g`] as const;

const serving = (path: string) => ({ startSeconds: 4, serves: [{ port: 8080, paths: { [path]: 200 }, default: 404 }] });

/** The emulator's configuration for the sample: each unit serves its module's health path. */
export const SAMPLE_CLOUD = {
  guests: { units: { 'bank-web.service': serving('/app/health'), 'bank-app.service': serving('/health') } },
} as const;

/** Guests that serve the health path of `balanced` from their first boot on, without anybody's help. */
export const SERVING_CLOUD = {
  guests: { units: { 'bank-web.service': { ...serving('/app/health'), preset: 'enabled' } } },
} as const;

const IMAGE = { id: 'centos_7_9_x64_20G_alibase_20240628.vhd' };

/** A module of `replicas` servers behind a load balancer of its own, in the zone `dmz`. */
export function balanced(name: string, replicas: number) {
  return {
    name,
    securityZoneRef: { name: 'dmz' },
    servers: { replicas, instanceType: 'ecs.g6.large', image: IMAGE, keyPairName: 'ops' },
    loadBalancer: {
      address: 'Internet',
      billing: { type: 'PayByBandwidth', bandwidthMbps: 5 },
      listeners: [
        { protocol: 'HTTP', port: 80, backendPort: 8080, healthCheck: { type: 'HTTP', path: '/app/health' } },
      ],
    },
  };
}

/** What a zone admits so that `balanced` is reached. */
export const FROM_BALANCERS = {
  name: 'from-slb',
  from: { type: 'LoadBalancers' },
  protocol: 'TCP',
  ports: ['8080'],
} as const;

/** `count` environments, each in a namespace of its own, with one security zone and one module of `servers` servers. */
export function banks(count: number, servers: number): readonly Declared[] {
  return Array.from({ length: count }, (_, index) => bank(`team-${index}`, servers)).flat();
}

function bank(namespace: string, replicas: number): readonly Declared[] {
  const module = {
    name: 'web',
    securityZoneRef: { name: 'dmz' },
    servers: { replicas, instanceType: 'ecs.g6.large', image: IMAGE, keyPairName: 'ops' },
  };
  const environment: Declared = {
    apiVersion: API,
    kind: 'FinanceCloudEnvironment',
    metadata: { name: 'bank', namespace },
    spec: {
      accountRef: { name: 'production' },
      region: REGION,
      zones: [
        { name: ZONES[0], role: 'Primary' },
        { name: ZONES[1], role: 'Standby' },
      ],
      network: { cidr: '10.20.0.0/16' },
      modules: [module],
      deletionPolicy: 'Delete',
    },
  };
  return [environment, securityZone(namespace, { name: 'dmz', index: 0 })];
}

/** A security zone of environment `bank`; `index` chooses its two subnets, `inbound` its rules. */
export function securityZone(
  namespace: string,
  of: { readonly name: string; readonly index: number; readonly inbound?: readonly object[] },
): Declared {
  const subnets = ZONES.map((zone, half) => ({ zone, cidr: `10.20.${of.index * 16 + half * 8}.0/21` }));
  return {
    apiVersion: API,
    kind: 'SecurityZone',
    metadata: { name: of.name, namespace },
    spec: { environmentRef: { name: 'bank' }, tier: 'DMZ', subnets, inbound: of.inbound ?? [] },
  };
}

/** A bastion pool of environment `bank` in a zone. */
export function bastionPool(namespace: string, of: { readonly name: string; readonly zone: string }): Declared {
  return {
    apiVersion: API,
    kind: 'BastionPool',
    metadata: { name: of.name, namespace },
    spec: {
      environmentRef: { name: 'bank' },
      securityZoneRef: { name: of.zone },
      perZone: 1,
      instanceType: 'ecs.xn4.small',
      image: IMAGE,
      keyPairName: 'ops',
      access: { clientCidrs: ['192.168.100.1/32'], port: 22 },
    },
  };
}

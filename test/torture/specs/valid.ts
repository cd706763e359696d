// Random objects that are right by themselves and among their neighbours: environment `bank` with zones `front` and `back`
// and bastion pool `jump`. One of them is the case; the others are plain.
import * as fc from 'fast-check';
import type { KindName } from '../../../src/crds/index.ts';
import type { Declared } from '../../support/lab/objects.ts';

const REGION = 'cn-shanghai-finance-1';
const [F, G] = [`${REGION}f`, `${REGION}g`] as const;
const IMAGE = 'centos_7_9_x64_20G_alibase_20240628.vhd';

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
/** Without the members that are absent, as they travel. */
const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value));

const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])$/);
const displayName = fc.stringMatching(/^[A-Za-z一-龥][A-Za-z0-9一-龥_-]{1,20}$/);
const description = fc.constantFrom('', 'ab', 'Web tier of the bank', '付款 – naïve', 'x'.repeat(256));
const deletionPolicy = fc.constantFrom('Retain', 'Delete');
const undeclaredRules = fc.constantFrom('Revoke', 'Report');
const port = fc.oneof(fc.integer({ min: 1024, max: 65_535 }), fc.constantFrom(23, 80, 443, 65_535));

const serverFields = {
  instanceType: fc.constantFrom('ecs.g6.large', 'ecs.g6.large', 'ecs.xn4.small', 'ecs.unheard-of.large'),
  image: fc.record({ id: fc.constantFrom(IMAGE, IMAGE, IMAGE, 'm-unheard-of') }),
  keyPairName: fc.constant('ops'),
  systemDisk: maybe(
    fc.record({
      category: fc.constantFrom('ESSD', 'SSD', 'Efficiency'),
      sizeGiB: fc.constantFrom(20, 40, 100, 2048),
    }),
  ),
  ramRoleName: maybe(fc.constantFrom('bank-web', 'a.b-C')),
  tags: maybe(
    fc.uniqueArray(fc.record({ key: label, value: fc.constantFrom('', 'payments', '付款') }), {
      selector: ({ key }) => key,
      maxLength: 14,
    }),
  ),
  displayName: maybe(displayName),
  description: maybe(description),
} as const;

const check = {
  port: maybe(port),
  intervalSeconds: maybe(fc.integer({ min: 1, max: 50 })),
  timeoutSeconds: maybe(fc.integer({ min: 1, max: 300 })),
  healthyThreshold: maybe(fc.integer({ min: 1, max: 10 })),
};
const httpCheck = fc.record({
  type: fc.constant('HTTP'),
  path: fc.constantFrom('/', '/app/health', '/a?b=c#d'),
  domain: maybe(fc.constant('bank.example')),
  httpCodes: maybe(fc.uniqueArray(fc.constantFrom('HTTP2xx', 'HTTP3xx', 'HTTP4xx', 'HTTP5xx'), { minLength: 1 })),
  ...check,
});
const plainCheck = (type: string) => fc.record({ type: fc.constant(type), ...check });

const listenerOf = (protocol: string, stick: fc.Arbitrary<object>, health: fc.Arbitrary<object>) =>
  fc.record({
    protocol: fc.constant(protocol),
    port: fc.constantFrom(80, 443, 8080, 8443, 3000, 21_234),
    backendPort: port,
    scheduler: maybe(fc.constantFrom('RoundRobin', 'WeightedRoundRobin', 'LeastConnections')),
    bandwidthMbps: maybe(fc.constantFrom(-1, 1)),
    stickySession: maybe(stick),
    healthCheck: maybe(health),
  });
const none = fc.constant({ type: 'None' });
const listener = fc.oneof(
  listenerOf('HTTP', fc.oneof(none, fc.constant({ type: 'InsertCookie', cookieTimeoutSeconds: 60 })), httpCheck),
  listenerOf(
    'TCP',
    fc.oneof(none, fc.constant({ type: 'SourceAddress', persistenceTimeoutSeconds: 60 })),
    fc.oneof(plainCheck('TCP'), httpCheck),
  ),
  listenerOf('UDP', none, plainCheck('UDP')),
);
const listeners = fc.uniqueArray(listener, {
  minLength: 1,
  maxLength: 3,
  // The cloud keeps one listener of TCP and HTTP for a port.
  selector: (item) => item.port,
});
const balancer = fc.oneof(
  fc.record({
    address: fc.constant('Internet'),
    billing: maybe(fc.constantFrom({ type: 'PayByTraffic' }, { type: 'PayByBandwidth', bandwidthMbps: 50 })),
    spec: maybe(fc.constantFrom('slb.s1.small', 'slb.s2.medium')),
    listeners,
    displayName: maybe(displayName),
  }),
  fc.record({ address: fc.constant('Intranet'), listeners, displayName: maybe(displayName) }),
);

const businessModule = fc.record({
  name: label,
  securityZoneRef: fc.constantFrom({ name: 'front' }, { name: 'back' }),
  servers: fc.record({
    replicas: fc.constantFrom(1, 2, 3, 4),
    ...serverFields,
    userDataFrom: maybe(fc.constant({ type: 'ConfigMap', configMapKeyRef: { name: 'boot', key: 'user-data' } })),
    internetBandwidthMbps: maybe(fc.constantFrom(0, 1, 100)),
  }),
  startup: maybe(
    fc.record({
      units: fc.constantFrom(['bank-web.service'], ['a.service', 'b@1.service']),
      probe: maybe(fc.constantFrom('AfterBoot', 'Periodic', 'Never')),
      repair: maybe(fc.constantFrom('EnableAndStart', 'Enable', 'Report')),
    }),
  ),
  loadBalancer: maybe(balancer),
});

const environmentSpec = fc.record({
  accountRef: fc.constant({ name: 'production' }),
  region: fc.constant(REGION),
  zones: fc.constantFrom(
    [
      { name: F, role: 'Primary' },
      { name: G, role: 'Standby' },
    ],
    [
      { name: F, role: 'Standby' },
      { name: G, role: 'Primary' },
    ],
  ),
  mode: maybe(fc.constantFrom('Enforce', 'Enforce', 'Observe')),
  network: fc.record({
    cidr: fc.constantFrom('10.20.0.0/16', '10.0.0.0/8', '10.16.0.0/12'),
    design: maybe(fc.constantFrom('HighSecurity', 'Standard')),
    displayName: maybe(displayName),
    description: maybe(description),
  }),
  modules: fc.uniqueArray(businessModule, { maxLength: 2, selector: ({ name }) => name }),
  repair: maybe(
    fc.record({
      maxUnavailablePerZone: maybe(fc.integer({ min: 1, max: 100 })),
      drainSeconds: maybe(fc.integer({ min: 0, max: 60 })),
    }),
  ),
  deletionPolicy: maybe(deletionPolicy),
});

const from = fc.constantFrom(
  { type: 'LoadBalancers' },
  { type: 'BastionPool', bastionPoolRef: { name: 'jump' } },
  { type: 'SecurityZone', securityZoneRef: { name: 'back' } },
  { type: 'SecurityZone', securityZoneRef: { name: 'front' } },
  { type: 'CIDR', cidr: '10.1.0.0/16' },
  { type: 'CIDR', cidr: '0.0.0.0/0' },
);
const inbound = fc.record({ name: label, from, traffic: fc.nat(3), priority: maybe(fc.integer({ min: 1, max: 100 })) });
const TRAFFIC = [
  { protocol: 'TCP', ports: ['8080', '8000-8010'] },
  { protocol: 'UDP', ports: ['53'] },
  { protocol: 'ICMP' },
  { protocol: 'All' },
] as const;
const BASTIONS = [{ protocol: 'TCP', ports: ['22'] }, { protocol: 'ICMP' }] as const;

const zoneSpec = fc.record({
  environmentRef: fc.constant({ name: 'bank' }),
  tier: fc.constantFrom('DMZ', 'Management', 'Intranet'),
  subnets: fc.constantFrom(
    [
      { zone: F, cidr: '10.20.0.0/24' },
      { zone: G, cidr: '10.20.1.0/24' },
    ],
    [
      { zone: G, cidr: '10.20.0.0/20' },
      { zone: F, cidr: '10.20.32.0/26' },
    ],
  ),
  inbound: fc.uniqueArray(inbound, { maxLength: 4, selector: ({ name }) => name }).map((rows) =>
    rows.map(({ traffic, ...rule }) => ({
      ...rule,
      ...(rule.from.type === 'BastionPool' ? BASTIONS[traffic % 2] : TRAFFIC[traffic]),
    })),
  ),
  undeclaredRules: maybe(undeclaredRules),
  displayName: maybe(displayName),
  description: maybe(description),
  deletionPolicy: maybe(deletionPolicy),
});

const poolSpec = fc.record({
  environmentRef: fc.constant({ name: 'bank' }),
  securityZoneRef: fc.constantFrom({ name: 'front' }, { name: 'back' }),
  perZone: maybe(fc.integer({ min: 1, max: 3 })),
  ...serverFields,
  access: fc.record({
    clientCidrs: fc.uniqueArray(fc.constantFrom('192.168.100.1/32', '192.168.0.0/16', '10.0.0.0/8'), { minLength: 1 }),
    port: maybe(fc.constantFrom(22, 3389)),
  }),
  undeclaredRules: maybe(undeclaredRules),
  deletionPolicy: maybe(deletionPolicy),
});

const accountSpec = fc.record({
  accountId: fc.constantFrom('1234567890123456', '1234567890123456', '9999999999999999'),
  ownerId: maybe(label),
  credentials: fc
    .constantFrom('lab', 'lab', 'nothing')
    .map((name) => ({ type: 'AccessKey', accessKey: { secretRef: { name } } })),
  allowedNamespaces: maybe(fc.constantFrom(['*'], [], ['payments', 'cards'])),
  endpoints: maybe(
    fc.uniqueArray(
      fc.record({ service: fc.constantFrom('ECS', 'VPC', 'SLB', 'STS'), url: fc.constant('https://ecs.example') }),
      { selector: ({ service }) => service },
    ),
  ),
  apiBudget: maybe(fc.record({ callsPerMinute: maybe(fc.constantFrom(60, 600, 100_000)) })),
  writes: maybe(fc.constantFrom('Enabled', 'Frozen')),
});

/** Names of the four objects of a world; the account is the one of every lab. */
export const NAMES: Readonly<Record<KindName, string>> = {
  FinanceCloudAccount: 'production',
  FinanceCloudEnvironment: 'bank',
  SecurityZone: 'front',
  BastionPool: 'jump',
};

const SPECS: Readonly<Record<KindName, fc.Arbitrary<object>>> = {
  FinanceCloudAccount: accountSpec,
  FinanceCloudEnvironment: environmentSpec,
  SecurityZone: zoneSpec,
  BastionPool: poolSpec,
};

/** A random object of a kind that nothing is wrong with; without namespace. */
export const validObject = (kind: KindName): fc.Arbitrary<Declared> =>
  SPECS[kind].map((spec) => declared(kind, NAMES[kind], sent(spec)));

function declared(kind: KindName, name: string, spec: object): Declared & { readonly spec: object } {
  return { apiVersion: 'financecloud.io/v1alpha1', kind, metadata: { name }, spec };
}

const plainZone = (name: string, third: number) =>
  declared('SecurityZone', name, {
    environmentRef: { name: 'bank' },
    tier: 'DMZ',
    subnets: [
      { zone: F, cidr: `10.20.${third}.0/22` },
      { zone: G, cidr: `10.20.${third + 4}.0/22` },
    ],
  });

/** The plain objects of a world, the account left out. */
export const NEIGHBOURS: readonly (Declared & { readonly kind: string })[] = [
  declared('FinanceCloudEnvironment', 'bank', {
    accountRef: { name: 'production' },
    region: REGION,
    zones: [
      { name: F, role: 'Primary' },
      { name: G, role: 'Standby' },
    ],
    network: { cidr: '10.20.0.0/16' },
    deletionPolicy: 'Delete',
  }),
  plainZone('front', 0),
  plainZone('back', 200),
  declared('BastionPool', 'jump', {
    environmentRef: { name: 'bank' },
    securityZoneRef: { name: 'back' },
    instanceType: 'ecs.xn4.small',
    image: { id: IMAGE },
    keyPairName: 'ops',
    access: { clientCidrs: ['192.168.100.1/32'] },
  }),
];

const PLAIN_ACCOUNT = declared('FinanceCloudAccount', 'production', {
  accountId: '1234567890123456',
  credentials: { type: 'AccessKey', accessKey: { secretRef: { name: 'lab' } } },
  allowedNamespaces: ['*'],
});

/** The plain object of a kind: what is there before an update. */
export function plainObject(kind: KindName): Declared {
  return (
    [PLAIN_ACCOUNT, ...NEIGHBOURS].find((object) => object.kind === kind && object.metadata.name === NAMES[kind]) ??
    PLAIN_ACCOUNT
  );
}

/** The plain object of a kind, always. */
export const plainOf = (kind: KindName): fc.Arbitrary<Declared> => fc.constant(null).map(() => sent(plainObject(kind)));

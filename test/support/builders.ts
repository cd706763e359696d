// Objects with sane defaults; of several overrides the last wins. Everything belongs together: the
// environment core-banking in namespace payments with zones 1f and 1g, its zone app, its pool ops.
import {
  API_VERSION,
  type BastionPool,
  type BusinessModule,
  type CustomObject,
  type FinanceCloudEnvironment,
  type Intent,
  type Listener,
  type LoadBalancer,
  type ObjectMeta,
  type RecordedResource,
  type Replacement,
  type SecurityZone,
  environmentSpec,
  poolSpec,
  zoneSpec,
} from '../../src/crds/index.ts';
import type { CloudChange } from '../../src/controllers/model.ts';

/** The two zones, the primary first. */
export const F = 'cn-shanghai-finance-1f';
export const G = 'cn-shanghai-finance-1g';
export const REGION = 'cn-shanghai-finance-1';
/** uids of the default objects. */
export const UID = {
  environment: 'uid-core-banking',
  zone: 'uid-app',
  pool: 'uid-ops',
  account: 'uid-production',
} as const;
/** Owner id of the account. */
export const OWNER = 'bank';

type Override<Spec, Status> = Partial<ObjectMeta> & { readonly spec?: Partial<Spec>; readonly status?: Status };
type OverrideOf<O extends { readonly spec: object; readonly status?: object }> = Override<
  O['spec'],
  NonNullable<O['status']>
>;

/** What a default and its overrides make together. */
export function merged<T extends object>(base: T, overrides: readonly Partial<T>[]): T {
  return overrides.reduce<T>((whole, part) => ({ ...whole, ...part }), base);
}

interface Base<Kind, Spec> {
  readonly kind: Kind;
  readonly name: string;
  readonly uid: string;
  readonly spec: Spec;
}

function build<Kind extends string, Spec extends object, Status>(
  base: Base<Kind, Spec>,
  overrides: readonly Override<Spec, Status>[],
): CustomObject<Kind, Spec, Status> {
  const { kind, name, uid } = base;
  const metadata: ObjectMeta = {
    name,
    namespace: 'payments',
    uid,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  const metas = overrides.map(({ spec: _spec, status: _status, ...rest }): Partial<ObjectMeta> => rest);
  const status = overrides.findLast((item) => item.status !== undefined)?.status;
  return {
    apiVersion: API_VERSION,
    kind,
    metadata: merged(metadata, metas),
    spec: merged(
      base.spec,
      overrides.map((item) => item.spec ?? {}),
    ),
    ...(status === undefined ? {} : { status }),
  };
}

const servers = { instanceType: 'ecs.g6.large', image: { id: 'centos_7_9.vhd' }, keyPairName: 'ops' } as const;
const modules = [{ name: 'web', securityZoneRef: { name: 'app' }, servers: { replicas: 4, ...servers } }] as const;
const zones = [
  { name: F, role: 'Primary' },
  { name: G, role: 'Standby' },
] as const;

const environmentDefaults = environmentSpec.parse({
  accountRef: { name: 'production' },
  region: REGION,
  zones,
  network: { cidr: '10.20.0.0/16' },
  modules,
});
const zoneDefaults = zoneSpec.parse({
  environmentRef: { name: 'core-banking' },
  tier: 'DMZ',
  subnets: [
    { zone: F, cidr: '10.20.0.0/24' },
    { zone: G, cidr: '10.20.1.0/24' },
  ],
});
const poolDefaults = poolSpec.parse({
  environmentRef: { name: 'core-banking' },
  securityZoneRef: { name: 'app' },
  ...servers,
  access: { clientCidrs: ['192.168.100.1/32'] },
});

/** FinanceCloudEnvironment core-banking with one module, web: 4 servers, nothing in front. */
export function environment(...overrides: readonly OverrideOf<FinanceCloudEnvironment>[]): FinanceCloudEnvironment {
  return build(
    { kind: 'FinanceCloudEnvironment', name: 'core-banking', uid: UID.environment, spec: environmentDefaults },
    overrides,
  );
}

/** SecurityZone app, tier DMZ, nobody may come in. */
export function zone(...overrides: readonly OverrideOf<SecurityZone>[]): SecurityZone {
  return build({ kind: 'SecurityZone', name: 'app', uid: UID.zone, spec: zoneDefaults }, overrides);
}

/** BastionPool ops in zone app, one per zone. */
export function pool(...overrides: readonly OverrideOf<BastionPool>[]): BastionPool {
  return build({ kind: 'BastionPool', name: 'ops', uid: UID.pool, spec: poolDefaults }, overrides);
}

/** A part of a module; its servers are merged, not replaced. */
export type ModuleOverride = Partial<Omit<BusinessModule, 'servers'>> & {
  readonly servers?: Partial<BusinessModule['servers']>;
};

/** Module web of the default environment, overridden. */
export function businessModule(...overrides: readonly ModuleOverride[]): BusinessModule {
  const [base] = environmentDefaults.modules;
  if (base === undefined) throw new Error('the default environment has a module');
  return overrides.reduce<BusinessModule>(
    (module, override) => ({ ...module, ...override, servers: { ...module.servers, ...override.servers } }),
    base,
  );
}

/** HTTP listener 80 to 8080 with everything by default. */
export function listener(...overrides: readonly Partial<Listener>[]): Listener {
  const base: Listener = { protocol: 'HTTP', port: 80, backendPort: 8080, scheduler: 'RoundRobin', bandwidthMbps: -1 };
  return merged(base, overrides);
}

/** Internet load balancer, paid by traffic, with one listener. */
export function balancer(...overrides: readonly Partial<LoadBalancer>[]): LoadBalancer {
  const front = { address: 'Internet', listeners: [listener()] };
  const parsed = environmentSpec.parse({ ...environmentDefaults, modules: [{ ...modules[0], loadBalancer: front }] });
  const [module] = parsed.modules;
  if (module?.loadBalancer === undefined) throw new Error('the module has a load balancer');
  return merged<LoadBalancer>(module.loadBalancer, overrides);
}

/** A row of status.resources. */
export function recorded(type: RecordedResource['type'], name: string, id: string): RecordedResource {
  return { name, type, id };
}

/** Servers of a fleet on record: `web/0` is `i-web-0`, zones as given. */
export function recordedServers(fleet: string, inZones: readonly string[]): readonly RecordedResource[] {
  return inZones.map((inZone, index) => ({
    ...recorded('Server', `${fleet}/${index}`, `i-${fleet}-${index}`),
    zone: inZone,
  }));
}

/** An open intent for two servers of web in 1f. */
export function intent(...overrides: readonly Partial<Intent>[]): Intent {
  const base: Intent = {
    attempt: 1,
    token: 'token-1',
    action: 'RunInstances',
    type: 'Server',
    resource: `web/${F}`,
    count: 2,
    zone: F,
    request: JSON.stringify({ service: 'ecs', action: 'RunInstances', params: { Amount: 2 } }),
    startedAt: '2026-01-01T00:00:00Z',
  };
  return merged(base, overrides);
}

/** web/2 in 1f makes room for a newcomer in 1g. */
export function replacement(...overrides: readonly Partial<Replacement>[]): Replacement {
  const base: Replacement = {
    slot: 'web/2',
    module: 'web',
    surplusId: 'i-web-2',
    fromZone: F,
    toZone: G,
    step: 'Surge',
    since: '2026-01-01T00:00:00Z',
  };
  return merged(base, overrides);
}

/** A planned change; without overrides the VPC gets another name. */
export function change(...overrides: readonly Partial<CloudChange>[]): CloudChange {
  const base: CloudChange = {
    verb: 'Update',
    type: 'VPC',
    name: 'vpc',
    ids: ['vpc-1'],
    count: 1,
    fields: [],
    impact: 'Safe',
    blueprint: 'NET-4',
    reason: '',
    needs: [],
    action: { service: 'vpc', action: { kind: 'UpdateVpc', id: 'vpc-1', set: { displayName: 'x' } } },
  };
  return merged(base, overrides);
}

// Which objects a change of another object leads to: along references, and never across namespaces.
import type { BastionPool, SecurityZone } from '../crds/index.ts';
import { type Key, type KubeObject, type Watch, keyOf } from '../runtime/index.ts';
import type { Stores } from './kind.ts';
import { ACCOUNT_RESOURCE, ENVIRONMENT_RESOURCE, POOL_RESOURCE, ZONE_RESOURCE } from './resources.ts';

/** Keys of zones and pools. */
interface Members {
  readonly zones: readonly Key[];
  readonly pools: readonly Key[];
}

/** Everybody who uses an account: what it allows, and whether it is there, concerns them all. */
export function usersOf(account: string, stores: Stores): Members & { readonly environments: readonly Key[] } {
  const environments = stores.environments.list().filter(({ spec }) => spec.accountRef.name === account);
  const members = environments.map(({ metadata }) => membersOf(metadata.namespace, metadata.name, stores));
  return {
    environments: environments.map(({ metadata }) => keyOf(metadata)),
    zones: members.flatMap(({ zones }) => zones),
    pools: members.flatMap(({ pools }) => pools),
  };
}

/** What each kind watches beside its own objects. */
export function watchesOf(stores: Stores) {
  const using = ({ metadata }: KubeObject) => usersOf(metadata.name, stores);
  const within = ({ metadata }: KubeObject) => membersOf(metadata.namespace, metadata.name, stores);
  const beside = (object: KubeObject) =>
    membersOf(object.metadata.namespace, referenceOf(object, 'environmentRef'), stores);
  return {
    FinanceCloudAccount: [watch(ENVIRONMENT_RESOURCE, accountOf)],
    FinanceCloudEnvironment: [
      watch(ACCOUNT_RESOURCE, (account) => using(account).environments),
      watch(ZONE_RESOURCE, environmentOf),
      watch(POOL_RESOURCE, environmentOf),
    ],
    SecurityZone: [
      watch(ACCOUNT_RESOURCE, (account) => using(account).zones),
      watch(ENVIRONMENT_RESOURCE, (environment) => within(environment).zones),
      // Zones name each other and pools in their rules. A zone's own change is news to itself already.
      watch(ZONE_RESOURCE, (zone) => beside(zone).zones.filter((key) => key !== keyOf(zone.metadata))),
      watch(POOL_RESOURCE, (pool) => beside(pool).zones),
    ],
    BastionPool: [
      watch(ACCOUNT_RESOURCE, (account) => using(account).pools),
      watch(ENVIRONMENT_RESOURCE, (environment) => within(environment).pools),
      watch(ZONE_RESOURCE, (zone) => beside(zone).pools),
    ],
  } satisfies Readonly<Record<string, readonly Watch[]>>;
}

function watch(kind: Watch['kind'], keysOf: (object: KubeObject) => readonly Key[]): Watch {
  return { kind, keysOf: (change) => keysOf(change.object) };
}

/** Zones and pools that name an environment. */
function membersOf(namespace: string | undefined, environment: string, stores: Stores): Members {
  const naming = (objects: readonly (SecurityZone | BastionPool)[]) =>
    objects.filter(({ spec }) => spec.environmentRef.name === environment).map(({ metadata }) => keyOf(metadata));
  return { zones: naming(stores.zones.list(namespace)), pools: naming(stores.pools.list(namespace)) };
}

function accountOf(environment: KubeObject): readonly Key[] {
  const name = referenceOf(environment, 'accountRef');
  return name === '' ? [] : [name];
}

function environmentOf(object: KubeObject): readonly Key[] {
  const name = referenceOf(object, 'environmentRef');
  return name === '' ? [] : [`${object.metadata.namespace ?? ''}/${name}`];
}

/** The name in a reference of the spec; '' where there is none. */
function referenceOf({ spec }: KubeObject, field: 'accountRef' | 'environmentRef'): string {
  if (typeof spec !== 'object' || spec === null || !(field in spec)) return '';
  const reference: unknown = Reflect.get(spec, field);
  return typeof reference === 'object' && reference !== null && 'name' in reference ? String(reference.name) : '';
}

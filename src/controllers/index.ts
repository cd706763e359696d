// The list of kinds: everything that reconciles, what it watches, and how they are put on a manager.
import type { CloudAccounts } from '../cloud/accounts/index.ts';
import type { BastionPool, FinanceCloudAccount, FinanceCloudEnvironment, SecurityZone } from '../crds/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Meter } from '../kernel/meter.ts';
import type { Random } from '../kernel/random.ts';
import type { EventRecorder } from '../runtime/events.ts';
import { type Key, type KubeObject, type Manager, type Watch, keyOf } from '../runtime/index.ts';
import { createAccountReconciler } from './account/reconcile.ts';
import { environmentKind } from './environment/index.ts';
import { recordEvents } from './heard.ts';
import type { OwnerKind, Stores } from './kind.ts';
import type { OwnerObject } from './model.ts';
import { registerObjectMetrics } from './object-metrics.ts';
import { poolKind } from './pool/index.ts';
import { createReconciler } from './reconciler.ts';
import { ACCOUNT_RESOURCE, ENVIRONMENT_RESOURCE, POOL_RESOURCE, ZONE_RESOURCE } from './resources.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { VisitSettings } from './visit.ts';
import { zoneKind } from './zone/index.ts';

/** What the controllers are made of. */
export interface ControllersOptions {
  readonly manager: Manager;
  readonly accounts: CloudAccounts;
  readonly sessions: SessionRegistry;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly meter: Meter;
  readonly settings: VisitSettings;
  readonly namespace: string;
  readonly workers: number;
  /** Namespaces that are watched; empty: all. */
  readonly namespaces?: readonly string[];
}

/** Accounts are looked at again this often at the latest: a changed Secret is then picked up. */
const RECHECK_MS = 10_000;

/** Puts all controllers on the manager. */
export function addControllers(options: ControllersOptions): void {
  const { manager } = options;
  const stores: Stores = {
    accounts: manager.store<FinanceCloudAccount>(ACCOUNT_RESOURCE),
    environments: manager.store<FinanceCloudEnvironment>(ENVIRONMENT_RESOURCE),
    zones: manager.store<SecurityZone>(ZONE_RESOURCE),
    pools: manager.store<BastionPool>(POOL_RESOURCE),
  };
  registerObjectMetrics(options.meter, stores);
  addAccounts(options, stores);
  const keys = keysFor(stores);
  addOwner(options, stores, {
    kind: environmentKind,
    store: stores.environments,
    watches: [
      watch(ACCOUNT_RESOURCE, keys.environmentsUsing),
      watch(ZONE_RESOURCE, keys.environmentOf),
      watch(POOL_RESOURCE, keys.environmentOf),
    ],
  });
  addOwner(options, stores, {
    kind: zoneKind,
    store: stores.zones,
    watches: [
      watch(ACCOUNT_RESOURCE, keys.zonesUsing),
      watch(ENVIRONMENT_RESOURCE, keys.zonesOf),
      watch(ZONE_RESOURCE, keys.neighbours),
      watch(POOL_RESOURCE, keys.neighbours),
    ],
  });
  addOwner(options, stores, {
    kind: poolKind,
    store: stores.pools,
    watches: [
      watch(ACCOUNT_RESOURCE, keys.poolsUsing),
      watch(ENVIRONMENT_RESOURCE, keys.poolsOf),
      watch(ZONE_RESOURCE, keys.poolNeighbours),
    ],
  });
}

function addAccounts(options: ControllersOptions, stores: Stores): void {
  const { manager, accounts, sessions, clock, random, log, namespace, settings, workers } = options;
  manager.addController<FinanceCloudAccount>({
    name: 'FinanceCloudAccount',
    kind: ACCOUNT_RESOURCE,
    concurrency: workers,
    watches: [watch(ENVIRONMENT_RESOURCE, (object) => [referenceOf(object, 'accountRef')])],
    reconcile: createAccountReconciler({
      kube: manager.kube,
      store: stores.accounts,
      stores,
      accounts,
      sessions,
      clock,
      random,
      log,
      namespace,
      namespaces: options.namespaces ?? [],
      recheckMs: Math.min(RECHECK_MS, settings.sweepSeconds * 1000),
      heard: recordEvents(options.events, ACCOUNT_RESOURCE),
      changed: (account) => visitUsers(account, manager, stores),
    }),
  });
}

/** Everybody who uses the account looks again. */
function visitUsers(account: string, manager: Manager, stores: Stores): void {
  const environments = stores.environments.list().filter((environment) => environment.spec.accountRef.name === account);
  for (const environment of environments) {
    manager.enqueue('FinanceCloudEnvironment', keyOf(environment.metadata));
    const isMine = (object: SecurityZone | BastionPool) =>
      object.spec.environmentRef.name === environment.metadata.name;
    for (const zone of stores.zones.list(environment.metadata.namespace).filter(isMine))
      manager.enqueue('SecurityZone', keyOf(zone.metadata));
    for (const pool of stores.pools.list(environment.metadata.namespace).filter(isMine))
      manager.enqueue('BastionPool', keyOf(pool.metadata));
  }
}

interface Owner<T extends OwnerObject & KubeObject, R> {
  readonly kind: OwnerKind<T, R>;
  readonly store: Stores[keyof Stores] & Parameters<typeof createReconciler<T, R>>[1];
  readonly watches: readonly Watch[];
}

function addOwner<T extends OwnerObject & KubeObject, R>(
  options: ControllersOptions,
  stores: Stores,
  owner: Owner<T, R>,
): void {
  const { manager, sessions, clock, random, log, settings, workers } = options;
  const { reconcile } = createReconciler<T, R>(owner.kind, owner.store, {
    kube: manager.kube,
    stores,
    sessions,
    clock,
    random,
    log,
    settings,
    heard: recordEvents(options.events, owner.kind.resource),
    leads: () => manager.leadership.validForMs() > 0,
    forgotten: (key) => sessions.forget(key),
  });
  manager.addController<T>({
    name: owner.kind.name,
    kind: owner.kind.resource,
    concurrency: workers,
    watches: owner.watches,
    reconcile,
  });
}

function watch(kind: Watch['kind'], keysOf: (object: KubeObject) => readonly Key[]): Watch {
  return { kind, keysOf: (change) => keysOf(change.object) };
}

/** The name in a reference of the spec; kinds are told apart by the stores, so anything else has none. */
function referenceOf({ spec }: KubeObject, field: 'accountRef' | 'environmentRef'): string {
  if (typeof spec !== 'object' || spec === null || !(field in spec)) return '';
  const reference: unknown = Reflect.get(spec, field);
  return typeof reference === 'object' && reference !== null && 'name' in reference ? String(reference.name) : '';
}

/** Which keys a change of another kind leads to. */
function keysFor(stores: Stores) {
  const nameOf = (object: KubeObject) => referenceOf(object, 'environmentRef');
  const environmentOf = (object: KubeObject): readonly Key[] => [
    `${object.metadata.namespace ?? ''}/${nameOf(object)}`,
  ];
  const ofEnvironment = (objects: readonly (SecurityZone | BastionPool)[], name: string) =>
    objects.filter((object) => object.spec.environmentRef.name === name).map((object) => keyOf(object.metadata));
  const zonesIn = (namespace: string | undefined, name: string) => ofEnvironment(stores.zones.list(namespace), name);
  const poolsIn = (namespace: string | undefined, name: string) => ofEnvironment(stores.pools.list(namespace), name);
  const using = (account: KubeObject) =>
    stores.environments.list().filter((environment) => environment.spec.accountRef.name === account.metadata.name);
  return {
    environmentOf,
    /** What an account allows, and whether it is there, concerns everybody who uses it. */
    environmentsUsing: (account: KubeObject) => using(account).map(({ metadata }) => keyOf(metadata)),
    zonesUsing: (account: KubeObject) =>
      using(account).flatMap(({ metadata }) => zonesIn(metadata.namespace, metadata.name)),
    poolsUsing: (account: KubeObject) =>
      using(account).flatMap(({ metadata }) => poolsIn(metadata.namespace, metadata.name)),
    zonesOf: (object: KubeObject) => zonesIn(object.metadata.namespace, object.metadata.name),
    poolsOf: (object: KubeObject) => poolsIn(object.metadata.namespace, object.metadata.name),
    /** Zones name each other and pools in their rules, so a change of one leads to its neighbours. */
    neighbours: (object: KubeObject) =>
      zonesIn(object.metadata.namespace, nameOf(object)).filter((key) => key !== keyOf(object.metadata)),
    poolNeighbours: (object: KubeObject) => poolsIn(object.metadata.namespace, nameOf(object)),
  };
}

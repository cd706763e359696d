// The list of kinds: everything that reconciles, what it watches, and how they are put on a manager.
import type { CloudAccounts } from '../cloud/accounts/index.ts';
import type { BastionPool, FinanceCloudAccount, FinanceCloudEnvironment, SecurityZone } from '../crds/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Meter } from '../kernel/meter.ts';
import type { Random } from '../kernel/random.ts';
import type { EventRecorder } from '../runtime/events.ts';
import type { KubeObject, Manager, Watch } from '../runtime/index.ts';
import { createAccountReconciler } from './account/reconcile.ts';
import { environmentKind } from './environment/index.ts';
import { recordEvents } from './heard.ts';
import { usersOf, watchesOf } from './keys.ts';
import type { OwnerKind, Stores } from './kind.ts';
import type { OwnerObject } from './model.ts';
import { registerObjectMetrics } from './object-metrics.ts';
import { poolKind } from './pool/index.ts';
import { createReconciler } from './reconciler.ts';
import { ACCOUNT_RESOURCE, ENVIRONMENT_RESOURCE, POOL_RESOURCE, ZONE_RESOURCE } from './resources.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { PlanListener, VisitSettings } from './visit.ts';
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
  /** For whoever counts plans; the operator itself does not. */
  readonly planned?: PlanListener;
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
  const watches = watchesOf(stores);
  addAccounts(options, stores, watches.FinanceCloudAccount);
  const { environments, zones, pools } = stores;
  addOwner(options, stores, { kind: environmentKind, store: environments, watches: watches.FinanceCloudEnvironment });
  addOwner(options, stores, { kind: zoneKind, store: zones, watches: watches.SecurityZone });
  addOwner(options, stores, { kind: poolKind, store: pools, watches: watches.BastionPool });
}

function addAccounts(options: ControllersOptions, stores: Stores, watches: readonly Watch[]): void {
  const { manager, accounts, sessions, clock, random, log, namespace, settings, workers } = options;
  manager.addController<FinanceCloudAccount>({
    name: 'FinanceCloudAccount',
    kind: ACCOUNT_RESOURCE,
    concurrency: workers,
    watches,
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
  const { environments, zones, pools } = usersOf(account, stores);
  for (const key of environments) manager.enqueue('FinanceCloudEnvironment', key);
  for (const key of zones) manager.enqueue('SecurityZone', key);
  for (const key of pools) manager.enqueue('BastionPool', key);
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
    planned: options.planned ?? (() => undefined),
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

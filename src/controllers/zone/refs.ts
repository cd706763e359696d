// The facts that a security zone takes from other objects. Sync reads of informers' stores.
import {
  type BastionPool,
  type FinanceCloudEnvironment,
  type SecurityZone,
  effectiveDeletionPolicy,
} from '../../crds/index.ts';
import { recordOf } from '../records.ts';
import type { Stores } from '../kind.ts';

/** Another object's security group, as far as it is published. */
export interface GroupFact {
  readonly exists: boolean;
  /** Of the object: what it publishes must carry it. */
  readonly uid: string;
  /** True while the object is being deleted and its group with it; one that is kept under Retain goes on serving. */
  readonly leaving: boolean;
  readonly groupId: string | undefined;
}

/** Facts of others that a zone needs. */
export interface ZoneRefs {
  readonly environment: FinanceCloudEnvironment | undefined;
  readonly vpcId: string | undefined;
  readonly zones: ReadonlyMap<string, GroupFact>;
  readonly pools: ReadonlyMap<string, GroupFact>;
  /** Modules of living environments and pools that live in this zone. */
  readonly users: readonly string[];
}

/** Gathers the facts of one zone. */
export function resolveZone(object: SecurityZone, stores: Stores): ZoneRefs {
  const namespace = object.metadata.namespace ?? '';
  const environment = stores.environments.get(`${namespace}/${object.spec.environmentRef.name}`);
  return {
    environment,
    vpcId: recordOf(environment?.status?.resources ?? [], 'vpc')?.id,
    zones: new Map(stores.zones.list(namespace).map((zone) => [zone.metadata.name, groupFact(zone, stores)])),
    pools: new Map(stores.pools.list(namespace).map((pool) => [pool.metadata.name, groupFact(pool, stores)])),
    users: usersOf(object, stores),
  };
}

/** The group that a zone or pool publishes. */
export function groupFact(object: SecurityZone | BastionPool, stores: Pick<Stores, 'environments'>): GroupFact {
  return {
    exists: true,
    uid: object.metadata.uid,
    leaving: object.metadata.deletionTimestamp !== undefined && isTakenAway(object, stores),
    groupId: recordOf(object.status?.resources ?? [], 'sg')?.id,
  };
}

/** Whether its resources go with it: the same policy that its own last visits follow. */
function isTakenAway(object: SecurityZone | BastionPool, stores: Pick<Stores, 'environments'>): boolean {
  const { namespace = '' } = object.metadata;
  const environment = stores.environments.get(`${namespace}/${object.spec.environmentRef.name}`);
  if (environment === undefined) return (object.spec.deletionPolicy ?? object.status?.lastDeletionPolicy) === 'Delete';
  return environment.spec.mode === 'Enforce' && effectiveDeletionPolicy(object.spec, environment) === 'Delete';
}

function usersOf(object: SecurityZone, stores: Stores): readonly string[] {
  const namespace = object.metadata.namespace ?? '';
  const modules = stores.environments
    .list(namespace)
    .flatMap((environment) =>
      environment.spec.modules
        .filter(
          (module) => module.securityZoneRef.name === object.metadata.name && hasServers(environment, module.name),
        )
        .map((module) => `module ${module.name} of FinanceCloudEnvironment ${environment.metadata.name}`),
    );
  const pools = stores.pools
    .list(namespace)
    .filter((pool) => pool.spec.securityZoneRef.name === object.metadata.name && hasServers(pool, 'bastion'))
    .map((pool) => `BastionPool ${pool.metadata.name}`);
  return [...modules, ...pools];
}

/** True while servers of the fleet are on record, or more may come because the object lives. */
function hasServers(owner: FinanceCloudEnvironment | BastionPool, fleet: string): boolean {
  const recorded = (owner.status?.resources ?? []).some((record) => record.name.startsWith(`${fleet}/`));
  return recorded || owner.metadata.deletionTimestamp === undefined;
}

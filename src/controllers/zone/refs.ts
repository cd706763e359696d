// The facts that a security zone takes from other objects. Sync reads of informers' stores.
import type { BastionPool, FinanceCloudEnvironment, SecurityZone } from '../../crds/index.ts';
import { recordOf } from '../records.ts';
import type { Stores } from '../kind.ts';

/** Another object's security group, as far as it is published. */
export interface GroupFact {
  readonly exists: boolean;
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
    zones: new Map(stores.zones.list(namespace).map((zone) => [zone.metadata.name, groupFact(zone)])),
    pools: new Map(stores.pools.list(namespace).map((pool) => [pool.metadata.name, groupFact(pool)])),
    users: usersOf(object, stores),
  };
}

/** The group that a zone or pool publishes. */
export function groupFact(object: SecurityZone | BastionPool): GroupFact {
  return {
    exists: true,
    leaving: object.metadata.deletionTimestamp !== undefined,
    groupId: recordOf(object.status?.resources ?? [], 'sg')?.id,
  };
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

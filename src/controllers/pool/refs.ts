// The facts that a bastion pool takes from its environment and zone.
import type { BastionPool, FinanceCloudEnvironment, SecurityZone } from '../../crds/index.ts';
import type { Stores } from '../kind.ts';
import { recordOf } from '../records.ts';

/** Facts of others that a pool needs. */
export interface PoolRefs {
  readonly environment: FinanceCloudEnvironment | undefined;
  readonly zone: SecurityZone | undefined;
  readonly vpcId: string | undefined;
}

/** Gathers the facts of one pool. */
export function resolvePool(object: BastionPool, stores: Stores): PoolRefs {
  const namespace = object.metadata.namespace ?? '';
  const environment = stores.environments.get(`${namespace}/${object.spec.environmentRef.name}`);
  return {
    environment,
    zone: stores.zones.get(`${namespace}/${object.spec.securityZoneRef.name}`),
    vpcId: recordOf(environment?.status?.resources ?? [], 'vpc')?.id,
  };
}

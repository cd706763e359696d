// The facts that an environment takes from its zones and pools.
import {
  type BastionPool,
  type FinanceCloudEnvironment,
  type SecurityZone,
  belongsTo,
  moduleZone,
} from '../../crds/index.ts';
import type { Stores } from '../kind.ts';

/** Facts of others that an environment needs. */
export interface EnvironmentRefs {
  /** Zones of this environment, by name. */
  readonly zones: ReadonlyMap<string, SecurityZone>;
  readonly pools: readonly BastionPool[];
  /** Contradictions between modules and the zones they name. */
  readonly problems: readonly string[];
}

/** Gathers the facts of one environment. */
export function resolveEnvironment(object: FinanceCloudEnvironment, stores: Stores): EnvironmentRefs {
  const namespace = object.metadata.namespace ?? '';
  const zones = stores.zones.list(namespace);
  return {
    zones: new Map(zones.filter((zone) => belongsTo(zone, object)).map((zone) => [zone.metadata.name, zone])),
    pools: stores.pools.list(namespace).filter((pool) => belongsTo(pool, object)),
    problems: zones
      .flatMap((zone) => moduleZone(object, zone))
      .map((problem) => `${problem.field}: ${problem.message} (${problem.rule})`),
  };
}

/** The environment's zone names, the primary first: it takes the odd server. */
export function zoneNames(object: FinanceCloudEnvironment): readonly string[] {
  return object.spec.zones
    .toSorted((a, b) => Number(b.role === 'Primary') - Number(a.role === 'Primary'))
    .map((zone) => zone.name);
}

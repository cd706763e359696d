// NET-2, NET-3, ARCH-6: the rules between objects, judged again because objects may be applied in any order. Of two zones
// that contradict each other the older one keeps its range.
import { type SecurityZone, belongsTo, ruleSource, zoneInEnvironment, zonesApart } from '../../crds/index.ts';
import type { Stores } from '../kind.ts';

/** Sentences that name the field, the problem and the way out; empty when the zone fits its environment and its neighbours. */
export function zoneProblems(zone: SecurityZone, stores: Stores): readonly string[] {
  const namespace = zone.metadata.namespace ?? '';
  const environment = stores.environments.get(`${namespace}/${zone.spec.environmentRef.name}`);
  if (environment === undefined) return [];
  const older = stores.zones.list(namespace).filter((other) => belongsTo(other, environment) && isOlder(other, zone));
  const sources = [...stores.zones.list(namespace), ...stores.pools.list(namespace)];
  const found = [
    ...zoneInEnvironment(zone, environment),
    ...older.flatMap((other) => zonesApart(zone, other)),
    ...sources.flatMap((source) => ruleSource(zone, source)),
  ];
  return found.map((problem) => `${problem.field}: ${problem.message} (${problem.rule})`);
}

function age({ metadata }: SecurityZone): string {
  return `${metadata.creationTimestamp ?? ''}|${metadata.name}`;
}

function isOlder(a: SecurityZone, b: SecurityZone): boolean {
  return age(a) < age(b);
}

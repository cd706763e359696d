// Informers' stores of plain values: what objects of the namespace publish.
import type { BastionPool, FinanceCloudAccount, FinanceCloudEnvironment, SecurityZone } from '../../src/crds/index.ts';
import type { Stores } from '../../src/controllers/kind.ts';
import { type KubeObject, type StoreView, keyOf } from '../../src/runtime/index.ts';

/** A store that holds these objects and never changes. */
export function storeOf<T extends KubeObject>(objects: readonly T[]): StoreView<T> {
  const byKey = new Map(objects.map((object) => [keyOf(object.metadata), object]));
  return {
    get: (key) => byKey.get(key),
    list: (namespace) => objects.filter((object) => namespace === undefined || object.metadata.namespace === namespace),
    byIndex: () => [],
    addIndex: () => undefined,
    synced: true,
    size: objects.length,
  };
}

/** Stores of all kinds. */
export function storesOf(objects: {
  readonly accounts?: readonly FinanceCloudAccount[];
  readonly environments?: readonly FinanceCloudEnvironment[];
  readonly zones?: readonly SecurityZone[];
  readonly pools?: readonly BastionPool[];
}): Stores {
  return {
    accounts: storeOf(objects.accounts ?? []),
    environments: storeOf(objects.environments ?? []),
    zones: storeOf(objects.zones ?? []),
    pools: storeOf(objects.pools ?? []),
  };
}

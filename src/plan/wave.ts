// From a plan to what may run now: the changes whose needs are settled. Pure.
import { type Change, type Plan, type ResourceKey, resourceKey } from './change.ts';

/** Keys of resources that a change, a wait or a missing fact keeps unsettled. */
export function unsettled(plan: Plan): ReadonlySet<ResourceKey> {
  return new Set([...plan.changes, ...plan.pending, ...plan.blocked].map((item) => resourceKey(item.type, item.name)));
}

/** The changes that may run now, in plan order; Forbidden ones never may. */
export function nextWave<A>(plan: Plan<A>): readonly Change<A>[] {
  const open = unsettled(plan);
  return plan.changes.filter(
    (change) => change.impact !== 'Forbidden' && change.needs.every((need) => !open.has(need)),
  );
}

/** Depth of the plan's dependency graph: how many waves it takes at least (0: nothing to do). Throws on a ring, which is a planner's bug. */
export function depth(plan: Plan): number {
  const byKey = Map.groupBy(plan.changes, (change) => resourceKey(change.type, change.name));
  const known = new Map<ResourceKey, number>();
  const visit = (key: ResourceKey, path: readonly ResourceKey[]): number => {
    if (path.includes(key)) throw new Error(`ring in the plan: ${[...path, key].join(' -> ')}`);
    const seen = known.get(key);
    if (seen !== undefined) return seen;
    const changes = byKey.get(key) ?? [];
    const needs = changes.flatMap((change) => change.needs).filter((need) => need !== key);
    const level = (changes.length > 0 ? 1 : 0) + Math.max(0, ...needs.map((need) => visit(need, [...path, key])));
    known.set(key, level);
    return level;
  };
  return Math.max(0, ...[...byKey.keys()].map((key) => visit(key, [])));
}

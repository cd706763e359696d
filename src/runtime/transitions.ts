// What changed between two lists of conditions. Events and metrics follow from this and from nothing else.
import type { ConditionView } from './kube-types.ts';

/** One condition that changed; `from` or `to` is undefined when it was or is absent. */
export interface Transition {
  readonly type: string;
  readonly from: ConditionView | undefined;
  readonly to: ConditionView | undefined;
  /** `status`: the status changed, appeared or went. `reason`: only its cause did. */
  readonly kind: 'status' | 'reason';
}

/** Changes of status or reason, in the order of the new list, then what vanished. A new message alone is no change. */
export function transitionsOf(
  before: readonly ConditionView[],
  after: readonly ConditionView[],
): readonly Transition[] {
  const old = new Map(before.map((condition) => [condition.type, condition]));
  const changes = after.flatMap((to): readonly Transition[] => {
    const from = old.get(to.type);
    old.delete(to.type);
    if (from?.status !== to.status) return [{ type: to.type, from, to, kind: 'status' }];
    return from.reason === to.reason ? [] : [{ type: to.type, from, to, kind: 'reason' }];
  });
  const vanished = [...old.values()].map(
    (from): Transition => ({ type: from.type, from, to: undefined, kind: 'status' }),
  );
  return [...changes, ...vanished];
}

/** The conditions in the status of any object; none when it has none yet. */
export function conditionsOf(object: { readonly status?: unknown }): readonly ConditionView[] {
  const { status } = object;
  if (typeof status !== 'object' || status === null || !('conditions' in status)) return [];
  return Array.isArray(status.conditions) ? status.conditions.filter(isCondition) : [];
}

function isCondition(value: unknown): value is ConditionView {
  return typeof value === 'object' && value !== null && 'type' in value && 'status' in value && 'reason' in value;
}

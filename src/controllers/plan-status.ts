// A plan as people read it in status: what Enforce would do, with a hash that moves only with what would be done. Pure.
import { createHash } from 'node:crypto';
import type { StatusPlan } from '../crds/index.ts';
import type { Plan } from '../plan/change.ts';

const LIMIT = 100;
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 256);

/** The plan of mode Observe; absent when there is nothing to do. */
export function statusPlan(plan: Plan): StatusPlan | undefined {
  if (plan.changes.length === 0) return undefined;
  const rows = plan.changes.flatMap((change) => {
    const row = { action: change.verb, resource: change.name, class: change.impact };
    if (change.fields.length === 0) return [row];
    return change.fields.map((field) => ({
      ...row,
      field: field.path.slice(0, 128),
      from: text(field.from),
      to: text(field.to),
    }));
  });
  return { hash: planHash(plan), summary: summaryOf(plan), changes: rows.slice(0, LIMIT) };
}

/** sha256 over (verb, type, name, ids, field, from, to), sorted. */
export function planHash(plan: Plan): string {
  const rows = plan.changes.flatMap((change) => {
    const head = [change.verb, change.type, change.name, ...change.ids];
    return change.fields.length === 0
      ? [JSON.stringify(head)]
      : change.fields.map((field) => JSON.stringify([...head, field.path, field.from, field.to]));
  });
  return createHash('sha256').update(rows.toSorted().join('\n')).digest('hex');
}

function summaryOf(plan: Plan): string {
  const counts = Map.groupBy(plan.changes, (change) => change.verb);
  return [...counts]
    .map(([verb, changes]) => `${verb} ${changes.reduce((sum, change) => sum + change.count, 0)}`)
    .join(', ');
}

// The cloud as plain values: what plans are made from, without an inventory, a clock or a call.
// The type of a resource decides the type of its record, which only the caller can name.
// oxlint-disable typescript/no-unsafe-type-assertion typescript/no-unnecessary-type-parameters
import { strict as assert } from 'node:assert';
import type { Presence } from '../../src/cloud/inventory/inventory.ts';
import type { CloudRecord, Tags } from '../../src/cloud/service.ts';
import type { View } from '../../src/controllers/model.ts';
import type { Change, Plan } from '../../src/plan/change.ts';

/** What there is. An id that is neither among the records nor `absent` is unconfirmed. */
export interface World {
  readonly records?: Readonly<Record<string, readonly CloudRecord[]>>;
  /** Parts by type and parent; `readAt` is 0 unless told. */
  readonly details?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly readAt?: number;
  readonly absent?: readonly string[];
}

/** A view of the world. Later worlds add to earlier ones; the last record of an id wins. */
export function viewOf(...worlds: readonly World[]): View {
  const absent = new Set(worlds.flatMap((world) => world.absent ?? []));
  const records = (type: string): readonly CloudRecord[] => {
    const all = worlds.flatMap((world) => world.records?.[type] ?? []);
    return [...new Map(all.map((record) => [record.id, record])).values()].filter((record) => !absent.has(record.id));
  };
  const presence = (type: string, id: string): Presence<CloudRecord> => {
    if (absent.has(id)) return { kind: 'absent' };
    const record = records(type).find((item) => item.id === id);
    return record === undefined ? { kind: 'unconfirmed' } : { kind: 'present', record };
  };
  return {
    get: <R extends CloudRecord>(type: string, id: string) => presence(type, id) as Presence<R>,
    records: <R extends CloudRecord>(type: string) => records(type) as readonly R[],
    tagged: <R extends CloudRecord>(type: string, tags: Tags) =>
      (records(type) as readonly R[]).filter((record) =>
        Object.entries(tags).every(([key, value]) => record.tags[key] === value),
      ),
    detail: <P>(type: string, parentId: string) => {
      const world = worlds.findLast((item) => item.details?.[type]?.[parentId] !== undefined);
      return world === undefined
        ? undefined
        : { parts: world.details?.[type]?.[parentId] as P, readAt: world.readAt ?? 0 };
    },
  };
}

const json = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A change as one line: `Update Server web/0 (i-1) displayName: a -> b`. */
export function renderChange(change: Change): string {
  const ids = change.ids.length === 0 ? '' : ` (${change.ids.join(', ')})`;
  const count = change.count === 1 ? '' : ` x${change.count}`;
  const fields = change.fields.map(({ path, from, to }) => ` ${path}: ${json(from)} -> ${json(to)}`).join(',');
  const impact = change.impact === 'Safe' ? '' : ` [${change.impact}]`;
  return `${change.verb} ${change.type} ${change.name}${ids}${count}${fields}${impact}`;
}

/** A plan as lines: changes, then what is waited for, what is missing, and what is only reported. */
export function renderPlan(plan: Plan): readonly string[] {
  return [
    ...plan.changes.map(renderChange),
    ...plan.pending.map((item) => `wait ${item.type} ${item.name}: ${item.why}`),
    ...plan.blocked.map((item) => {
      const { kind, name, fact } = item.dependency;
      return `blocked ${item.type} ${item.name}: ${fact} of ${kind} ${name}`;
    }),
    ...plan.reported.map((item) => `report ${item.path}: ${item.observed}, declared ${item.desired} [${item.impact}]`),
  ];
}

/** Holds when the plan is exactly these lines. */
export function expectPlan(plan: Plan, lines: readonly string[], why?: string): void {
  assert.deepEqual(renderPlan(plan), lines, why);
}

// The diff: one table per resource type says what may change, and at what price. Pure.

/** What a difference in one field means: set it in place, only by replacing the resource, not ours to judge, or never made. */
export type FieldRule = 'mutable' | 'replace' | 'ignore' | 'forbidden';

/** Safe changes run at once; disruptive ones follow `repair.disruptive`. */
export type Impact = 'Safe' | 'Disruptive' | 'Forbidden';

/** One field's rule, its impact when set, and the blueprint rule it upholds. */
export interface FieldEntry {
  readonly rule: FieldRule;
  readonly impact: Impact;
  readonly blueprint: string;
}

/** The table of a resource type: every comparable field of `D` has exactly one entry. */
export type FieldTable<D> = { readonly [K in keyof D & string]: FieldEntry };

/** One differing field; values are JSON. */
export interface FieldChange {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
  readonly impact: Impact;
  readonly rule: FieldRule;
  readonly blueprint: string;
}

/** Compares the declared fields with the live ones; undefined in `desired` means "not declared". Both sides must be canonical (`adjust`). */
export function diffFields<D extends object>(
  table: FieldTable<D>,
  desired: Partial<D>,
  live: Partial<D>,
): readonly FieldChange[] {
  return keysOf(table)
    .filter((path) => table[path].rule !== 'ignore' && desired[path] !== undefined)
    .filter((path) => !sameValue(desired[path], live[path]))
    .map((path) => changeOf(path, table[path], { from: live[path] ?? null, to: desired[path] }));
}

function changeOf(path: string, entry: FieldEntry, values: Pick<FieldChange, 'from' | 'to'>): FieldChange {
  const impact = entry.rule === 'mutable' ? entry.impact : 'Forbidden';
  return { path, ...values, impact, rule: entry.rule, blueprint: entry.blueprint };
}

function keysOf<T extends object>(value: T): readonly (keyof T & string)[] {
  const keys: (keyof T & string)[] = [];
  for (const key in value) if (Object.hasOwn(value, key)) keys.push(key);
  return keys;
}

/** The declared values of the fields that differ. */
export function changedPart<D extends object>(desired: Partial<D>, changes: readonly FieldChange[]): Partial<D> {
  const paths = new Set(changes.map((change) => change.path));
  const part = { ...desired };
  for (const key of keysOf(part)) if (!paths.has(key)) delete part[key];
  return part;
}

/** Deep equality of JSON values; the order of object keys does not matter, that of lists does. */
export function sameValue(a: unknown, b: unknown): boolean {
  return stableJson(a) === stableJson(b);
}

/** JSON with sorted keys and without undefined members: the canonical text of a value. */
export function stableJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) => {
      if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
      return Object.fromEntries(Object.entries(inner).toSorted(([x], [y]) => (x < y ? -1 : Number(x > y))));
    }) ?? 'undefined'
  );
}

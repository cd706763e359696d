// Rows of one resource type in one region. Rows are replaced, never changed, so that an old one can still be shown:
// `get` and `list` are the truth, `seen` and `listSeen` are what reads show while visibility lags behind.

import { reindex, type Row, settleShadows, type TableData, valuesOf, visible, visibleValues } from './rows.ts';

/** Virtual milliseconds until reads show a create, a change, a delete; `flipFlop` shows old and new in turn meanwhile. */
export interface Delays {
  readonly create: number;
  readonly attribute: number;
  readonly delete: number;
  readonly flipFlop: boolean;
}

/** What the ledger notes about a row. */
export interface LedgerView {
  readonly zone?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** A resource type: a constant of its service, which names the table and its indexes. */
export interface TableSpec<T> {
  readonly service: string;
  /** For the ledger and the visibility settings: `ecs.instance` is service + type. */
  readonly type: string;
  readonly indexes?: Readonly<Record<string, (row: T) => readonly string[]>>;
  /** With it every row's life is in the ledger. */
  readonly ledger?: (row: T) => LedgerView;
}

/** A write to a table, as the world hears of it. */
export interface TableChange<T> {
  readonly spec: TableSpec<T>;
  readonly id: string;
  readonly kind: 'create' | 'update' | 'delete';
  readonly row: T;
}

/** What a table needs from the world around it. */
export interface TableHooks {
  readonly now: () => number;
  readonly delays: (type: string) => Delays;
  readonly changed: <T>(change: TableChange<T>) => void;
}

/** Reads and writes of one table. */
export interface Table<T> {
  readonly get: (id: string) => T | undefined;
  readonly seen: (id: string) => T | undefined;
  /** A new row; an existing id is a defect. */
  readonly put: (id: string, row: T) => void;
  /** Replaces fields of a row that exists. `quiet` is for life-cycle steps: shown at once, nobody's request. */
  readonly update: (id: string, patch: Partial<T>, quiet?: 'quiet') => T;
  readonly remove: (id: string) => void;
  readonly list: () => readonly T[];
  readonly listSeen: () => readonly T[];
  /** Rows of the truth under an index key. */
  readonly by: (index: string, key: string) => readonly T[];
  readonly count: (index: string, key: string) => number;
  readonly bySeen: (index: string, key: string) => readonly T[];
  /** Creation order of a row; rising, never reused: what a NextToken points at. */
  readonly seq: (id: string) => number;
  readonly size: () => number;
}

interface Opened<T> {
  readonly data: TableData<T>;
  readonly spec: TableSpec<T>;
  readonly hooks: TableHooks;
  readonly name: string;
}

const lag = <T>(table: Opened<T>, id: string, kind: 'create' | 'attribute' | 'delete'): void => {
  const delays = table.hooks.delays(table.name);
  const row = table.data.rows.get(id);
  if (row === undefined || delays[kind] <= 0) return;
  row.shadows.push({ old: row.value, until: table.hooks.now() + delays[kind], flipFlop: delays.flipFlop, reads: 0 });
  table.data.shadowed.add(id);
};

const live = <T>(table: Opened<T>, id: string): { readonly row: Row<T>; readonly value: T } => {
  const row = table.data.rows.get(id);
  if (row?.value === undefined) throw new Error(`${table.name} ${id} does not exist`);
  return { row, value: row.value };
};

const put = <T>(table: Opened<T>, id: string, value: T): void => {
  const { data, spec, hooks } = table;
  const former = data.rows.get(id);
  if (former?.value !== undefined) throw new Error(`${table.name} ${id} exists already`);
  // A key of the world, an address for instance, may be taken again while reads still show its former row.
  const row: Row<T> = { seq: data.next, value: undefined, shadows: former?.shadows ?? [] };
  data.next += 1;
  data.rows.delete(id);
  data.rows.set(id, row);
  lag(table, id, 'create');
  row.value = value;
  reindex(data, spec, { id, to: value });
  hooks.changed({ spec, id, kind: 'create', row: value });
};

const update = <T>(
  table: Opened<T>,
  change: { readonly id: string; readonly patch: Partial<T>; readonly quiet: boolean },
): T => {
  const { data, spec, hooks } = table;
  const { row, value: old } = live(table, change.id);
  const value = { ...old, ...change.patch };
  if (!change.quiet) lag(table, change.id, 'attribute');
  reindex(data, spec, { id: change.id, from: old, to: value });
  row.value = value;
  hooks.changed({ spec, id: change.id, kind: 'update', row: value });
  return value;
};

const remove = <T>(table: Opened<T>, id: string): void => {
  const { data, spec, hooks } = table;
  const { row, value } = live(table, id);
  lag(table, id, 'delete');
  reindex(data, spec, { id, from: value });
  row.value = undefined;
  if (row.shadows.length === 0) data.rows.delete(id);
  hooks.changed({ spec, id, kind: 'delete', row: value });
};

const seen = <T>(table: Opened<T>, id: string): T | undefined => {
  const now = table.hooks.now();
  settleShadows(table.data, now);
  const row = table.data.rows.get(id);
  return row === undefined ? undefined : visible(row, now);
};

const listSeen = <T>(table: Opened<T>): readonly T[] => {
  const now = table.hooks.now();
  settleShadows(table.data, now);
  return visibleValues(table.data, now);
};

const by = <T>({ data }: Opened<T>, index: string, key: string): readonly T[] =>
  valuesOf(data, data.indexes.get(index)?.get(key) ?? []);

// An index knows the truth only: while reads lag, what they show is searched instead.
const bySeen = <T>(table: Opened<T>, index: string, key: string): readonly T[] => {
  settleShadows(table.data, table.hooks.now());
  if (table.data.shadowed.size === 0) return by(table, index, key);
  const keysOf = table.spec.indexes?.[index] ?? ((): readonly string[] => []);
  return listSeen(table).filter((row) => keysOf(row).includes(key));
};

/** The table over its data. */
export const openTable = <T>(data: TableData<T>, spec: TableSpec<T>, hooks: TableHooks): Table<T> => {
  const table: Opened<T> = { data, spec, hooks, name: `${spec.service}.${spec.type}` };
  return {
    get: (id) => data.rows.get(id)?.value,
    seen: (id) => seen(table, id),
    put: (id, value) => put(table, id, value),
    update: (id, patch, quiet) => update(table, { id, patch, quiet: quiet !== undefined }),
    remove: (id) => remove(table, id),
    list: () => valuesOf(data, data.rows.keys()),
    listSeen: () => listSeen(table),
    by: (index, key) => by(table, index, key),
    count: (index, key) => data.indexes.get(index)?.get(key)?.size ?? 0,
    bySeen: (index, key) => bySeen(table, index, key),
    seq: (id) => data.rows.get(id)?.seq ?? 0,
    size: () => data.rows.size,
  };
};

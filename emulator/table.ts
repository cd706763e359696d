// Rows of one resource type in one region. Rows are replaced, never changed, so that an old one can still be shown:
// `get` and `list` are the truth, `seen` and `listSeen` are what reads show while visibility lags behind.

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

interface Shadow<T> {
  readonly old: T | undefined;
  readonly until: number;
  readonly flipFlop: boolean;
  reads: number;
}

interface Row<T> {
  readonly seq: number;
  value: T | undefined;
  shadows: Shadow<T>[];
}

/** Plain data, fit for structuredClone. */
export interface TableData {
  next: number;
  readonly rows: Map<string, Row<unknown>>;
  readonly shadowed: Set<string>;
  readonly indexes: Map<string, Map<string, Set<string>>>;
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

/** An empty table. */
export const newTableData = (): TableData => ({ next: 1, rows: new Map(), shadowed: new Set(), indexes: new Map() });

const bucket = (data: TableData, index: string, key: string): Set<string> => {
  const keys = data.indexes.get(index) ?? new Map<string, Set<string>>();
  data.indexes.set(index, keys);
  const ids = keys.get(key) ?? new Set<string>();
  keys.set(key, ids);
  return ids;
};

const reindex = <T>(data: TableData, spec: TableSpec<T>, move: { id: string; from?: T | undefined; to?: T }): void => {
  for (const [index, keysOf] of Object.entries(spec.indexes ?? {})) {
    for (const key of move.from === undefined ? [] : keysOf(move.from)) bucket(data, index, key).delete(move.id);
    for (const key of move.to === undefined ? [] : keysOf(move.to)) bucket(data, index, key).add(move.id);
  }
};

const visible = <T>(row: Row<T>, now: number): T | undefined => {
  const shadow = row.shadows.find((candidate) => candidate.until > now);
  if (shadow === undefined) return row.value;
  shadow.reads += 1;
  return shadow.flipFlop && shadow.reads % 2 === 1 ? row.value : shadow.old;
};

/** The table over its data. */
export const openTable = <T>(data: TableData, spec: TableSpec<T>, hooks: TableHooks): Table<T> => {
  const rows = data.rows as Map<string, Row<T>>;
  const name = `${spec.service}.${spec.type}`;
  const lag = (row: Row<T>, id: string, kind: 'create' | 'attribute' | 'delete'): void => {
    const delays = hooks.delays(name);
    if (delays[kind] <= 0) return;
    row.shadows.push({ old: row.value, until: hooks.now() + delays[kind], flipFlop: delays.flipFlop, reads: 0 });
    data.shadowed.add(id);
  };
  const settle = (): void => {
    const now = hooks.now();
    for (const id of data.shadowed) {
      const row = rows.get(id);
      if (row === undefined) continue;
      row.shadows = row.shadows.filter((shadow) => shadow.until > now);
      if (row.shadows.length > 0) continue;
      data.shadowed.delete(id);
      if (row.value === undefined) rows.delete(id);
    }
  };
  const values = (ids: Iterable<string>): readonly T[] =>
    [...ids]
      .map((id) => rows.get(id))
      .filter((row) => row?.value !== undefined)
      .toSorted((a, b) => (a?.seq ?? 0) - (b?.seq ?? 0))
      .map((row) => row?.value as T);
  const by = (index: string, key: string): readonly T[] => values(data.indexes.get(index)?.get(key) ?? []);
  const listSeen = (): readonly T[] => {
    settle();
    const now = hooks.now();
    return [...rows.values()].map((row) => visible(row, now)).filter((value) => value !== undefined);
  };
  const live = (id: string): Row<T> & { value: T } => {
    const row = rows.get(id);
    if (row?.value === undefined) throw new Error(`${name} ${id} does not exist`);
    return row as Row<T> & { value: T };
  };
  return {
    get: (id) => rows.get(id)?.value,
    seen: (id) => {
      settle();
      const row = rows.get(id);
      return row === undefined ? undefined : visible(row, hooks.now());
    },
    put: (id, value) => {
      if (rows.has(id)) throw new Error(`${name} ${id} exists already`);
      const row: Row<T> = { seq: data.next, value: undefined, shadows: [] };
      data.next += 1;
      lag(row, id, 'create');
      row.value = value;
      rows.set(id, row);
      reindex(data, spec, { id, to: value });
      hooks.changed({ spec, id, kind: 'create', row: value });
    },
    update: (id, patch, quiet) => {
      const row = live(id);
      const value = { ...row.value, ...patch };
      if (quiet === undefined) lag(row, id, 'attribute');
      reindex(data, spec, { id, from: row.value, to: value });
      row.value = value;
      hooks.changed({ spec, id, kind: 'update', row: value });
      return value;
    },
    remove: (id) => {
      const row = live(id);
      const last = row.value;
      lag(row, id, 'delete');
      reindex(data, spec, { id, from: last });
      (row as Row<T>).value = undefined;
      if (row.shadows.length === 0) rows.delete(id);
      hooks.changed({ spec, id, kind: 'delete', row: last });
    },
    list: () => [...rows.values()].map((row) => row.value).filter((value) => value !== undefined),
    listSeen,
    by,
    bySeen: (index, key) => {
      settle();
      if (data.shadowed.size === 0) return by(index, key);
      const keysOf = spec.indexes?.[index] ?? (() => []);
      return listSeen().filter((row) => keysOf(row).includes(key));
    },
    count: (index, key) => data.indexes.get(index)?.get(key)?.size ?? 0,
    seq: (id) => rows.get(id)?.seq ?? 0,
    size: () => rows.size,
  };
};

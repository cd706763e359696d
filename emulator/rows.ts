// How rows are kept: one map in order of creation, with the older values that reads still show, and indexes over the present ones.

/** The part of a table's constant that indexes need. */
export interface Indexed<T> {
  readonly indexes?: Readonly<Record<string, (row: T) => readonly string[]>>;
}

interface Shadow<T> {
  readonly old: T | undefined;
  readonly until: number;
  readonly flipFlop: boolean;
  reads: number;
}

/** One row: its present value (undefined once deleted) and what reads show meanwhile. */
export interface Row<T> {
  readonly seq: number;
  value: T | undefined;
  shadows: Shadow<T>[];
}

/** Plain data, fit for structuredClone. */
export interface TableData<T = unknown> {
  next: number;
  readonly rows: Map<string, Row<T>>;
  /** Ids whose reads differ from the truth. */
  readonly shadowed: Set<string>;
  readonly indexes: Map<string, Map<string, Set<string>>>;
}

/** An empty table. */
export const newTableData = (): TableData => ({ next: 1, rows: new Map(), shadowed: new Set(), indexes: new Map() });

const bucket = (indexes: TableData['indexes'], index: string, key: string): Set<string> => {
  const keys = indexes.get(index) ?? new Map<string, Set<string>>();
  indexes.set(index, keys);
  const ids = keys.get(key) ?? new Set<string>();
  keys.set(key, ids);
  return ids;
};

/** Moves an id from the index keys of its old value to those of its new one. */
export const reindex = <T>(
  data: TableData<T>,
  spec: Indexed<T>,
  move: { readonly id: string; readonly from?: T | undefined; readonly to?: T },
): void => {
  for (const [index, keysOf] of Object.entries(spec.indexes ?? {})) {
    const from = move.from === undefined ? [] : keysOf(move.from);
    const to = move.to === undefined ? [] : keysOf(move.to);
    for (const key of from) if (!to.includes(key)) bucket(data.indexes, index, key).delete(move.id);
    for (const key of to) if (!from.includes(key)) bucket(data.indexes, index, key).add(move.id);
  }
};

/** What a read shows of a row now. */
export const visible = <T>(row: Row<T>, now: number): T | undefined => {
  const shadow = row.shadows.find((candidate) => candidate.until > now);
  if (shadow === undefined) return row.value;
  shadow.reads += 1;
  return shadow.flipFlop && shadow.reads % 2 === 1 ? row.value : shadow.old;
};

/** Forgets what reads no longer show, and rows that nobody sees any more. */
export const settleShadows = <T>(data: TableData<T>, now: number): void => {
  for (const id of data.shadowed) {
    const row = data.rows.get(id);
    if (row === undefined) continue;
    row.shadows = row.shadows.filter((shadow) => shadow.until > now);
    if (row.shadows.length > 0) continue;
    data.shadowed.delete(id);
    if (row.value === undefined) data.rows.delete(id);
  }
};

/** Present values of these ids in order of creation. Buckets are nearly always in that order already. */
export const valuesOf = <T>(data: TableData<T>, ids: Iterable<string>): readonly T[] => {
  const found: Row<T>[] = [];
  let isSorted = true;
  let last = 0;
  for (const id of ids) {
    const row = data.rows.get(id);
    if (row?.value === undefined) continue;
    isSorted &&= row.seq > last;
    last = row.seq;
    found.push(row);
  }
  if (!isSorted) found.sort((a, b) => a.seq - b.seq);
  return found.map((row) => row.value).filter((value) => value !== undefined);
};

/** What reads show of the whole table, in order of creation. */
export const visibleValues = <T>(data: TableData<T>, now: number): readonly T[] => {
  const shown: T[] = [];
  for (const row of data.rows.values()) {
    const value = row.shadows.length === 0 ? row.value : visible(row, now);
    if (value !== undefined) shown.push(value);
  }
  return shown;
};

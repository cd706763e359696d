// Slim memory: thousands of records share their zones, types, groups and tags, so equal values are kept once.

/** Beyond so many distinct values sharing no longer pays, and the pool starts anew. */
const MOST_VALUES = 5000;

/** Replaces values by equal ones met before. */
export interface Pool {
  /** The record with shared members; its id stays its own. */
  slim<R extends object>(record: R): R;
}

function share<T>(pool: Map<string, T>, key: string, value: T): T {
  const known = pool.get(key);
  if (known !== undefined) return known;
  if (pool.size >= MOST_VALUES) pool.clear();
  pool.set(key, value);
  return value;
}

/** A pool; one for all types of an inventory. */
export function createPool(): Pool {
  const strings = new Map<string, string>();
  const objects = new Map<string, object>();
  return {
    slim: (record) => {
      for (const [key, value] of Object.entries(record)) {
        if (typeof value === 'string' && key !== 'id') Reflect.set(record, key, share(strings, value, value));
        else if (typeof value === 'object' && value !== null) {
          Reflect.set(record, key, share(objects, JSON.stringify(value), value));
        }
      }
      return record;
    },
  };
}

type Members = { readonly [key: string]: unknown };

/** Structural equality of plain values; the order of members does not matter. Thousands of records a sweep: no allocation per member. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  for (const key of keys) {
    const mine = one[key];
    const theirs = other[key];
    if (mine !== theirs && (!isObject(mine) || !same(mine, theirs))) return false;
  }
  return true;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}

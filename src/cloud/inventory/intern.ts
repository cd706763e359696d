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

/** Structural equality of plain values; the order of members does not matter. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const members = Object.entries(one);
  return (
    members.length === Object.keys(other).length &&
    members.every(([key, value]) => Object.hasOwn(other, key) && same(value, Reflect.get(other, key)))
  );
}

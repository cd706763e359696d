// Slim memory: thousands of records share their zones, types, groups and tags, so equal values are kept once.

/** Beyond so many distinct strings, and so many characters of distinct objects, sharing no longer pays and the pool starts anew. */
const MOST_STRINGS = 5000;
const MOST_CHARACTERS = 500_000;

/** A record taken apart: `common` lacks its id and its own members, whose values are `own`. Without `own`, `common` is the whole record. */
export interface Packed {
  readonly common: object;
  readonly own: readonly unknown[] | undefined;
}

/** Replaces values by equal ones met before. */
export interface Pool {
  /** The record with shared members; its id stays its own. */
  slim<R extends object>(record: R): R;
  /** The record taken apart into what it shares and the members named, which are its own. */
  pack(record: object, own: readonly string[]): Packed;
}

/** A pool; one for all types of an inventory. */
export function createPool(): Pool {
  const strings = new Map<string, string>();
  const objects = new Map<string, object>();
  let characters = 0;
  const shareString = (text: string): string => {
    const known = strings.get(text);
    if (known !== undefined) return known;
    if (strings.size >= MOST_STRINGS) strings.clear();
    strings.set(text, text);
    return text;
  };
  const shareObject = (value: object, prepare = (fresh: object) => fresh): object => {
    const key = JSON.stringify(value);
    const known = objects.get(key);
    if (known !== undefined) return known;
    characters += key.length;
    if (characters > MOST_CHARACTERS) {
      objects.clear();
      characters = key.length;
    }
    const kept = prepare(value);
    objects.set(key, kept);
    return kept;
  };
  const slim = <R extends object>(record: R): R => {
    for (const [key, value] of Object.entries(record)) {
      if (typeof value === 'string' && key !== 'id') Reflect.set(record, key, shareString(value));
      else if (typeof value === 'object' && value !== null) Reflect.set(record, key, shareObject(value));
    }
    return record;
  };
  // Neighbours in a list were mostly made by one request: the one before is compared with before anything is looked up.
  let last: { readonly common: object; readonly own: readonly unknown[] } = { common: {}, own: [] };
  return {
    slim,
    pack: (record, own) => {
      if (own.length === 0) return { common: slim(record), own: undefined };
      const { id, ...rest }: Members = { ...record };
      const mine = own.map((key, at) => {
        const value = rest[key];
        Reflect.deleteProperty(rest, key);
        return value === id ? id : value === last.own[at] ? last.own[at] : value;
      });
      last = {
        common: same(rest, last.common) ? last.common : shareObject(rest, (fresh) => slim({ ...fresh })),
        own: mine,
      };
      return last;
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

// One thing that is wrong, or at least strange, about an object: chosen by numbers, so that a case is its numbers.
import { ANNOTATIONS } from '../../../src/crds/index.ts';
import type { Structural } from '../../../src/crds/structural.ts';

/** A place below an object: keys and indexes. */
export type Path = readonly (string | number)[];
/** What was done to an object, and where. */
export interface Mutation {
  readonly path: Path;
  readonly what: string;
}
/** The choice of one mutation: which place, which way, which value. */
export type Dice = readonly [place: number, way: number, value: number];

type Json = unknown;
type Fields = Record<string | number, Json>;

const isFields = (value: Json): value is Fields => typeof value === 'object' && value !== null;

/** Paths of everything below a value, itself left out. */
export function pathsIn(value: Json, at: Path = []): readonly Path[] {
  if (!isFields(value)) return [];
  const isList = Array.isArray(value);
  return Object.keys(value).flatMap((key): readonly Path[] => {
    const path = [...at, isList ? Number(key) : key];
    return [path, ...pathsIn(value[key], path)];
  });
}

const at = (value: Json, path: Path): Json =>
  path.reduce<Json>((inner, key) => (isFields(inner) ? inner[key] : undefined), value);

/** A copy with another value at a path. */
export function changed(value: Json, [head, ...rest]: Path, next: Json): Json {
  if (head === undefined) return next;
  const copy: Json = Array.isArray(value) ? [...value] : { ...(isFields(value) ? value : {}) };
  if (!isFields(copy)) return next;
  // As a property of its own, also for __proto__.
  const inner = changed(copy[head], rest, next);
  Object.defineProperty(copy, head, { value: inner, enumerable: true, writable: true, configurable: true });
  return copy;
}

/** A copy without what is at a path. */
export function without(value: Json, path: Path): Json {
  const [last] = path.slice(-1);
  const parent = at(value, path.slice(0, -1));
  if (Array.isArray(parent))
    return changed(
      value,
      path.slice(0, -1),
      parent.filter((_, index) => index !== last),
    );
  const rest = Object.fromEntries(Object.entries(isFields(parent) ? parent : {}).filter(([key]) => key !== last));
  return changed(value, path.slice(0, -1), rest);
}

/** The schema at a path; undefined where it knows nothing. */
export function schemaAt(schema: Structural | undefined, path: Path): Structural | undefined {
  return path.reduce<Structural | undefined>(
    (node, key) => (typeof key === 'number' ? node?.items : node?.properties?.[key]),
    schema,
  );
}

const CIDRS = [
  '10.20.0.1/24',
  '2001:db8::/32',
  '10.20.0.0/33',
  '10.20.0.0',
  '010.20.0.0/24',
  '0.0.0.0/0',
  '::ffff:10.20.0.0/120',
  ' 10.20.0.0/24',
  '10.20.0.0/16',
  '10.20.200.0/24',
  '10.20.0.0/30',
  '172.16.0.0/20',
  '10.20.0.0/024',
];
const PORTS = ['0', '65536', '100-50', '20-21', '1-65535', '80-', '-80', '99999', '22', '1-2-3', '00080', '8080 '];
const NAMES = ['nothing', 'bank', 'front', 'back', 'jump', 'Front', 'a.b', '-a', 'a-', 'x'.repeat(63), 'x'.repeat(64)];
const TEXTS = [
  '',
  ' ',
  'a',
  '\u0000',
  '\n',
  'a\u0007b',
  '\ud83d\ude00',
  'é',
  '\u200bzero',
  '../..',
  '$(id)',
  "' || true",
  '%s',
];
const OTHERS: readonly Json[] = [true, false, 0, -1, 1, 1.5, 2 ** 31, 1e15, '22', 'TCP', {}, [], [null], { a: 1 }];

const pick = <T>(list: readonly T[], value: number): T | undefined => list[value % Math.max(1, list.length)];

/** Values at, and one beside, the limits of the schema. */
function boundaries({ minimum, maximum, minLength, maxLength }: Structural): readonly Json[] {
  const numbers = [minimum, maximum].flatMap((limit) => (limit === undefined ? [] : [limit - 1, limit, limit + 1]));
  const lengths = [minLength, maxLength].flatMap((limit) =>
    limit === undefined ? [] : [limit - 1, limit, limit + 1].filter((length) => length >= 0),
  );
  return [...numbers, ...lengths.map((length) => 'a'.repeat(length))];
}

/** As many items as are allowed, or one more; every second time they differ, so that rules have to look at all of them. */
function longer(list: readonly Json[], node: Structural, value: number): readonly Json[] {
  const many = (node.maxItems ?? 100) + (value % 2);
  const differ = value % 4 < 2;
  return Array.from({ length: many }, (_, n) => (differ ? another(list[0] ?? 'a', n) : (list[0] ?? 'a')));
}

/** The same item with another name, port or address. */
function another(item: Json, n: number): Json {
  if (typeof item === 'string') {
    if (/^\d+\.\d+\.\d+\.\d+\//.test(item)) return `10.${n >> 8}.${n & 255}.0/24`;
    return /^\d+(-\d+)?$/.test(item) ? String(1024 + n) : `${item}${n}`;
  }
  if (!isFields(item)) return item;
  const { name, key, port } = item;
  if (typeof name === 'string') return { ...item, name: `n${n}` };
  if (typeof key === 'string') return { ...item, key: `k${n}` };
  return typeof port === 'number' ? { ...item, port: 5100 + n } : item;
}

/** Strange values for a scalar or list, told apart by what stands there. */
function strange(old: Json, node: Structural, value: number): Json {
  if (Array.isArray(old)) return value % 3 === 0 ? [] : value % 3 === 1 ? [...old, ...old] : longer(old, node, value);
  if (typeof old !== 'string') return pick([0, -1, 65_536, 20, 22, 1000, 1001, 2 ** 31, 2 ** 63, 0.5], value);
  if (/^\d+\.\d+\.\d+\.\d+\//.test(old)) return pick(CIDRS, value);
  if (/^\d+(-\d+)?$/.test(old)) return pick(PORTS, value);
  return node.enum !== undefined ? pick(node.enum, value) : pick([...NAMES, ...TEXTS], value);
}

type Way = (of: { readonly object: Json; readonly path: Path; readonly node: Structural; readonly value: number }) => {
  readonly object: Json;
  readonly what: string;
  readonly path?: Path;
};

const put = (object: Json, path: Path, next: Json) => ({
  object: changed(object, path, next),
  what: `= ${JSON.stringify(next)?.slice(0, 60)}`,
});

const WAYS: readonly Way[] = [
  ({ object, path }) => ({ object: without(object, path), what: 'removed' }),
  ({ object, path, value }) => put(object, path, pick(OTHERS, value)),
  ({ object, path }) => put(object, path, null),
  ({ object, path, node, value }) =>
    put(object, path, pick(boundaries(node), value) ?? strange(at(object, path), node, value)),
  ({ object, path, node, value }) => put(object, path, strange(at(object, path), node, value)),
  ({ object, path, node, value }) => put(object, path, strange(at(object, path), node, value)),
  ({ object, path, value }) => put(object, path, pick(TEXTS, value)),
  ({ object, path }) => put(object, path, 'x'.repeat(70_000)),
  ({ object, path }) => {
    const old = at(object, path);
    return put(object, path, typeof old === 'number' ? String(old) : Number(old) || 7);
  },
  ({ object, path, value }) => {
    const parent = isFields(at(object, path)) && !Array.isArray(at(object, path)) ? path : ['spec'];
    const extra = [...parent, pick(['unheardOf', '__proto__', 'constructor', 'Region', ''], value) ?? ''];
    return { ...put(object, extra, { polluted: true }), path: extra };
  },
  ({ object, value }) => swapped(object, value),
  ({ object, value }) => {
    const path = ['metadata', 'annotations', pick(Object.values(ANNOTATIONS), value) ?? ''];
    return { ...put(object, path, pick([...NAMES, ...TEXTS, ...OTHERS], value)), path };
  },
  ({ object, value }) => {
    const path = ['metadata', 'name'];
    return { ...put(object, path, pick(METADATA_NAMES, value)), path };
  },
];

const METADATA_NAMES = [
  '0-bank',
  'a.b.c',
  'x'.repeat(253),
  'x'.repeat(254),
  'Bank',
  '',
  'a',
  'x'.repeat(63),
  'bank-',
  '1',
];

/** The two zones of an environment or of a zone's subnets change places, or become one. */
function swapped(object: Json, value: number): ReturnType<Way> {
  const key = isFields(at(object, ['spec', 'zones'])) ? 'zones' : 'subnets';
  const name = key === 'zones' ? 'name' : 'zone';
  const [a, b] = [0, 1].map((index) => at(object, ['spec', key, index, name]));
  const first = value % 3 === 2 ? 'cn-shanghai-finance-1k' : b;
  const next = changed(object, ['spec', key, 0, name], first);
  if (a === undefined)
    return { object: changed(object, ['spec', 'mode'], 'Enforce'), what: '= "Enforce"', path: ['spec', 'mode'] };
  const both = value % 3 === 0 ? changed(next, ['spec', key, 1, name], a) : next;
  return { object: both, what: `zones ${value % 3 === 0 ? 'swapped' : 'changed'}`, path: ['spec', key] };
}

/** One mutation of the object that the dice choose; `schema` is the one of the spec. */
export function mutate(
  object: Json,
  schema: Structural,
  dice: Dice,
): { readonly object: Json; readonly mutation: Mutation } {
  const [place, way, value] = dice;
  const paths = pathsIn(at(object, ['spec']), ['spec']);
  const path = pick(paths, place) ?? ['spec'];
  const node = schemaAt(schema, path.slice(1)) ?? {};
  const chosen = pick(WAYS, way);
  if (chosen === undefined) throw new Error('there are ways');
  const done = chosen({ object, path, node, value });
  return { object: done.object, mutation: { path: done.path ?? path, what: done.what } };
}

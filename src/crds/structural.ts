// Lowers a zod schema to the structural OpenAPI v3 schema that a CRD may hold: unions become one object with CEL,
// what a CRD forbids is dropped, and what it cannot express is refused here rather than by the API server.
import { z } from 'zod';
import { celStrings, type CelRule } from './schema.ts';

/** A structural schema node; extensions keep their x-kubernetes-* names. */
export type Structural = {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Structural;
  readonly properties?: Readonly<Record<string, Structural>>;
  readonly required?: readonly string[];
  readonly 'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly CelRule[];
};

type Node = Readonly<Record<string, unknown>>;

const COPIED = [
  'type',
  'description',
  'default',
  'enum',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'required',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
];
const HANDLED = new Set([...COPIED, 'items', 'properties', 'oneOf', 'additionalProperties', '$schema']);

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

const asNode = (value: unknown, path: string): Node => {
  if (!isNode(value)) throw new TypeError(`${path}: not a schema`);
  return value;
};

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const copied = (node: Node): Node =>
  Object.fromEntries(COPIED.flatMap((key) => (node[key] === undefined ? [] : [[key, node[key]]])));

const entriesOf = (node: Node): readonly (readonly [string, Node])[] =>
  Object.entries(asNode(node['properties'] ?? {}, 'properties')).map(([key, value]) => [key, asNode(value, key)]);

type Variant = {
  readonly tag: string;
  readonly required: readonly string[];
  readonly fields: ReadonlyMap<string, Node>;
};

const DISCRIMINATOR = 'type';

const variantOf = (node: Node, path: string): Variant => {
  const fields = new Map(entriesOf(node));
  const tag = asList(fields.get(DISCRIMINATOR)?.['enum'])[0];
  if (typeof tag !== 'string') throw new Error(`${path}: a union is told apart by "${DISCRIMINATOR}"`);
  fields.delete(DISCRIMINATOR);
  const required = asList(node['required']).filter((r): r is string => typeof r === 'string' && r !== DISCRIMINATOR);
  return { tag, required, fields };
};

const memberRules = (name: string, variants: readonly Variant[]): readonly CelRule[] => {
  const owners = variants.filter((v) => v.fields.has(name)).map((v) => v.tag);
  const needing = variants.filter((v) => v.required.includes(name)).map((v) => v.tag);
  const needed: CelRule = {
    rule: `!(self.${DISCRIMINATOR} in ${celStrings(needing)}) || has(self.${name})`,
    message: `${name} is required when ${DISCRIMINATOR} is ${needing.join(' or ')}: add it, or choose another ${DISCRIMINATOR}`,
    fieldPath: `.${DISCRIMINATOR}`,
  };
  const owned: CelRule = {
    rule: `!has(self.${name}) || self.${DISCRIMINATOR} in ${celStrings(owners)}`,
    message: `${name} belongs to ${DISCRIMINATOR} ${owners.join(' or ')}: remove it, or change ${DISCRIMINATOR}`,
    fieldPath: `.${name}`,
  };
  return [...(needing.length > 0 ? [needed] : []), ...(owners.length < variants.length ? [owned] : [])];
};

const sameEverywhere = (name: string, variants: readonly Variant[], path: string): Node => {
  const shapes = variants.flatMap((v) => (v.fields.has(name) ? [v.fields.get(name)] : []));
  const [first] = shapes;
  if (first === undefined || shapes.some((shape) => JSON.stringify(shape) !== JSON.stringify(first)))
    throw new Error(`${path}.${name}: means different things in different variants`);
  if (shapes.length < variants.length && first['default'] !== undefined)
    throw new Error(`${path}.${name}: a default would appear in variants that do not have the field`);
  return first;
};

const lowerUnion = (node: Node, path: string): Structural => {
  const variants = asList(node['oneOf']).map((v) => variantOf(asNode(v, path), path));
  const names = [...new Set(variants.flatMap((v) => [...v.fields.keys()]))];
  const members = names.map((n) => [n, lower(sameEverywhere(n, variants, path), `${path}.${n}`)] as const);
  const required = names.filter((n) => variants.every((v) => v.required.includes(n)));
  const own = asList(node['x-kubernetes-validations']);
  const rules = names.filter((n) => !required.includes(n)).flatMap((n) => memberRules(n, variants));
  const tag = { type: 'string', description: 'Which of the variants this is.', enum: variants.map((v) => v.tag) };
  const all = [...own, ...rules];
  const lowered: Node = {
    ...copied(node),
    type: 'object',
    properties: { [DISCRIMINATOR]: tag, ...Object.fromEntries(members) },
    required: [DISCRIMINATOR, ...required],
    ...(all.length > 0 ? { 'x-kubernetes-validations': all } : {}),
  };
  return lowered;
};

// zod bounds every integer by what JavaScript can hold; those bounds say nothing.
const real = (limit: unknown): boolean => typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER;

const limited = (node: Node, path: string): Node => {
  const { minimum, maximum, format, ...rest } = node;
  if (node['type'] !== 'integer') return node;
  if (format !== 'int32' && format !== 'int64') throw new Error(`${path}: an integer needs format int32 or int64`);
  return { ...rest, format, ...(real(minimum) ? { minimum } : {}), ...(real(maximum) ? { maximum } : {}) };
};

/** Lowers one JSON-schema node of zod's openapi-3.0 output; throws where a CRD has no way to say it. */
const lower = (node: Node, path: string): Structural => {
  const strange = Object.keys(node).find((key) => !HANDLED.has(key));
  if (strange !== undefined) throw new Error(`${path}: ${strange} cannot be said in a CRD`);
  if (isNode(node['additionalProperties'])) throw new Error(`${path}: use a list of named objects, not a map`);
  if (node['oneOf'] !== undefined) return lowerUnion(node, path);
  if (node['type'] === undefined) throw new Error(`${path}: has no type`);
  const base = limited(copied(node), path);
  if (node['type'] === 'array') return { ...base, items: lower(asNode(node['items'], path), `${path}[]`) };
  if (node['type'] !== 'object') return base;
  const properties = Object.fromEntries(entriesOf(node).map(([key, value]) => [key, lower(value, `${path}.${key}`)]));
  return { ...base, properties };
};

/** The structural schema of a zod schema; `name` is what errors call its root. */
export const structuralSchema = (schema: z.ZodType, name: string): Structural =>
  lower(asNode(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', reused: 'inline' }), name), name);

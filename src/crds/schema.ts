// The building blocks of all CRD schemas: bounded strings, integers and lists that state their merge
// behaviour, and CEL rules. Nothing else of zod is used in a CRD, so that nothing gets lost on the way.
import { z } from 'zod';

/** One rule of `x-kubernetes-validations`; `messageExpression` wins over `message` when it can be evaluated. */
export type CelRule = {
  readonly rule: string;
  readonly message: string;
  readonly messageExpression?: string;
  readonly fieldPath?: string;
};

const VALIDATIONS = 'x-kubernetes-validations';

/** A string of `min` to `max` characters; `pattern` must read the same in JavaScript and in Go (no look-ahead). */
export const text = (max: number, options: { readonly min?: number; readonly pattern?: RegExp } = {}): z.ZodString => {
  const bounded = z
    .string()
    .min(options.min ?? 1)
    .max(max);
  return options.pattern === undefined ? bounded : bounded.regex(options.pattern);
};

/** A 32-bit integer within limits, both ends included. */
export const int32 = (min: number, max: number): z.ZodInt => z.int().min(min).max(max).meta({ format: 'int32' });

/** A 64-bit integer from `min` on. */
export const int64 = (min: number): z.ZodInt => z.int().min(min).meta({ format: 'int64' });

/** RFC 3339 time in UTC, as the API server writes it. */
export const time = (): z.ZodString => z.string().max(64).meta({ format: 'date-time' });

/** A list of objects merged by the value of `keys`. */
export const listMap = <T extends z.ZodType>(item: T, keys: readonly string[], max: number): z.ZodArray<T> =>
  z
    .array(item)
    .max(max)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [...keys] });

/** A list of scalars without duplicates. */
export const listSet = <T extends z.ZodType>(item: T, max: number): z.ZodArray<T> =>
  z.array(item).max(max).meta({ 'x-kubernetes-list-type': 'set' });

/** A list that is replaced as a whole. */
export const listAtomic = <T extends z.ZodType>(item: T, max: number): z.ZodArray<T> =>
  z.array(item).max(max).meta({ 'x-kubernetes-list-type': 'atomic' });

/** Adds CEL rules behind those that the schema already has. */
export const rules = <T extends z.ZodType>(schema: T, ...added: readonly CelRule[]): T => {
  const before: unknown = schema.meta()?.[VALIDATIONS];
  const kept: readonly unknown[] = Array.isArray(before) ? before : [];
  return schema.meta({ ...schema.meta(), [VALIDATIONS]: [...kept, ...added] });
};

/** A string of a form that a sentence tells: of a bare `pattern` the API server shows nothing but the expression. */
export const formed = (
  max: number,
  form: { readonly min?: number; readonly pattern: RegExp; readonly message: string },
): z.ZodString =>
  rules(text(max, { min: form.min ?? 1 }), { rule: celMatches('self', form.pattern), message: form.message });

/** The CEL text that asks whether a string matches; raw, because CEL knows fewer escapes than expressions use. */
export const celMatches = (string: string, { source }: RegExp): string => `${string}.matches(r'${source}')`;

/** The rule of a value that never changes; `wayOut` says what to do instead. */
export const immutable = (field: string, wayOut: string): CelRule => ({
  rule: 'self == oldSelf',
  message: `${field} cannot be changed after creation: ${wayOut}`,
});

/** A CEL list of string literals. */
export const celStrings = (values: readonly string[]): string => `[${values.map((v) => `'${v}'`).join(', ')}]`;

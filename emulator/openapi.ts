// Request validation from the public metadata: what is required, its type, range, length and permitted values.

import { parseJson } from './json.ts';
import type { FlatParams } from './params.ts';
import { refuse } from './refusal.ts';
import type { ActionMeta, ParamMeta } from './metadata/types.ts';

const missing = (name: string): never =>
  refuse({ status: 400, code: `Missing${name.replaceAll('.', '')}`, message: `${name} is mandatory for this action.` });

const invalid = (name: string): never =>
  refuse({ status: 400, code: 'InvalidParameter', message: `The specified parameter "${name}" is not valid.` });

const isPresent = (flat: FlatParams, name: string): boolean =>
  (flat[name] ?? '') !== '' || Object.keys(flat).some((key) => key.startsWith(`${name}.`));

const TYPES: Readonly<Record<string, RegExp>> = {
  integer: /^-?\d+$/,
  number: /^-?\d+(\.\d+)?$/,
  boolean: /^(true|false)$/i,
};

const inRange = (meta: ParamMeta, number: number): boolean =>
  number >= (meta.min ?? Number.NEGATIVE_INFINITY) && number <= (meta.max ?? Number.POSITIVE_INFINITY);

const isNumeric = (meta: ParamMeta): boolean => meta.min !== undefined || meta.max !== undefined;

const fits = (meta: ParamMeta, value: string): boolean =>
  [
    TYPES[meta.t ?? '']?.test(value) ?? true,
    !isNumeric(meta) || inRange(meta, Number(value)),
    value.length <= (meta.len ?? Number.POSITIVE_INFINITY),
    meta.e?.includes(value) ?? true,
    meta.json === undefined || parseJson(value) !== undefined,
  ].every(Boolean);

const itemNumbers = (flat: FlatParams, name: string): readonly string[] => {
  const numbers = new Set<string>();
  for (const key of Object.keys(flat)) {
    const number = key.startsWith(`${name}.`) ? key.slice(name.length + 1).split('.')[0] : undefined;
    if (number !== undefined && /^\d+$/.test(number)) numbers.add(number);
  }
  return [...numbers];
};

const isScalar = (meta: ParamMeta): boolean => meta.json === 1 || (meta.t !== 'array' && meta.t !== 'object');

const checkItems = (flat: FlatParams, name: string, meta: ParamMeta): void => {
  const numbers = itemNumbers(flat, name);
  if (numbers.length > (meta.n ?? Number.POSITIVE_INFINITY)) invalid(name);
  for (const number of numbers) check(flat, `${name}.${number}`, meta.i ?? {});
};

const check = (flat: FlatParams, name: string, meta: ParamMeta): void => {
  if (!isPresent(flat, name)) {
    if (meta.r === 1) missing(name);
    return;
  }
  const value = flat[name] ?? '';
  if (isScalar(meta)) {
    if (value !== '' && !fits(meta, value)) invalid(name);
    return;
  }
  if (meta.t === 'array') checkItems(flat, name, meta);
  for (const [field, sub] of Object.entries(meta.p ?? {})) check(flat, `${name}.${field}`, sub);
};

/** Refuses a request that the metadata of its action forbids; parameters that it does not know pass. */
export const validate = (flat: FlatParams, meta: ActionMeta): void => {
  for (const [name, param] of Object.entries(meta)) check(flat, name, param);
};

// Request validation from the public metadata: what is required, its type, range, length and permitted values.

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

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const fits = (meta: ParamMeta, value: string): boolean => {
  const number = Number(value);
  return (
    (TYPES[meta.t ?? '']?.test(value) ?? true) &&
    (meta.min === undefined || number >= meta.min) &&
    (meta.max === undefined || number <= meta.max) &&
    (meta.len === undefined || value.length <= meta.len) &&
    (meta.e === undefined || meta.e.length === 0 || meta.e.includes(value)) &&
    (meta.json === undefined || isJson(value))
  );
};

const itemNumbers = (flat: FlatParams, name: string): readonly string[] => {
  const numbers = new Set<string>();
  for (const key of Object.keys(flat)) {
    const number = key.startsWith(`${name}.`) ? key.slice(name.length + 1).split('.')[0] : undefined;
    if (number !== undefined && /^\d+$/.test(number)) numbers.add(number);
  }
  return [...numbers];
};

const check = (flat: FlatParams, name: string, meta: ParamMeta): void => {
  if (!isPresent(flat, name)) {
    if (meta.r === 1) missing(name);
    return;
  }
  const value = flat[name];
  if (value !== undefined && value !== '' && meta.t !== 'array' && meta.t !== 'object' && !fits(meta, value))
    invalid(name);
  if (meta.json === 1) return;
  if (meta.t === 'array') {
    const numbers = itemNumbers(flat, name);
    if (meta.n !== undefined && numbers.length > meta.n) invalid(name);
    for (const number of numbers) check(flat, `${name}.${number}`, meta.i ?? {});
  }
  for (const [field, sub] of Object.entries(meta.p ?? {})) check(flat, `${name}.${field}`, sub);
};

/** Refuses a request that the metadata of its action forbids; parameters that it does not know pass. */
export const validate = (flat: FlatParams, meta: ActionMeta): void => {
  for (const [name, param] of Object.entries(meta)) check(flat, name, param);
};

// Wire form of parameters: lists and objects become `Tag.1.Key=...`, counted from one.
import type { ParamValue } from './call.ts';

const isList = (value: ParamValue): value is readonly ParamValue[] => Array.isArray(value);

function entriesOf(name: string, value: ParamValue): readonly (readonly [string, string])[] {
  if (typeof value !== 'object') return [[name, String(value)]];
  if (isList(value)) return value.flatMap((item, index) => entriesOf(`${name}.${index + 1}`, item));
  return Object.entries(value).flatMap(([key, item]) => entriesOf(`${name}.${key}`, item));
}

/** Flat names and texts of all parameters; empty lists and objects vanish. */
export function flatten(params: { readonly [name: string]: ParamValue }): { [name: string]: string } {
  return Object.fromEntries(Object.entries(params).flatMap(([name, value]) => entriesOf(name, value)));
}

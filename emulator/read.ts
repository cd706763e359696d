// Readers of JSON that a person wrote: each returns the value or throws an Error whose sentence names place, value and what is expected.

import { isRecord } from './json.ts';

/** An object whose names are not known yet. */
export type Dict = Readonly<Record<string, unknown>>;

const LONGEST = 60;

const shown = (value: unknown): string => {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length <= LONGEST ? json : `${json.slice(0, LONGEST)}...`;
};

const MARK = Symbol('complaint');

/** Tells a complaint about what was read from a defect. */
export const isComplaint = (error: unknown): error is Error => error instanceof Error && MARK in error;

/** Ends the reading: `place: expected`, and `, not value` where the value is given. */
export const wrong = (place: string, expected: string, ...value: readonly [unknown?]): never => {
  const but = value.length === 0 ? '' : `, not ${shown(value[0])}`;
  throw Object.assign(new Error(`${place}: ${expected}${but}`), { [MARK]: true as const });
};

/** An object, no list. */
export const dict = (value: unknown, place: string): Dict =>
  isRecord(value) ? value : wrong(place, 'an object is expected', value);

/** A list. */
export const list = (value: unknown, place: string): readonly unknown[] =>
  Array.isArray(value) ? value : wrong(place, 'a list is expected', value);

/** A text that is not empty. */
export const text = (value: unknown, place: string): string =>
  typeof value === 'string' && value !== '' ? value : wrong(place, 'a text is expected', value);

/** A number that is not negative. */
export const number = (value: unknown, place: string): number =>
  typeof value === 'number' && value >= 0 ? value : wrong(place, 'a number from 0 is expected', value);

/** A whole number of a range. */
export const whole = (value: unknown, place: string, [least, most]: readonly [number, number]): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  return wrong(place, `a whole number ${range} is expected`, value);
};

/** True or false. */
export const flag = (value: unknown, place: string): boolean =>
  typeof value === 'boolean' ? value : wrong(place, 'true or false is expected', value);

/** One of these texts. */
export const oneOf = <T extends string>(value: unknown, place: string, those: readonly T[]): T =>
  those.find((one) => one === value) ?? wrong(place, `${shown(value)} is not known; known are ${those.join(', ')}`);

/** The object itself when it has no other names than these. */
export const known = (body: Dict, place: string, names: readonly string[]): Dict => {
  for (const name of Object.keys(body)) {
    if (!names.includes(name)) wrong(place, `"${name}" is not known; known are ${names.join(', ')}`);
  }
  return body;
};

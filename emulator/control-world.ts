// The world for eyes (`showWorld`) and for files (`exportWorld`, `importWorld`: maps and sets survive JSON by a tag).

import { isoSeconds } from './clock.ts';
import { isRecord } from './json.ts';
import type { World } from './world.ts';
import { newWorldState, type WorldState } from './world-state.ts';

// User data may hold secrets: shown as its length.
const shownRow = (row: unknown): unknown =>
  isRecord(row) && typeof row['userData'] === 'string'
    ? { ...row, userData: `(${row['userData'].length} characters)` }
    : (row ?? null);

/** Tables by account, region and type, zones that are not well, and how much is on the agenda. */
export const showWorld = (world: World): Readonly<Record<string, unknown>> => {
  const { places, zones, agenda } = world.state();
  const shown = [...places].map(([key, tables]) => {
    const [account, region] = key.split('|');
    const rows = [...tables].map(
      ([name, data]) =>
        [name, Object.fromEntries([...data.rows].map(([id, row]) => [id, shownRow(row.value)]))] as const,
    );
    return { account, region, tables: Object.fromEntries(rows) };
  });
  return {
    now: isoSeconds(world.clock.now()),
    places: shown,
    zones: Object.fromEntries(zones),
    due: agenda.heap.length,
  };
};

const encode = (value: unknown): unknown => {
  if (value instanceof Map) return { $map: [...value].map(([key, item]) => [encode(key), encode(item)]) };
  if (value instanceof Set) return { $set: [...value].map(encode) };
  if (Array.isArray(value)) return value.map(encode);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]));
};

const decodePair = (pair: unknown): [unknown, unknown] =>
  Array.isArray(pair) ? [decode(pair[0]), decode(pair[1])] : [undefined, undefined];

const decode = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(decode);
  if (!isRecord(value)) return value;
  if (Array.isArray(value['$map'])) return new Map(value['$map'].map(decodePair));
  if (Array.isArray(value['$set'])) return new Set(value['$set'].map(decode));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]));
};

/** All state as JSON. */
export const exportWorld = (world: World): unknown => encode(world.state());

const isWorldState = (state: unknown): state is WorldState =>
  isRecord(state) &&
  Object.entries(newWorldState(0)).every(([key, item]) =>
    item instanceof Map ? state[key] instanceof Map : isRecord(state[key]),
  );

/** State from its JSON, or undefined when it is something else. */
export const importWorld = (value: unknown): WorldState | undefined => {
  const state = decode(value);
  return isWorldState(state) ? state : undefined;
};

// The world for eyes (`showWorld`) and for files (`exportWorld`, `importWorld`: maps and sets survive JSON by a tag).

import { isoSeconds } from './clock.ts';
import type { World } from './world.ts';
import { newWorldState, type WorldState } from './world-state.ts';

/** Tables by account, region and type, zones that are not well, and how much is on the agenda. */
export const showWorld = (world: World): Readonly<Record<string, unknown>> => {
  const { places, zones, agenda } = world.state();
  const shown = [...places].map(([key, tables]) => {
    const [account, region] = key.split('|');
    const rows = [...tables].map(
      ([name, data]) => [name, Object.fromEntries([...data.rows].map(([id, row]) => [id, row.value ?? null]))] as const,
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

type Encoded =
  | { readonly $map: readonly (readonly [Encoded, Encoded])[] }
  | { readonly $set: readonly Encoded[] }
  | unknown;

const encode = (value: unknown): Encoded => {
  if (value instanceof Map) return { $map: [...value].map(([key, item]) => [encode(key), encode(item)]) };
  if (value instanceof Set) return { $set: [...value].map(encode) };
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]));
};

const decode = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null) return value;
  if ('$map' in value)
    return new Map((value.$map as [unknown, unknown][]).map(([key, item]) => [decode(key), decode(item)]));
  if ('$set' in value) return new Set((value.$set as unknown[]).map(decode));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]));
};

/** All state as JSON. */
export const exportWorld = (world: World): unknown => encode(world.state());

/** State from its JSON, or undefined when it is something else. */
export const importWorld = (value: unknown): WorldState | undefined => {
  const state = decode(value) as Record<string, unknown> | undefined;
  if (typeof state !== 'object' || state === null) return undefined;
  const model = newWorldState(0) as unknown as Record<string, unknown>;
  const alike = Object.entries(model).every(([key, item]) =>
    item instanceof Map ? state[key] instanceof Map : typeof state[key] === 'object',
  );
  return alike ? (state as unknown as WorldState) : undefined;
};

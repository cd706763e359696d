// Zones over the control API: outages, and what is sold out in them.

import { known, list, text, whole } from './read.ts';
import type { ControlAnswer, ControlRequest, ZoneState } from './service.ts';
import type { World } from './world.ts';
import { zoneState } from './world-state.ts';

const missing = (error: string): ControlAnswer => ({ status: 404, body: { error } });

const ACTS = 'outage, restore, soldout, instock';

/** A zone after an act; `soldout` takes `types` (all without them) and how many are `left` (none). */
const afterAct = (was: ZoneState, act: string, body: ControlRequest['body']): ZoneState | undefined => {
  switch (act) {
    case 'outage':
      return zoneState(true, was.stock);
    case 'restore':
      return zoneState(false, was.stock);
    case 'soldout':
      return zoneState(was.outage, { ...was.stock, ...soldOut(known(body, 'the body', ['types', 'left'])) });
    case 'instock':
      return zoneState(was.outage, {});
    default:
      return undefined;
  }
};

const soldOut = (body: ControlRequest['body']): ZoneState['stock'] => {
  const types = list(body['types'] ?? ['*'], 'types').map((type, index) => text(type, `types[${index}]`));
  const left = whole(body['left'] ?? 0, 'left', [0, Number.MAX_SAFE_INTEGER]);
  return Object.fromEntries(types.map((type) => [type, left]));
};

const announce = (world: World, where: { readonly zone: string; readonly region: string }, outage: boolean): void => {
  for (const scope of world.scopes().filter(({ region }) => region === where.region))
    scope.announce('zone-changed', { zone: where.zone, outage });
};

/** POST zones/{zone}/{act}; answers with the zone's new condition. */
export const changeZone = (world: World, { path, body }: ControlRequest): ControlAnswer => {
  const [zone, act] = path;
  if (zone === undefined || act === undefined) return missing(`Needed: zones/{zone}/{act}, with an act of ${ACTS}.`);
  const { regions } = world.settings;
  const region = Object.keys(regions).find((name) => regions[name]?.includes(zone));
  if (region === undefined) return missing(`No zone ${zone}; there are ${Object.values(regions).flat().join(', ')}.`);
  const was = world.state().zones.get(zone) ?? zoneState(false, {});
  const next = afterAct(was, act, body);
  if (next === undefined) return missing(`No act ${act}; there are ${ACTS}.`);
  world.state().zones.set(zone, next);
  if (next.outage !== was.outage) announce(world, { zone, region }, next.outage);
  return { status: 200, body: { zone, ...next } };
};

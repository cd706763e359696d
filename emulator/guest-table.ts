// The table of guests and how one is found; a guest is there from its server's first boot on.
import { newGuest } from './guest.ts';
import type { Guest } from './guest.ts';
import { parseGuests } from './guest-config.ts';
import type { GuestsConfig } from './guest-config.ts';
import type { Scope } from './service.ts';
import { instances } from './services/ecs/tables.ts';
import type { TableSpec } from './table.ts';

/** Guests by instance id. */
export const guests: TableSpec<Guest> = { service: 'guests', type: 'guest' };

const parsed = new WeakMap<object, GuestsConfig>();

/** The run's guests section, parsed once. */
export function configOf({ settings }: Pick<Scope, 'settings'>): GuestsConfig {
  const known = parsed.get(settings) ?? parseGuests(settings.guests);
  parsed.set(settings, known);
  return known;
}

/** The guest of a server, if it ever booted. */
export function guestOf(scope: Scope, id: string): Guest | undefined {
  return scope.table(guests).get(id);
}

/** The guest of a server that exists, made new from its image when there is none yet. */
export function bringUp(scope: Scope, id: string): Guest | undefined {
  const known = guestOf(scope, id);
  const server = scope.table(instances).get(id);
  if (known !== undefined || server === undefined) return known;
  const made = newGuest(configOf(scope), { instanceId: id, os: osOf(server.imageId) });
  scope.table(guests).put(id, made);
  return made;
}

/** The operating system as an image's id tells it; public Windows images are named so. */
export function osOf(imageId: string): 'linux' | 'windows' {
  return /^(m-)?win/i.test(imageId) ? 'windows' : 'linux';
}

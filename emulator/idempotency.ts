// ClientToken: the same token with the same parameters gives the first answer again and does nothing.

import { refuse } from './refusal.ts';
import type { Answer, Module } from './service.ts';
import type { World } from './world.ts';

/** One use of a token. */
export interface TokenUse {
  readonly key: string;
  /** All parameters but the token. */
  readonly fingerprint: string;
}

type Wire = NonNullable<Module['wire']>;

/** Where a token is remembered, and what it was used with. */
export const tokenUse = (place: readonly string[], params: Readonly<Record<string, string>>): TokenUse => ({
  key: [...place, params['ClientToken']].join('|'),
  fingerprint: JSON.stringify(
    Object.entries(params)
      .filter(([name]) => name !== 'ClientToken')
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ),
});

/** The remembered answer, undefined for a new token; refuses one in flight, changed or malformed. */
export const recall = (world: World, wire: Wire, use: TokenUse & { readonly token: string }): Answer | undefined => {
  if (!/^[\x20-\x7e]{1,64}$/.test(use.token)) {
    refuse({
      status: 400,
      code: 'InvalidClientToken.ValueNotSupported',
      message: 'The ClientToken provided is invalid.',
    });
  }
  const { tokens } = world.state();
  const known = tokens.get(use.key);
  const { rememberSeconds, inFlightSeconds } = world.settings.idempotency;
  const age = known === undefined ? 0 : (world.now() - known.at) / 1000;
  if (known === undefined || age > rememberSeconds) {
    tokens.delete(use.key);
    return undefined;
  }
  if (known.fingerprint !== use.fingerprint) refuse(wire.tokenMismatch);
  if (age < inFlightSeconds) refuse(wire.tokenInFlight);
  return known.answer;
};

/** Remembers a committed answer. */
export const remember = (world: World, use: TokenUse, answer: Answer): void => {
  world.state().tokens.set(use.key, { at: world.now(), fingerprint: use.fingerprint, answer });
};

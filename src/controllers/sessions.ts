// How a controller gets at an account: a session of one (account, region), or the reason why there is none.
import type { CloudClient } from '../cloud/call.ts';
import type { Inventory } from '../cloud/inventory/inventory.ts';
import type { Reason } from '../crds/index.ts';
import type { Guests } from './kind.ts';

/** What may be done with one account in one region. */
export interface CloudSession {
  readonly account: string;
  readonly region: string;
  /** Value of the owner tag. */
  readonly owner: string;
  readonly client: CloudClient;
  readonly inventory: Inventory;
  /** Writes are Frozen by the account. */
  readonly frozen: boolean;
  /** Questions inside guests, asked on behalf of the object with this key. */
  guestsFor(key: string): Guests;
}

/** A session or what is in the way. */
export type SessionState =
  | { readonly kind: 'ready'; readonly session: CloudSession }
  | { readonly kind: 'not-ready'; readonly reason: Reason; readonly message: string };

/** The registry of sessions; the account controller fills it. */
export interface Sessions {
  of(account: string, region: string): SessionState;
}

// The accounts of this process as the other controllers see them: connected, or why not.
import type { CloudAccounts } from '../cloud/accounts/index.ts';
import { type Reason, isSameMessage } from '../crds/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { GuestDesk } from './guest-desk.ts';
import type { GuestLimits } from './guest-state.ts';
import type { CloudSession, SessionState, Sessions } from './sessions.ts';

/** How an account stands. */
export type AccountState =
  | {
      readonly kind: 'ready';
      readonly owner: string;
      readonly frozen: boolean;
      readonly acceptInventory: string | undefined;
    }
  | { readonly kind: 'not-ready'; readonly reason: Reason; readonly message: string };

/** What sessions are made of. */
export interface SessionRegistryOptions {
  readonly accounts: CloudAccounts;
  readonly clock: Clock;
  readonly log: Logger;
  readonly guestLimits: GuestLimits;
  readonly news: (key: string) => void;
}

interface Place {
  readonly desk: GuestDesk;
  readonly client: CloudSession['client'];
  accepted: string | undefined;
}

/** A refusal that is met again under another request id is no change: telling the others would have all of them visited. */
function isSame(before: AccountState, after: AccountState): boolean {
  return before.kind === 'not-ready' && after.kind === 'not-ready'
    ? before.reason === after.reason && isSameMessage(before.message, after.message)
    : JSON.stringify(before) === JSON.stringify(after);
}

/** The registry; the account controller tells it how accounts stand. */
export class SessionRegistry implements Sessions {
  readonly #options: SessionRegistryOptions;
  readonly #states = new Map<string, AccountState>();
  readonly #places = new Map<string, Place>();

  constructor(options: SessionRegistryOptions) {
    this.#options = options;
  }

  /** Takes over how an account stands; true when that changed. */
  set(account: string, state: AccountState): boolean {
    const before = this.#states.get(account);
    if (before !== undefined && isSame(before, state)) return false;
    this.#states.set(account, state);
    return true;
  }

  of(account: string, region: string): SessionState {
    const state = this.#states.get(account);
    if (state === undefined) return { kind: 'not-ready', reason: 'Progressing', message: 'was not looked at yet' };
    if (state.kind === 'not-ready') return state;
    const place = this.#options.accounts.place(account, region);
    if (place === undefined)
      return { kind: 'not-ready', reason: 'Progressing', message: 'its credentials are being verified' };
    const mine = this.#place(account, region, place);
    if (state.acceptInventory !== undefined && mine.accepted !== state.acceptInventory) {
      mine.accepted = state.acceptInventory;
      place.inventory.settleDoubt();
    }
    const session: CloudSession = {
      account,
      region,
      owner: state.owner,
      frozen: state.frozen,
      client: place.client,
      inventory: place.inventory,
      guestsFor: (key) => mine.desk.for(key),
    };
    return { kind: 'ready', session };
  }

  #place(account: string, region: string, of: Pick<CloudSession, 'client'>): Place {
    const key = `${account}|${region}`;
    const known = this.#places.get(key);
    if (known?.client === of.client) return known;
    known?.desk.close();
    const { clock, log, guestLimits, news } = this.#options;
    const owner = key;
    const desk = new GuestDesk({
      region,
      owner,
      reader: of.client,
      prober: of.client,
      clock,
      log,
      limits: guestLimits,
      news,
    });
    const place: Place = { desk, client: of.client, accepted: this.#acceptedAtStart(account) };
    this.#places.set(key, place);
    return place;
  }

  /** A word given before this process started does not settle a doubt that comes later. */
  #acceptedAtStart(account: string): string | undefined {
    const state = this.#states.get(account);
    return state?.kind === 'ready' ? state.acceptInventory : undefined;
  }

  /** Ends what is kept for an object that is gone, in every place. */
  forget(key: string): void {
    for (const [name, place] of this.#places) {
      place.desk.forget(key);
      const [account = '', region = ''] = name.split('|');
      this.#options.accounts.place(account, region)?.inventory.forget(key);
    }
  }

  /** Ends an account that is gone. */
  release(account: string): void {
    this.#states.delete(account);
    for (const [key, place] of this.#places) {
      if (!key.startsWith(`${account}|`)) continue;
      place.desk.close();
      this.#places.delete(key);
    }
    this.#options.accounts.release(account);
  }

  close(): void {
    for (const place of this.#places.values()) place.desk.close();
    this.#options.accounts.close();
  }
}

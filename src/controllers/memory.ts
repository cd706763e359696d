// What one process remembers of one object between visits. Nothing here is needed for safety: after a restart every open
// intent is doubtful, every id is looked at anew.
import type { CloudError } from '../cloud/call.ts';
import type { Intent } from '../crds/index.ts';
import type { Change } from '../plan/change.ts';
import { changeKey } from '../plan/change.ts';
import { stableJson } from '../plan/fields.ts';

/** A change that is not tried again before a time, and why. */
export interface Hold {
  readonly until: number; // monotonic ms
  readonly error: CloudError;
  readonly generation: number;
}

interface Sent {
  readonly at: number;
  readonly what: string;
  readonly confirmedAt: number | undefined;
}

/** How long a sent change is trusted before the cloud shows it. */
export interface Trust {
  /** Not seen yet: up to the cloud's visibility delay. */
  readonly unseenMs: number;
  /** Seen, and then the old value again: a flip-flopping read. */
  readonly seenMs: number;
}

/** What a create of this process made, and when it was answered (monotonic ms). */
export interface MadeHere {
  readonly intent: Intent;
  readonly ids: readonly string[];
  readonly at: number;
}

/** The memory of one object; identity is its uid. */
export class ObjectMemory {
  /** Tokens of intents that this process made durable and surely did not send. */
  readonly unsent = new Set<string>();
  /** When each intent was last sent, and how often it was sent again. */
  readonly replays = new Map<string, { readonly at: number; readonly count: number }>();
  /** Tokens that are never sent again: known with other parameters, or refused after an unknown outcome. */
  readonly spent = new Set<string>();
  readonly madeNow = new Set<string>();
  /** Creates that were answered, by token: until the cloud shows what they made, only this process knows of it. */
  readonly made = new Map<string, MadeHere>();
  /** Ids that left the record because they are gone: a listing that lags shows them once more. */
  readonly left = new Set<string>();
  readonly holds = new Map<string, Hold>();
  /** Failures of create or start in a row, by zone. */
  readonly creates = new Map<string, number>();
  readonly starts = new Map<string, number>();
  lookedUp = false;
  /** Monotonic time of this process's first visit. */
  begunAt: number | undefined;
  builtGeneration = -1;
  readonly #since = new Map<string, number>();
  readonly #sent = new Map<string, Sent>();

  /** What was made here so lately that the cloud may not list it yet. */
  madeSince(now: number, trust: Trust): readonly MadeHere[] {
    for (const [token, { at }] of this.made) if (now - at > trust.unseenMs) this.made.delete(token);
    return [...this.made.values()];
  }

  /** Remembers that a change was sent and accepted. */
  sent(change: Change, now: number): void {
    this.#sent.set(changeKey(change), { at: now, what: contentOf(change), confirmedAt: undefined });
  }

  /** Compares what was sent with what is still planned: what left the plan is confirmed, and forgotten after a while. */
  confirm(planned: readonly Change[], now: number, trust: Trust): void {
    const open = new Map(planned.map((change) => [changeKey(change), contentOf(change)]));
    for (const [key, sent] of this.#sent) {
      if (open.get(key) === sent.what) continue;
      if (sent.confirmedAt === undefined) this.#sent.set(key, { ...sent, confirmedAt: now });
      else if (now - sent.confirmedAt > trust.seenMs) this.#sent.delete(key);
    }
  }

  /** True while the same change was sent and may only not be visible yet: sending it again could make writes oscillate. */
  isSettling(change: Change, now: number, trust: Trust): boolean {
    const sent = this.#sent.get(changeKey(change));
    if (sent === undefined || sent.what !== contentOf(change)) return false;
    return sent.confirmedAt === undefined ? now - sent.at < trust.unseenMs : now - sent.confirmedAt < trust.seenMs;
  }

  /** The hold on a change, unless its time is over. */
  heldBy(change: Change, now: number): Hold | undefined {
    const hold = this.holds.get(changeKey(change));
    if (hold === undefined) return undefined;
    if (now < hold.until) return hold;
    this.holds.delete(changeKey(change));
    return undefined;
  }

  refused(what: 'creates' | 'starts', zone: string): void {
    this[what].set(zone, (this[what].get(zone) ?? 0) + 1);
  }

  /** Refusals of creates count while servers are to be made there: nobody refuses what nobody asks for any more. */
  asks(planned: readonly Pick<Change, 'verb' | 'zone'>[]): void {
    const asked = new Set(planned.flatMap(({ verb, zone }) => (verb === 'Create' ? (zone ?? []) : [])));
    for (const zone of this.creates.keys()) if (!asked.has(zone)) this.creates.delete(zone);
  }

  /** Keeps since when something has held without a break, and forgets it when it does not; `now` is epoch ms. */
  holdsSince(what: string, holds: boolean, now: number): number | undefined {
    if (!holds) this.#since.delete(what);
    else if (!this.#since.has(what)) this.#since.set(what, now);
    return this.#since.get(what);
  }

  /** What was refused for an earlier declaration may be tried for this one. */
  declared(generation: number): void {
    for (const [key, hold] of this.holds) if (hold.generation !== generation) this.holds.delete(key);
  }
}

function contentOf(change: Change): string {
  return stableJson([change.ids, change.fields.map(({ path, from, to }) => [path, from, to])]);
}

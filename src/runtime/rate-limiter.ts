// When a failed key may be tried again: the later of its own exponential wait and a place in a bucket that all keys
// share, as client-go's default controller rate limiter has it.
import type { Clock } from '../kernel/clock.ts';
import type { Key } from './kube-types.ts';

/** Numbers of the limiter. */
export interface RateLimits {
  readonly firstMs: number;
  readonly longestMs: number;
  /** Tokens a second and at most, shared by all keys. */
  readonly perSecond: number;
  readonly burst: number;
}

/**
 * client-go's defaults, 5 ms doubling and 10 a second with bursts of 100, but for the longest wait: 1000 s would leave an object
 * alone for a quarter of an hour after an outage of ten minutes, and the bucket keeps many keys apart as it is.
 */
export const defaultRateLimits: RateLimits = { firstMs: 5, longestMs: 30_000, perSecond: 10, burst: 100 };

/** Counts failures of keys and gives their waits. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #limits: RateLimits;
  readonly #failures = new Map<Key, number>();
  #tokens: number;
  #filledAt: number;

  constructor(clock: Clock, limits: RateLimits = defaultRateLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#tokens = limits.burst;
    this.#filledAt = clock.monotonic();
  }

  /** Milliseconds until this key may be tried again; counts one more failure of it. */
  when(key: Key): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const { firstMs, longestMs } = this.#limits;
    const own = failures > 40 ? longestMs : Math.min(firstMs * 2 ** failures, longestMs);
    return Math.max(own, this.#reserve());
  }

  /** Ends the history of a key. */
  forget(key: Key): void {
    this.#failures.delete(key);
  }

  /** Failures of a key since it was forgotten. */
  failures(key: Key): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Takes a token, also one that is yet to come, and says how long until it comes. */
  #reserve(): number {
    const { perSecond, burst } = this.#limits;
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond) - 1;
    this.#filledAt = now;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / perSecond) * 1000;
  }
}

// Growing waits between attempts of one thing, short again after it went well for a while.
import type { Clock } from '../kernel/clock.ts';
import { type Random, jitter } from '../kernel/random.ts';

/** Shape of the waits; every wait is stretched by a random share of up to 1. */
export interface BackoffShape {
  readonly firstMs: number;
  readonly longestMs: number;
  /** No wait asked for during this time: the next one is the first again. */
  readonly resetMs: number;
}

/** Gives the next wait. */
export class Backoff {
  readonly #shape: BackoffShape;
  readonly #clock: Clock;
  readonly #random: Random;
  #next: number;
  #asked = 0;

  constructor(shape: BackoffShape, clock: Clock, random: Random) {
    this.#shape = shape;
    this.#clock = clock;
    this.#random = random;
    this.#next = shape.firstMs;
  }

  /** Milliseconds to wait now. */
  next(): number {
    const now = this.#clock.monotonic();
    if (now - this.#asked > this.#shape.resetMs) this.#next = this.#shape.firstMs;
    this.#asked = now;
    const wait = jitter(this.#random, this.#next, 1);
    this.#next = Math.min(this.#next * 2, this.#shape.longestMs);
    return wait;
  }
}

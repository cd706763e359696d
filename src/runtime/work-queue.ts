// Keys that wait for a visit, with the guarantees of client-go's work queue: a key added many times before it is taken
// is visited once; a key added while in work is visited once more afterwards; a key is never in work twice at once.
import TinyQueue from 'tinyqueue';
import type { Cancel, Clock } from '../kernel/clock.ts';
import { type Meter, silentMeter } from '../kernel/meter.ts';
import type { Key } from './kube-types.ts';
import type { Priority } from './manager-types.ts';
import { type QueueMeter, queueMeter } from './queue-metrics.ts';
import { RateLimiter, type RateLimits } from './rate-limiter.ts';

/** What a queue needs. */
export interface WorkQueueOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly meter?: Meter;
  readonly rateLimits?: RateLimits;
}

interface Delayed {
  readonly key: Key;
  readonly due: number;
  readonly priority: Priority;
}

interface Waiting {
  readonly since: number;
  readonly priority: Priority;
}

/** A queue of keys. */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #meter: QueueMeter;
  readonly #limiter: RateLimiter;
  readonly #lines: Readonly<Record<Priority, Line>> = { normal: new Line(), low: new Line() };
  /** Keys that need a visit, whether they stand in a line or wait for the end of the visit under way. */
  readonly #dirty = new Map<Key, Waiting>();
  readonly #working = new Map<Key, number>();
  readonly #delays = new Map<Key, Delayed>();
  readonly #heap = new TinyQueue<Delayed>([], (a, b) => a.due - b.due);
  readonly #takers: ((key: Key | undefined) => void)[] = [];
  readonly #drained: (() => void)[] = [];
  #cancelTimer: Cancel | undefined;
  #timerDue = Infinity;
  #closed = false;

  constructor({ name, clock, meter = silentMeter, rateLimits }: WorkQueueOptions) {
    this.#clock = clock;
    this.#limiter = new RateLimiter(clock, rateLimits);
    this.#meter = queueMeter(meter, name, () => ({
      depth: { normal: this.#lines.normal.size, low: this.#lines.low.size },
      working: [...this.#working.values()].map((since) => (clock.monotonic() - since) / 1000),
    }));
  }

  /** Keys in the lines. */
  get length(): number {
    return this.#lines.normal.size + this.#lines.low.size;
  }

  /** Asks for a visit; `normal` overtakes an earlier `low` of the same key. Nothing after the shutdown. */
  add(key: Key, priority: Priority = 'normal'): void {
    if (this.#closed) return;
    const waiting = this.#dirty.get(key);
    if (waiting !== undefined) {
      if (waiting.priority === 'low' && priority === 'normal') this.#promote(key, waiting);
      return;
    }
    this.#meter.added();
    this.#dirty.set(key, { since: this.#clock.monotonic(), priority });
    if (!this.#working.has(key)) this.#stand(key, priority);
  }

  /** Asks for a visit in `ms`; of several such wishes for a key the earliest counts. */
  addAfter(key: Key, ms: number, priority: Priority = 'normal'): void {
    if (this.#closed) return;
    if (ms <= 0) return this.add(key, priority);
    const due = this.#clock.monotonic() + ms;
    const earlier = this.#delays.get(key);
    if (earlier !== undefined && earlier.due <= due) return;
    const delayed = { key, due, priority };
    this.#delays.set(key, delayed);
    this.#heap.push(delayed);
    this.#arm();
  }

  /** Asks for a visit after the back-off of this key, not before `atLeastMs`. */
  addRateLimited(key: Key, { atLeastMs = 0, priority = 'normal' }: RetryOptions = {}): void {
    this.#meter.retried();
    this.addAfter(key, Math.max(this.#limiter.when(key), atLeastMs), priority);
  }

  /** Ends the back-off history of a key. */
  forget(key: Key): void {
    this.#limiter.forget(key);
  }

  /** How often the key was retried since it was forgotten. */
  retries(key: Key): number {
    return this.#limiter.failures(key);
  }

  /** The next key, as soon as there is one; undefined after the shutdown. Call `done` when its visit is over. */
  take(): Promise<Key | undefined> {
    const key = this.#next();
    if (key !== undefined || this.#closed) return Promise.resolve(key);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** Ends the visit to a key; if it was added meanwhile it stands in line again. */
  done(key: Key): void {
    const since = this.#working.get(key);
    if (since === undefined) return;
    this.#meter.worked((this.#clock.monotonic() - since) / 1000);
    this.#working.delete(key);
    const waiting = this.#dirty.get(key);
    if (waiting !== undefined && !this.#closed) this.#stand(key, waiting.priority);
    if (this.#working.size === 0) for (const resolve of this.#drained.splice(0)) resolve();
  }

  /** No more keys are handed out; resolves when no key is in work. */
  shutDown(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    for (const resolve of this.#takers.splice(0)) resolve(undefined);
    if (this.#working.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  #promote(key: Key, waiting: Waiting): void {
    this.#dirty.set(key, { ...waiting, priority: 'normal' });
    if (this.#lines.low.remove(key)) this.#stand(key, 'normal');
  }

  #stand(key: Key, priority: Priority): void {
    this.#lines[priority].push(key);
    const taker = this.#takers.shift();
    if (taker !== undefined) taker(this.#next());
  }

  #next(): Key | undefined {
    if (this.#closed) return undefined;
    const key = this.#lines.normal.shift() ?? this.#lines.low.shift();
    if (key === undefined) return undefined;
    const now = this.#clock.monotonic();
    this.#meter.waited((now - (this.#dirty.get(key)?.since ?? now)) / 1000);
    this.#dirty.delete(key);
    this.#working.set(key, now);
    return key;
  }

  /** One timer for the earliest wish. */
  #arm(): void {
    const next = this.#heap.peek();
    if (next === undefined || next.due >= this.#timerDue) return;
    this.#cancelTimer?.();
    this.#timerDue = next.due;
    this.#cancelTimer = this.#clock.setTimer(next.due - this.#clock.monotonic(), () => this.#ring());
  }

  #ring(): void {
    this.#timerDue = Infinity;
    const now = this.#clock.monotonic();
    for (let next = this.#heap.peek(); next !== undefined && next.due <= now; next = this.#heap.peek()) {
      this.#heap.pop();
      // A wish that an earlier one replaced is still in the heap; only the one on record counts.
      if (this.#delays.get(next.key) !== next) continue;
      this.#delays.delete(next.key);
      this.add(next.key, next.priority);
    }
    this.#arm();
  }
}

/** How a retry is asked for. */
export interface RetryOptions {
  readonly atLeastMs?: number;
  readonly priority?: Priority;
}

/** First in, first out, with removal; a Set iterator stays valid while keys come and go, so taking is cheap. */
class Line {
  readonly #keys = new Set<Key>();
  #iterator = this.#keys.values();

  get size(): number {
    return this.#keys.size;
  }

  push(key: Key): void {
    this.#keys.add(key);
  }

  remove(key: Key): boolean {
    return this.#keys.delete(key);
  }

  shift(): Key | undefined {
    if (this.#keys.size === 0) return undefined;
    const next = this.#iterator.next();
    if (next.done === true) return undefined;
    this.#keys.delete(next.value);
    return next.value;
  }
}

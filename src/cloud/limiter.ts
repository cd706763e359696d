// Who may call next: one queue per API of an account and region, most urgent lane first, served at the pace of its budget.
import type { Cancel, Clock } from '../kernel/clock.ts';
import { ApiBudget } from './api-budget.ts';
import type { CloudError, Lane } from './call.ts';
import type { QuotaHint } from './wire-call.ts';

/** Urgency of a lane (0 first) and the part of a burst it leaves to more urgent ones. */
const lanes: { readonly [lane in Lane]: { readonly rank: number; readonly reserve: number } } = {
  user: { rank: 0, reserve: 0 },
  repair: { rank: 1, reserve: 0 },
  poll: { rank: 2, reserve: 0 },
  sweep: { rank: 3, reserve: 0.2 },
  slow: { rank: 4, reserve: 0.4 },
};

interface Waiter {
  readonly lane: Lane;
  readonly order: number;
  readonly grant: (granted: boolean) => void;
}

interface Queue {
  readonly budget: ApiBudget;
  readonly waiters: Waiter[];
  cancel: Cancel | undefined;
}

/** What a limiter needs: calls a minute that each API may take, and the time. */
export interface LimiterOptions {
  readonly clock: Clock;
  readonly callsPerMinute: number;
}

/** Paces the calls of one account and region; each `service/Action` has a budget of its own, so a throttled one delays no other. */
export class Limiter {
  readonly #clock: Clock;
  #callsPerMinute: number;
  readonly #queues = new Map<string, Queue>();
  #order = 0;
  #closed = false;

  constructor({ clock, callsPerMinute }: LimiterOptions) {
    this.#clock = clock;
    this.#callsPerMinute = callsPerMinute;
  }

  /** Resolves true when the call may be made at once, false when the limiter was closed. */
  acquire(api: string, lane: Lane): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    const queue = this.#queueOf(api);
    return new Promise((resolve) => {
      const waiter: Waiter = { lane, order: this.#order++, grant: resolve };
      const at = queue.waiters.findIndex((other) => isBefore(waiter, other));
      queue.waiters.splice(at < 0 ? queue.waiters.length : at, 0, waiter);
      this.#serve(queue);
    });
  }

  /** Learns from a call that was not throttled. */
  worked(api: string, quota?: QuotaHint): void {
    const queue = this.#queueOf(api);
    const now = this.#clock.monotonic();
    queue.budget.worked(now);
    if (quota !== undefined) queue.budget.hinted(now, quota);
    this.#serve(queue);
  }

  /** Learns from a call that was. */
  throttled(api: string, { retryAfterMs }: Pick<CloudError, 'retryAfterMs'>): void {
    const queue = this.#queueOf(api);
    queue.budget.throttled(this.#clock.monotonic(), retryAfterMs);
    this.#serve(queue);
  }

  /** Calls a minute that an API may take at present. */
  limit(api: string): number {
    return this.#queueOf(api).budget.limit(this.#clock.monotonic());
  }

  /** Another budget for every API, from now on. */
  setBudget(callsPerMinute: number): void {
    if (callsPerMinute === this.#callsPerMinute) return;
    this.#callsPerMinute = callsPerMinute;
    for (const queue of this.#queues.values()) {
      queue.budget.setBudget(callsPerMinute, this.#clock.monotonic());
      this.#serve(queue);
    }
  }

  /** Turns every waiter away, now and later. */
  close(): void {
    this.#closed = true;
    for (const queue of this.#queues.values()) {
      queue.cancel?.();
      for (const waiter of queue.waiters.splice(0)) waiter.grant(false);
    }
  }

  #serve(queue: Queue): void {
    queue.cancel?.();
    queue.cancel = undefined;
    for (let next = queue.waiters[0]; next !== undefined; next = queue.waiters[0]) {
      const now = this.#clock.monotonic();
      const waitMs = queue.budget.waitMs(now, lanes[next.lane].reserve);
      if (waitMs > 0) {
        queue.cancel = this.#clock.setTimer(waitMs, () => this.#serve(queue));
        return;
      }
      queue.waiters.shift();
      queue.budget.take(now);
      next.grant(true);
    }
  }

  #queueOf(api: string): Queue {
    let queue = this.#queues.get(api);
    if (queue === undefined) {
      const budget = new ApiBudget(this.#callsPerMinute, this.#clock.monotonic());
      this.#queues.set(api, (queue = { budget, waiters: [], cancel: undefined }));
    }
    return queue;
  }
}

function isBefore(one: Waiter, other: Waiter): boolean {
  const [rank, otherRank] = [lanes[one.lane].rank, lanes[other.lane].rank];
  return rank === otherRank ? one.order < other.order : rank < otherRank;
}

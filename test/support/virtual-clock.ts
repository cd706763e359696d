// Time that moves only when a test says so. Timers run in order of their due time, and between two timers
// everything that became runnable (promises, immediates) runs first, as it would on a fast machine.
import type { Cancel, Clock } from '../../src/kernel/clock.ts';
import type { Random } from '../../src/kernel/random.ts';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

/** A Clock under the test's control; `advance` is the only thing that moves it. */
export class VirtualClock implements Clock {
  #timers: Timer[] = [];
  #elapsed = 0;
  #order = 0;
  #wall: number;

  constructor(startWallMs = Date.UTC(2026, 0, 1)) {
    this.#wall = startWallMs;
  }

  now(): number {
    return this.#wall + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Milliseconds until the next timer; undefined when none waits. */
  get nextTimerMs(): number | undefined {
    const next = this.#timers[0];
    return next === undefined ? undefined : next.due - this.#elapsed;
  }

  /** Moves the wall clock alone, as an administrator or NTP would. */
  jumpWall(ms: number): void {
    this.#wall += ms;
  }

  setTimer(ms: number, run: () => void): Cancel {
    const timer = { due: this.#elapsed + Math.max(ms, 0), order: this.#order++, run };
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle]?.due ?? Infinity) <= timer.due) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const finish = (): void => {
        cancel();
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const cancel = this.setTimer(ms, finish);
      signal?.addEventListener('abort', finish, { once: true });
    });
  }

  /** Moves time by `ms`, running what falls due on the way. */
  async advance(ms: number): Promise<void> {
    const target = this.#elapsed + ms;
    await flush();
    for (let next = this.#timers[0]; next !== undefined && next.due <= target; next = this.#timers[0]) {
      this.#timers.shift();
      this.#elapsed = Math.max(this.#elapsed, next.due);
      next.run();
      await flush();
    }
    this.#elapsed = target;
  }

  /** Moves time in steps until the condition holds; throws after `limitMs` of virtual time. */
  async advanceUntil(condition: () => boolean, { stepMs = 100, limitMs = 600_000 } = {}): Promise<void> {
    const end = this.#elapsed + limitMs;
    await flush();
    while (!condition()) {
      if (this.#elapsed >= end) throw new Error(`Condition did not hold within ${limitMs} ms of virtual time`);
      await this.advance(stepMs);
    }
  }
}

/** Lets every runnable promise and immediate run. */
export async function flush(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits in real time for a condition that real I/O brings about; throws when it does not come. */
export async function until(condition: () => boolean, limitMs = 5000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Condition did not hold within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Reproducible chance (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  let uuids = 0;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    },
    uuid: () => `00000000-0000-4000-8000-${String(++uuids).padStart(12, '0')}`,
  };
}

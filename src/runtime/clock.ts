// The only file that touches the platform's time and chance.
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Cancel, Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';

/** Longest wait that setTimeout takes without running at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

function setTimer(ms: number, run: () => void): Cancel {
  const handle = setTimeout(run, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
  return () => clearTimeout(handle);
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const finish = (): void => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = setTimer(ms, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep,
  setTimer,
};

/** The machine's randomness. */
export const systemRandom: Random = { next: () => Math.random(), uuid: () => randomUUID() };

// From start to end of a manager, in an order in which nothing acts without the lease.
//
//   start: informers and runnables of `always` -> lease and first lists -> controllers and runnables of `leader`
//   stop:  runnables, controllers (drained) -> informers -> endpoints -> lease given back
//   lease lost: everything is told to stop at once, and the process should exit
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Meter } from '../kernel/meter.ts';
import { messageOf } from '../kernel/thrown.ts';
import type { Elector } from './leader.ts';
import type { ManagerEnd, Runnable } from './manager-types.ts';
import { watchEventLoop } from './watchdog.ts';

/** What is started and stopped. */
export interface LifecycleParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: Meter;
  readonly elector: Elector;
  readonly informers: readonly { readonly synced: boolean; run(signal: AbortSignal): Promise<void> }[];
  readonly controllers: readonly { run(): Promise<void>; drain(): Promise<void>; abort(reason: string): void }[];
  readonly runnables: readonly Runnable[];
  readonly drainMs: number;
  /** Closes the endpoints. */
  readonly close: () => Promise<void>;
}

/** Visits that were told to stop get this long to do so. */
const ABORT_MS = 2000;
const SYNC_POLL_MS = 20;
const RESTART_MS = 5000;

/** Runs until the signal aborts or the lease is lost. */
export async function live(parts: LifecycleParts, stop: AbortSignal): Promise<ManagerEnd> {
  const base = new AbortController();
  const background = startBackground(parts, base.signal);
  try {
    return await lead(parts, stop, async () => {
      base.abort();
      await background;
      await parts.close();
    });
  } finally {
    base.abort();
  }
}

function startBackground({ informers, runnables, clock, log, meter, elector }: LifecycleParts, signal: AbortSignal) {
  const onStall = (): void => {
    if (elector.stepDownIfExpired()) log.error('Stepped down after a stall');
  };
  return Promise.all([
    ...informers.map((informer) => informer.run(signal)),
    ...runnables
      .filter(({ when }) => when === 'always')
      .map((runnable) => keepRunning(runnable, { clock, log }, signal)),
    watchEventLoop({ clock, log, meter, onStall }, signal),
  ]);
}

async function lead(parts: LifecycleParts, stop: AbortSignal, windDown: () => Promise<void>): Promise<ManagerEnd> {
  const { elector } = parts;
  await elector.acquire(stop);
  if (!elector.leading) {
    await windDown();
    return { kind: 'stopped' };
  }
  const renewals = new AbortController();
  const lost = new AbortController();
  const kept = elector.keep(renewals.signal).then((end) => (end === 'lost' ? lost.abort() : undefined));
  if (!stop.aborted) await work(parts, stop, lost.signal);
  if (lost.signal.aborted) return { kind: 'lease-lost' };
  await windDown();
  renewals.abort();
  await kept;
  await elector.release();
  return { kind: 'stopped' };
}

/** Acts as the leader until told to stop or the lease is lost; nothing acts any more when it resolves. */
async function work(parts: LifecycleParts, stop: AbortSignal, lost: AbortSignal): Promise<void> {
  const acting = new AbortController();
  const ended = startWork(parts, { work: acting.signal, stop, lost });
  await aborted(stop, lost);
  acting.abort();
  const drained = Promise.all(parts.controllers.map((controller) => controller.drain()));
  if (!lost.aborted && !(await within(parts, drained, { ms: parts.drainMs, giveUp: lost }))) {
    parts.log.warn('Visits did not end in time and were told to stop', { afterMs: parts.drainMs });
  }
  for (const controller of parts.controllers) controller.abort(lost.aborted ? 'lease lost' : 'stopping');
  await within(parts, ended, { ms: ABORT_MS });
}

interface WorkSignals {
  readonly work: AbortSignal;
  readonly stop: AbortSignal;
  readonly lost: AbortSignal;
}

/** Starts what only a leader does, once everything is listed; resolves when all of it has ended. */
async function startWork(parts: LifecycleParts, { work, stop, lost }: WorkSignals): Promise<void> {
  const { clock, log, informers, controllers, runnables } = parts;
  while (!informers.every(({ synced }) => synced)) {
    if (stop.aborted || lost.aborted) return;
    await clock.sleep(SYNC_POLL_MS, work);
  }
  if (work.aborted) return;
  log.info('Started the controllers', { controllers: controllers.length });
  const leading = runnables.filter(({ when }) => when === 'leader');
  await Promise.all([
    ...controllers.map((controller) => controller.run()),
    ...leading.map((runnable) => keepRunning(runnable, { clock, log }, work)),
  ]);
}

/** A runnable that fails is started again: its work is still wanted. */
async function keepRunning(
  runnable: Runnable,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      return await runnable.run(signal);
    } catch (error) {
      log.error('A runnable failed', { runnable: runnable.name, error: messageOf(error) });
      await clock.sleep(RESTART_MS, signal);
    }
  }
}

interface Patience {
  readonly ms: number;
  readonly giveUp?: AbortSignal;
}

/** Waits for work to end; false when patience ran out first. */
async function within({ clock }: LifecycleParts, work: Promise<unknown>, { ms, giveUp }: Patience): Promise<boolean> {
  const over = new AbortController();
  const cancel = (): void => over.abort();
  giveUp?.addEventListener('abort', cancel, { once: true });
  const inTime = await Promise.race([work.then(() => true), clock.sleep(ms, over.signal).then(() => false)]);
  over.abort();
  giveUp?.removeEventListener('abort', cancel);
  return inTime;
}

function aborted(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) return resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}

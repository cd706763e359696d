// Notices that the event loop stood still (a long computation, a stopped process, a paused machine) and has the
// leadership looked at before anything else of a stale past goes on.
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { type Meter, defineMetric } from '../kernel/meter.ts';

const stalls = defineMetric({
  kind: 'histogram',
  name: 'operator_event_loop_stall_seconds',
  help: 'How late the event loop was, each time it was late by more than the threshold.',
  labels: [],
  stability: 'BETA',
  buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60],
});

/** Definitions for the documentation. */
export const watchdogMetricDefinitions = [stalls];

/** What a watchdog needs. */
export interface WatchdogOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: Meter;
  /** Called after each stall with its length. */
  readonly onStall: (ms: number) => void;
}

const INTERVAL_MS = 1000;
const COUNT_MS = 100;
const WARN_MS = 2000;

/** Watches the event loop until the signal aborts. */
export async function watchEventLoop(
  { clock, log, meter, onStall }: WatchdogOptions,
  signal: AbortSignal,
): Promise<void> {
  const histogram = meter.histogram(stalls);
  while (!signal.aborted) {
    const due = clock.monotonic() + INTERVAL_MS;
    await clock.sleep(INTERVAL_MS, signal);
    const late = clock.monotonic() - due;
    if (late < COUNT_MS) continue;
    histogram.observe({}, late / 1000);
    if (late >= WARN_MS) log.warn('The event loop stood still', { ms: Math.round(late) });
    onStall(late);
  }
}

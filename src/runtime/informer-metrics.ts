// Metrics of the caches: how each watch ended, what was missed, how much is held.
import { type Meter, defineMetric } from '../kernel/meter.ts';

const lists = defineMetric({
  kind: 'counter',
  name: 'operator_informer_lists_total',
  help: 'Whole lists read into a cache, by kind and result (ok, stale, or the failure).',
  labels: ['kind', 'result'],
  stability: 'BETA',
});

const watchEnds = defineMetric({
  kind: 'counter',
  name: 'operator_informer_watch_ends_total',
  help: 'Watches that ended, by kind and reason. Only closed is routine.',
  labels: ['kind', 'reason'],
  stability: 'BETA',
});

const events = defineMetric({
  kind: 'counter',
  name: 'operator_informer_events_total',
  help: 'Watch events by kind and type; type IGNORED is a replay of something already known.',
  labels: ['kind', 'type'],
  stability: 'BETA',
});

const missed = defineMetric({
  kind: 'counter',
  name: 'operator_informer_missed_changes_total',
  help: 'Changes that a periodic comparison with the server found and the watch had not delivered. Should stay 0.',
  labels: ['kind', 'change'],
  stability: 'BETA',
});

const exceptions = defineMetric({
  kind: 'counter',
  name: 'operator_informer_handler_exceptions_total',
  help: 'Exceptions thrown while a change was handed on, by kind.',
  labels: ['kind'],
  stability: 'BETA',
});

const objects = defineMetric({
  kind: 'gauge',
  name: 'operator_informer_objects',
  help: 'Objects held in the cache, by kind.',
  labels: ['kind'],
  stability: 'BETA',
});

const watching = defineMetric({
  kind: 'gauge',
  name: 'operator_informer_healthy',
  help: '1 while the cache of a kind is synced and followed, else 0.',
  labels: ['kind'],
  stability: 'BETA',
});

/** Definitions for the documentation. */
export const informerMetricDefinitions = [lists, watchEnds, events, missed, exceptions, objects, watching];

/** Counts what happens to the cache of one kind. */
export interface InformerMeter {
  listed(result: string): void;
  watchEnded(reason: string): void;
  event(type: string): void;
  missedChange(change: string): void;
  handlerThrew(): void;
}

/** Registers the metrics for one kind; `look` is asked at each scrape. */
export function informerMeter(
  meter: Meter,
  kind: string,
  look: () => { readonly size: number; readonly healthy: boolean },
): InformerMeter {
  const [listed, ended, seen] = [meter.counter(lists), meter.counter(watchEnds), meter.counter(events)];
  const [miss, threw] = [meter.counter(missed), meter.counter(exceptions)];
  const [held, well] = [meter.gauge(objects), meter.gauge(watching)];
  meter.onScrape(() => {
    const { size, healthy } = look();
    held.set({ kind }, size);
    well.set({ kind }, healthy ? 1 : 0);
  });
  return {
    listed: (result) => listed.add({ kind, result }),
    watchEnded: (reason) => ended.add({ kind, reason }),
    event: (type) => seen.add({ kind, type }),
    missedChange: (change) => miss.add({ kind, change }),
    handlerThrew: () => threw.add({ kind }),
  };
}

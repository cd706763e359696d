// Work queue metrics with the names, labels and buckets of controller-runtime, so that stock dashboards work.
import { type Meter, defineMetric } from '../kernel/meter.ts';
import type { Priority } from './manager-types.ts';

const both = ['name', 'controller'] as const;
const BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000];

const depth = defineMetric({
  kind: 'gauge',
  name: 'workqueue_depth',
  help: 'Current depth of the queue by priority.',
  labels: ['name', 'controller', 'priority'],
  stability: 'STABLE',
});
const adds = defineMetric({
  kind: 'counter',
  name: 'workqueue_adds_total',
  help: 'Total number of adds handled by the queue.',
  labels: both,
  stability: 'STABLE',
});
const waited = defineMetric({
  kind: 'histogram',
  name: 'workqueue_queue_duration_seconds',
  help: 'How long in seconds an item stays in the queue before being requested.',
  labels: both,
  stability: 'STABLE',
  buckets: BUCKETS,
});
const worked = defineMetric({
  kind: 'histogram',
  name: 'workqueue_work_duration_seconds',
  help: 'How long in seconds processing an item from the queue takes.',
  labels: both,
  stability: 'STABLE',
  buckets: BUCKETS,
});
const unfinished = defineMetric({
  kind: 'gauge',
  name: 'workqueue_unfinished_work_seconds',
  help: 'Seconds of work in progress that has not been observed by work_duration. Large values indicate stuck workers.',
  labels: both,
  stability: 'STABLE',
});
const longest = defineMetric({
  kind: 'gauge',
  name: 'workqueue_longest_running_processor_seconds',
  help: 'How many seconds the longest running processor of the queue has been running.',
  labels: both,
  stability: 'STABLE',
});
const retries = defineMetric({
  kind: 'counter',
  name: 'workqueue_retries_total',
  help: 'Total number of retries handled by the queue.',
  labels: both,
  stability: 'STABLE',
});

/** Definitions for the documentation. */
export const queueMetricDefinitions = [depth, adds, waited, worked, unfinished, longest, retries];

/** What a queue can be asked at a scrape. */
export interface QueueLook {
  readonly depth: Readonly<Record<Priority, number>>;
  /** Seconds for which each key in work has been in work. */
  readonly working: readonly number[];
}

/** Counts what happens to one queue. */
export interface QueueMeter {
  added(): void;
  retried(): void;
  waited(seconds: number): void;
  worked(seconds: number): void;
}

/** Priorities as numbers, as controller-runtime labels them. */
const PRIORITY_LABEL: Readonly<Record<Priority, string>> = { normal: '0', low: '-100' };

/** Registers the metrics of a queue; `look` is asked at each scrape. */
export function queueMeter(meter: Meter, controller: string, look: () => QueueLook): QueueMeter {
  const labels = { name: controller, controller };
  const [added, retried] = [meter.counter(adds), meter.counter(retries)];
  const [waitedFor, workedFor] = [meter.histogram(waited), meter.histogram(worked)];
  const [deep, inWork, oldest] = [meter.gauge(depth), meter.gauge(unfinished), meter.gauge(longest)];
  added.add(labels, 0);
  retried.add(labels, 0);
  meter.onScrape(() => {
    const { depth, working } = look();
    deep.set({ ...labels, priority: PRIORITY_LABEL.normal }, depth.normal);
    deep.set({ ...labels, priority: PRIORITY_LABEL.low }, depth.low);
    inWork.set(
      labels,
      working.reduce((sum, seconds) => sum + seconds, 0),
    );
    oldest.set(labels, Math.max(0, ...working));
  });
  return {
    added: () => added.add(labels),
    retried: () => retried.add(labels),
    waited: (seconds) => waitedFor.observe(labels, seconds),
    worked: (seconds) => workedFor.observe(labels, seconds),
  };
}

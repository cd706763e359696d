// Controller metrics with the names, labels and buckets of controller-runtime, so that stock dashboards work.
import { type Meter, defineMetric } from '../kernel/meter.ts';

const controllerOnly = ['controller'] as const;

const total = defineMetric({
  kind: 'counter',
  name: 'controller_runtime_reconcile_total',
  help: 'Total number of reconciliations per controller and result.',
  labels: ['controller', 'result'],
  stability: 'STABLE',
});
const errors = defineMetric({
  kind: 'counter',
  name: 'controller_runtime_reconcile_errors_total',
  help: 'Total number of reconciliation errors per controller.',
  labels: controllerOnly,
  stability: 'STABLE',
});
const terminals = defineMetric({
  kind: 'counter',
  name: 'controller_runtime_terminal_reconcile_errors_total',
  help: 'Total number of terminal reconciliation errors per controller.',
  labels: controllerOnly,
  stability: 'STABLE',
});
const panics = defineMetric({
  kind: 'counter',
  name: 'controller_runtime_reconcile_panics_total',
  help: 'Total number of reconciliations per controller that ended in an exception.',
  labels: controllerOnly,
  stability: 'STABLE',
});
const timeouts = defineMetric({
  kind: 'counter',
  name: 'controller_runtime_reconcile_timeouts_total',
  help: 'Total number of reconciliations per controller that ran into their timeout.',
  labels: controllerOnly,
  stability: 'STABLE',
});
const seconds = defineMetric({
  kind: 'histogram',
  name: 'controller_runtime_reconcile_time_seconds',
  help: 'Length of time per reconciliation per controller.',
  labels: controllerOnly,
  stability: 'STABLE',
  buckets: [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75,
    2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
  ],
});
const concurrency = defineMetric({
  kind: 'gauge',
  name: 'controller_runtime_max_concurrent_reconciles',
  help: 'Maximum number of concurrent reconciles per controller.',
  labels: controllerOnly,
  stability: 'STABLE',
});
const active = defineMetric({
  kind: 'gauge',
  name: 'controller_runtime_active_workers',
  help: 'Number of currently used workers per controller.',
  labels: controllerOnly,
  stability: 'STABLE',
});

/** Definitions for the documentation. */
export const controllerMetricDefinitions = [total, errors, terminals, panics, timeouts, seconds, concurrency, active];

/** Values of the result label. */
export type ReconcileResult = 'success' | 'error' | 'requeue' | 'requeue_after';

/** Counts what happens in one controller. */
export interface ControllerMeter {
  ended(result: ReconcileResult, seconds: number): void;
  terminal(): void;
  panicked(): void;
  timedOut(): void;
  /** One more (1) or one less (-1) worker is busy. */
  busy(change: 1 | -1): void;
}

/** Registers the metrics of a controller; every series exists from the start, at 0. */
export function controllerMeter(meter: Meter, controller: string, workers: number): ControllerMeter {
  const [totals, failed, final] = [meter.counter(total), meter.counter(errors), meter.counter(terminals)];
  const [panicked, timedOut, took] = [meter.counter(panics), meter.counter(timeouts), meter.histogram(seconds)];
  const busy = meter.gauge(active);
  const labels = { controller };
  const results: readonly ReconcileResult[] = ['success', 'error', 'requeue', 'requeue_after'];
  for (const result of results) totals.add({ controller, result }, 0);
  for (const counter of [failed, final, panicked, timedOut]) counter.add(labels, 0);
  meter.gauge(concurrency).set(labels, workers);
  busy.set(labels, 0);
  return {
    ended: (result, length) => {
      totals.add({ controller, result });
      if (result === 'error') failed.add(labels);
      took.observe(labels, length);
    },
    terminal: () => final.add(labels),
    panicked: () => panicked.add(labels),
    timedOut: () => timedOut.add(labels),
    busy: (change) => busy.add(labels, change),
  };
}

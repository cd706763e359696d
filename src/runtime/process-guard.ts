// A promise that nobody awaited and that failed must not end the process: it is counted, logged, and the visit that
// it belonged to is retried by its own means.
import type { Logger } from '../kernel/logger.ts';
import { type Meter, defineMetric } from '../kernel/meter.ts';
import { messageOf } from '../kernel/thrown.ts';

const rejections = defineMetric({
  kind: 'counter',
  name: 'operator_unhandled_rejections_total',
  help: 'Promises that failed with nobody waiting for them. Each is a defect to report.',
  labels: [],
  stability: 'BETA',
});

/** Definitions for the documentation. */
export const guardMetricDefinitions = [rejections];

/** Takes over unhandled rejections; the returned function gives them back to the platform. */
export function guardProcess(log: Logger, meter: Meter): () => void {
  const counter = meter.counter(rejections);
  counter.add({}, 0);
  const onRejection = (reason: unknown): void => {
    counter.add({});
    log.error('A promise failed unhandled', {
      error: messageOf(reason),
      stack: reason instanceof Error ? reason.stack : undefined,
    });
  };
  process.on('unhandledRejection', onRejection);
  return () => {
    process.off('unhandledRejection', onRejection);
  };
}

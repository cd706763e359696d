// All metrics of the runtime, for the documentation that is generated from them.
import type { MetricDefinition } from '../kernel/meter.ts';
import { conditionMetricDefinitions } from './condition-metrics.ts';
import { controllerMetricDefinitions } from './controller-metrics.ts';
import { eventMetricDefinitions } from './events.ts';
import { informerMetricDefinitions } from './informer-metrics.ts';
import { kubeMetricDefinitions } from './kube-metrics.ts';
import { leaderMetricDefinitions } from './leader.ts';
import { guardMetricDefinitions } from './process-guard.ts';
import { queueMetricDefinitions } from './queue-metrics.ts';
import { watchdogMetricDefinitions } from './watchdog.ts';

/** Every definition, in the order of the documentation. */
export const runtimeMetricDefinitions: readonly MetricDefinition[] = [
  ...controllerMetricDefinitions,
  ...queueMetricDefinitions,
  ...conditionMetricDefinitions,
  ...informerMetricDefinitions,
  ...kubeMetricDefinitions,
  ...leaderMetricDefinitions,
  ...eventMetricDefinitions,
  ...watchdogMetricDefinitions,
  ...guardMetricDefinitions,
];

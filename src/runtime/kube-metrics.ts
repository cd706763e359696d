// Metrics of requests to the API server, with the names and labels that client-go gives them.
import { type Meter, defineMetric } from '../kernel/meter.ts';

const requests = defineMetric({
  kind: 'counter',
  name: 'rest_client_requests_total',
  help: 'Number of HTTP requests to the API server, by status code, method and host; code <error> is no answer.',
  labels: ['code', 'method', 'host'],
  stability: 'STABLE',
});

const duration = defineMetric({
  kind: 'histogram',
  name: 'rest_client_request_duration_seconds',
  help: 'Time until the API server began to answer, by verb and host.',
  labels: ['verb', 'host'],
  stability: 'STABLE',
  buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60],
});

/** Definitions for the documentation. */
export const kubeMetricDefinitions = [requests, duration];

/** One request that ended. */
export interface ObservedRequest {
  readonly method: string;
  readonly code: string;
  readonly seconds: number;
}

/** Counts requests to one host. */
export interface RequestMeter {
  observe(request: ObservedRequest): void;
}

/** Registers the metrics for a host. */
export function requestMeter(meter: Meter, host: string): RequestMeter {
  const total = meter.counter(requests);
  const seconds = meter.histogram(duration);
  return {
    observe: (request) => {
      total.add({ code: request.code, method: request.method, host });
      seconds.observe({ verb: request.method, host }, request.seconds);
    },
  };
}

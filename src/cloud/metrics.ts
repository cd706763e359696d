// What is measured of the calls to the cloud. No resource id, no key id, no message ever becomes a label.
import { type Meter, defineMetric } from '../kernel/meter.ts';
import type { Call, Lane, ServiceName } from './call.ts';

/** Tries answered by the cloud or failed on the way; `code` is OK, the cloud's code or the client's own. */
export const apiRequests = defineMetric({
  kind: 'counter',
  name: 'finance_cloud_api_requests_total',
  help: 'Requests to the cloud by service, action and code (OK when it succeeded).',
  labels: ['service', 'action', 'code'],
  stability: 'BETA',
});

/** Duration of one try, without waiting for the limiter. */
export const apiDuration = defineMetric({
  kind: 'histogram',
  name: 'finance_cloud_api_request_duration_seconds',
  help: 'Duration of one request to the cloud, without the wait for the rate limiter.',
  labels: ['service', 'action'],
  stability: 'BETA',
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
});

/** Refusals for the rate. */
export const apiThrottled = defineMetric({
  kind: 'counter',
  name: 'finance_cloud_api_throttled_total',
  help: 'Requests that the cloud refused because there were too many.',
  labels: ['service', 'action'],
  stability: 'BETA',
});

/** Waiting for one's turn. */
export const limiterWait = defineMetric({
  kind: 'histogram',
  name: 'finance_cloud_api_rate_limiter_wait_seconds',
  help: 'Time that requests waited for the rate limiter, by lane.',
  labels: ['service', 'lane'],
  stability: 'BETA',
  buckets: [0.001, 0.01, 0.1, 1, 5, 15, 60],
});

/** Commands run inside guests, apart from the other calls because they act as root in a server. */
export const guestCommands = defineMetric({
  kind: 'counter',
  name: 'finance_cloud_guest_commands_total',
  help: 'Commands sent into servers through Cloud Assistant, by code.',
  labels: ['code'],
  stability: 'BETA',
});

/** All metrics of the client, for the generated documentation. */
export const clientMetrics = [apiRequests, apiDuration, apiThrottled, limiterWait, guestCommands] as const;

/** Records what happened to calls. */
export interface CallMeter {
  waited(service: ServiceName, lane: Lane, ms: number): void;
  tried(call: Call, code: string, ms: number): void;
  throttled(call: Call): void;
  commanded(code: string): void;
}

/** A code that may be a label: the cloud's codes are short words with dots; anything else would be an endless set. */
const asLabel = (code: string): string => (/^[\w.-]{1,80}$/.test(code) ? code : 'Other');

/** Registers the client's metrics. */
export function createCallMeter(meter: Meter): CallMeter {
  const requests = meter.counter(apiRequests);
  const duration = meter.histogram(apiDuration);
  const throttled = meter.counter(apiThrottled);
  const wait = meter.histogram(limiterWait);
  const commands = meter.counter(guestCommands);
  return {
    waited: (service, lane, ms) => wait.observe({ service, lane }, ms / 1000),
    tried: ({ service, action }, code, ms) => {
      requests.add({ service, action, code: asLabel(code) });
      duration.observe({ service, action }, ms / 1000);
    },
    throttled: ({ service, action }) => throttled.add({ service, action }),
    commanded: (code) => commands.add({ code: asLabel(code) }),
  };
}

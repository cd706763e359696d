// Records events.k8s.io/v1 events: an event that repeats becomes a series, one object cannot flood the server, and
// nothing ever waits for an event or fails because of one.
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { type Counter, type Meter, defineMetric } from '../kernel/meter.ts';
import type { Random } from '../kernel/random.ts';
import { formatMicroTime } from '../kernel/timestamp.ts';
import type { Kube, KubeFailure } from './kube.ts';
import { apiVersionOf } from './kube-path.ts';
import { type KubeObject, type ResourceKind, keyOf } from './kube-types.ts';

/** What happened. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  /** One CamelCase word, the same as the condition's reason. */
  readonly reason: string;
  /** What was done or tried, one CamelCase word of at most 128 characters. */
  readonly action: string;
  /** A sentence; cut to 1 KiB. */
  readonly note: string;
}

/** Takes notes of what happened to objects. */
export interface EventRecorder {
  record(kind: ResourceKind, regarding: KubeObject, event: EventNote): void;
}

/** What a recorder needs. */
export interface EventRecorderOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly meter: Meter;
  /** `<group>/<name>` of the program, and which replica of it. */
  readonly controller: string;
  readonly instance: string;
}

interface WireEvent extends KubeObject {
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly action: string;
  readonly reason: string;
  readonly type: string;
  readonly note: string;
  readonly regarding: Readonly<Record<string, string | undefined>>;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

interface Series {
  readonly event: WireEvent;
  count: number;
  lastAt: number;
  /** Times already told to the server. */
  sent: number;
}

const EVENTS: ResourceKind<WireEvent> = {
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
};
const NOTE_LIMIT = 1024;
const SERIES_MS = 360_000;
/** Repeats are told at most this often. */
const FLUSH_MS = 30_000;
/** An object may burst, then gets one event a minute. */
const BURST = 25;
const REFILL_MS = 60_000;
const LONGEST_QUEUE = 1000;
const ATTEMPTS = 3;

const recorded = defineMetric({
  kind: 'counter',
  name: 'operator_events_total',
  help: 'Events recorded, by type and reason, repeats included.',
  labels: ['type', 'reason'],
  stability: 'BETA',
});
const dropped = defineMetric({
  kind: 'counter',
  name: 'operator_events_dropped_total',
  help: 'Events that were not written, by cause: rate, queue, or the failure of the request.',
  labels: ['cause'],
  stability: 'BETA',
});

/** Definitions for the documentation. */
export const eventMetricDefinitions = [recorded, dropped];

/** The recorder; `run` sends what was recorded. */
export class ApiEventRecorder implements EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #recorded: Counter<'type' | 'reason'>;
  readonly #dropped: Counter<'cause'>;
  readonly #series = new Map<string, Series>();
  readonly #budgets = new Map<string, { tokens: number; at: number }>();
  readonly #queue = new Set<Series>();
  #wake: (() => void) | undefined;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#recorded = options.meter.counter(recorded);
    this.#dropped = options.meter.counter(dropped);
  }

  record(kind: ResourceKind, regarding: KubeObject, note: EventNote): void {
    this.#recorded.add({ type: note.type, reason: note.reason });
    const object = `${kind.kind}/${keyOf(regarding.metadata)}/${regarding.metadata.uid ?? ''}`;
    const id = `${object}/${note.type}/${note.reason}/${note.action}/${note.note}`;
    const now = this.#options.clock.monotonic();
    const known = this.#series.get(id);
    if (known !== undefined && now - known.lastAt < SERIES_MS) {
      known.count += 1;
      known.lastAt = now;
      return;
    }
    if (!this.#allows(object)) return this.#dropped.add({ cause: 'rate' });
    if (this.#queue.size >= LONGEST_QUEUE) return this.#dropped.add({ cause: 'queue' });
    const series = { event: this.#compose(kind, regarding, note), count: 1, lastAt: now, sent: 0 };
    this.#series.set(id, series);
    this.#queue.add(series);
    this.#wake?.();
  }

  /** Sends until the signal aborts, then what is left, once. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const stop = (): void => this.#wake?.();
    signal.addEventListener('abort', stop, { once: true });
    let flushed = clock.monotonic();
    while (!signal.aborted) {
      for (const series of this.#queue) await this.#send(series, ATTEMPTS);
      if (clock.monotonic() - flushed >= FLUSH_MS) {
        this.#repeat();
        flushed = clock.monotonic();
      }
      if (this.#queue.size === 0 && !signal.aborted) await this.#pause();
    }
    for (const series of this.#queue) await this.#send(series, 1);
  }

  /** Puts series with news back into the queue and forgets those that ended. */
  #repeat(): void {
    const now = this.#options.clock.monotonic();
    for (const [id, series] of this.#series) {
      if (series.count > series.sent && series.sent > 0) this.#queue.add(series);
      else if (now - series.lastAt >= SERIES_MS) this.#series.delete(id);
    }
    for (const [object, { at }] of this.#budgets) if (now - at > BURST * REFILL_MS) this.#budgets.delete(object);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        this.#wake = undefined;
        resolve();
      };
      const cancel = this.#options.clock.setTimer(FLUSH_MS, finish);
      this.#wake = finish;
    });
  }

  async #send(series: Series, attempts: number): Promise<void> {
    this.#queue.delete(series);
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const failure = series.sent === 0 ? await this.#create(series) : await this.#count(series);
      if (failure === undefined) return;
      const passing = failure.kind === 'throttled' || failure.kind === 'unavailable';
      if (!passing || attempt === attempts) {
        this.#options.log.debug('Dropped an event', { reason: series.event.reason, error: failure.message });
        return this.#dropped.add({ cause: failure.kind });
      }
      await this.#options.clock.sleep(failure.kind === 'throttled' ? failure.retryAfterMs : 1000 * attempt);
    }
  }

  async #create(series: Series): Promise<KubeFailure | undefined> {
    const told = series.count;
    const answer = await this.#options.kube.create(EVENTS, { ...series.event, ...this.#tally(series) });
    if (answer.kind !== 'ok' && answer.kind !== 'already-exists') return answer;
    series.sent = told;
    return undefined;
  }

  async #count(series: Series): Promise<KubeFailure | undefined> {
    const { name, namespace = '' } = series.event.metadata;
    const told = series.count;
    const patch = { kind: 'merge', body: this.#tally(series) } as const;
    const answer = await this.#options.kube.patch({ kind: EVENTS, ref: { name, namespace } }, patch);
    // The server forgets events after an hour: a series that goes on is then told anew.
    if (answer.kind === 'not-found') return this.#create(series);
    if (answer.kind !== 'ok') return answer;
    series.sent = told;
    return undefined;
  }

  #tally(series: Series): Pick<WireEvent, 'series'> {
    if (series.count < 2) return {};
    const { clock } = this.#options;
    const at = clock.now() - (clock.monotonic() - series.lastAt);
    return { series: { count: series.count, lastObservedTime: formatMicroTime(at) } };
  }

  #allows(object: string): boolean {
    const now = this.#options.clock.monotonic();
    const budget = this.#budgets.get(object) ?? { tokens: BURST, at: now };
    const tokens = Math.min(BURST, budget.tokens + (now - budget.at) / REFILL_MS);
    this.#budgets.set(object, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1;
  }

  #compose(kind: ResourceKind, regarding: KubeObject, { type, reason, action, note }: EventNote): WireEvent {
    const { clock, random, controller, instance } = this.#options;
    const { name, namespace, uid, resourceVersion } = regarding.metadata;
    return {
      // Events about cluster-scoped objects live in the namespace `default`, as Kubernetes has it.
      metadata: { name: `${name.slice(0, 200)}.${random.uuid()}`, namespace: namespace ?? 'default' },
      eventTime: formatMicroTime(clock.now()),
      reportingController: controller,
      reportingInstance: instance.slice(0, 128),
      action: action.slice(0, 128),
      reason: reason.slice(0, 128),
      type,
      note: note.slice(0, NOTE_LIMIT),
      regarding: { apiVersion: apiVersionOf(kind), kind: kind.kind, namespace, name, uid, resourceVersion },
    };
  }
}

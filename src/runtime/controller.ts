// Workers that take keys and visit them. Whatever a visit does, the controller lives on: outcomes become requeues,
// exceptions become retries, and a visit that takes too long is told to stop.
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Meter } from '../kernel/meter.ts';
import type { Random } from '../kernel/random.ts';
import { messageOf } from '../kernel/thrown.ts';
import { type ControllerMeter, type ReconcileResult, controllerMeter } from './controller-metrics.ts';
import { type Key, type KubeObject, refOf } from './kube-types.ts';
import type { ControllerDefinition, Priority } from './manager-types.ts';
import { type Outcome, retry } from './outcome.ts';
import { WorkQueue } from './work-queue.ts';

/** What a controller needs besides its definition. */
export interface ControllerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly meter: Meter;
}

const TIMEOUT_MS = 120_000;

/** One kind's workers. Keys may be added from the start; they are visited once `run` is called. */
export class Controller<T extends KubeObject> {
  readonly name: string;
  readonly #definition: ControllerDefinition<T>;
  readonly #options: ControllerOptions;
  readonly #queue: WorkQueue;
  readonly #meter: ControllerMeter;
  readonly #workers: number;
  readonly #visits = new Set<AbortController>();
  #running: Promise<void> | undefined;

  constructor(definition: ControllerDefinition<T>, options: ControllerOptions) {
    this.name = definition.name;
    this.#definition = definition;
    this.#options = { ...options, log: options.log.child({ controller: definition.name }) };
    this.#workers = definition.concurrency ?? 1;
    this.#queue = new WorkQueue({ name: definition.name, clock: options.clock, meter: options.meter });
    this.#meter = controllerMeter(options.meter, definition.name, this.#workers);
  }

  /** Asks for a visit. */
  enqueue(key: Key, priority: Priority = 'normal'): void {
    this.#queue.add(key, priority);
  }

  /** Asks for a visit in `ms`. */
  enqueueAfter(key: Key, ms: number, priority: Priority = 'normal'): void {
    this.#queue.addAfter(key, ms, priority);
  }

  /** Starts the workers; resolves when they have ended after `drain` or `abort`. */
  run(): Promise<void> {
    this.#running ??= Promise.all(Array.from({ length: this.#workers }, () => this.#work())).then(() => undefined);
    return this.#running;
  }

  /** Hands out no more keys; resolves when the visits under way have ended. */
  async drain(): Promise<void> {
    await this.#queue.shutDown();
    await this.#running;
  }

  /** Tells the visits under way to stop, and hands out no more keys. */
  abort(reason: string): void {
    for (const visit of this.#visits) visit.abort(new Error(reason));
    void this.#queue.shutDown();
  }

  async #work(): Promise<void> {
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      this.#meter.busy(1);
      try {
        this.#settle(key, await this.#visit(key));
      } finally {
        this.#meter.busy(-1);
        this.#queue.done(key);
      }
    }
  }

  /** One visit with its time limit; never rejects. */
  async #visit(key: Key): Promise<Visit> {
    const { clock, random, log } = this.#options;
    const { namespace, name } = refOf(key);
    const reconcileID = random.uuid();
    const visitLog = log.child(namespace === '' ? { name, reconcileID } : { namespace, name, reconcileID });
    const limit = new AbortController();
    const cancel = clock.setTimer(this.#definition.timeoutMs ?? TIMEOUT_MS, () => {
      this.#meter.timedOut();
      visitLog.error('Ran into the reconcile timeout');
      limit.abort(new Error('reconcile timeout'));
    });
    this.#visits.add(limit);
    const context = { signal: limit.signal, log: visitLog, reconcileID };
    const started = clock.monotonic();
    const seconds = (): number => (clock.monotonic() - started) / 1000;
    try {
      const outcome = await this.#definition.reconcile({ namespace, name }, context);
      return { outcome, seconds: seconds(), log: visitLog };
    } catch (error) {
      this.#meter.panicked();
      visitLog.error('Reconcile threw', { error: messageOf(error), stack: error instanceof Error ? error.stack : '' });
      return { outcome: retry(error), seconds: seconds(), log: visitLog };
    } finally {
      cancel();
      this.#visits.delete(limit);
    }
  }

  #settle(key: Key, { outcome, seconds, log }: Visit): void {
    this.#meter.ended(RESULTS[outcome.kind], seconds);
    switch (outcome.kind) {
      case 'done':
        return this.#queue.forget(key);
      case 'requeue-after':
        this.#queue.forget(key);
        return this.#queue.addAfter(key, outcome.ms, 'low');
      case 'requeue':
        log.debug('Requeued', { reason: outcome.reason });
        return this.#queue.addRateLimited(key);
      case 'retry':
        log.warn('Reconcile failed', { error: messageOf(outcome.error), retries: this.#queue.retries(key) });
        return this.#queue.addRateLimited(key, { atLeastMs: outcome.atLeastMs });
      case 'terminal':
        this.#meter.terminal();
        log.error('Reconcile failed for good', { error: messageOf(outcome.error) });
        return this.#queue.forget(key);
    }
  }
}

interface Visit {
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly log: Logger;
}

const RESULTS: Readonly<Record<Outcome['kind'], ReconcileResult>> = {
  done: 'success',
  'requeue-after': 'requeue_after',
  requeue: 'requeue',
  retry: 'error',
  terminal: 'error',
};

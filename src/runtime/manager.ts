// The composition of informers, controllers, leadership and endpoints. What happens when is in lifecycle.ts.
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Random } from '../kernel/random.ts';
import { messageOf } from '../kernel/thrown.ts';
import { conditionMetrics } from './condition-metrics.ts';
import { Controller } from './controller.ts';
import { type EndpointAddress, type MetricsAddress, openEndpoints } from './endpoints.ts';
import { Informer } from './informer.ts';
import type { Kube } from './kube.ts';
import { type Key, type KubeObject, type ResourceKind, keyOf } from './kube-types.ts';
import { type Elector, LeaderElector, type LeaderSettings, soleCandidate } from './leader.ts';
import { live } from './lifecycle.ts';
import type {
  Change,
  Check,
  ControllerDefinition,
  Leadership,
  Manager,
  ManagerEnd,
  Priority,
  Runnable,
  StoreView,
} from './manager-types.ts';
import type { Metrics } from './metrics.ts';
import type { NamedCheck } from './probes.ts';
import { guardProcess } from './process-guard.ts';
import type { ReflectorTimings } from './reflector.ts';

/** What a manager needs. */
export interface ManagerOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Absent: no election, this process always leads. For tools and tests. */
  readonly leader?: LeaderSettings;
  readonly health: EndpointAddress;
  readonly metricsEndpoint: MetricsAddress;
  /** Namespaces to watch; empty: all. */
  readonly namespaces: readonly string[];
  /** Told once both endpoints listen, with the ports that were got. */
  readonly onListening?: (ports: { readonly health: number; readonly metrics: number }) => void;
  /** How long visits under way may take to end at a stop; default 30 s. */
  readonly drainMs?: number;
  readonly timings?: ReflectorTimings;
  /** Whether unhandled rejections are taken over while running; default true. */
  readonly guard?: boolean;
}

const DRAIN_MS = 30_000;

/** Creates a manager; nothing starts before `run`. */
export function createManager(options: ManagerOptions): Manager {
  return new RuntimeManager(options);
}

/** The part of a controller that does not depend on its kind. */
type AnyController = Pick<Controller<KubeObject>, 'enqueue' | 'run' | 'drain' | 'abort'>;

class RuntimeManager implements Manager {
  readonly #options: ManagerOptions;
  readonly #elector: Elector;
  readonly #informers = new Map<string, Informer<KubeObject>>();
  readonly #controllers = new Map<string, AnyController>();
  readonly #runnables: Runnable[] = [];
  readonly #checks: NamedCheck[] = [];
  #started = false;

  constructor(options: ManagerOptions) {
    const { kube, clock, random, log, metrics, leader } = options;
    const meter = metrics.meter;
    this.#options = options;
    this.#elector =
      leader === undefined ? soleCandidate : new LeaderElector({ ...leader, kube, clock, random, log, meter });
  }

  get kube(): Kube {
    return this.#options.kube;
  }

  get leadership(): Leadership {
    return this.#elector;
  }

  addController<T extends KubeObject>(definition: ControllerDefinition<T>): void {
    if (this.#controllers.has(definition.name)) throw new Error(`Controller ${definition.name} exists already`);
    const { clock, random, log, metrics } = this.#options;
    const controller = new Controller<T>(definition, { clock, random, log, meter: metrics.meter });
    this.#controllers.set(definition.name, controller);
    const informer = this.#informer(definition.kind);
    informer.onChange(conditionMetrics(metrics.meter, clock, definition.kind.kind));
    informer.onChange((change) => {
      if (definition.concerns?.(change) === false) return;
      controller.enqueue(keyOf(change.object.metadata), priorityOf(change));
    });
    for (const watch of definition.watches ?? []) {
      this.#informer(watch.kind).onChange((change) => {
        for (const key of watch.keysOf(change)) controller.enqueue(key, priorityOf(change));
      });
    }
  }

  addRunnable(runnable: Runnable): void {
    this.#runnables.push(runnable);
  }

  addReadyCheck(name: string, check: Check): void {
    this.#checks.push({ name, check });
  }

  store<T extends KubeObject>(kind: ResourceKind<T>): StoreView<T> {
    return this.#informer(kind);
  }

  enqueue(controller: string, key: Key, priority?: Priority): void {
    const found = this.#controllers.get(controller);
    if (found === undefined) throw new Error(`No controller ${controller}`);
    found.enqueue(key, priority);
  }

  async run(signal: AbortSignal): Promise<ManagerEnd> {
    if (this.#started) throw new Error('A manager runs once');
    this.#started = true;
    const { log, metrics, guard } = this.#options;
    const unguard = guard === false ? undefined : guardProcess(log, metrics.meter);
    try {
      return await this.#live(signal);
    } catch (error) {
      log.error('The manager failed', { error: messageOf(error) });
      return { kind: 'failed', error };
    } finally {
      unguard?.();
    }
  }

  async #live(signal: AbortSignal): Promise<ManagerEnd> {
    const { clock, log, metrics, drainMs = DRAIN_MS, onListening } = this.#options;
    const checks = { live: () => this.#liveChecks(), ready: () => this.#readyChecks() };
    const endpoints = await openEndpoints({ ...this.#options, ...checks });
    try {
      const ports = { health: endpoints.health, metrics: endpoints.metrics };
      onListening?.(ports);
      const parts = {
        clock,
        log,
        meter: metrics.meter,
        elector: this.#elector,
        informers: [...this.#informers.values()],
        controllers: [...this.#controllers.values()],
        runnables: this.#runnables,
        drainMs,
        close: () => endpoints.close(),
      };
      return await live(parts, signal);
    } finally {
      await endpoints.close();
    }
  }

  #liveChecks(): readonly NamedCheck[] {
    const elector = this.#elector;
    const expired = (): string | undefined =>
      elector.leading && elector.validForMs() === 0 ? 'leading without a valid lease' : undefined;
    return [{ name: 'lease', check: expired }];
  }

  #readyChecks(): readonly NamedCheck[] {
    const caches = [...this.#informers].map(([name, informer]) => ({
      name: `cache-${name}`,
      check: () => informer.trouble(),
    }));
    return [...caches, ...this.#checks];
  }

  #informer<T extends KubeObject>(kind: ResourceKind<T>): Informer<T> {
    const name = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
    const found = this.#informers.get(name);
    // One kind has one type: whoever names the kind again names the same objects.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    if (found !== undefined) return found as unknown as Informer<T>;
    if (this.#started) throw new Error(`${name} cannot be watched once the manager runs`);
    const { kube, clock, random, log, metrics, namespaces, timings } = this.#options;
    const common = { kube, clock, random, log, namespaces, meter: metrics.meter };
    const informer = new Informer<T>({ ...common, kind, ...(timings && { timings }) });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    this.#informers.set(name, informer as unknown as Informer<KubeObject>);
    return informer;
  }
}

/** What a first list brings can wait behind what somebody just changed. */
function priorityOf(change: Change): Priority {
  return change.kind === 'added' && change.initial ? 'low' : 'normal';
}

// The cache of one kind: a reflector per watched namespace, one view over their stores, handlers that cannot hurt.
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Meter } from '../kernel/meter.ts';
import { type Random, jitter } from '../kernel/random.ts';
import { messageOf } from '../kernel/thrown.ts';
import { type AuditEnd, audit } from './audit.ts';
import { type InformerMeter, informerMeter } from './informer-metrics.ts';
import type { Kube } from './kube.ts';
import { type Key, type KubeObject, type ResourceKind, refOf } from './kube-types.ts';
import type { Change, StoreView } from './manager-types.ts';
import { Reflector, type ReflectorTimings, reflectorTimings } from './reflector.ts';
import { type ChangeListener, Store } from './store.ts';

/** What an informer needs. */
export interface InformerOptions<T extends KubeObject> {
  readonly kube: Kube;
  readonly kind: ResourceKind<T>;
  /** Empty: all namespaces. Ignored for cluster-scoped kinds. */
  readonly namespaces: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly meter: Meter;
  readonly timings?: ReflectorTimings;
  /** Time between two comparisons of cache and server; stretched by up to a tenth. Default 30 min. */
  readonly auditMs?: number;
}

interface Part<T extends KubeObject> {
  readonly namespace: string;
  readonly store: Store<T>;
  readonly reflector: Reflector<T>;
}

const AUDIT_MS = 1_800_000;

/** Caches one kind and tells of changes. */
export class Informer<T extends KubeObject> implements StoreView<T> {
  readonly #options: InformerOptions<T>;
  readonly #meter: InformerMeter;
  readonly #parts: readonly Part<T>[];
  readonly #handlers: ChangeListener<T>[] = [];
  #running: Promise<void> | undefined;

  constructor(options: InformerOptions<T>) {
    const { kind, namespaces, meter } = options;
    this.#options = options;
    const look = (): { size: number; healthy: boolean } => ({ size: this.size, healthy: this.trouble() === undefined });
    this.#meter = informerMeter(meter, kind.kind, look);
    const watched = kind.namespaced && namespaces.length > 0 ? namespaces : [''];
    this.#parts = watched.map((namespace) => this.#part(namespace));
  }

  get synced(): boolean {
    return this.#parts.every(({ reflector }) => reflector.synced);
  }

  get size(): number {
    return this.#parts.reduce((sum, { store }) => sum + store.size, 0);
  }

  /** Why the cache should not be trusted to be current; undefined when it may. */
  trouble(): string | undefined {
    for (const { reflector } of this.#parts) {
      const trouble = reflector.trouble();
      if (trouble !== undefined) return trouble;
    }
    return undefined;
  }

  get(key: Key): T | undefined {
    return this.#partOf(refOf(key).namespace)?.store.get(key);
  }

  list(namespace?: string): readonly T[] {
    if (namespace === undefined) return this.#parts.flatMap(({ store }) => [...store.values()]);
    const objects = [...(this.#partOf(namespace)?.store.values() ?? [])];
    return objects.filter((object) => object.metadata.namespace === namespace);
  }

  byIndex(index: string, value: string): readonly T[] {
    return this.#parts.flatMap(({ store }) => store.byIndex(index, value));
  }

  addIndex(index: string, valuesOf: (object: T) => readonly string[]): void {
    for (const { store } of this.#parts) store.addIndex(index, valuesOf);
  }

  /** Calls the handler for every later change; what is cached already is told as added. */
  onChange(handler: ChangeListener<T>): void {
    this.#handlers.push(handler);
    for (const object of this.list()) this.#guard(handler, { kind: 'added', object, initial: true });
  }

  /** Follows the server until the signal aborts; a second call joins the first. */
  run(signal: AbortSignal): Promise<void> {
    const followed = this.#parts.map((part) => part.reflector.run(signal));
    this.#running ??= Promise.all([...followed, this.#audits(signal)]).then(() => undefined);
    return this.#running;
  }

  /** Compares with the server now; the periodic comparison does the same. */
  async audit(signal: AbortSignal): Promise<readonly AuditEnd[]> {
    const { kube, kind, clock, log } = this.#options;
    const ends: AuditEnd[] = [];
    for (const { namespace, store, reflector } of this.#parts) {
      const version = (): string | undefined => reflector.version;
      const end = await audit({ kube, kind, namespace, store, project: slim, clock, version }, signal);
      if (end.kind === 'audited') {
        for (const miss of end.misses) {
          this.#meter.missedChange(miss.change);
          log.error('Found a change that the watch had missed', { kind: kind.kind, ...miss });
        }
      }
      ends.push(end);
    }
    return ends;
  }

  async #audits(signal: AbortSignal): Promise<void> {
    const { clock, random, auditMs = AUDIT_MS } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(jitter(random, auditMs, 0.1), signal);
      if (!signal.aborted && this.synced) await this.audit(signal);
    }
  }

  #part(namespace: string): Part<T> {
    const { kube, kind, clock, random, log, timings = reflectorTimings } = this.#options;
    const store = new Store<T>((change) => this.#tell(change));
    const meter = this.#meter;
    const options = { kube, kind, namespace, store, project: slim<T>, clock, random, log, meter, timings };
    return { namespace, store, reflector: new Reflector(options) };
  }

  #partOf(namespace: string): Part<T> | undefined {
    return this.#parts.find((part) => part.namespace === '' || part.namespace === namespace);
  }

  #tell(change: Change<T>): void {
    for (const handler of this.#handlers) this.#guard(handler, change);
  }

  #guard(handler: ChangeListener<T>, change: Change<T>): void {
    try {
      handler(change);
    } catch (error) {
      this.#meter.handlerThrew();
      this.#options.log.error('Failed to hand on a change', { kind: this.#options.kind.kind, error: messageOf(error) });
    }
  }
}

/** What nobody reads is not kept: field managers, and the copy that kubectl keeps of what it applied. */
function slim<T extends KubeObject>(object: T): T {
  const metadata: Record<string, unknown> = { ...object.metadata };
  delete metadata['managedFields'];
  const annotations = object.metadata.annotations;
  if (annotations !== undefined && LAST_APPLIED in annotations) {
    metadata['annotations'] = Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== LAST_APPLIED));
  }
  return { ...object, metadata };
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

// Keeps one store equal to one list of the API server: list, then watch, then whatever the end of the watch asks for.
//
//   listing --ok--> watching --closed after a good while--> watching
//      |                |------lost, throttled--> backoff --> watching   (from the last version: nothing is missed)
//      '--failed--> backoff <--gone, torn, silent, error in the stream--> listing
//   every state --signal--> stopped
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Random } from '../kernel/random.ts';
import { Backoff, type BackoffShape } from './backoff.ts';
import type { InformerMeter } from './informer-metrics.ts';
import type { Kube, KubeFailure, WatchEnd, WatchEvent } from './kube.ts';
import { type Key, type KubeObject, type ResourceKind, compareVersions, keyOf } from './kube-types.ts';
import type { Store } from './store.ts';

/** Where a reflector is in its life. */
export type ReflectorState = 'idle' | 'listing' | 'watching' | 'backoff' | 'stopped';

/** Durations of a reflector, in milliseconds but for the first. */
export interface ReflectorTimings {
  /** The server closes a watch after a random time between this and twice this. */
  readonly watchTimeoutSeconds: number;
  /** Silence, bookmarks included, that ends a watch. Bookmarks come about once a minute. */
  readonly livenessMs: number;
  /** A watch that lived this long and closed cleanly is renewed at once. */
  readonly steadyMs: number;
  readonly backoff: BackoffShape;
  /** Failing for this long makes the cache unhealthy. */
  readonly unhealthyMs: number;
  /** A list older than what was already seen is refused for this long: then the server did go back. */
  readonly staleListMs: number;
}

/** The timings in use unless a test scales them. */
export const reflectorTimings: ReflectorTimings = {
  watchTimeoutSeconds: 300,
  livenessMs: 90_000,
  steadyMs: 30_000,
  backoff: { firstMs: 500, longestMs: 30_000, resetMs: 120_000 },
  unhealthyMs: 60_000,
  staleListMs: 120_000,
};

/** What a reflector needs. */
export interface ReflectorOptions<T extends KubeObject> {
  readonly kube: Kube;
  readonly kind: ResourceKind<T>;
  /** Empty: all namespaces. */
  readonly namespace: string;
  readonly store: Store<T>;
  /** Makes an arriving object slim. */
  readonly project: (object: T) => T;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly meter: InformerMeter;
  readonly timings: ReflectorTimings;
}

type Step = { readonly to: 'listing' | 'watching'; readonly waitMs: number };

/** A watch that is this old has certainly been accepted by the server. */
const ESTABLISHED_MS = 5000;

/** Follows one list; start it once with `run`. */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #backoff: Backoff;
  #state: ReflectorState = 'idle';
  #since = 0;
  #failingSince: number | undefined;
  #staleSince: number | undefined;
  #version: string | undefined;
  #synced = false;
  #running: Promise<void> | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#backoff = new Backoff(options.timings.backoff, options.clock, options.random);
  }

  get state(): ReflectorState {
    return this.#state;
  }

  /** A whole list has been read once. */
  get synced(): boolean {
    return this.#synced;
  }

  /** The newest version that the store is known to include. */
  get version(): string | undefined {
    return this.#version;
  }

  /** Why the store should not be trusted to be current, undefined when it may. */
  trouble(): string | undefined {
    const { clock, kind, timings } = this.#options;
    if (!this.#synced) return `${kind.plural} are not listed yet`;
    if (this.#failingSince === undefined) return undefined;
    const now = clock.monotonic();
    if (this.#state === 'watching' && now - this.#since >= ESTABLISHED_MS) return undefined;
    const failing = now - this.#failingSince;
    return failing < timings.unhealthyMs
      ? undefined
      : `${kind.plural} not followed for ${Math.round(failing / 1000)} s`;
  }

  /** Follows the list until the signal aborts; a second call joins the first. */
  run(signal: AbortSignal): Promise<void> {
    this.#running ??= this.#loop(signal);
    return this.#running;
  }

  async #loop(signal: AbortSignal): Promise<void> {
    let step: Step = { to: 'listing', waitMs: 0 };
    while (!signal.aborted) {
      if (step.waitMs > 0) {
        this.#enter('backoff');
        await this.#options.clock.sleep(step.waitMs, signal);
        if (signal.aborted) break;
      }
      this.#enter(step.to);
      step = step.to === 'listing' ? await this.#list(signal) : await this.#watch(signal);
    }
    this.#enter('stopped');
  }

  #enter(state: ReflectorState): void {
    this.#state = state;
    this.#since = this.#options.clock.monotonic();
  }

  async #list(signal: AbortSignal): Promise<Step> {
    const { meter, log, kind, store } = this.#options;
    const seen = new Set<Key>();
    const result = await this.#readPages(seen, signal);
    if (signal.aborted) return { to: 'listing', waitMs: 0 };
    meter.listed(result.kind);
    if (result.kind !== 'ok') {
      log.warn('Listed without success', { kind: kind.kind, result: result.kind, error: result.message });
      return this.#failed('listing', result.kind === 'throttled' ? result.retryAfterMs : 0);
    }
    for (const key of store.keys()) if (!seen.has(key)) store.drop(key);
    this.#version = result.version;
    this.#staleSince = undefined;
    this.#synced = true;
    return { to: 'watching', waitMs: 0 };
  }

  async #readPages(seen: Set<Key>, signal: AbortSignal): Promise<ListEnd> {
    const { kube, kind, namespace, store, project } = this.#options;
    let token: string | undefined;
    let force = false;
    for (;;) {
      const page = await kube.listPage(kind, { namespace, signal }, token);
      if (page.kind !== 'ok') return page;
      const { items, resourceVersion } = page.value;
      if (token === undefined) {
        const age = this.#ageOf(resourceVersion);
        if (age === 'stale') return { kind: 'stale', message: `Version ${resourceVersion} is older than known` };
        force = age === 'rewound';
      }
      for (const item of items) {
        seen.add(keyOf(item.metadata));
        store.put(project(item), { initial: true, force });
      }
      token = page.value.continue;
      if (token === undefined) return { kind: 'ok', version: resourceVersion };
    }
  }

  /** A lagging server answers with the past; one that keeps doing so was restored from a backup. */
  #ageOf(version: string): 'current' | 'stale' | 'rewound' {
    const order = compareVersions(version, this.#version);
    if (order === undefined || order >= 0) return 'current';
    const now = this.#options.clock.monotonic();
    this.#staleSince ??= now;
    return now - this.#staleSince < this.#options.timings.staleListMs ? 'stale' : 'rewound';
  }

  async #watch(signal: AbortSignal): Promise<Step> {
    const { kube, kind, namespace, random, timings, meter, log } = this.#options;
    const end = await kube.watch(
      kind,
      {
        namespace,
        resourceVersion: this.#version ?? '0',
        timeoutSeconds: Math.ceil(timings.watchTimeoutSeconds * (1 + random.next())),
        livenessMs: timings.livenessMs,
        signal,
      },
      (event) => this.#take(event),
    );
    if (end.kind === 'stopped' || signal.aborted) return { to: 'watching', waitMs: 0 };
    const reason = end.kind === 'failed' ? end.failure.kind : end.kind;
    meter.watchEnded(reason);
    if (end.kind !== 'closed') log.info('Watch ended', { kind: kind.kind, reason, error: textOf(end) });
    return this.#after(end);
  }

  #after(end: WatchEnd): Step {
    const lived = this.#options.clock.monotonic() - this.#since;
    const to = continues(end) ? 'watching' : 'listing';
    if (lived >= ESTABLISHED_MS) this.#failingSince = undefined;
    if (lived >= this.#options.timings.steadyMs && isRoutine(end)) return { to, waitMs: 0 };
    const failure = end.kind === 'failed' ? end.failure : undefined;
    return this.#failed(to, failure?.kind === 'throttled' ? failure.retryAfterMs : 0);
  }

  #failed(to: Step['to'], atLeastMs: number): Step {
    this.#failingSince ??= this.#options.clock.monotonic();
    return { to, waitMs: Math.max(this.#backoff.next(), atLeastMs) };
  }

  #take(event: WatchEvent<T>): void {
    const { store, meter, project } = this.#options;
    this.#failingSince = undefined;
    const version = event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion;
    const order = compareVersions(version, this.#version);
    // Events of one watch come in order, so whatever is not newer than the last one is a replay.
    if (order !== undefined && order <= 0 && event.type !== 'BOOKMARK') return meter.event('IGNORED');
    meter.event(event.type);
    if (event.type === 'DELETED') store.drop(keyOf(event.object.metadata));
    else if (event.type !== 'BOOKMARK') store.put(project(event.object));
    if (version !== undefined && !(order !== undefined && order < 0)) this.#version = version;
  }
}

type ListEnd =
  | { readonly kind: 'ok'; readonly version: string }
  | { readonly kind: 'stale'; readonly message: string }
  | KubeFailure;

/** After these ends nothing is missed by watching on from the last version. */
function continues(end: WatchEnd): boolean {
  if (end.kind === 'closed') return true;
  return end.kind === 'failed' && (end.failure.kind === 'unavailable' || end.failure.kind === 'throttled');
}

/** Ends that say nothing bad about a watch that lived long. */
function isRoutine(end: WatchEnd): boolean {
  if (end.kind === 'server-error') return end.code === 410;
  return end.kind === 'closed' || end.kind === 'silent' || (end.kind === 'failed' && end.failure.kind === 'gone');
}

function textOf(end: WatchEnd): string | undefined {
  if (end.kind === 'failed') return end.failure.message;
  return 'message' in end ? end.message : undefined;
}

// What the composition root and the controllers see of the runtime.
import type { Logger } from '../kernel/logger.ts';
import type { Kube } from './kube.ts';
import type { Key, KubeObject, ObjectRef, ResourceKind } from './kube-types.ts';
import type { Outcome } from './outcome.ts';

/** `low` waits behind every `normal` key: first lists, relists and sweeps behind what a user changed. */
export type Priority = 'normal' | 'low';

/** One change of the cached world. `initial` marks what a first list brought. */
export type Change<T extends KubeObject = KubeObject> =
  | { readonly kind: 'added'; readonly object: T; readonly initial: boolean }
  | { readonly kind: 'updated'; readonly object: T; readonly old: T }
  | { readonly kind: 'deleted'; readonly object: T };

/** Read access to what an informer holds. Objects are shared: never change them. */
export interface StoreView<T extends KubeObject = KubeObject> {
  get(key: Key): T | undefined;
  list(namespace?: string): readonly T[];
  /** Objects whose index function gave this value; the index is declared with `addIndex`. */
  byIndex(index: string, value: string): readonly T[];
  addIndex(index: string, valuesOf: (object: T) => readonly string[]): void;
  /** True once a whole list has been read. */
  readonly synced: boolean;
  readonly size: number;
}

/** What a reconcile is given besides its key. */
export interface ReconcileContext {
  /** Aborts at the reconcile timeout, when leadership is lost and when a graceful stop runs out of time. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly reconcileID: string;
}

/** Another kind whose changes lead to keys of this controller. */
export interface Watch<T extends KubeObject = KubeObject> {
  readonly kind: ResourceKind<T>;
  /** The keys to visit after this change; an exception is counted and logged, never fatal. */
  keysOf(change: Change<T>): readonly Key[];
}

/** A controller: one kind, one reconcile function. */
export interface ControllerDefinition<T extends KubeObject = KubeObject> {
  /** Label value of its metrics and logs. */
  readonly name: string;
  readonly kind: ResourceKind<T>;
  /** One visit. Never runs twice at once for one key. */
  reconcile(ref: ObjectRef, context: ReconcileContext): Promise<Outcome>;
  /** Visits at the same time, default 1. */
  readonly concurrency?: number;
  /** Whether a change of its own kind needs a visit, default always. */
  concerns?(change: Change<T>): boolean;
  readonly watches?: readonly Watch[];
  /** Default 120 s; then the signal aborts and the visit is counted as timed out. */
  readonly timeoutMs?: number;
}

/** Work that lives as long as the leadership does, such as a sweep; it ends when the signal aborts. */
export interface Runnable {
  readonly name: string;
  /** `leader`: started once leading, stopped before the controllers' end. `always`: from start to stop. */
  readonly when: 'leader' | 'always';
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** What the gate before a cloud write asks. */
export interface Leadership {
  readonly leading: boolean;
  /** Milliseconds for which no other replica can take over, 0 when not leading. */
  validForMs(): number;
}

/** One readiness question: undefined is well, a text is the reason why not. */
export type Check = () => string | undefined;

/** How a run ended; everything but `stopped` should make the process exit non-zero. */
export type ManagerEnd =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'lease-lost' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Owns informers, controllers, leadership and the probe endpoints. */
export interface Manager {
  readonly kube: Kube;
  readonly leadership: Leadership;
  addController<T extends KubeObject>(definition: ControllerDefinition<T>): void;
  addRunnable(runnable: Runnable): void;
  addReadyCheck(name: string, check: Check): void;
  /** The cached objects of a kind; the first call makes the kind watched, which is only possible before `run`. */
  store<T extends KubeObject>(kind: ResourceKind<T>): StoreView<T>;
  /** Asks for a visit; an unknown controller name throws. */
  enqueue(controller: string, key: Key, priority?: Priority): void;
  /** Runs until the signal aborts or the lease is lost. */
  run(signal: AbortSignal): Promise<ManagerEnd>;
}

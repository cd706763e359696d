// Makes the reconcile function of a kind: reads the object, gathers its facts, and visits it as living or leaving.
import { ANNOTATIONS, FINALIZER } from '../crds/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { Logger } from '../kernel/logger.ts';
import { Finalizers } from '../runtime/finalizers.ts';
import {
  type Kube,
  type KubeObject,
  type ObjectRef,
  type Outcome,
  type ReconcileContext,
  type StoreView,
  done,
  keyOf,
  retry,
} from '../runtime/index.ts';
import { ObjectReader } from '../runtime/object-reader.ts';
import { OwnWrites } from '../runtime/own-writes.ts';
import { StatusWriter } from '../runtime/status-writer.ts';
import { draftOf } from './draft.ts';
import type { OwnerKind, Stores } from './kind.ts';
import { leave } from './leave.ts';
import { ObjectMemory, type Trust } from './memory.ts';
import type { OwnerObject } from './model.ts';
import { lookOnlyProgress, progressOfError } from './progress.ts';
import { keep } from './reconcile.ts';
import { readScripts } from './scripts.ts';
import type { Sessions } from './sessions.ts';
import {
  type Listener,
  type PlanListener,
  type Visit,
  type VisitSettings,
  type VisitTools,
  isBuilt,
  objectTagOf,
} from './visit.ts';

/** What all reconcilers share. */
export interface ReconcilerOptions {
  readonly kube: Kube;
  readonly stores: Stores;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly settings: VisitSettings;
  readonly heard: Listener;
  readonly planned: PlanListener;
  /** False once another replica may be in charge. */
  readonly leads: () => boolean;
  /** Ends what is kept for an object that is gone. */
  readonly forgotten: (key: string) => void;
}

/** A reconcile function, and who wrote what last. */
export interface Reconciler {
  readonly ownWrites: OwnWrites;
  readonly reconcile: (ref: ObjectRef, context: ReconcileContext) => Promise<Outcome>;
}

/** The reconciler of one kind. */
export function createReconciler<T extends OwnerObject & KubeObject, R>(
  kind: OwnerKind<T, R>,
  store: StoreView<T>,
  options: ReconcilerOptions,
): Reconciler {
  const { kube, clock, random, log, settings } = options;
  const ownWrites = new OwnWrites(clock);
  const reader = new ObjectReader<T>({ kube, kind: kind.resource, store, ownWrites });
  const memories = new Map<string, ObjectMemory>();
  const tools: VisitTools<T, R> = {
    kind,
    stores: options.stores,
    sessions: options.sessions,
    clock,
    settings,
    heard: options.heard,
    planned: options.planned,
    trust: trustOf(settings),
    progressOfError,
    lookOnlyProgress,
    readLive: (ref) => reader.readLive(ref),
    leads: options.leads,
    readScripts: (namespace, sources) =>
      readScripts({ namespace, operatorNamespace: settings.namespace }, sources, kube),
    writer: new StatusWriter<T>({ kube, kind: kind.resource, ownWrites, clock, random, log }),
    finalizers: new Finalizers<T>({ kube, kind: kind.resource, finalizer: FINALIZER, ownWrites }),
  };
  const forget = (key: string): Outcome => {
    for (const memoryKey of memories.keys()) if (memoryKey.startsWith(`${key}|`)) memories.delete(memoryKey);
    options.forgotten(`${kind.name}|${key}`);
    return done;
  };
  return {
    ownWrites,
    reconcile: async (ref, context) => {
      const read = await reader.read(ref, { signal: context.signal });
      if (read.kind === 'not-found') return forget(keyOf(ref));
      if (read.kind !== 'ok') return retry(new Error(`read ${kind.name} ${keyOf(ref)}: ${read.message}`));
      const memoryKey = `${keyOf(ref)}|${read.value.metadata.uid}`;
      const memory = memories.get(memoryKey) ?? new ObjectMemory();
      memories.set(memoryKey, memory);
      const visit = begin(read.value, { kind, memory, context, options });
      if (visit.object.metadata.deletionTimestamp === undefined) return keep(visit, tools);
      return visit.object.metadata.finalizers?.includes(FINALIZER) === true ? leave(visit, tools) : done;
    },
  };
}

/** Unseen writes are trusted for the visibility grace; after they were seen, the old value again is a lagging read for the absence grace. */
function trustOf(settings: VisitSettings): Trust {
  const unseenMs = settings.visibilityGraceSeconds * 1000;
  return { unseenMs, seenMs: Math.min(unseenMs, settings.absenceGraceSeconds * 1000) };
}

interface Beginning<T extends OwnerObject & KubeObject, R> {
  readonly kind: OwnerKind<T, R>;
  readonly memory: ObjectMemory;
  readonly context: ReconcileContext;
  readonly options: ReconcilerOptions;
}

function begin<T extends OwnerObject & KubeObject, R>(object: T, of: Beginning<T, R>): Visit<T, R> {
  const { kind, memory, context, options } = of;
  memory.declared(object.metadata.generation);
  const belonging = kind.belongs(object, options.stores);
  const found = 'environment' in belonging ? belonging : undefined;
  const mode = found?.mode ?? 'Enforce';
  const suspend = object.metadata.annotations?.[ANNOTATIONS.suspend];
  return {
    object,
    session: undefined,
    draft: draftOf(object.status),
    key: keyOf(object.metadata),
    refs: kind.resolve(object, options.stores),
    environment: found?.environment,
    dependency: 'environment' in belonging ? undefined : belonging,
    mode,
    // Without its environment an object still has its own word.
    deletionPolicy: found?.deletionPolicy ?? object.spec.deletionPolicy,
    suspended: (suspend ?? 'false') !== 'false',
    memory,
    objectTag: objectTagOf(object),
    scripts: new Map(),
    built: isBuilt(object, memory, mode),
    now: options.clock.now(),
    monotonic: options.clock.monotonic(),
    log: context.log,
  };
}

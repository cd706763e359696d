// Adds and removes our own finalizer and nobody else's: JSON patches whose tests fail when the list has changed.
import type { CallOptions, JsonPatchOperation, Kube, KubeResult } from './kube.ts';
import { type KubeObject, type ObjectRef, type ResourceKind, keyOf } from './kube-types.ts';
import type { OwnWrites } from './own-writes.ts';

/** The operations that add a finalizer to what was read; undefined when it is there. */
export function addFinalizerPatch(read: KubeObject, finalizer: string): readonly JsonPatchOperation[] | undefined {
  const finalizers = read.metadata.finalizers;
  if (finalizers?.includes(finalizer) === true) return undefined;
  const sameVersion = testVersion(read);
  if (finalizers === undefined || finalizers.length === 0) {
    return [sameVersion, { op: 'add', path: '/metadata/finalizers', value: [finalizer] }];
  }
  return [sameVersion, { op: 'add', path: '/metadata/finalizers/-', value: finalizer }];
}

/** The operations that remove a finalizer from what was read; undefined when it is not there. */
export function removeFinalizerPatch(read: KubeObject, finalizer: string): readonly JsonPatchOperation[] | undefined {
  const index = read.metadata.finalizers?.indexOf(finalizer) ?? -1;
  if (index < 0) return undefined;
  const path = `/metadata/finalizers/${index}`;
  return [testVersion(read), { op: 'test', path, value: finalizer }, { op: 'remove', path }];
}

function testVersion(read: KubeObject): JsonPatchOperation {
  return { op: 'test', path: '/metadata/resourceVersion', value: read.metadata.resourceVersion };
}

/** What finalizers are changed on. */
export interface FinalizersOptions<T extends KubeObject> {
  readonly kube: Kube;
  readonly kind: ResourceKind<T>;
  readonly finalizer: string;
  readonly ownWrites: OwnWrites;
}

/** Keeps one finalizer on the objects of a kind. */
export class Finalizers<T extends KubeObject> {
  readonly #options: FinalizersOptions<T>;

  constructor(options: FinalizersOptions<T>) {
    this.#options = options;
  }

  /** The object with our finalizer, written only if it lacks it. */
  add(read: T, options?: CallOptions): Promise<KubeResult<T>> {
    return this.#apply(read, addFinalizerPatch(read, this.#options.finalizer), options);
  }

  /** The object without our finalizer; the object may be gone right afterwards. */
  async remove(read: T, options?: CallOptions): Promise<KubeResult<T>> {
    const result = await this.#apply(read, removeFinalizerPatch(read, this.#options.finalizer), options);
    if (result.kind === 'ok') this.#options.ownWrites.forget(keyOf(read.metadata));
    return result;
  }

  async #apply(
    read: T,
    operations: readonly JsonPatchOperation[] | undefined,
    options?: CallOptions,
  ): Promise<KubeResult<T>> {
    if (operations === undefined) return { kind: 'ok', value: read };
    const { kube, kind, ownWrites } = this.#options;
    const ref: ObjectRef = { namespace: read.metadata.namespace ?? '', name: read.metadata.name };
    const result = await kube.patch({ kind, ref }, { kind: 'json', operations }, options);
    if (result.kind === 'ok') ownWrites.remember(keyOf(ref), result.value);
    if (result.kind === 'unknown-outcome') ownWrites.doubt(keyOf(ref));
    return result.kind === 'invalid' ? this.#explain(read, ref, result) : result;
  }

  /** The server calls a test that failed invalid; it is a conflict when somebody else has written since. */
  async #explain(read: T, ref: ObjectRef, refused: KubeResult<T>): Promise<KubeResult<T>> {
    const live = await this.#options.kube.get(this.#options.kind, ref);
    if (live.kind === 'not-found') return live;
    const moved = live.kind === 'ok' && live.value.metadata.resourceVersion !== read.metadata.resourceVersion;
    return moved ? { kind: 'conflict', message: `${keyOf(ref)} has changed since it was read` } : refused;
  }
}

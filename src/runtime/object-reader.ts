// Reads an object from the cache when the cache shows our last write, and from the server when it does not.
import type { CallOptions, Kube, KubeResult } from './kube.ts';
import { type KubeObject, type ObjectRef, type ResourceKind, keyOf } from './kube-types.ts';
import type { StoreView } from './manager-types.ts';
import type { OwnWrites } from './own-writes.ts';

/** What a reader needs. */
export interface ObjectReaderOptions<T extends KubeObject> {
  readonly kube: Kube;
  readonly kind: ResourceKind<T>;
  readonly store: StoreView<T>;
  readonly ownWrites: OwnWrites;
}

/** Reads objects of one kind. */
export class ObjectReader<T extends KubeObject> {
  readonly #options: ObjectReaderOptions<T>;

  constructor(options: ObjectReaderOptions<T>) {
    this.#options = options;
  }

  /** The object, at least as new as our last write to it. */
  async read(ref: ObjectRef, options?: CallOptions): Promise<KubeResult<T>> {
    const key = keyOf(ref);
    const cached = this.#options.store.get(key);
    if (!this.#options.ownWrites.isFresh(key, cached)) return this.readLive(ref, options);
    return cached === undefined
      ? { kind: 'not-found', message: `${key} is not cached` }
      : { kind: 'ok', value: cached };
  }

  /** The object as the server has it now; older caches of it are not fresh any more. */
  async readLive(ref: ObjectRef, options?: CallOptions): Promise<KubeResult<T>> {
    const { kube, kind, ownWrites } = this.#options;
    const live = await kube.get(kind, ref, options);
    if (live.kind === 'ok') ownWrites.remember(keyOf(ref), live.value);
    if (live.kind === 'not-found') ownWrites.forget(keyOf(ref));
    return live;
  }
}

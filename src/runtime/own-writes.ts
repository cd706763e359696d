// Remembers the last write of this process per object, so that nobody acts on a cache that does not show it yet:
// the difference between "there is no id on record" and "my record has not come back" is a duplicate server.
import type { Clock } from '../kernel/clock.ts';
import { type Key, type KubeObject, compareVersions } from './kube-types.ts';

interface OwnWrite {
  readonly version: string | undefined;
  readonly at: number;
}

/** Own writes of one kind. */
export class OwnWrites {
  readonly #clock: Clock;
  readonly #writes = new Map<Key, OwnWrite>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes what a write returned. */
  remember(key: Key, written: KubeObject): void {
    this.#writes.set(key, { version: written.metadata.resourceVersion, at: this.#clock.monotonic() });
  }

  /** Notes that a write may have been applied unseen: until the object is read live, no cache is fresh. */
  doubt(key: Key): void {
    this.#writes.set(key, { version: undefined, at: this.#clock.monotonic() });
  }

  /**
   * Whether a cached object includes the last own write. A write that has been seen is forgotten; versions that cannot
   * be compared must be equal. Not fresh means: read live.
   */
  isFresh(key: Key, cached: KubeObject | undefined): boolean {
    const write = this.#writes.get(key);
    if (write === undefined) return true;
    // Not in the cache: deleted, or not arrived yet. Only the server knows.
    if (cached === undefined) return false;
    const order = compareVersions(cached.metadata.resourceVersion, write.version);
    if (order === undefined || order < 0) return false;
    this.#writes.delete(key);
    return true;
  }

  /** Ends the memory of an object that is gone. */
  forget(key: Key): void {
    this.#writes.delete(key);
  }

  /** Milliseconds since the own write that the cache has not shown yet. */
  waitingMs(key: Key): number | undefined {
    const write = this.#writes.get(key);
    return write === undefined ? undefined : this.#clock.monotonic() - write.at;
  }
}

// The one writer of status: a merge patch with the version that was read as its precondition, sent only when
// something changed. Records that must not be lost are written again until their fate is known.
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Random } from '../kernel/random.ts';
import { Backoff } from './backoff.ts';
import type { Kube, KubeFailure } from './kube.ts';
import { type KubeObject, type ObjectRef, type ResourceKind, keyOf } from './kube-types.ts';
import { mergePatchOf } from './merge-patch.ts';
import type { OwnWrites } from './own-writes.ts';

/** How a status write ended. `conflict`: somebody else wrote, read again; `gone`: the object is not there any more. */
export type StatusWrite<T> =
  | { readonly kind: 'written'; readonly object: T }
  | { readonly kind: 'unchanged'; readonly object: T }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly failure: KubeFailure };

/** What a status writer needs. */
export interface StatusWriterOptions<T extends KubeObject> {
  readonly kube: Kube;
  readonly kind: ResourceKind<T>;
  readonly ownWrites: OwnWrites;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** What is written again until its fate is known. */
export interface Insistence<T> {
  /** The status on top of what was read. */
  readonly wanted: object;
  /** The status on top of what others wrote since: only what must not be lost may be added to theirs. */
  readonly rebase: (live: T) => object;
  /** Asked before each further attempt: false once somebody else may be in charge. */
  readonly mayGoOn: () => boolean;
}

type StatusFields = Readonly<Record<string, unknown>>;

/** How long a record that must not be lost is written again. */
const INSIST_MS = 60_000;

/** Writes status of one kind. */
export class StatusWriter<T extends KubeObject> {
  readonly #options: StatusWriterOptions<T>;

  constructor(options: StatusWriterOptions<T>) {
    this.#options = options;
  }

  /** One attempt: makes the status of `read` become `wanted`, if it is still the version that was read. */
  async write(read: T, wanted: object, signal?: AbortSignal): Promise<StatusWrite<T>> {
    const { kube, kind, ownWrites } = this.#options;
    const status = mergePatchOf(fieldsOf(read.status), fieldsOf(wanted));
    if (status === undefined) return { kind: 'unchanged', object: read };
    const ref = refOfObject(read);
    const { uid, resourceVersion } = read.metadata;
    // The uid too: a version alone would let the status of a deleted object reach its successor of the same name.
    const patch = { kind: 'merge', body: { metadata: { uid, resourceVersion }, status } } as const;
    const options = { subresource: 'status', ...(signal && { signal }) } as const;
    const answer = await kube.patch({ kind, ref }, patch, options);
    if (answer.kind === 'ok') {
      ownWrites.remember(keyOf(ref), answer.value);
      return { kind: 'written', object: answer.value };
    }
    if (answer.kind === 'unknown-outcome') ownWrites.doubt(keyOf(ref));
    return endOf(answer);
  }

  /**
   * Writes a record that must not be lost (ids of what was just made) until it is there or the object is not. After a
   * lost answer the live object tells whether the write was applied; after a conflict `rebase` says what the record is
   * on top of what others wrote. It goes on for a minute, also when the visit is told to stop: after that it is the
   * look-up by tags that finds what was made.
   */
  async insist(read: T, { wanted, rebase, mayGoOn }: Insistence<T>): Promise<StatusWrite<T>> {
    const { clock, random, log } = this.#options;
    const backoff = new Backoff({ firstMs: 100, longestMs: 5000, resetMs: Infinity }, clock, random);
    const end = clock.monotonic() + INSIST_MS;
    let next = { on: read, status: wanted };
    for (;;) {
      const result = await this.write(next.on, next.status);
      const wait = Math.max(backoff.next(), pauseOf(result));
      if (isEnd(result) || clock.monotonic() + wait > end) return result;
      log.warn('Writing a record again', { ...refOfObject(read), result: result.kind });
      await clock.sleep(wait);
      const live = await this.#live(read);
      if (live === 'gone') return { kind: 'gone' };
      if (!mayGoOn()) return result;
      if (live !== undefined) next = { on: live, status: rebase(live) };
    }
  }

  async #live(read: T): Promise<T | 'gone' | undefined> {
    const live = await this.#options.kube.get(this.#options.kind, refOfObject(read));
    if (live.kind === 'not-found') return 'gone';
    if (live.kind !== 'ok') return undefined;
    if (live.value.metadata.uid !== read.metadata.uid) return 'gone';
    this.#options.ownWrites.remember(keyOf(live.value.metadata), live.value);
    return live.value;
  }
}

function endOf<T>(failure: KubeFailure): StatusWrite<T> {
  if (failure.kind === 'conflict') return { kind: 'conflict' };
  if (failure.kind === 'not-found') return { kind: 'gone' };
  return { kind: 'failed', failure };
}

/** Neither a conflict nor a failure that may pass. */
function isEnd(result: StatusWrite<unknown>): boolean {
  if (result.kind === 'failed') return result.failure.kind === 'invalid' || result.failure.kind === 'forbidden';
  return result.kind !== 'conflict';
}

function pauseOf(result: StatusWrite<unknown>): number {
  return result.kind === 'failed' && result.failure.kind === 'throttled' ? result.failure.retryAfterMs : 0;
}

function refOfObject(object: KubeObject): ObjectRef {
  return { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}

function fieldsOf(status: unknown): StatusFields {
  return typeof status === 'object' && status !== null ? { ...status } : {};
}

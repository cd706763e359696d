// The slow tier: parts that no bulk call lists (rules of a group, backends and health of a load balancer), read parent by parent.
import type { Cancel, Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import type { Reader } from '../call.ts';
import type { DetailReader } from '../service.ts';
import { Batch } from './batch.ts';
import type { Failures } from './failures.ts';
import type { Interests } from './interests.ts';
import { type Pool, same } from './intern.ts';

/** Parents read at once. */
const ABREAST = 4;
/** Share of the interval by which a turn may come early. */
const EARLY = 0.1;

/** Parts of a parent as they were read. */
export interface ReadParts {
  readonly parts: unknown;
  /** Wall milliseconds at which the read started. */
  readonly readAt: number;
}

/** What the tier is made of. */
export interface DetailOptions {
  readonly detail: DetailReader<unknown>;
  readonly reader: Reader;
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly everyMs: number;
  readonly windowMs: number;
  readonly interests: Interests;
  readonly failures: Failures;
  readonly pool: Pool;
  readonly news: (keys: Iterable<string>) => void;
}

/** Parts of one type of detail. Identity: lives as long as its inventory. */
export class Details {
  readonly #options: DetailOptions;
  readonly #parts = new Map<string, ReadParts>();
  readonly #dueAt = new Map<string, number>();
  readonly #batch: Batch;
  #cancel: Cancel | undefined;

  constructor(options: DetailOptions) {
    this.#options = options;
    this.#batch = new Batch(options.clock, options.windowMs, (parents) => this.#readAll(parents));
  }

  get(parentId: string): ReadParts | undefined {
    return this.#parts.get(parentId);
  }

  /** Starts to read a parent regularly, the first time at once. */
  want(parentId: string): void {
    if (this.#dueAt.has(parentId)) return;
    this.#plan(parentId);
    this.#batch.add([parentId]);
  }

  /** Stops when nobody wants it any more. */
  forget(parentId: string): void {
    const { interests, detail } = this.#options;
    if (interests.wantsDetail(detail.type, parentId)) return;
    this.#dueAt.delete(parentId);
    this.#parts.delete(parentId);
  }

  touch(parentIds: readonly string[]): void {
    this.#batch.add(parentIds);
  }

  clear(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#batch.clear();
    this.#dueAt.clear();
    this.#parts.clear();
  }

  close(): void {
    this.clear();
    this.#batch.close();
  }

  #plan(parentId: string): void {
    const { clock, random, everyMs } = this.#options;
    this.#dueAt.set(parentId, clock.monotonic() + everyMs * (1 - EARLY * random.next()));
    this.#arm();
  }

  /** One timer for all parents; it looks again at least once per interval. */
  #arm(): void {
    const { clock } = this.#options;
    if (this.#cancel !== undefined || this.#dueAt.size === 0) return;
    const now = clock.monotonic();
    let next = Number.POSITIVE_INFINITY;
    for (const at of this.#dueAt.values()) if (at < next) next = at;
    this.#cancel = clock.setTimer(Math.max(0, next - now), () => {
      this.#cancel = undefined;
      const due = [...this.#dueAt].filter(([, at]) => at <= clock.monotonic() + 1).map(([parentId]) => parentId);
      for (const parentId of due) this.#plan(parentId);
      this.#batch.add(due);
      this.#arm();
    });
  }

  async #readAll(parentIds: readonly string[]): Promise<void> {
    const waiting = [...parentIds];
    const work = async (): Promise<void> => {
      for (let parentId = waiting.shift(); parentId !== undefined; parentId = waiting.shift())
        await this.#read(parentId);
    };
    await Promise.all(Array.from({ length: Math.min(ABREAST, waiting.length) }, work));
  }

  async #read(parentId: string): Promise<void> {
    const { detail, reader, region, clock, interests, failures, pool, news } = this.#options;
    if (!interests.wantsDetail(detail.type, parentId)) return;
    const readAt = clock.now();
    const answer = await detail.read(reader, region, parentId);
    if (!interests.wantsDetail(detail.type, parentId)) return;
    if (answer.kind === 'error') {
      // A parent that is gone is its own type's finding, not a failure of this tier.
      if (answer.error.class !== 'absent') failures.failed(detail.type, answer.error);
      return;
    }
    failures.worked(detail.type);
    const before = this.#parts.get(parentId);
    const unchanged = before !== undefined && same(before.parts, answer.parts);
    const parts = unchanged ? before.parts : slimmed(pool, answer.parts);
    this.#parts.set(parentId, { parts, readAt });
    if (!unchanged) news(interests.ofDetail(detail.type, parentId));
  }
}

function slimmed(pool: Pool, parts: unknown): unknown {
  return typeof parts === 'object' && parts !== null ? pool.slim(parts) : parts;
}

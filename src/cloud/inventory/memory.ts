// What was last seen of one type. Every sighting and every miss carries the time at which its read started: the newest read wins,
// so that a slow sweep never overwrites what a quick read saw after the sweep began.
import type { CloudRecord, Tags } from '../service.ts';
import { TAG_UID } from '../tags.ts';
import { type Pool, same } from './intern.ts';

interface Held<R> {
  record: R;
  readAt: number;
}

/** Records of one type by id and by owner. Identity: lives as long as its inventory. */
export class Memory<R extends CloudRecord> {
  readonly #held = new Map<string, Held<R>>();
  readonly #pool: Pool;
  #all: readonly R[] | undefined;
  #byUid: ReadonlyMap<string, readonly R[]> | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  get size(): number {
    return this.#held.size;
  }

  get(id: string): R | undefined {
    return this.#held.get(id)?.record;
  }

  ids(): readonly string[] {
    return [...this.#held.keys()];
  }

  /** Takes a sighting in; returns the record before, or `same` when nothing is new (older reads and equal records are nothing new). */
  see(record: R, readAt: number): { readonly before: R | undefined } | 'same' {
    const held = this.#held.get(record.id);
    if (held !== undefined && held.readAt > readAt) return 'same';
    if (held !== undefined && same(held.record, record)) {
      held.readAt = readAt;
      return 'same';
    }
    this.#held.set(record.id, { record: this.#pool.slim(record), readAt });
    this.#changed();
    return { before: held?.record };
  }

  /** Drops what a read that started at `readAt` lacks, unless a later one saw it; returns what was dropped. */
  lose(id: string, readAt: number): R | undefined {
    const held = this.#held.get(id);
    if (held === undefined || held.readAt > readAt) return undefined;
    this.#held.delete(id);
    this.#changed();
    return held.record;
  }

  /** All records; the same array until one changes. */
  all(): readonly R[] {
    return (this.#all ??= [...this.#held.values()].map(({ record }) => record));
  }

  /** Records that carry all these tags. */
  tagged(tags: Tags): readonly R[] {
    const uid = tags[TAG_UID];
    const candidates = uid === undefined ? this.all() : (this.#index().get(uid) ?? []);
    const wanted = Object.entries(tags);
    return candidates.filter((record) => wanted.every(([key, value]) => record.tags[key] === value));
  }

  clear(): void {
    this.#held.clear();
    this.#changed();
  }

  #index(): ReadonlyMap<string, readonly R[]> {
    return (this.#byUid ??= Map.groupBy(this.all(), (record) => record.tags[TAG_UID] ?? ''));
  }

  #changed(): void {
    this.#all = undefined;
    this.#byUid = undefined;
  }
}

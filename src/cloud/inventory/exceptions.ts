// One slow list: exceptions of resources that another type lists. A healthy estate leaves it empty, so it costs no memory; nothing
// waits for it, its failures stop nothing, and what it lacks is judged by nobody.
import type { Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import type { Reader } from '../call.ts';
import type { CloudRecord, Lister, Listing } from '../service.ts';
import { Batch } from './batch.ts';
import type { Pool } from './intern.ts';
import { Memory } from './memory.ts';
import type { InventoryMeter } from './metrics.ts';
import { Repeat } from './repeat.ts';

/** What a slow list is made of. `news` hears of the ids whose exception began, changed or ended. */
export interface ExceptionsOptions {
  readonly lister: Lister;
  readonly reader: Reader;
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly everyMs: number;
  readonly windowMs: number;
  readonly pool: Pool;
  readonly meter: InventoryMeter;
  readonly news: (ids: readonly string[]) => void;
}

/** Exceptions of one type. Identity: its timers. */
export class Exceptions {
  readonly #options: ExceptionsOptions;
  readonly #memory: Memory<CloudRecord>;
  readonly #repeat: Repeat;
  readonly #batch: Batch;
  #round = 0;

  constructor(options: ExceptionsOptions) {
    this.#options = options;
    this.#memory = new Memory(options.pool);
    const { clock, random, everyMs, windowMs } = options;
    this.#repeat = new Repeat({ clock, random, everyMs, turn: () => this.#sweep(this.#round) });
    this.#batch = new Batch(clock, windowMs, (ids) => this.#readBatch(ids));
  }

  all(): readonly CloudRecord[] {
    return this.#memory.all();
  }

  start(): void {
    this.#round += 1;
    this.#repeat.start();
  }

  /** Stops reading and forgets what was read; results under way are thrown away. */
  pause(): void {
    this.#round += 1;
    this.#repeat.pause();
    this.#batch.clear();
    this.#memory.clear();
  }

  close(): void {
    this.pause();
    this.#batch.close();
  }

  touch(ids: readonly string[]): void {
    this.#batch.add(ids);
  }

  async #sweep(round: number): Promise<boolean> {
    const { lister, reader, region, clock, meter } = this.#options;
    const startedAt = clock.monotonic();
    const listing = await lister.sweep(reader, region);
    if (round !== this.#round) return true;
    const whole = listing.kind === 'ok' && listing.complete;
    if (!whole) meter.failed(lister.type);
    if (listing.kind === 'error') return false;
    this.#take(listing.records, whole ? this.#memory.ids() : [], startedAt);
    meter.swept(lister.type, clock.monotonic() - startedAt, listing.records.length);
    return whole;
  }

  /** What cannot be read now comes with the next sweep. */
  async #readBatch(ids: readonly string[]): Promise<void> {
    const round = this.#round;
    const size = Math.max(1, this.#options.lister.idsPerRead);
    for (let at = 0; at < ids.length && round === this.#round; at += size)
      await this.#readPart(ids.slice(at, at + size), round);
  }

  async #readPart(ids: readonly string[], round: number): Promise<void> {
    const { lister, reader, region, clock } = this.#options;
    const startedAt = clock.monotonic();
    const answer: Listing<CloudRecord> = await lister.byIds(reader, region, ids);
    if (round !== this.#round) return;
    if (answer.kind === 'ok') return this.#take(answer.records, ids, startedAt);
    if (answer.error.class !== 'absent') return this.#options.meter.failed(lister.type);
    if (ids.length === 1) return this.#take([], ids, startedAt);
    for (const id of ids) await this.#readPart([id], round); // the code does not say which of them is gone
  }

  /** Takes a read in: of the ids that it covers, those it lacks are no exceptions. */
  #take(records: readonly CloudRecord[], covered: readonly string[], readAt: number): void {
    const begun = records.filter((record) => this.#memory.see(record, readAt) !== 'same').map(({ id }) => id);
    const listed = new Set(records.map((record) => record.id));
    const ended = covered.filter((id) => !listed.has(id) && this.#memory.lose(id, readAt) !== undefined);
    if (begun.length + ended.length > 0) this.#options.news([...begun, ...ended]);
  }
}

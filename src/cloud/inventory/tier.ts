// The reads of one resource type: the sweep at its interval, shared batches by id, and the second look at what is missing.
import type { Cancel, Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import type { CloudError, Reader } from '../call.ts';
import type { CloudRecord, Lister, Listing } from '../service.ts';
import { Batch } from './batch.ts';
import type { Failures } from './failures.ts';
import type { Keeper } from './keeper.ts';
import type { InventoryMeter } from './metrics.ts';
import { Repeat } from './repeat.ts';

/** What a tier is made of; `swept` hears of every whole sweep and whether it was the first. */
export interface TierOptions {
  readonly keeper: Keeper;
  readonly lister: Lister;
  readonly reader: Reader;
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly everyMs: number;
  readonly windowMs: number;
  readonly failures: Failures;
  readonly meter: InventoryMeter;
  readonly swept: (keeper: Keeper, wasFirst: boolean) => void;
  /** Runs after every result was taken in. */
  readonly settled: () => void;
}

/** Reads one type. Identity: its timers. */
export class Tier {
  readonly #options: TierOptions;
  readonly #repeat: Repeat;
  readonly #batch: Batch;
  #cancelRecheck: Cancel | undefined;
  #round = 0;

  constructor(options: TierOptions) {
    this.#options = options;
    const { clock, random, everyMs, windowMs } = options;
    this.#repeat = new Repeat({ clock, random, everyMs, turn: () => this.#sweep(this.#round) });
    this.#batch = new Batch(clock, windowMs, (ids) => this.#readBatch(ids));
  }

  start(): void {
    this.#round += 1;
    this.#repeat.start();
  }

  /** Stops reading; results under way are thrown away. */
  pause(): void {
    this.#round += 1;
    this.#repeat.pause();
    this.#batch.clear();
    this.#cancelRecheck?.();
    this.#cancelRecheck = undefined;
  }

  close(): void {
    this.pause();
    this.#batch.close();
  }

  touch(ids: readonly string[]): void {
    this.#batch.add(ids);
  }

  /** Reads these ids past every cache. */
  async fresh(ids: readonly string[]): Promise<readonly CloudRecord[] | CloudError> {
    const found: CloudRecord[] = [];
    for (const part of this.#parts(ids)) {
      const answer = await this.#readPart(part);
      if (answer.kind === 'error') return answer.error;
      found.push(...answer.records);
    }
    return found;
  }

  async #sweep(round: number): Promise<boolean> {
    const { keeper, lister, reader, region, clock, failures, meter, swept, settled } = this.#options;
    const startedAt = clock.monotonic();
    let paged = false;
    const listing = await lister.sweep(reader, region, (records) => {
      paged = true;
      if (round !== this.#round) return;
      keeper.see(records, startedAt);
      settled(); // what a page shows is not kept back until the last page came
    });
    if (round !== this.#round) return true;
    if (listing.kind === 'error' || !listing.complete) meter.failed(keeper.type);
    if (listing.kind === 'error') {
      failures.failed(keeper.type, listing.error);
      settled();
      return false;
    }
    failures.worked(keeper.type);
    meter.swept(keeper.type, clock.monotonic() - startedAt, listing.records.length);
    if (!paged) keeper.see(listing.records, startedAt);
    const wasFirst = !keeper.swept;
    const suspects = keeper.sweepDone({ startedAt, ...listing });
    if (listing.complete) swept(keeper, wasFirst);
    this.#suspect(suspects, startedAt);
    settled();
    return listing.complete;
  }

  /** Looks by id, at once, at what a sweep lacked; a type without such reads takes the sweep for one. */
  #suspect(ids: readonly string[], startedAt: number): void {
    const { lister, keeper } = this.#options;
    if (ids.length === 0) return;
    if (lister.idsPerRead > 0) return this.#batch.addNow(ids);
    keeper.readDone(ids, { startedAt, records: [], complete: true });
    this.#recheck();
  }

  /** Never rejects: what fails is asked again with the next batch, sweep or recheck. */
  async #readBatch(ids: readonly string[]): Promise<void> {
    const round = this.#round;
    if (this.#options.lister.idsPerRead === 0) {
      this.#repeat.start();
      return;
    }
    for (const part of this.#parts(ids)) {
      if (round !== this.#round) return;
      const answer = await this.#readPart(part);
      if (round !== this.#round) return;
      if (answer.kind === 'error') this.#options.failures.failed(this.#options.keeper.type, answer.error);
    }
    this.#recheck();
    this.#options.settled();
  }

  async #readPart(ids: readonly string[]): Promise<Listing<CloudRecord>> {
    const { lister, reader, region, clock, keeper } = this.#options;
    const [startedAt, round] = [clock.monotonic(), this.#round];
    const answer = await lister.byIds(reader, region, ids);
    if (answer.kind === 'ok') {
      if (round === this.#round) keeper.readDone(ids, { startedAt, ...answer });
      return answer;
    }
    if (answer.error.class !== 'absent') return answer;
    if (ids.length > 1) return this.#readSingly(ids); // the code does not say which of them is gone
    const none = { kind: 'ok', records: [], complete: true, calls: 1 } as const;
    if (round === this.#round) keeper.readDone(ids, { startedAt, ...none });
    return none;
  }

  async #readSingly(ids: readonly string[]): Promise<Listing<CloudRecord>> {
    const records: CloudRecord[] = [];
    for (const id of ids) {
      const answer = await this.#readPart([id]);
      if (answer.kind === 'error') return answer;
      records.push(...answer.records);
    }
    return { kind: 'ok', records, complete: true, calls: ids.length };
  }

  #recheck(): void {
    const { keeper, clock } = this.#options;
    this.#cancelRecheck?.();
    const { ids, nextAt } = keeper.due(clock.monotonic());
    if (ids.length > 0) this.#batch.addNow(ids);
    this.#cancelRecheck =
      nextAt === undefined
        ? undefined
        : clock.setTimer(Math.ceil(nextAt - clock.monotonic()) + 1, () => {
            this.#cancelRecheck = undefined;
            this.#recheck();
          });
  }

  #parts(ids: readonly string[]): readonly (readonly string[])[] {
    const size = Math.max(1, this.#options.lister.idsPerRead);
    return Array.from({ length: Math.ceil(ids.length / size) }, (_, index) =>
      ids.slice(index * size, (index + 1) * size),
    );
  }
}

// Puts an inventory together: keepers and tiers per type, the slow tier, the rule of doubt, and the news of all of them.
import type { Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import type { CloudError, Reader } from '../call.ts';
import type { CloudRecord, DetailReader, Lister, Tags } from '../service.ts';
import { Details } from './details.ts';
import { Doubts } from './doubts.ts';
import { Exceptions } from './exceptions.ts';
import { Failures } from './failures.ts';
import { type Pool, createPool } from './intern.ts';
import { Interests } from './interests.ts';
import type { Doubt, Interest, Inventory, Presence, TierFailure, TrackedId } from './inventory.ts';
import { Keeper } from './keeper.ts';
import type { InventoryMeter } from './metrics.ts';
import { Tier } from './tier.ts';

/** Intervals and graces. */
export interface InventorySettings {
  readonly sweepSeconds: number;
  readonly slowSeconds: number;
  readonly absenceGraceSeconds: number;
  readonly visibilityGraceSeconds: number;
  /** Window in which requests to re-read gather, in milliseconds. */
  readonly pollMs: number;
}

/** Everything an inventory is made of; `onChange` takes the keys of the objects whose resources changed. */
export interface InventoryOptions {
  readonly listers: readonly Lister[];
  readonly details: readonly DetailReader<unknown>[];
  readonly reader: Reader;
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: InventorySettings;
  readonly meter: InventoryMeter;
  readonly onChange: (keys: readonly string[]) => void;
}

/** The inventory of one account and region. It makes no call while nobody tracks anything. */
export function createInventory(options: InventoryOptions): Inventory {
  return new CloudInventory(options);
}

// The type of a resource decides the type of its records, which only the caller can name.
// oxlint-disable typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-parameters
class CloudInventory implements Inventory {
  readonly #options: InventoryOptions;
  readonly #interests = new Interests();
  readonly #keepers = new Map<string, Keeper>();
  readonly #tiers = new Map<string, Tier>();
  readonly #details = new Map<string, Details>();
  readonly #exceptions = new Map<string, Exceptions>();
  readonly #failures: Failures;
  readonly #doubts: Doubts;
  #news = new Set<string>();
  #running = false;
  #wasSynced = false;
  #closed = false;

  constructor(options: InventoryOptions) {
    this.#options = options;
    const { clock, meter } = options;
    this.#failures = new Failures(() => clock.now());
    this.#doubts = new Doubts(
      () => clock.now(),
      (type, on) => {
        meter.doubted(type, on);
        this.#hear(this.#interests.keys());
      },
    );
    this.#build();
  }

  synced(): boolean {
    return this.#running && [...this.#keepers.values()].every((keeper) => keeper.swept);
  }

  get<R extends CloudRecord>(type: string, id: string): Presence<R> {
    return this.#keeper(type).presence(id) as Presence<R>;
  }

  records<R extends CloudRecord>(type: string): readonly R[] {
    return (this.#exceptions.get(type)?.all() ?? this.#keeper(type).memory.all()) as readonly R[];
  }

  tagged<R extends CloudRecord>(type: string, tags: Tags): readonly R[] {
    return this.#keeper(type).memory.tagged(tags) as readonly R[];
  }

  detail<P>(type: string, parentId: string): { readonly parts: P; readonly readAt: number } | undefined {
    return this.#detail(type).get(parentId) as { readonly parts: P; readonly readAt: number } | undefined;
  }

  touch(type: string, ids: readonly string[]): void {
    const exceptions = this.#exceptions.get(type);
    if (exceptions !== undefined) return exceptions.touch(ids);
    const keeper = this.#keeper(type);
    for (const id of ids) keeper.mention(id);
    this.#tiers.get(type)?.touch(ids);
  }

  expectGone(type: string, ids: readonly string[]): void {
    const keeper = this.#keeper(type);
    for (const id of ids) keeper.expectGone(id);
    this.#tiers.get(type)?.touch(ids);
  }

  touchDetail(type: string, parentIds: readonly string[]): void {
    this.#detail(type).touch(parentIds);
  }

  async fresh<R extends CloudRecord>(type: string, ids: readonly string[]): Promise<readonly R[] | CloudError> {
    this.#keeper(type);
    const found = await this.#tiers.get(type)?.fresh(ids);
    this.#publish();
    return (found ?? []) as readonly R[] | CloudError;
  }

  async lookUp<R extends CloudRecord>(type: string, tags: Tags): Promise<readonly R[] | CloudError> {
    const { reader, region } = this.#options;
    const lister = this.#options.listers.find((lister) => lister.type === type);
    if (lister === undefined) throw new Error(`No resource type ${type}`);
    const listing = await lister.byTags(reader, region, tags);
    return listing.kind === 'error' ? listing.error : (listing.records as readonly R[]);
  }

  track(interest: Interest): void {
    if (this.#closed) return;
    const before = this.#interests.interest(interest.key);
    this.#interests.put(interest);
    if (before !== undefined) this.#release(before);
    for (const tracked of interest.ids) this.#heed(tracked);
    if (!this.#running) this.#start();
    for (const { type, parentId } of interest.details) this.#detail(type).want(parentId);
  }

  forget(key: string): void {
    const before = this.#interests.interest(key);
    if (before === undefined) return;
    this.#interests.remove(key);
    this.#release(before);
    if (this.#interests.size === 0) this.#pause();
  }

  doubt(): Doubt | undefined {
    return this.#doubts.first();
  }

  settleDoubt(): void {
    for (const keeper of this.#doubts.settle()) this.#tiers.get(keeper.type)?.touch(keeper.missing());
    this.#publish();
  }

  failures(): readonly TierFailure[] {
    return this.#failures.all();
  }

  close(): void {
    this.#closed = true;
    this.#pause();
    for (const tier of this.#tiers.values()) tier.close();
    for (const details of this.#details.values()) details.close();
    for (const exceptions of this.#exceptions.values()) exceptions.close();
    this.#options.meter.end([...this.#keepers.keys(), ...this.#exceptions.keys()]);
  }

  #build(): void {
    const { listers, clock, random, reader, region, settings, meter } = this.#options;
    const pool = createPool();
    const shared = { reader, region, clock, random, failures: this.#failures, windowMs: settings.pollMs };
    const news = (keys: Iterable<string>): void => this.#hear(keys);
    const graces = {
      absenceMs: settings.absenceGraceSeconds * 1000,
      visibilityMs: settings.visibilityGraceSeconds * 1000,
    };
    for (const lister of listers.filter(({ tier }) => tier !== 'slow')) {
      const keeper = new Keeper({
        lister,
        interests: this.#interests,
        pool,
        graces,
        news,
        now: () => ({ monotonic: clock.monotonic(), wall: clock.now() }),
        mayJudge: (keeper) => this.#doubts.mayJudge(keeper),
        judged: () => meter.judged(lister.type),
      });
      const swept = (keeper: Keeper, wasFirst: boolean): void => this.#doubts.afterSweep(keeper, wasFirst);
      const everyMs = settings.sweepSeconds * 1000;
      this.#keepers.set(lister.type, keeper);
      this.#tiers.set(
        lister.type,
        new Tier({ ...shared, keeper, lister, everyMs, meter, swept, settled: () => this.#publish() }),
      );
    }
    this.#buildSlow(pool);
  }

  /** Details and exceptions: read seldom, waited for by nobody. */
  #buildSlow(pool: Pool): void {
    const { listers, details, clock, random, reader, region, settings, meter } = this.#options;
    const [everyMs, windowMs] = [settings.slowSeconds * 1000, settings.pollMs];
    const shared = { reader, region, clock, random, pool, everyMs, windowMs };
    const news = (keys: Iterable<string>): void => {
      this.#hear(keys);
      this.#publish();
    };
    for (const lister of listers.filter(({ tier }) => tier === 'slow')) {
      const told = (ids: readonly string[]): void => news(ids.flatMap((id) => [...this.#interests.ofAny(id)]));
      this.#exceptions.set(lister.type, new Exceptions({ ...shared, lister, meter, news: told }));
    }
    for (const detail of details) {
      const [failures, interests] = [this.#failures, this.#interests];
      this.#details.set(detail.type, new Details({ ...shared, detail, failures, interests, news }));
    }
  }

  #start(): void {
    this.#running = true;
    for (const tier of this.#tiers.values()) tier.start();
    for (const exceptions of this.#exceptions.values()) exceptions.start();
  }

  /** Nobody is interested: no calls, and nothing that was seen is believed any longer. */
  #pause(): void {
    this.#running = false;
    this.#wasSynced = false;
    for (const tier of this.#tiers.values()) tier.pause();
    for (const exceptions of this.#exceptions.values()) exceptions.pause();
    for (const keeper of this.#keepers.values()) keeper.reset();
    for (const details of this.#details.values()) details.clear();
    for (const type of this.#keepers.keys()) this.#options.meter.doubted(type, false);
    this.#doubts.clear();
    this.#failures.clear();
    this.#news.clear();
  }

  #heed({ type, id, leaving }: TrackedId): void {
    const keeper = this.#keeper(type);
    const unheard = keeper.mention(id);
    if (leaving === true) keeper.expectGone(id);
    // Before the first sweep everything is unseen and the sweep is on its way.
    if (unheard && keeper.swept && keeper.memory.get(id) === undefined) this.#tiers.get(type)?.touch([id]);
  }

  #release({ ids, details }: Interest): void {
    for (const { type, id } of ids) this.#keeper(type).forget(id);
    for (const { type, parentId } of details) this.#detail(type).forget(parentId);
  }

  #hear(keys: Iterable<string>): void {
    for (const key of keys) this.#news.add(key);
  }

  /** Hands the gathered keys over; everybody waits for the first whole pass, so its end is everybody's news. */
  #publish(): void {
    if (!this.#wasSynced && this.synced()) {
      this.#wasSynced = true;
      this.#hear(this.#interests.keys());
    }
    if (this.#news.size === 0) return;
    const keys = [...this.#news];
    this.#news = new Set();
    this.#options.onChange(keys);
  }

  #keeper(type: string): Keeper {
    const keeper = this.#keepers.get(type);
    if (keeper === undefined) throw new Error(`No resource type ${type}`);
    return keeper;
  }

  #detail(type: string): Details {
    const details = this.#details.get(type);
    if (details === undefined) throw new Error(`No type of details ${type}`);
    return details;
  }
}

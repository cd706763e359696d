// Everything known of one resource type: what was seen, what is missing, who hears of it. Fed with finished reads; makes none.
import { parseTime } from '../../kernel/timestamp.ts';
import type { CloudRecord, Lister } from '../service.ts';
import {
  type Evidence,
  type Graces,
  firstHeard,
  isConvicted,
  isMissing,
  isYoung,
  missedById,
  missedBySweep,
  nextReadAt,
  seen,
} from './evidence.ts';
import type { Interests } from './interests.ts';
import type { Pool } from './intern.ts';
import type { Presence } from './inventory.ts';
import { Memory } from './memory.ts';

/** Our clock may differ from the cloud's by so much before it refuses our signatures. */
const CLOCK_ERROR_MS = 16 * 60_000;

/** A finished read: when it started, what it saw, and whether it was whole. */
export interface FinishedRead {
  readonly startedAt: number;
  readonly records: readonly CloudRecord[];
  readonly complete: boolean;
}

/** What a keeper is made of. `news` takes the keys that hear of a change; `vanished` hears of every judgement before it is made and may forbid it. */
export interface KeeperOptions {
  readonly lister: Lister;
  readonly interests: Interests;
  readonly pool: Pool;
  readonly graces: Graces;
  /** Monotonic and wall milliseconds. */
  readonly now: () => { readonly monotonic: number; readonly wall: number };
  readonly news: (keys: Iterable<string>) => void;
  readonly mayJudge: (keeper: Keeper) => boolean;
  readonly judged: () => void;
}

/** Tracked ids that count for the rule of doubt, and those of them that are missing. */
export interface Census {
  readonly known: number;
  readonly missing: readonly string[];
}

/** Keeps one type. Identity: lives as long as its inventory. */
export class Keeper {
  readonly type: string;
  readonly #options: KeeperOptions;
  readonly #memory: Memory<CloudRecord>;
  readonly #evidence = new Map<string, Evidence>();
  readonly #last = new Map<string, CloudRecord>();
  /** Whose delete was accepted by the cloud, and whose absence was accepted by an administrator. */
  readonly #leaving = new Set<string>();
  readonly #accepted = new Set<string>();
  #swept = false;

  constructor(options: KeeperOptions) {
    this.type = options.lister.type;
    this.#options = options;
    this.#memory = new Memory(options.pool, options.lister.own);
  }

  /** True once one whole sweep was taken in. */
  get swept(): boolean {
    return this.#swept;
  }

  get memory(): Pick<Memory<CloudRecord>, 'all' | 'tagged' | 'get' | 'size'> {
    return this.#memory;
  }

  /** Remembers that somebody knows this id; true when it was never heard of before. */
  mention(id: string): boolean {
    if (this.#evidence.has(id)) return false;
    const { monotonic } = this.#options.now();
    const record = this.#memory.get(id);
    this.#evidence.set(
      id,
      record === undefined ? firstHeard(monotonic) : this.#sighted(firstHeard(monotonic), record, monotonic),
    );
    return true;
  }

  presence(id: string): Presence<CloudRecord> {
    this.mention(id);
    const record = this.#memory.get(id);
    if (record !== undefined) return { kind: 'present', record };
    if (this.#evidence.get(id)?.absent === true) return { kind: 'absent' };
    const last = this.#last.get(id);
    return last === undefined ? { kind: 'unconfirmed' } : { kind: 'unconfirmed', last };
  }

  /** Its delete was accepted: neither age nor number makes its absence doubtful. */
  expectGone(id: string): void {
    this.mention(id);
    this.#evidence.set(id, { ...(this.#evidence.get(id) ?? firstHeard(0)), grown: true });
    this.#leaving.add(id);
  }

  /** Ids that nobody tracks any more are forgotten with all that was held against them. */
  forget(id: string): void {
    if (this.#options.interests.tracks(this.type, id)) return;
    this.#evidence.delete(id);
    this.#last.delete(id);
    this.#accepted.delete(id);
    this.#leaving.delete(id);
  }

  /** Takes sightings of a read in that started at `readAt`; what the read lacks is told by the two methods below. */
  see(records: readonly CloudRecord[], readAt: number): void {
    for (const record of records) this.#see(record, readAt);
  }

  /** Ends an unfiltered listing whose records were seen before; returns tracked ids that it lacks and that are to be read by id. */
  sweepDone({ startedAt, records, complete }: FinishedRead): readonly string[] {
    if (!complete) return [];
    this.#swept = true;
    const listed = new Set(records.map((record) => record.id));
    for (const id of this.#memory.ids()) if (!listed.has(id)) this.#drop(id, startedAt);
    this.#prune();
    const lacked = [...this.#evidence].filter(([id, evidence]) => !listed.has(id) && !evidence.absent);
    for (const [id, evidence] of lacked) this.#evidence.set(id, missedBySweep(evidence, startedAt));
    return lacked.flatMap(([id]) => (this.#memory.get(id) === undefined && this.#isTracked(id) ? [id] : []));
  }

  /** Takes a read of named ids in and judges those it lacks. */
  readDone(ids: readonly string[], { startedAt, records, complete }: FinishedRead): void {
    this.see(records, startedAt);
    if (!complete) return;
    const listed = new Set(records.map((record) => record.id));
    for (const id of ids) {
      if (listed.has(id)) continue;
      this.mention(id);
      this.#drop(id, startedAt);
      this.#evidence.set(id, missedById(this.#evidence.get(id) ?? firstHeard(startedAt), startedAt));
      this.#judge(id);
    }
  }

  /** Ids whose next read by id is due, and when the next one after them is. */
  due(now: number): { readonly ids: readonly string[]; readonly nextAt: number | undefined } {
    const ids: string[] = [];
    let nextAt: number | undefined;
    for (const [id, evidence] of this.#evidence) {
      const at = this.#isTracked(id) ? nextReadAt(evidence, this.#options.graces) : undefined;
      if (at === undefined) continue;
      // A read that was due and brought no judgement waits for the next sweep, not for this timer.
      if (at <= now && (evidence.lastMissAt ?? 0) < at) ids.push(id);
      else if (at > now && (nextAt === undefined || at < nextAt)) nextAt = at;
    }
    return { ids, nextAt };
  }

  /** Counts for the rule of doubt. `fresh`: never-seen ids count too, because this was the first whole sweep. */
  census(fresh: boolean): Census {
    const { monotonic } = this.#options.now();
    const missing: string[] = [];
    let known = 0;
    for (const [id, evidence] of this.#evidence) {
      if (!this.#countsFor(id, evidence, fresh ? undefined : monotonic)) continue;
      known += 1;
      if (isMissing(evidence)) missing.push(id);
    }
    return { known, missing };
  }

  /** An administrator said that these are gone indeed. */
  accept(ids: Iterable<string>): void {
    for (const id of ids) this.#accepted.add(id);
  }

  /** Tracked ids that are missing without a judgement. */
  missing(): readonly string[] {
    return [...this.#evidence].flatMap(([id, evidence]) => (isMissing(evidence) && this.#isTracked(id) ? [id] : []));
  }

  /** Forgets what was seen: after a pause nothing of it may be believed. Evidence of tracked ids goes with it. */
  reset(): void {
    this.#memory.clear();
    this.#evidence.clear();
    this.#last.clear();
    this.#accepted.clear();
    this.#leaving.clear();
    this.#swept = false;
  }

  /** Whether an id belongs to the census; `now` is given when ids that never were seen count only once they are old enough. */
  #countsFor(id: string, evidence: Evidence, now: number | undefined): boolean {
    if (evidence.absent || this.#accepted.has(id) || this.#leaving.has(id) || !this.#isTracked(id)) return false;
    if (now === undefined || evidence.seenAt !== undefined) return true;
    return !isYoung(evidence, now, this.#options.graces);
  }

  #isTracked(id: string): boolean {
    return this.#options.interests.tracks(this.type, id);
  }

  /** Ids that were only asked about in passing do not stay for ever. */
  #prune(): void {
    const { monotonic } = this.#options.now();
    for (const [id, { knownAt }] of this.#evidence) {
      if (monotonic - knownAt > this.#options.graces.visibilityMs) this.forget(id);
    }
  }

  #see(record: CloudRecord, readAt: number): void {
    const { id } = record;
    const evidence = this.#evidence.get(id);
    const after = evidence === undefined ? undefined : this.#sighted(evidence, record, readAt);
    if (after !== undefined && after === evidence) return; // a later read missed it: this one is stale
    const change = this.#memory.see(record, readAt);
    if (after !== undefined) this.#evidence.set(id, after);
    this.#last.delete(id);
    this.#accepted.delete(id);
    if (change === 'same') return;
    this.#tell(record);
    if (change.before !== undefined) this.#tell(change.before);
  }

  #sighted(evidence: Evidence, record: CloudRecord, readAt: number): Evidence {
    const after = seen(evidence, readAt);
    return after === evidence || after.grown || !this.#isOld(record) ? after : { ...after, grown: true };
  }

  /** True when the cloud's own time of creation is so long ago that even a wrong clock of ours cannot make it young. */
  #isOld(record: CloudRecord): boolean {
    const text: unknown = Reflect.get(record, 'createdAt');
    if (typeof text !== 'string') return false;
    const created = parseTime(text.replace(/T(\d\d:\d\d)Z$/, 'T$1:00Z'));
    return (
      created !== undefined && this.#options.now().wall - created > this.#options.graces.visibilityMs + CLOCK_ERROR_MS
    );
  }

  #drop(id: string, readAt: number): void {
    const lost = this.#memory.lose(id, readAt);
    if (lost === undefined) return;
    if (this.#evidence.has(id)) this.#last.set(id, lost);
    this.#tell(lost);
  }

  #judge(id: string): void {
    const evidence = this.#evidence.get(id);
    const { monotonic } = this.#options.now();
    if (evidence === undefined || evidence.absent || !isConvicted(evidence, monotonic, this.#options.graces)) return;
    if (!this.#options.mayJudge(this)) return;
    this.#evidence.set(id, { ...evidence, absent: true });
    this.#last.delete(id);
    this.#options.judged();
    this.#options.news(this.#options.interests.ofId(this.type, id));
  }

  #tell(record: CloudRecord): void {
    const { interests, news, lister } = this.#options;
    news(interests.ofId(this.type, record.id));
    news(interests.ofRecord(record, lister.parentOf?.(record)));
  }
}

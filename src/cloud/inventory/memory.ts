// What was last seen of one type. Every sighting and every miss carries the time at which its read started: the newest read wins,
// so that a slow sweep never overwrites what a quick read saw after the sweep began.
import type { CloudRecord, Tags } from '../service.ts';
import { TAG_UID } from '../tags.ts';
import { type Packed, type Pool, same } from './intern.ts';

/** One id: its record and the read that saw it last, which is shared by all that this read saw. */
interface Held extends Packed {
  read: { readonly at: number };
}

/** Records of one type by id and by owner. Identity: lives as long as its inventory. */
export class Memory<R extends CloudRecord> {
  readonly #held = new Map<string, Held>();
  readonly #pool: Pool;
  readonly #own: readonly string[];
  #read = { at: 0 };
  /** Unpacked records are larger than packed ones: they live as long as somebody looks at them. */
  #all: WeakRef<readonly R[]> | undefined;
  #byUid: ReadonlyMap<string, readonly string[]> | undefined;

  /** `own`: members that differ from record to record; what is left is kept once for all records that agree in it. */
  constructor(pool: Pool, own: readonly string[] = []) {
    this.#pool = pool;
    this.#own = own;
  }

  get size(): number {
    return this.#held.size;
  }

  get(id: string): R | undefined {
    const held = this.#held.get(id);
    return held === undefined ? undefined : this.#open(id, held);
  }

  ids(): readonly string[] {
    return [...this.#held.keys()];
  }

  /** Takes a sighting in; returns the record before, or `same` when nothing is new (older reads and equal records are nothing new). */
  see(record: R, readAt: number): { readonly before: R | undefined } | 'same' {
    const { id } = record;
    const held = this.#held.get(id);
    if (held !== undefined && held.read.at > readAt) return 'same';
    const before = held === undefined ? undefined : this.#open(id, held);
    const read = this.#readOf(readAt);
    if (held !== undefined && same(before, record)) {
      held.read = read;
      return 'same';
    }
    const { common, own } = this.#pool.pack(record, this.#own);
    this.#held.set(id, { common, own, read });
    this.#changed();
    return { before };
  }

  /** Drops what a read that started at `readAt` lacks, unless a later one saw it; returns what was dropped. */
  lose(id: string, readAt: number): R | undefined {
    const held = this.#held.get(id);
    if (held === undefined || held.read.at > readAt) return undefined;
    this.#held.delete(id);
    this.#changed();
    return this.#open(id, held);
  }

  /** All records; the same array until one changes, for as long as somebody holds it. */
  all(): readonly R[] {
    const known = this.#all?.deref();
    if (known !== undefined) return known;
    const all = [...this.#held].map(([id, held]) => this.#open(id, held));
    this.#all = new WeakRef(all);
    return all;
  }

  /** Records that carry all these tags. */
  tagged(tags: Tags): readonly R[] {
    const uid = tags[TAG_UID];
    const candidates = uid === undefined ? this.all() : this.#ofUid(uid);
    const wanted = Object.entries(tags);
    return candidates.filter((record) => wanted.every(([key, value]) => record.tags[key] === value));
  }

  clear(): void {
    this.#held.clear();
    this.#changed();
  }

  #ofUid(uid: string): readonly R[] {
    this.#byUid ??= Map.groupBy(this.#held.keys(), (id) => this.get(id)?.tags[TAG_UID] ?? '');
    return (this.#byUid.get(uid) ?? []).flatMap((id) => this.get(id) ?? []);
  }

  #open(id: string, { common, own }: Held): R {
    const record = own === undefined ? common : { ...common, id };
    own?.forEach((value, at) => Reflect.set(record, this.#own[at] ?? '', value));
    // What was packed from a record of this type.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return record as R;
  }

  #readOf(at: number): { readonly at: number } {
    return this.#read.at === at ? this.#read : (this.#read = { at });
  }

  #changed(): void {
    this.#all = undefined;
    this.#byUid = undefined;
  }
}

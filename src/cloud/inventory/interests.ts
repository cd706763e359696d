// Who wants to hear about what: the interests of objects, and the way back from ids and tags to the objects' keys.
import type { CloudRecord } from '../service.ts';
import { TAG_UID } from '../tags.ts';
import type { Interest } from './inventory.ts';

/** Keys by name. Nearly every name has one key, and a set for each of thousands of ids would be most of the memory. */
class KeyIndex {
  readonly #keys = new Map<string, string | Set<string>>();

  has(name: string): boolean {
    return this.#keys.has(name);
  }

  get(name: string): Iterable<string> {
    const keys = this.#keys.get(name) ?? [];
    return typeof keys === 'string' ? [keys] : keys;
  }

  add(name: string, key: string): void {
    const keys = this.#keys.get(name);
    if (keys === undefined) this.#keys.set(name, key);
    else if (typeof keys !== 'string') keys.add(key);
    else if (keys !== key) this.#keys.set(name, new Set([keys, key]));
  }

  drop(name: string, key: string): void {
    const keys = this.#keys.get(name);
    if (keys === key) this.#keys.delete(name);
    if (typeof keys !== 'object') return;
    keys.delete(key);
    if (keys.size === 0) this.#keys.delete(name);
  }
}

/** An index for each type. */
class PlaceIndex {
  readonly #byType = new Map<string, KeyIndex>();

  of(type: string): KeyIndex {
    const known = this.#byType.get(type);
    if (known !== undefined) return known;
    const index = new KeyIndex();
    this.#byType.set(type, index);
    return index;
  }

  all(): Iterable<KeyIndex> {
    return this.#byType.values();
  }
}

/** Interests by object key. Identity: one per inventory. */
export class Interests {
  readonly #byKey = new Map<string, Interest>();
  readonly #byPlace = new PlaceIndex();
  readonly #byUid = new KeyIndex();
  readonly #byDetail = new PlaceIndex();

  get size(): number {
    return this.#byKey.size;
  }

  keys(): readonly string[] {
    return [...this.#byKey.keys()];
  }

  interest(key: string): Interest | undefined {
    return this.#byKey.get(key);
  }

  put(interest: Interest): void {
    this.remove(interest.key);
    const { key, uid, ids, details } = interest;
    this.#byKey.set(key, interest);
    this.#byUid.add(uid, key);
    for (const { type, id } of ids) this.#byPlace.of(type).add(id, key);
    for (const { type, parentId } of details) this.#byDetail.of(type).add(parentId, key);
  }

  remove(key: string): void {
    const interest = this.#byKey.get(key);
    if (interest === undefined) return;
    this.#byKey.delete(key);
    this.#byUid.drop(interest.uid, key);
    for (const { type, id } of interest.ids) this.#byPlace.of(type).drop(id, key);
    for (const { type, parentId } of interest.details) this.#byDetail.of(type).drop(parentId, key);
  }

  tracks(type: string, id: string): boolean {
    return this.#byPlace.of(type).has(id);
  }

  /** Keys whose news a change of this id is. */
  ofId(type: string, id: string): Iterable<string> {
    return this.#byPlace.of(type).get(id);
  }

  /** Keys whose news a record is: by its owner tag, and by whatever it is a part of. */
  ofRecord(record: CloudRecord, parent: string | undefined): readonly string[] {
    const uid = record.tags[TAG_UID];
    const byUid = uid === undefined ? [] : this.#byUid.get(uid);
    return [...byUid, ...(parent === undefined ? [] : this.ofAny(parent))];
  }

  /** Keys that hear of whatever happens to this id, of whichever type. */
  ofAny(id: string): readonly string[] {
    const keys = new Set<string>();
    for (const index of this.#byPlace.all()) for (const key of index.get(id)) keys.add(key);
    return [...keys];
  }

  ofDetail(type: string, parentId: string): Iterable<string> {
    return this.#byDetail.of(type).get(parentId);
  }

  wantsDetail(type: string, parentId: string): boolean {
    return this.#byDetail.of(type).has(parentId);
  }
}

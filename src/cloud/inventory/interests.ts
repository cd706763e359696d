// Who wants to hear about what: the interests of objects, and the way back from ids and tags to the objects' keys.
import type { CloudRecord } from '../service.ts';
import { TAG_UID } from '../tags.ts';
import type { Interest } from './inventory.ts';

const place = (type: string, id: string): string => `${type} ${id}`;

function add(index: Map<string, Set<string>>, name: string, key: string): void {
  const keys = index.get(name);
  if (keys === undefined) index.set(name, new Set([key]));
  else keys.add(key);
}

function drop(index: Map<string, Set<string>>, name: string, key: string): void {
  const keys = index.get(name);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(name);
}

/** Interests by object key. Identity: one per inventory. */
export class Interests {
  readonly #byKey = new Map<string, Interest>();
  readonly #byPlace = new Map<string, Set<string>>();
  readonly #byId = new Map<string, Set<string>>();
  readonly #byUid = new Map<string, Set<string>>();
  readonly #byDetail = new Map<string, Set<string>>();

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
    add(this.#byUid, uid, key);
    for (const { type, id } of ids) {
      add(this.#byPlace, place(type, id), key);
      add(this.#byId, id, key);
    }
    for (const { type, parentId } of details) add(this.#byDetail, place(type, parentId), key);
  }

  remove(key: string): void {
    const interest = this.#byKey.get(key);
    if (interest === undefined) return;
    this.#byKey.delete(key);
    drop(this.#byUid, interest.uid, key);
    for (const { type, id } of interest.ids) {
      drop(this.#byPlace, place(type, id), key);
      drop(this.#byId, id, key);
    }
    for (const { type, parentId } of interest.details) drop(this.#byDetail, place(type, parentId), key);
  }

  tracks(type: string, id: string): boolean {
    return this.#byPlace.has(place(type, id));
  }

  /** Keys whose news a change of this id is. */
  ofId(type: string, id: string): Iterable<string> {
    return this.#byPlace.get(place(type, id)) ?? [];
  }

  /** Keys whose news a record is: by its owner tag, and by whatever it is a part of. */
  ofRecord(record: CloudRecord, parent: string | undefined): readonly string[] {
    const uid = record.tags[TAG_UID];
    const byUid = uid === undefined ? undefined : this.#byUid.get(uid);
    const byParent = parent === undefined ? undefined : this.#byId.get(parent);
    return [...(byUid ?? []), ...(byParent ?? [])];
  }

  /** Keys that hear of whatever happens to this id, of whichever type. */
  ofAny(id: string): Iterable<string> {
    return this.#byId.get(id) ?? [];
  }

  ofDetail(type: string, parentId: string): Iterable<string> {
    return this.#byDetail.get(place(type, parentId)) ?? [];
  }

  wantsDetail(type: string, parentId: string): boolean {
    return this.#byDetail.has(place(type, parentId));
  }
}

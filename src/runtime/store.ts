// The cached objects of one reflector. It believes newer versions only, and an object of the same name with another
// uid is another object: its predecessor is deleted first, so that nobody takes the one for the other.
import { type Key, type KubeObject, compareVersions, keyOf } from './kube-types.ts';
import type { Change } from './manager-types.ts';

/** Tells of a change after the store holds it. */
export type ChangeListener<T extends KubeObject> = (change: Change<T>) => void;

/** How an object is taken over; `initial` is passed on to the listener. */
export interface PutOptions {
  readonly initial?: boolean;
  readonly force?: boolean;
}

type Index<T> = { readonly valuesOf: (object: T) => readonly string[]; readonly entries: Map<string, Set<Key>> };

/** Objects by key, with optional indexes. */
export class Store<T extends KubeObject> {
  readonly #objects = new Map<Key, T>();
  readonly #indexes = new Map<string, Index<T>>();
  readonly #listener: ChangeListener<T>;

  constructor(listener: ChangeListener<T>) {
    this.#listener = listener;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: Key): T | undefined {
    return this.#objects.get(key);
  }

  keys(): IterableIterator<Key> {
    return this.#objects.keys();
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  /** Objects whose index function gave the value; an unknown index throws. */
  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`No index ${name}`);
    return [...(index.entries.get(value) ?? [])].flatMap((key) => this.#objects.get(key) ?? []);
  }

  addIndex(name: string, valuesOf: (object: T) => readonly string[]): void {
    const index: Index<T> = { valuesOf, entries: new Map() };
    this.#indexes.set(name, index);
    for (const [key, object] of this.#objects) enter(index, key, object);
  }

  /**
   * Takes over an object that was listed or changed, and says if that changed anything. Equal versions change nothing,
   * older ones only when forced: after the server itself went back in time.
   */
  put(object: T, { initial = false, force = false }: PutOptions = {}): boolean {
    const key = keyOf(object.metadata);
    const old = this.#objects.get(key);
    if (old === undefined) return this.#add(key, object, initial);
    const order = compareVersions(object.metadata.resourceVersion, old.metadata.resourceVersion);
    if (order === 0 || (order !== undefined && order < 0 && !force)) return false;
    if (object.metadata.uid !== old.metadata.uid) {
      this.#delete(key, old);
      return this.#add(key, object, initial);
    }
    this.#set(key, object, old);
    this.#listener({ kind: 'updated', object, old });
    return true;
  }

  /** Forgets an object; with a uid only if it is that one. Says if it did. */
  drop(key: Key, uid?: string): boolean {
    const old = this.#objects.get(key);
    if (old === undefined || (uid !== undefined && old.metadata.uid !== uid)) return false;
    this.#delete(key, old);
    return true;
  }

  #add(key: Key, object: T, initial: boolean): boolean {
    this.#set(key, object);
    this.#listener({ kind: 'added', object, initial });
    return true;
  }

  #set(key: Key, object: T, old?: T): void {
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) {
      if (old !== undefined) leave(index, key, old);
      enter(index, key, object);
    }
  }

  #delete(key: Key, old: T): void {
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) leave(index, key, old);
    this.#listener({ kind: 'deleted', object: old });
  }
}

function enter<T>(index: Index<T>, key: Key, object: T): void {
  for (const value of index.valuesOf(object)) {
    const keys = index.entries.get(value) ?? new Set();
    keys.add(key);
    index.entries.set(value, keys);
  }
}

function leave<T>(index: Index<T>, key: Key, object: T): void {
  for (const value of index.valuesOf(object)) {
    const keys = index.entries.get(value);
    keys?.delete(key);
    if (keys?.size === 0) index.entries.delete(value);
  }
}

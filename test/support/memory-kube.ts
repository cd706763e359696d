// An API server in memory behind the runtime's own port, for tests in virtual time: versions and conflicts, the status
// subresource, generations, finalizers and watches behave as on a real server; faults are answers given by the test.
import type { Clock } from '../../src/kernel/clock.ts';
import type {
  CallOptions,
  Kube,
  KubeFailure,
  KubeResult,
  ListOptions,
  Patch,
  PatchTarget,
  WatchEnd,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../../src/runtime/kube.ts';
import { type KubeObject, type ObjectRef, type ResourceKind, keyOf } from '../../src/runtime/kube-types.ts';
import { applyMergePatch } from '../../src/runtime/merge-patch.ts';
import { applyJsonPatch } from './json-patch.ts';

/** What is asked of the server. */
export interface Operation {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'replace' | 'patch' | 'remove';
  readonly kind: ResourceKind;
  readonly name: string;
  readonly body?: unknown;
  readonly deadlineMs?: number | undefined;
}

/** Answers instead of the server (before it acts), or loses the answer (after it acted). */
export type Interference = (operation: Operation) => KubeFailure | 'lose-answer' | 'hang' | undefined;

type Fields = Record<string, unknown>;
type Watcher = { readonly plural: string; readonly tell: (event: WatchEvent<KubeObject>) => void };

const CONFLICT: KubeFailure = { kind: 'conflict', message: 'the object has been modified' };

/** The server. */
export class MemoryKube implements Kube {
  readonly operations: Operation[] = [];
  interfere: Interference = () => undefined;
  /** How long each answer takes after the server acted, on this clock. */
  delayMs = 0;
  clock: Clock | undefined;
  readonly #objects = new Map<string, KubeObject>();
  readonly #watchers = new Set<Watcher>();
  #version = 100;
  #uids = 0;

  /** An object as it is stored. */
  peek<T extends KubeObject>(kind: ResourceKind<T>, name: string): T | undefined {
    return this.#read(kind, name);
  }

  /** Everything that is stored. */
  all(): readonly { readonly plural: string; readonly object: KubeObject }[] {
    return [...this.#objects].map(([id, object]) => ({ plural: id.slice(0, id.indexOf(' ')), object }));
  }

  /** Writes as a user would, past all interference; fields are merged into what is there. */
  put<T extends KubeObject>(kind: ResourceKind<T>, object: KubeObject): T {
    const old = this.#read(kind, keyOf(object.metadata));
    return this.#store(kind, old, { ...old, ...object, metadata: { ...old?.metadata, ...object.metadata } });
  }

  /** Deletes as a user would: an object with finalizers is only marked. */
  erase(kind: ResourceKind, name: string): void {
    const old = this.#read(kind, name);
    if (old === undefined) return;
    if ((old.metadata.finalizers ?? []).length === 0) return this.#drop(kind, old);
    if (old.metadata.deletionTimestamp !== undefined) return;
    this.#store(kind, old, { ...old, metadata: { ...old.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
  }

  get<T extends KubeObject>(kind: ResourceKind<T>, ref: ObjectRef, options: CallOptions = {}): Promise<KubeResult<T>> {
    const { deadlineMs } = options;
    return this.#answer({ verb: 'get', kind, name: keyOf(ref), deadlineMs }, () =>
      this.#found(this.#read(kind, keyOf(ref))),
    );
  }

  list<T extends KubeObject>(kind: ResourceKind<T>, options: ListOptions = {}) {
    return this.listPage(kind, options);
  }

  listPage<T extends KubeObject>(kind: ResourceKind<T>, options: ListOptions) {
    return this.#answer({ verb: 'list', kind, name: '' }, () => {
      const items = [...this.#objects].flatMap(([id, object]): T[] =>
        id.startsWith(`${kind.plural} `) && (!options.namespace || object.metadata.namespace === options.namespace)
          ? [JSON.parse(JSON.stringify(object))]
          : [],
      );
      return { kind: 'ok', value: { items, resourceVersion: String(this.#version) } };
    });
  }

  async watch<T extends KubeObject>(
    kind: ResourceKind<T>,
    { signal }: WatchOptions,
    onEvent: (event: WatchEvent<T>) => void,
  ): Promise<WatchEnd> {
    const failure = this.#note({ verb: 'watch', kind, name: '' });
    if (failure !== undefined && failure !== 'hang' && failure !== 'lose-answer') return { kind: 'failed', failure };
    const watcher: Watcher = { plural: kind.plural, tell: (event) => onEvent(JSON.parse(JSON.stringify(event))) };
    this.#watchers.add(watcher);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#watchers.delete(watcher);
    return { kind: 'stopped' };
  }

  create<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: CallOptions = {}): Promise<KubeResult<T>> {
    const { deadlineMs } = options;
    const name = keyOf(object.metadata);
    return this.#answer({ verb: 'create', kind, name, body: object, deadlineMs }, () => {
      if (this.#read(kind, name) !== undefined) return { kind: 'already-exists', message: `${name} exists` };
      return { kind: 'ok', value: this.#store<T>(kind, undefined, object) };
    });
  }

  replace<T extends KubeObject>(kind: ResourceKind<T>, object: T, options: CallOptions = {}): Promise<KubeResult<T>> {
    const { deadlineMs } = options;
    const name = keyOf(object.metadata);
    return this.#answer({ verb: 'replace', kind, name, body: object, deadlineMs }, () => {
      const old = this.#read(kind, name);
      if (old === undefined) return { kind: 'not-found', message: name };
      const version = object.metadata.resourceVersion;
      if (version !== undefined && version !== old.metadata.resourceVersion) return CONFLICT;
      return { kind: 'ok', value: this.#store<T>(kind, old, object) };
    });
  }

  patch<T extends KubeObject>(
    { kind, ref }: PatchTarget<T>,
    patch: Patch,
    options: WriteOptions = {},
  ): Promise<KubeResult<T>> {
    const name = keyOf(ref);
    return this.#answer({ verb: 'patch', kind, name, body: patch }, () => {
      const old = this.#read(kind, name);
      if (old === undefined) return { kind: 'not-found', message: name };
      const patched: KubeObject | undefined = JSON.parse(JSON.stringify(patchedOf(old, patch) ?? null)) ?? undefined;
      if (patched === undefined) return { kind: 'invalid', message: 'the JSON patch does not apply' };
      if (patched.metadata.resourceVersion !== old.metadata.resourceVersion) return CONFLICT;
      const whole =
        options.subresource === 'status' ? { ...old, status: patched.status } : { ...patched, status: old.status };
      return { kind: 'ok', value: this.#store<T>(kind, old, whole) };
    });
  }

  remove(kind: ResourceKind, ref: ObjectRef): Promise<KubeResult<undefined>> {
    return this.#answer<undefined>({ verb: 'remove', kind, name: keyOf(ref) }, () => {
      if (this.#read(kind, keyOf(ref)) === undefined) return { kind: 'not-found', message: keyOf(ref) };
      this.erase(kind, keyOf(ref));
      return { kind: 'ok', value: undefined };
    });
  }

  async #answer<V>(operation: Operation, act: () => KubeResult<V>): Promise<KubeResult<V>> {
    const failure = this.#note(operation);
    if (failure === 'hang') return new Promise(() => undefined);
    if (failure !== undefined && failure !== 'lose-answer') return failure;
    const result = act();
    if (this.delayMs > 0) await this.clock?.sleep(this.delayMs);
    return failure === 'lose-answer' ? { kind: 'unknown-outcome', message: 'the answer was lost' } : result;
  }

  #note(operation: Operation): ReturnType<Interference> {
    this.operations.push(operation);
    return this.interfere(operation);
  }

  #read<T extends KubeObject>(kind: ResourceKind<T>, name: string): T | undefined {
    const stored = this.#objects.get(`${kind.plural} ${name}`);
    return stored === undefined ? undefined : JSON.parse(JSON.stringify(stored));
  }

  #found<T>(object: T | undefined): KubeResult<T> {
    return object === undefined ? { kind: 'not-found', message: 'not found' } : { kind: 'ok', value: object };
  }

  #store<T extends KubeObject>(kind: ResourceKind<T>, old: KubeObject | undefined, next: KubeObject): T {
    const metadata = this.#metadata(old, next);
    const object: T = JSON.parse(JSON.stringify({ ...next, metadata }));
    if (metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0) {
      this.#drop(kind, object);
      return object;
    }
    this.#objects.set(`${kind.plural} ${keyOf(metadata)}`, object);
    this.#tell(kind, { type: old === undefined ? 'ADDED' : 'MODIFIED', object });
    return JSON.parse(JSON.stringify(object));
  }

  #metadata(old: KubeObject | undefined, next: KubeObject) {
    const changed = old === undefined || JSON.stringify(old.spec) !== JSON.stringify(next.spec);
    const generation = (old?.metadata.generation ?? 0) + (changed ? 1 : 0);
    const uid = old?.metadata.uid ?? next.metadata.uid ?? `uid-${++this.#uids}`;
    return { ...next.metadata, uid, generation, resourceVersion: String(++this.#version) };
  }

  #drop(kind: ResourceKind, old: KubeObject): void {
    this.#objects.delete(`${kind.plural} ${keyOf(old.metadata)}`);
    const object = { ...old, metadata: { ...old.metadata, resourceVersion: String(++this.#version) } };
    this.#tell(kind, { type: 'DELETED', object });
  }

  #tell(kind: ResourceKind, event: WatchEvent<KubeObject>): void {
    for (const watcher of this.#watchers) if (watcher.plural === kind.plural) watcher.tell(event);
  }
}

function patchedOf(object: KubeObject, patch: Patch): unknown {
  if (patch.kind === 'merge') return applyMergePatch(object, patch.body);
  const fields: Fields = { ...object };
  return applyJsonPatch(fields, patch.operations);
}

// Compares a cache with the server while the watch goes on. What the watch would still have delivered is waited for;
// what remains was missed, is repaired and counted: the number that tells whether the cache can be believed.
import type { Clock } from '../kernel/clock.ts';
import type { Kube } from './kube.ts';
import { type Key, type KubeObject, type ResourceKind, compareVersions, keyOf, refOf } from './kube-types.ts';
import type { Store } from './store.ts';

/** What an audit looks at. */
export interface AuditOptions<T extends KubeObject> {
  readonly kube: Kube;
  readonly kind: ResourceKind<T>;
  readonly namespace: string;
  readonly store: Store<T>;
  readonly project: (object: T) => T;
  readonly clock: Clock;
  /** The newest version that the store includes. */
  readonly version: () => string | undefined;
}

/** A difference that the watch did not deliver. */
export interface Miss {
  readonly key: Key;
  readonly change: 'added' | 'updated' | 'deleted';
}

/** The end of an audit: unfinished when the list failed or the watch did not catch up with it. */
export type AuditEnd =
  | { readonly kind: 'audited'; readonly misses: readonly Miss[] }
  | { readonly kind: 'unfinished'; readonly reason: string };

const CATCH_UP_MS = 120_000;
const POLL_MS = 1000;

/** Compares once and repairs the store. */
export async function audit<T extends KubeObject>(options: AuditOptions<T>, signal: AbortSignal): Promise<AuditEnd> {
  const suspects = await collect(options, signal);
  if ('kind' in suspects) return suspects;
  const { different, vanished, version } = suspects;
  if (different.size === 0 && vanished.size === 0) return { kind: 'audited', misses: [] };
  if (!(await caughtUp(options, version, signal))) return { kind: 'unfinished', reason: 'the watch is behind' };
  const repaired = await repair(options, different, signal);
  return { kind: 'audited', misses: [...repaired, ...forget(options.store, vanished)] };
}

interface Suspects<T> {
  readonly different: ReadonlyMap<Key, T>;
  readonly vanished: ReadonlyMap<Key, T>;
  readonly version: string;
}

async function collect<T extends KubeObject>(
  options: AuditOptions<T>,
  signal: AbortSignal,
): Promise<Suspects<T> | AuditEnd> {
  const { kube, kind, namespace, store, project } = options;
  const different = new Map<Key, T>();
  const seen = new Set<Key>();
  let token: string | undefined;
  for (;;) {
    const page = await kube.listPage(kind, { namespace, signal }, token);
    if (page.kind !== 'ok') return { kind: 'unfinished', reason: page.message };
    for (const item of page.value.items) {
      const key = keyOf(item.metadata);
      seen.add(key);
      if (isNewer(item, store.get(key))) different.set(key, project(item));
    }
    token = page.value.continue;
    if (token === undefined) {
      return {
        different,
        vanished: unseen(store, seen, page.value.resourceVersion),
        version: page.value.resourceVersion,
      };
    }
  }
}

/** Objects that the list lacks though the store knew them when it was made. */
function unseen<T extends KubeObject>(store: Store<T>, seen: ReadonlySet<Key>, version: string): Map<Key, T> {
  const found = new Map<Key, T>();
  for (const object of store.values()) {
    const key = keyOf(object.metadata);
    const order = compareVersions(object.metadata.resourceVersion, version);
    if (!seen.has(key) && (order === undefined || order <= 0)) found.set(key, object);
  }
  return found;
}

function isNewer(item: KubeObject, held: KubeObject | undefined): boolean {
  if (held === undefined) return true;
  const order = compareVersions(item.metadata.resourceVersion, held.metadata.resourceVersion);
  return order === undefined || order > 0;
}

async function caughtUp<T extends KubeObject>(
  { clock, version }: AuditOptions<T>,
  target: string,
  signal: AbortSignal,
): Promise<boolean> {
  const end = clock.monotonic() + CATCH_UP_MS;
  while (!signal.aborted && clock.monotonic() < end) {
    if ((compareVersions(version(), target) ?? 0) >= 0) return true;
    await clock.sleep(POLL_MS, signal);
  }
  return false;
}

async function repair<T extends KubeObject>(
  options: AuditOptions<T>,
  different: ReadonlyMap<Key, T>,
  signal: AbortSignal,
): Promise<readonly Miss[]> {
  const { store } = options;
  const misses: Miss[] = [];
  for (const [key, listed] of different) {
    const held = store.get(key);
    if (held === undefined) {
      // Either its arrival was missed, or it has been deleted since it was listed: only the server knows.
      const live = await options.kube.get(options.kind, refOf(key), { signal });
      if (live.kind === 'ok' && store.put(options.project(live.value))) misses.push({ key, change: 'added' });
    } else if (isNewer(listed, held)) {
      store.put(listed);
      misses.push({ key, change: 'updated' });
    }
  }
  return misses;
}

function forget<T extends KubeObject>(store: Store<T>, vanished: ReadonlyMap<Key, T>): readonly Miss[] {
  const still = [...vanished].filter(([key, object]) => store.get(key) === object);
  for (const [key] of still) store.drop(key);
  return still.map(([key]) => ({ key, change: 'deleted' }));
}

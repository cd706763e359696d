// Watches of the API server through kubectl, one per kind: the objects as they are now, and every change of their minds.
import { spawnBound, type BoundProcess } from '../support/bound-process.ts';
import type { DriftEntry, KubeObject, Replacement } from './judge/facts.ts';
import { nameOf, transitionsOf, type Transition } from './judge/objects.ts';

/** What an object newly says beside its conditions; `at` in real milliseconds. */
export type Report =
  | { readonly kind: 'condition'; readonly at: number; readonly transition: Transition }
  | { readonly kind: 'drift'; readonly at: number; readonly object: string; readonly drift: DriftEntry }
  | { readonly kind: 'replacement'; readonly at: number; readonly object: string; readonly replacement: Replacement };

/** The objects of all watched kinds. */
export interface ObjectWatch {
  objects(): readonly KubeObject[];
  object(kind: string): KubeObject | undefined;
  /** Everything said since the start, in order. */
  reports(): readonly Report[];
  /** Throws when a watch has died: what it no longer sees must not be judged. */
  check(): void;
  stop(): Promise<void>;
}

/** Which kinds, by their path below /apis. */
export interface WatchOptions {
  readonly kubectlPath: string;
  readonly kubeconfigPath: string;
  readonly paths: readonly string[];
  readonly onReport: (report: Report) => void;
}

interface WatchEvent {
  readonly type: string;
  readonly object: KubeObject;
}

/** Starts the watches; objects appear as the server sends them. */
export function watchObjects(options: WatchOptions): ObjectWatch {
  const objects = new Map<string, KubeObject>();
  const reports: Report[] = [];
  const take = (event: WatchEvent): void => {
    if (event.type === 'ERROR') return;
    const key = nameOf(event.object);
    const before = objects.get(key);
    if (event.type === 'DELETED') objects.delete(key);
    else objects.set(key, event.object);
    for (const report of newsIn(before, event.object)) {
      reports.push(report);
      options.onReport(report);
    }
  };
  const children = options.paths.map((path) => watchOne(options, path, take));
  return {
    objects: () => [...objects.values()],
    object: (kind) => [...objects.values()].find((object) => object.kind === kind),
    reports: () => reports,
    check: () => {
      const dead = children.find((child) => child.exit() !== undefined);
      if (dead !== undefined) throw new Error(`${dead.name} has ended: ${dead.tail(3)}`);
    },
    stop: async () => {
      await Promise.all(children.map((child) => child.stop('SIGTERM', 2_000)));
    },
  };
}

function watchOne(options: WatchOptions, path: string, take: (event: WatchEvent) => void): BoundProcess {
  return spawnBound(options.kubectlPath, ['get', '--raw', `${path}?watch=true&timeoutSeconds=7200`], {
    name: `watch of ${path}`,
    env: { ...process.env, KUBECONFIG: options.kubeconfigPath },
    onLine: (line, stream) => {
      if (stream !== 'stdout' || line === '') return;
      const event: WatchEvent = JSON.parse(line);
      take(event);
    },
  });
}

/** Everything new that one state of an object says over the one before. */
export function newsIn(before: KubeObject | undefined, after: KubeObject, at = Date.now()): readonly Report[] {
  const object = nameOf(after);
  const [old, now] = [before?.status, after.status];
  return [
    ...transitionsOf(before, after, at).map((transition) => ({ kind: 'condition' as const, at, transition })),
    ...added(old?.drift, now?.drift, driftKey).map((drift) => ({ kind: 'drift' as const, at, object, drift })),
    ...added(old?.replacements, now?.replacements, stepKey).map((replacement) => ({
      kind: 'replacement' as const,
      at,
      object,
      replacement,
    })),
  ];
}

function added<T>(old: readonly T[] = [], now: readonly T[] = [], key: (entry: T) => string): readonly T[] {
  const known = new Set(old.map(key));
  return now.filter((entry) => !known.has(key(entry)));
}

function driftKey({ rule, path, observed, decision }: DriftEntry): string {
  return JSON.stringify([rule, path, observed, decision]);
}

function stepKey({ slot, surplusId, step }: Replacement): string {
  return `${slot} ${surplusId} ${step}`;
}

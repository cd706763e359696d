// How one visit to an object can end, and what the controller does about it: the only vocabulary between them.

/** The end of a reconcile. */
export type Outcome =
  /** Nothing to do until something changes; the retry history is forgotten. */
  | { readonly kind: 'done' }
  /** Come back after a time; the retry history is forgotten. */
  | { readonly kind: 'requeue-after'; readonly ms: number }
  /** Come back with back-off, though nothing failed: a conflicting write, a stale read. */
  | { readonly kind: 'requeue'; readonly reason: string }
  /** Failed; come back with back-off, and not before `atLeastMs`. */
  | { readonly kind: 'retry'; readonly error: unknown; readonly atLeastMs: number }
  /** Failed and will fail again until the object changes: no retry. */
  | { readonly kind: 'terminal'; readonly error: unknown };

/** Nothing to do until something changes. */
export const done: Outcome = Object.freeze({ kind: 'done' });

/** Come back after `ms` milliseconds. */
export function requeueAfter(ms: number): Outcome {
  return { kind: 'requeue-after', ms };
}

/** Come back with back-off though nothing failed; `reason` is for the log. */
export function requeue(reason: string): Outcome {
  return { kind: 'requeue', reason };
}

/** Failed; come back with back-off, not before `atLeastMs` milliseconds. */
export function retry(error: unknown, atLeastMs = 0): Outcome {
  return { kind: 'retry', error, atLeastMs };
}

/** Failed for good: only a change of the object makes sense. */
export function terminal(error: unknown): Outcome {
  return { kind: 'terminal', error };
}

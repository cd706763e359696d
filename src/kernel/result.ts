// An expected end as a value: `throw` stays for what nobody expects.

/** Either a value or a described failure. */
export type Result<T, E> = { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'error'; readonly error: E };

/** Wraps a value. */
export function ok<T>(value: T): { readonly kind: 'ok'; readonly value: T } {
  return { kind: 'ok', value };
}

/** Wraps a failure. */
export function fail<E>(error: E): { readonly kind: 'error'; readonly error: E } {
  return { kind: 'error', error };
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

// What a judge says: it holds, with the proof, or it does not, with the reason.

/** `text` is the proof when it holds, else what is missing or wrong. */
export interface Verdict {
  readonly holds: boolean;
  readonly text: string;
}

/** Holds with `proof` when nothing speaks against it, else fails with everything that does. */
export function verdict(against: readonly string[], proof: string): Verdict {
  return against.length === 0 ? { holds: true, text: proof } : { holds: false, text: against.join('; ') };
}

/** The texts of those entries whose condition is true: what speaks against. */
export function objections(entries: readonly (readonly [boolean, string])[]): readonly string[] {
  return entries.filter(([wrong]) => wrong).map(([, text]) => text);
}

/** "a, b, c and 4 more": lists in sentences stay readable. */
export function few(items: readonly string[], most = 4): string {
  if (items.length <= most) return items.join(', ');
  return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
}

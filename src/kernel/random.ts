// Randomness as a dependency: jitter and identifiers come from here, so that tests can replay them.

/** A source of chance. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A new random UUID (version 4). */
  uuid(): string;
}

/** Stretches `ms` by a random share of at most `factor`: the result lies in [ms, ms * (1 + factor)). */
export function jitter(random: Random, ms: number, factor: number): number {
  return ms * (1 + random.next() * factor);
}

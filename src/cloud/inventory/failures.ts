// The last failure of each tier, until that tier succeeds again.
import type { CloudError } from '../call.ts';
import type { TierFailure } from './inventory.ts';

/** Failures by type. Identity: one per inventory. */
export class Failures {
  readonly #now: () => number;
  readonly #byType = new Map<string, TierFailure>();

  /** `now`: wall milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  failed(type: string, error: CloudError): void {
    this.#byType.set(type, { type, since: this.#byType.get(type)?.since ?? this.#now(), error });
  }

  worked(type: string): void {
    this.#byType.delete(type);
  }

  all(): readonly TierFailure[] {
    return [...this.#byType.values()];
  }

  clear(): void {
    this.#byType.clear();
  }
}

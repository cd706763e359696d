// The rule of doubt: when most of a type vanishes at once, the listing is more likely wrong than the world. Nothing is concluded
// of any type until a whole listing shows them again or an administrator says that they are gone.
import type { Doubt } from './inventory.ts';
import type { Keeper } from './keeper.ts';

/** Fewer missing ids than this are no doubt. */
const LEAST_MISSING = 5;

/** Doubts of one inventory by type. */
export class Doubts {
  readonly #open = new Map<string, { readonly doubt: Doubt; readonly keeper: Keeper }>();
  readonly #now: () => number;
  readonly #changed: (type: string, doubtful: boolean) => void;

  /** `changed` hears when a doubt of a type begins and ends. */
  constructor(now: () => number, changed: (type: string, doubtful: boolean) => void) {
    this.#now = now;
    this.#changed = changed;
  }

  /** The oldest doubt. */
  first(): Doubt | undefined {
    return [...this.#open.values()][0]?.doubt;
  }

  /** Applies the rule after a whole sweep: opens, keeps or ends the doubt of its type. */
  afterSweep(keeper: Keeper, wasFirst: boolean): void {
    const { known, missing } = keeper.census(wasFirst || this.#open.has(keeper.type));
    const doubtful = isDoubtful(known, missing.length);
    if (doubtful) this.#begin(keeper, known, missing.length);
    else if (this.#open.delete(keeper.type)) this.#changed(keeper.type, false);
  }

  /** True when an absence may be judged now: no doubt is open, and judging would not be one. */
  mayJudge(keeper: Keeper): boolean {
    if (this.#open.size > 0) return false;
    const { known, missing } = keeper.census(false);
    if (!isDoubtful(known, missing.length)) return true;
    this.#begin(keeper, known, missing.length);
    return false;
  }

  /** Ends all doubts and takes what is missing for gone. Returns the keepers that have something to judge now. */
  settle(): readonly Keeper[] {
    const keepers = [...this.#open.values()].map(({ keeper }) => keeper);
    this.#open.clear();
    for (const keeper of keepers) {
      keeper.accept(keeper.missing());
      this.#changed(keeper.type, false);
    }
    return keepers;
  }

  clear(): void {
    this.#open.clear();
  }

  #begin(keeper: Keeper, known: number, missing: number): void {
    const since = this.#open.get(keeper.type)?.doubt.since ?? this.#now();
    const isNew = !this.#open.has(keeper.type);
    this.#open.set(keeper.type, { doubt: { type: keeper.type, since, missing, known }, keeper });
    if (isNew) this.#changed(keeper.type, true);
  }
}

function isDoubtful(known: number, missing: number): boolean {
  return missing >= LEAST_MISSING && missing > known / 2;
}

// A job that repeats at an interval shortened by chance, so that many of them spread out and none is ever late.
import type { Cancel, Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';

/** Share of the interval by which a turn may come early. */
const EARLY = 0.1;
const FIRST_RETRY_MS = 2_000;

/** What a repeated job needs. */
export interface RepeatOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly everyMs: number;
  /** Does one turn; false asks for another one soon. */
  readonly turn: () => Promise<boolean>;
}

/** Repeats until paused; turns never overlap. Identity: its timer. */
export class Repeat {
  readonly #options: RepeatOptions;
  #cancel: Cancel | undefined;
  #failures = 0;
  #round = 0;
  #running = false;
  #again = false;

  constructor(options: RepeatOptions) {
    this.#options = options;
  }

  /** First turn at once. */
  start(): void {
    this.#round += 1;
    this.#failures = 0;
    this.#schedule(0);
  }

  /** No further turn; one under way ends by itself. */
  pause(): void {
    this.#round += 1;
    this.#again = false;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #schedule(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#options.clock.setTimer(ms, () => void this.#turn(this.#round));
  }

  async #turn(round: number): Promise<void> {
    const { clock, random, everyMs, turn } = this.#options;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    const startedAt = clock.monotonic();
    const done = await turn().finally(() => (this.#running = false));
    if (this.#again) {
      this.#again = false;
      this.#schedule(0);
      return;
    }
    if (round !== this.#round) return;
    this.#failures = done ? 0 : this.#failures + 1;
    const intervalMs = everyMs * (1 - EARLY * random.next());
    const retryMs = Math.min(intervalMs, FIRST_RETRY_MS * 2 ** (this.#failures - 1));
    this.#schedule(done ? Math.max(0, startedAt + intervalMs - clock.monotonic()) : retryMs);
  }
}

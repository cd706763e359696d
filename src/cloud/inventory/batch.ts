// One shared batch for everybody who wants ids re-read: the first request opens a window, its end reads them all at once.
import type { Cancel, Clock } from '../../kernel/clock.ts';

/** Collects names and runs them together. Identity: one per resource type. */
export class Batch {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #run: (names: readonly string[]) => Promise<void>;
  #waiting = new Set<string>();
  #cancel: Cancel | undefined;
  #running = false;
  #closed = false;

  /** `run` must not reject; while it is under way requests gather for the batch after it. */
  constructor(clock: Clock, windowMs: number, run: (names: readonly string[]) => Promise<void>) {
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#run = run;
  }

  /** Joins the next batch. */
  add(names: Iterable<string>): void {
    for (const name of names) this.#waiting.add(name);
    this.#arm(this.#windowMs);
  }

  /** Joins a batch that runs as soon as none is under way. */
  addNow(names: Iterable<string>): void {
    for (const name of names) this.#waiting.add(name);
    this.#cancel?.();
    this.#cancel = undefined;
    this.#arm(0);
  }

  /** Drops what waits; a batch under way ends by itself. */
  clear(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#waiting.clear();
  }

  /** As `clear`, for good. */
  close(): void {
    this.#closed = true;
    this.clear();
  }

  #arm(ms: number): void {
    if (this.#closed || this.#running || this.#cancel !== undefined || this.#waiting.size === 0) return;
    this.#cancel = this.#clock.setTimer(ms, () => void this.#flush());
  }

  async #flush(): Promise<void> {
    this.#cancel = undefined;
    const names = [...this.#waiting];
    this.#waiting = new Set();
    this.#running = true;
    try {
      await this.#run(names);
    } finally {
      this.#running = false;
      this.#arm(this.#windowMs);
    }
  }
}

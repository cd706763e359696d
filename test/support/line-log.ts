// The lines a process has written, kept in a bounded window, and waiting for one of them without missing any.

/** Which stream a line came from. */
export type StreamName = 'stdout' | 'stderr';

/** What to wait for: `what` names it in the error; `since` is a line count (default 0: from the start). */
export interface LineQuery {
  readonly timeoutMs: number;
  readonly what: string;
  readonly since?: number;
}

/** Lines kept for late waiters; older ones are forgotten. */
const WINDOW = 5_000;

interface Waiter {
  readonly pattern: RegExp;
  readonly resolve: (match: RegExpExecArray) => void;
  readonly fail: (reason: string) => void;
}

/** A growing list of lines; `onLine` hears every one. */
export class LineLog {
  readonly #onLine: ((line: string, stream: StreamName) => void) | undefined;
  readonly #lines: string[] = [];
  readonly #waiters = new Set<Waiter>();
  #forgotten = 0;
  #over: string | undefined;

  constructor(onLine?: (line: string, stream: StreamName) => void) {
    this.#onLine = onLine;
  }

  push(line: string, stream: StreamName): void {
    this.#lines.push(line);
    if (this.#lines.length > WINDOW) {
      this.#lines.shift();
      this.#forgotten += 1;
    }
    this.#onLine?.(line, stream);
    for (const waiter of this.#waiters) {
      const match = waiter.pattern.exec(line);
      if (match !== null) waiter.resolve(match);
    }
  }

  /** No line follows: waiters are rejected with this reason. */
  end(reason: string): void {
    this.#over = reason;
    for (const waiter of this.#waiters) waiter.fail(reason);
  }

  /** Lines seen since the beginning, forgotten ones included. */
  count(): number {
    return this.#forgotten + this.#lines.length;
  }

  tail(count = 15): string {
    return this.#lines.slice(-count).join('\n');
  }

  /** Resolves with the match of the first fitting line from `since` on; rejects when time is up or the log has ended. */
  async waitFor(wanted: RegExp, { timeoutMs, what, since = 0 }: LineQuery): Promise<RegExpExecArray> {
    // A global or sticky pattern remembers where it stopped, which would skip lines.
    const pattern = new RegExp(wanted.source, wanted.flags.replace(/[gy]/g, ''));
    for (const line of this.#lines.slice(Math.max(0, since - this.#forgotten))) {
      const match = pattern.exec(line);
      if (match !== null) return match;
    }
    const failure = (reason: string): Error => new Error(`${what}: ${reason}; last lines:\n${this.tail()}`);
    if (this.#over !== undefined) throw failure(this.#over);
    return this.#wait(pattern, timeoutMs, failure);
  }

  #wait(pattern: RegExp, timeoutMs: number, failure: (reason: string) => Error): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const waiter: Waiter = { pattern, resolve, fail: (reason) => reject(failure(reason)) };
    const timer = setTimeout(() => waiter.fail(`nothing within ${timeoutMs} ms`), timeoutMs);
    this.#waiters.add(waiter);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    });
  }
}

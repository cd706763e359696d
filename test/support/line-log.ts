// The lines a process has written, kept in a bounded window, and waiting for one of them without missing any.

/** Which stream a line came from. */
export type StreamName = 'stdout' | 'stderr';

/** What to wait for: `what` names it in the error; `since` is a line count (default 0: from the start). */
export interface LineQuery {
  readonly timeoutMs: number;
  readonly what: string;
  readonly since?: number;
}

/** A growing list of lines. */
export interface LineLog {
  push(line: string, stream: StreamName): void;
  /** No line follows: waiters are rejected with this reason. */
  end(reason: string): void;
  count(): number;
  tail(count?: number): string;
  waitFor(pattern: RegExp, query: LineQuery): Promise<RegExpExecArray>;
}

interface Waiter {
  offer(line: string): void;
  fail(reason: string): void;
}

/** Lines kept for late waiters; older ones are forgotten. */
const WINDOW = 5_000;

/** Creates an empty log; `onLine` hears every line. */
export function createLineLog(onLine?: (line: string, stream: StreamName) => void): LineLog {
  const lines: string[] = [];
  const waiters = new Set<Waiter>();
  let forgotten = 0;
  let over: string | undefined;
  const tail = (count = 15): string => lines.slice(-count).join('\n');
  return {
    push(line, stream) {
      lines.push(line);
      if (lines.length > WINDOW) {
        lines.shift();
        forgotten += 1;
      }
      onLine?.(line, stream);
      for (const waiter of waiters) waiter.offer(line);
    },
    end(reason) {
      over = reason;
      for (const waiter of waiters) waiter.fail(reason);
    },
    count: () => forgotten + lines.length,
    tail,
    waitFor(pattern, { timeoutMs, what, since = 0 }) {
      for (const line of lines.slice(Math.max(0, since - forgotten))) {
        const match = fresh(pattern).exec(line);
        if (match !== null) return Promise.resolve(match);
      }
      const failure = (reason: string): Error => new Error(`${what}: ${reason}; last lines:\n${tail()}`);
      if (over !== undefined) return Promise.reject(failure(over));
      return new Promise((resolve, reject) => {
        const finish = (): void => {
          clearTimeout(timer);
          waiters.delete(waiter);
        };
        const waiter: Waiter = {
          offer(line) {
            const match = fresh(pattern).exec(line);
            if (match === null) return;
            finish();
            resolve(match);
          },
          fail(reason) {
            finish();
            reject(failure(reason));
          },
        };
        const timer = setTimeout(() => waiter.fail(`nothing within ${timeoutMs} ms`), timeoutMs);
        waiters.add(waiter);
      });
    },
  };
}

// A global or sticky pattern remembers where it stopped, which would skip lines.
function fresh(pattern: RegExp): RegExp {
  return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
}

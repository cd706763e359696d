// Waiting for a condition in real time, for tests with real processes: polls until it holds, never sleeps for luck.

/** How long to try and how often; `what` names the condition in the error. */
export interface Patience {
  readonly what: string;
  readonly timeoutMs: number;
  readonly everyMs?: number;
}

/** Calls `check` until it returns something other than undefined or false; a throwing check counts as "not yet". */
export async function eventually<T>(
  check: () => T | undefined | false | Promise<T | undefined | false>,
  patience: Patience,
): Promise<T> {
  const deadline = performance.now() + patience.timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await check();
      if (value !== undefined && value !== false) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`${patience.what}: not within ${patience.timeoutMs} ms`, { cause });
    }
    await pause(patience.everyMs ?? 50);
  }
}

/** Real time passing. Only for polling: a test that sleeps instead of asking is flaky. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

// Time as a dependency: whoever waits or measures takes a Clock, so that tests own the time.

/** Undoes a timer; calling it twice or after the timer ran does nothing. */
export type Cancel = () => void;

/** Wall time, monotonic time and waiting. */
export interface Clock {
  /** Wall time in milliseconds since 1970; may jump, so it is for records and never for measuring. */
  now(): number;
  /** Milliseconds since some fixed point; never goes back, is not moved by wall clock changes. */
  monotonic(): number;
  /** Waits `ms`; resolves early and never rejects when the signal aborts, so look at the signal afterwards. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `run` once after `ms`. */
  setTimer(ms: number, run: () => void): Cancel;
}

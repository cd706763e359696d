// One try of one call as the door to the SDK sees it: no limiter, no gate, no retry.
import type { Answer, Call } from './call.ts';

/** What the cloud says about its quota in the headers of a success: calls left in this window, and milliseconds until the next. */
export interface QuotaHint {
  readonly limit?: number;
  readonly remain: number;
  readonly resetMs: number;
}

/** The end of one try. `quota` is known only when the cloud sent its headers. */
export interface TryResult {
  readonly answer: Answer;
  readonly quota?: QuotaHint;
}

/** How one try is made. */
export interface TryOptions {
  readonly mutating: boolean;
  readonly timeoutMs: number;
  /** Added to our wall clock for the signature's date, when the cloud's clock is known to differ. */
  readonly clockOffsetMs: number;
}

/** Signs and sends one call once; the end is always a value. */
export type SendOnce = (call: Call, options: TryOptions) => Promise<TryResult>;

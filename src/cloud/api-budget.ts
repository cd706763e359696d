// How many calls one API of one account and region may take now: a token bucket whose limit is the budget until the cloud
// teaches a smaller one. The cloud counts in windows of a minute that it shares with the console and every other tool.
import type { QuotaHint } from './wire-call.ts';

const MINUTE_MS = 60_000;
/** Part of a limit that may be spent at once. */
const BURST = 0.1;
/** Part of a learned limit that we take; the rest is for people. */
const SHARE = 0.9;
/** How long a learned limit stands before the budget is tried again. */
const LEARNED_MS = 600_000;
/** From so many calls of ours within a minute on, a throttle is taken for our own doing. */
const OURS = 10;
const PROBE_MS = 1_000;

/** Spends and learns; all times are milliseconds of one monotonic clock. Identity: one per (account, region, service, action). */
export class ApiBudget {
  #budget: number;
  #learned: { readonly limit: number; readonly until: number } | undefined;
  #tokens: number;
  #refilledAt: number;
  #pausedUntil = 0;
  #probing = false;
  #sent: number[] = [];

  /** `callsPerMinute` at least 1. */
  constructor(callsPerMinute: number, now: number) {
    this.#budget = Math.max(1, callsPerMinute);
    this.#tokens = this.#capacity(now);
    this.#refilledAt = now;
  }

  /** Another budget; what was learned below it stands. */
  setBudget(callsPerMinute: number, now: number): void {
    this.#refill(now);
    this.#budget = Math.max(1, callsPerMinute);
  }

  /** Calls a minute that are allowed at present. */
  limit(now: number): number {
    return this.#learned !== undefined && now < this.#learned.until
      ? Math.min(this.#learned.limit, this.#budget)
      : this.#budget;
  }

  /** Milliseconds until a call may be made that leaves `reserve` (0 to 1) of the burst to more urgent ones; 0 means now. */
  waitMs(now: number, reserve: number): number {
    this.#refill(now);
    if (now < this.#pausedUntil) return this.#pausedUntil - now;
    const capacity = this.#capacity(now);
    const needed = Math.min(1 + Math.floor(reserve * capacity), capacity) - this.#tokens;
    return needed <= 0 ? 0 : Math.ceil((needed * MINUTE_MS) / this.limit(now));
  }

  /** Spends one call. While it is not known whether the API works again, the next one waits a second. */
  take(now: number): void {
    this.#refill(now);
    this.#tokens = Math.max(0, this.#tokens - 1);
    this.#sent.push(now);
    if (this.#probing) this.#pausedUntil = now + PROBE_MS;
  }

  /** The cloud took a call: probing ends. */
  worked(now: number): void {
    if (!this.#probing) return;
    this.#probing = false;
    this.#pausedUntil = Math.min(this.#pausedUntil, now);
  }

  /** The cloud refused a call for its rate. With its own word on when to come back that is taken; after many calls of ours the window is waited for; else it is probed once a second. */
  throttled(now: number, retryAfterMs: number | undefined): void {
    const recent = this.#recent(now);
    const ours = recent.length >= OURS;
    if (ours && !this.#probing) this.#learn(recent.length, now);
    this.#probing = true;
    this.#tokens = Math.min(this.#tokens, 1);
    const windowMs = ours ? (recent[0] ?? now) + MINUTE_MS - now : PROBE_MS;
    const waitMs = Math.min(retryAfterMs ?? windowMs, MINUTE_MS);
    this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.max(waitMs, PROBE_MS));
  }

  /** What the cloud said about its quota in a success. */
  hinted(now: number, hint: QuotaHint): void {
    if (hint.limit !== undefined) this.#learn(hint.limit, now);
    this.#tokens = Math.min(this.#tokens, hint.remain);
    if (hint.remain === 0) this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.min(hint.resetMs, MINUTE_MS));
  }

  #learn(quota: number, now: number): void {
    const limit = Math.max(1, Math.floor(quota * SHARE));
    if (limit >= this.#budget) return;
    this.#refill(now);
    this.#learned = { limit: Math.min(limit, this.#budget), until: now + LEARNED_MS };
  }

  #recent(now: number): readonly number[] {
    this.#sent = this.#sent.filter((at) => at > now - MINUTE_MS);
    return this.#sent;
  }

  #refill(now: number): void {
    const gained = ((now - this.#refilledAt) * this.limit(now)) / MINUTE_MS;
    this.#tokens = Math.min(this.#capacity(now), this.#tokens + gained);
    this.#refilledAt = now;
  }

  #capacity(now: number): number {
    return Math.max(1, this.limit(now) * BURST);
  }
}

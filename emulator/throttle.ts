// Requests per account, region and action in windows of a virtual minute, as the gateway counts them.

import { refuse } from './refusal.ts';
import type { Throttling } from './settings.ts';

/** Counts of the current minute. */
export interface Windows {
  readonly counts: Map<string, { readonly minute: number; used: number }>;
}

/** Whose calls are counted together. */
export interface Counted {
  readonly account: string;
  readonly region: string;
  readonly service: string;
  readonly action: string;
}

const MINUTE = 60_000;

/** Counts a request; gives the rate headers, refuses over the limit (the headers then ride on the refusal through `onLimit`). */
export const throttle = (
  windows: Windows,
  rules: Throttling,
  asked: Counted & { readonly now: number; readonly onHeaders: (headers: Readonly<Record<string, string>>) => void },
): void => {
  const limit = rules.actions[`${asked.service}:${asked.action}`] ?? rules.default;
  if (limit === undefined) return;
  const key = `${asked.account}|${asked.region}|${asked.service}|${asked.action}`;
  const minute = Math.floor(asked.now / MINUTE);
  const known = windows.counts.get(key);
  const window = known?.minute === minute ? known : { minute, used: 0 };
  windows.counts.set(key, window);
  window.used += 1;
  const left = MINUTE - (asked.now % MINUTE);
  const rate = `Limit:${limit},Remain:${Math.max(0, limit - window.used)},TimeLeft:${left},Reset:${left}`;
  const over = window.used > limit;
  asked.onHeaders({
    ...(rules.rateHeaders ? { 'x-ratelimit-user-api': rate } : {}),
    ...(over && rules.retryAfter ? { 'x-acs-retry-after': String(left) } : {}),
  });
  if (over) refuse({ status: rules.status, code: rules.code, message: 'Request was denied due to user flow control.' });
};

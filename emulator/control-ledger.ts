// The ledger as judges read it: calls page by page, resources with their life, sums of resource-seconds.

import { isoSeconds } from './clock.ts';
import { resourceSeconds } from './ledger.ts';
import { wrong } from './read.ts';
import type { ControlAnswer } from './service.ts';
import type { World } from './world.ts';

const DEFAULT_LIMIT = 10_000;

const number = (query: Readonly<Record<string, string>>, name: string, standard: number): number => {
  const text = query[name];
  if (text === undefined) return standard;
  return /^\d+$/.test(text) ? Number(text) : wrong(name, 'a whole number from 0 is expected', text);
};

/**
 * `?since=n` gives calls with a number above n (at most `limit`, 10,000 unless told) and `next`, the `since` of the following page;
 * resources are always complete, `?resources=none` leaves them out. Times are ISO in virtual time, `atMs` epoch milliseconds.
 */
export const readLedger = (world: World, query: Readonly<Record<string, string>>): ControlAnswer => {
  const { ledger } = world.state();
  const since = number(query, 'since', 0);
  const calls = ledger.calls.slice(since, since + number(query, 'limit', DEFAULT_LIMIT));
  const now = world.clock.now();
  return {
    status: 200,
    body: {
      now: isoSeconds(now),
      calls: calls.map(({ at, ...entry }) => ({ ...entry, at: isoSeconds(at), atMs: at })),
      next: since + calls.length,
      more: since + calls.length < ledger.calls.length,
      ...(query['resources'] === 'none'
        ? {}
        : {
            resources: ledger.resources.map((entry) => ({
              ...entry,
              createdAt: isoSeconds(entry.createdAt),
              createdAtMs: entry.createdAt,
              deletedAt: entry.deletedAt === null ? null : isoSeconds(entry.deletedAt),
              seconds: ((entry.deletedAt ?? now) - entry.createdAt) / 1000,
            })),
            resourceSeconds: resourceSeconds(ledger, now),
          }),
    },
  };
};

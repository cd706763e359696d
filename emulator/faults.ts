// Faults on order: which request they meet, what they do, and whether the work is done first.

import type { Delivery, WireAnswer } from './wire.ts';

/** What goes wrong. `error` and `throttle` are answers of the API, the others happen to the connection. */
export type FaultEffect =
  | { readonly kind: 'error'; readonly status: number; readonly code: string; readonly message: string }
  | { readonly kind: 'throttle'; readonly code: string; readonly retryAfterMs?: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'html502' }
  | { readonly kind: 'empty200' }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'slow'; readonly ms: number };

/** Which requests a rule meets; absent matches all. */
export interface FaultMatch {
  readonly service?: string;
  readonly action?: string;
  /** A value that stands in some parameter, e.g. an instance id. */
  readonly resource?: string;
  readonly account?: string;
  readonly region?: string;
  readonly accessKeyId?: string;
}

/** `before`: nothing is done. `after-commit`: the work is done, then the fault answers. `answer-lost`: done, then the connection breaks. */
export type FaultPosition = 'before' | 'after-commit' | 'answer-lost';

/** One rule: from the nth match on, count times (0: always). */
export interface FaultRule {
  readonly id: string;
  readonly match: FaultMatch;
  readonly nth: number;
  readonly count: number;
  readonly what: FaultEffect;
  readonly position: FaultPosition;
  /** With it the ClientToken of a committed call is not remembered. */
  readonly forgetToken: boolean;
  matched: number;
  fired: number;
}

/** What a request looks like to the rules. */
export interface FaultSubject {
  readonly service: string;
  readonly action: string;
  readonly account: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly values: readonly string[];
}

const meets = (match: FaultMatch, subject: FaultSubject): boolean =>
  (['service', 'action', 'account', 'region', 'accessKeyId'] as const).every(
    (name) => match[name] === undefined || match[name] === '*' || match[name] === subject[name],
  ) &&
  (match.resource === undefined || subject.values.some((value) => value.includes(match.resource ?? '')));

/** The rule that strikes this request; counts matches of all rules. */
export const strike = (rules: readonly FaultRule[], subject: FaultSubject): FaultRule | undefined => {
  let hit: FaultRule | undefined;
  for (const rule of rules) {
    if (!meets(rule.match, subject)) continue;
    rule.matched += 1;
    const spent = rule.count !== 0 && rule.fired >= rule.count;
    if (hit !== undefined || spent || rule.matched < rule.nth) continue;
    rule.fired += 1;
    hit = rule;
  }
  return hit;
};

const HTML =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n';

/** What becomes of the answer under this fault; `error` answers are made by the caller. */
export const spoil = (what: FaultEffect, answer: WireAnswer): Delivery => {
  const made: Readonly<Record<FaultEffect['kind'], Delivery>> = {
    reset: { kind: 'reset' },
    hang: { kind: 'hang' },
    html502: { kind: 'answer', answer: { status: 502, headers: { 'content-type': 'text/html' }, body: HTML } },
    empty200: { kind: 'answer', answer: { status: 200, headers: answer.headers, body: '' } },
    truncated: { kind: 'truncated', answer },
    error: { kind: 'answer', answer },
    throttle: { kind: 'answer', answer },
    slow: { kind: 'answer', answer },
  };
  return made[what.kind];
};

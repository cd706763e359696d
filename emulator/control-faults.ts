// Fault rules over the control API: read with clear errors, listed, removed.

import type { FaultEffect, FaultMatch, FaultRule } from './faults.ts';
import { isRecord } from './json.ts';
import type { ControlAnswer } from './service.ts';

type Body = Readonly<Record<string, unknown>>;

const bad = (error: string): ControlAnswer => ({ status: 400, body: { error } });
const text = (body: Body, name: string): string | undefined =>
  typeof body[name] === 'string' ? body[name] : undefined;
const count = (value: unknown, standard: number): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : standard;

const POSITIONS = ['before', 'after-commit', 'answer-lost'] as const;

/** How each kind of fault is read. */
const EFFECTS: { readonly [K in FaultEffect['kind']]: (body: Body) => FaultEffect } = {
  throttle: (body) => {
    const retry = body['retryAfterMs'];
    return {
      kind: 'throttle',
      code: text(body, 'code') ?? 'Throttling.User',
      ...(typeof retry === 'number' ? { retryAfterMs: retry } : {}),
    };
  },
  error: (body) => ({
    kind: 'error',
    status: count(body['status'], 500),
    code: text(body, 'code') ?? 'InternalError',
    message: text(body, 'message') ?? 'The request processing has failed due to some unknown error.',
  }),
  slow: (body) => ({ kind: 'slow', ms: count(body['ms'], 1000) }),
  reset: () => ({ kind: 'reset' }),
  hang: () => ({ kind: 'hang' }),
  html502: () => ({ kind: 'html502' }),
  empty200: () => ({ kind: 'empty200' }),
  truncated: () => ({ kind: 'truncated' }),
};

const isKind = (kind: unknown): kind is FaultEffect['kind'] => typeof kind === 'string' && kind in EFFECTS;

const effectOf = (what: unknown): FaultEffect | undefined => {
  const body: Body = typeof what === 'string' ? { kind: what } : isRecord(what) ? what : {};
  const { kind } = body;
  return isKind(kind) ? EFFECTS[kind](body) : undefined;
};

const MATCH = ['service', 'action', 'resource', 'account', 'region', 'accessKeyId'] as const;

const matchOf = (body: Body): FaultMatch => {
  const match: { -readonly [K in keyof FaultMatch]: FaultMatch[K] } = {};
  for (const name of MATCH) {
    const value = text(body, name);
    if (value !== undefined) match[name] = value;
  }
  return match;
};

const OWN = ['match', 'nth', 'count', 'what', 'position', 'forgetToken'];

/** A name that means nothing here: a misspelt match would meet every request. */
const stranger = (body: Body): string | undefined => {
  const known: readonly string[] = MATCH;
  const inMatch = Object.keys(isRecord(body['match']) ? body['match'] : {}).find((name) => !known.includes(name));
  return inMatch ?? Object.keys(body).find((name) => !known.includes(name) && !OWN.includes(name));
};

const ruleOf = (body: Body, id: string, how: Pick<FaultRule, 'what' | 'position'>): FaultRule => ({
  id,
  match: matchOf(isRecord(body['match']) ? body['match'] : body),
  nth: Math.max(1, count(body['nth'], 1)),
  count: count(body['count'], 1),
  ...how,
  forgetToken: body['forgetToken'] === true,
  matched: 0,
  fired: 0,
});

/** Adds a rule `{match?: {service, action, resource, account, region, accessKeyId}, nth?, count?, what, position?, forgetToken?}`. */
export const addFault = (rules: FaultRule[], body: Body): ControlAnswer => {
  const unknown = stranger(body);
  if (unknown !== undefined) return bad(`"${unknown}" is not known; a match has ${MATCH.join(', ')}.`);
  const what = effectOf(body['what']);
  if (what === undefined) return bad(`what is one of ${Object.keys(EFFECTS).join(', ')}, as a name or as {kind, ...}.`);
  const asked = text(body, 'position') ?? 'before';
  const position = POSITIONS.find((known) => known === asked);
  if (position === undefined) return bad(`position is one of ${POSITIONS.join(', ')}.`);
  const last = rules.at(-1)?.id.split('-')[1];
  const rule = ruleOf(body, `fault-${Number(last ?? 0) + 1}`, { what, position });
  rules.push(rule);
  return { status: 201, body: { ...rule } };
};

/** All rules with how often they matched and fired. */
export const listFaults = (rules: readonly FaultRule[]): ControlAnswer => ({ status: 200, body: { faults: rules } });

/** Removes one rule, or all. */
export const removeFaults = (rules: FaultRule[], id: string | undefined): ControlAnswer => {
  const kept = id === undefined ? [] : rules.filter((rule) => rule.id !== id);
  const removed = rules.length - kept.length;
  if (id !== undefined && removed === 0) return { status: 404, body: { error: `No rule ${id}.` } };
  rules.splice(0, rules.length, ...kept);
  return { status: 200, body: { removed } };
};

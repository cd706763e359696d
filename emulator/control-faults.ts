// Fault rules over the control API: read with clear errors, listed, removed.

import type { FaultEffect, FaultMatch, FaultPosition, FaultRule } from './faults.ts';
import type { ControlAnswer } from './service.ts';

type Body = Readonly<Record<string, unknown>>;

const bad = (error: string): ControlAnswer => ({ status: 400, body: { error } });
const text = (body: Body, name: string): string | undefined =>
  typeof body[name] === 'string' ? body[name] : undefined;
const count = (value: unknown, standard: number): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : standard;

const KINDS = ['throttle', 'error', 'reset', 'hang', 'html502', 'empty200', 'truncated', 'slow'];
const POSITIONS: readonly string[] = ['before', 'after-commit', 'answer-lost'];

const effectOf = (what: unknown): FaultEffect | undefined => {
  const body: Body =
    typeof what === 'string' ? { kind: what } : typeof what === 'object' && what !== null ? (what as Body) : {};
  switch (body['kind']) {
    case 'throttle': {
      const retry = body['retryAfterMs'];
      return {
        kind: 'throttle',
        code: text(body, 'code') ?? 'Throttling.User',
        ...(typeof retry === 'number' ? { retryAfterMs: retry } : {}),
      };
    }
    case 'error':
      return {
        kind: 'error',
        status: count(body['status'], 500),
        code: text(body, 'code') ?? 'InternalError',
        message: text(body, 'message') ?? 'The request processing has failed due to some unknown error.',
      };
    case 'slow':
      return { kind: 'slow', ms: count(body['ms'], 1000) };
    case 'reset':
    case 'hang':
    case 'html502':
    case 'empty200':
    case 'truncated':
      return { kind: body['kind'] };
    default:
      return undefined;
  }
};

const MATCH = ['service', 'action', 'resource', 'account', 'region', 'accessKeyId'] as const;

const matchOf = (body: Body): FaultMatch =>
  Object.fromEntries(
    MATCH.flatMap((name) => (text(body, name) === undefined ? [] : [[name, text(body, name)]])),
  ) as FaultMatch;

/** Adds a rule `{match?: {service, action, resource, account, region, accessKeyId}, nth?, count?, what, position?, forgetToken?}`. */
export const addFault = (rules: FaultRule[], body: Body): ControlAnswer => {
  const what = effectOf(body['what']);
  if (what === undefined) return bad(`what is one of ${KINDS.join(', ')}, as a name or as {kind, ...}.`);
  const position = text(body, 'position') ?? 'before';
  if (!POSITIONS.includes(position)) return bad(`position is one of ${POSITIONS.join(', ')}.`);
  const match = typeof body['match'] === 'object' && body['match'] !== null ? (body['match'] as Body) : body;
  const last = rules.at(-1)?.id.split('-')[1];
  const rule: FaultRule = {
    id: `fault-${Number(last ?? 0) + 1}`,
    match: matchOf(match),
    nth: Math.max(1, count(body['nth'], 1)),
    count: count(body['count'], 1),
    what,
    position: position as FaultPosition,
    forgetToken: body['forgetToken'] === true,
    matched: 0,
    fired: 0,
  };
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

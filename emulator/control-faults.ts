// Fault rules over the control API: what nothing could ever meet is refused, with field, value and what is known.

import type { FaultEffect, FaultMatch, FaultRule } from './faults.ts';
import { isRecord } from './json.ts';
import { type Dict, dict, flag, known, number, oneOf, text, whole, wrong } from './read.ts';
import type { ControlAnswer } from './service.ts';
import type { World } from './world.ts';

const POSITIONS = ['before', 'after-commit', 'answer-lost'] as const;
const ENDLESS = Number.MAX_SAFE_INTEGER;

const optional = <T>(body: Dict, name: string, read: (value: unknown, place: string) => T): T | undefined =>
  body[name] === undefined ? undefined : read(body[name], `what.${name}`);

/** How each kind of fault is read, and the names that it has. */
const EFFECTS: {
  readonly [K in FaultEffect['kind']]: {
    readonly names: readonly string[];
    readonly read: (body: Dict) => FaultEffect;
  };
} = {
  throttle: {
    names: ['code', 'retryAfterMs'],
    read: (body) => {
      const retryAfterMs = optional(body, 'retryAfterMs', number);
      return {
        kind: 'throttle',
        code: optional(body, 'code', text) ?? 'Throttling.User',
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      };
    },
  },
  error: {
    names: ['status', 'code', 'message'],
    read: (body) => ({
      kind: 'error',
      status: optional(body, 'status', (value, place) => whole(value, place, [200, 599])) ?? 500,
      code: optional(body, 'code', text) ?? 'InternalError',
      message: optional(body, 'message', text) ?? 'The request processing has failed due to some unknown error.',
    }),
  },
  slow: { names: ['ms'], read: (body) => ({ kind: 'slow', ms: optional(body, 'ms', number) ?? 1000 }) },
  reset: { names: [], read: () => ({ kind: 'reset' }) },
  hang: { names: [], read: () => ({ kind: 'hang' }) },
  html502: { names: [], read: () => ({ kind: 'html502' }) },
  empty200: { names: [], read: () => ({ kind: 'empty200' }) },
  truncated: { names: [], read: () => ({ kind: 'truncated' }) },
};

const KINDS = ['throttle', 'error', 'slow', 'reset', 'hang', 'html502', 'empty200', 'truncated'] as const;

const effectOf = (what: unknown): FaultEffect => {
  const body: Dict = isRecord(what) ? what : { kind: what };
  const kind = oneOf(body['kind'], 'what', KINDS);
  return EFFECTS[kind].read(known(body, 'what', ['kind', ...EFFECTS[kind].names]));
};

const MATCH = ['service', 'action', 'resource', 'account', 'region', 'accessKeyId'] as const;

/** Actions that are answered; a fault for another one would never strike. */
const actionsOf = (world: World, service: string | undefined): readonly string[] =>
  world.modules
    .filter(({ name }) => service === undefined || service === '*' || service === name)
    .flatMap(({ wire }) => Object.keys(wire?.operations ?? {}));

/** What a field of a match may say; undefined where anything may turn up. */
const knownOf = (world: World, match: Dict): { readonly [K in keyof FaultMatch]-?: readonly string[] | undefined } => {
  const { accounts, regions } = world.settings;
  const { service } = match;
  return {
    service: world.modules.filter(({ wire }) => wire !== undefined).map(({ name }) => name),
    action: actionsOf(world, typeof service === 'string' ? service : undefined),
    resource: undefined,
    account: accounts.map(({ id }) => id),
    region: Object.keys(regions),
    accessKeyId: accounts.flatMap(({ accessKeys }) => accessKeys.map(({ id }) => id)),
  };
};

const matchOf = (world: World, given: Dict, place: string): FaultMatch => {
  const values = knownOf(world, given);
  const match: { -readonly [K in keyof FaultMatch]: FaultMatch[K] } = {};
  for (const name of MATCH) {
    if (given[name] === undefined) continue;
    const value = text(given[name], `${place}${name}`);
    match[name] = value === '*' ? value : oneOf(value, `${place}${name}`, values[name] ?? [value]);
  }
  return match;
};

const OWN = ['match', 'nth', 'count', 'what', 'position', 'forgetToken'];

// A match may also stand beside what it meets: {action, what}.
const readMatch = (world: World, body: Dict): FaultMatch => {
  if (body['match'] === undefined) return matchOf(world, body, '');
  const both = MATCH.find((name) => body[name] !== undefined);
  if (both !== undefined) wrong(both, 'it belongs into match');
  return matchOf(world, known(dict(body['match'], 'match'), 'match', MATCH), 'match.');
};

const readRule = (world: World, body: Dict, id: string): FaultRule => {
  known(body, 'the fault', [...OWN, ...MATCH]);
  return {
    id,
    match: readMatch(world, body),
    nth: whole(body['nth'] ?? 1, 'nth', [1, ENDLESS]),
    count: whole(body['count'] ?? 1, 'count', [0, ENDLESS]),
    what: effectOf(body['what']),
    position: oneOf(body['position'] ?? 'before', 'position', POSITIONS),
    forgetToken: flag(body['forgetToken'] ?? false, 'forgetToken'),
    matched: 0,
    fired: 0,
  };
};

/** Adds a rule `{match?: {service, action, resource, account, region, accessKeyId}, nth?, count?, what, position?, forgetToken?}`. */
export const addFault = (rules: FaultRule[], world: World, body: Dict): ControlAnswer => {
  const last = rules.at(-1)?.id.split('-')[1];
  const rule = readRule(world, body, `fault-${Number(last ?? 0) + 1}`);
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

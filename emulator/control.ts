// The control API below /_emulator/: time, faults, zones, drift, the world as a whole, and the ledger for judges.

import { timingSafeEqual } from 'node:crypto';
import type { Core } from './chain.ts';
import { controlRoutes } from './control-routes.ts';
import { isRecord, parseJson } from './json.ts';
import { isComplaint } from './read.ts';
import type { ControlAnswer, ControlRequest } from './service.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

/** Who may use the control API, and from where. */
export interface Guard {
  readonly token: string;
  /** Host header values that are the listener's own, e.g. `127.0.0.1:4010`. */
  readonly hosts: () => readonly string[];
}

const json = (answer: ControlAnswer): WireAnswer => ({
  status: answer.status,
  headers: { 'content-type': 'application/json;charset=utf-8', 'cache-control': 'no-store' },
  body: `${JSON.stringify(answer.body)}\n`,
});

const says = (status: number, error: string): ControlAnswer => ({ status, body: { error } });

const tokenMatches = (guard: Guard, request: WireRequest): boolean => {
  const given = Buffer.from(
    request.headers['x-emulator-token'] ?? request.headers['authorization']?.replace(/^Bearer /, '') ?? '',
  );
  const token = Buffer.from(guard.token);
  return given.length === token.length && timingSafeEqual(given, token);
};

/** Why a request is turned away, if it is: a page in somebody's browser must not reach this API. */
const turnedAway = (guard: Guard, request: WireRequest): ControlAnswer | undefined => {
  const hosts = guard.hosts();
  if (!hosts.includes(request.headers['host'] ?? '')) return says(421, `Host must be one of ${hosts.join(', ')}.`);
  const origin = request.headers['origin'];
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`))
    return says(403, 'Origin is not this listener.');
  if (!tokenMatches(guard, request))
    return says(401, 'The control token is missing or wrong (header x-emulator-token or Authorization: Bearer).');
  return undefined;
};

const bodyOf = (request: WireRequest): Readonly<Record<string, unknown>> | undefined => {
  if (request.body.length === 0) return {};
  const value = parseJson(request.body.toString('utf8'));
  return isRecord(value) ? value : undefined;
};

const partsOf = (path: string): readonly string[] | undefined => {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
};

// What was read and is wrong is the caller's; everything else that is thrown is a defect and breaks the connection.
const answerTo = (core: Core, name: string, asked: ControlRequest): ControlAnswer => {
  try {
    return controlRoutes(core, name, asked);
  } catch (error) {
    if (isComplaint(error)) return says(400, `${error.message}.`);
    throw error;
  }
};

/** Answers one control request. */
export const control = (core: Core, guard: Guard, request: WireRequest): WireAnswer => {
  const refused = turnedAway(guard, request);
  if (refused !== undefined) return json(refused);
  const parts = partsOf(request.path.slice('/_emulator/'.length).replace(/\/+$/, ''));
  if (parts === undefined) return json(says(400, 'The path is not well percent-encoded.'));
  const [name = '', ...path] = parts;
  const body = bodyOf(request);
  if (body === undefined) return json(says(400, 'The body must be a JSON object.'));
  const asked: ControlRequest = { method: request.method, path, query: request.query, body };
  core.world.settle();
  const answer = answerTo(core, name, asked);
  core.world.settle();
  return json(answer);
};

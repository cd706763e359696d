// POST and GET /_emulator/guests/{instanceId}: what a colleague with a shell in the guest, or bad luck, would change.
import { isRecord, parseServes } from './guest-config.ts';
import { bringUp, configOf, guests } from './guest-table.ts';
import { changeUnit, remember } from './guest.ts';
import type { Guest } from './guest.ts';
import type { ControlAnswer, ControlRequest, Scope, Site } from './service.ts';

const bad = (error: string, status = 400): ControlAnswer => ({ status, body: { error } });

/** Handles one request: GET shows the guest, POST takes `{units?, serves?, agent?}` and shows it after. */
export function guestControl(request: ControlRequest, site: Site): ControlAnswer {
  const [id = ''] = request.path;
  if (id === '') return bad('The id of a server is needed: guests/{instanceId}.', 404);
  const scope = site.home(id);
  const guest = scope === undefined ? undefined : bringUp(scope, id);
  if (scope === undefined || guest === undefined) return bad(`No server ${id}.`, 404);
  if (request.method === 'GET') return { status: 200, body: shown(guest) };
  if (request.method !== 'POST') return bad('guests takes GET or POST.', 405);
  try {
    const after = changed(scope, guest, request.body);
    scope.table(guests).update(id, after, 'quiet');
    return { status: 200, body: shown(after) };
  } catch (error) {
    return bad(error instanceof Error ? error.message : String(error));
  }
}

function changed(scope: Scope, guest: Guest, body: ControlRequest['body']): Guest {
  const stranger = Object.keys(body).find((key) => !['units', 'serves', 'agent'].includes(key));
  if (stranger !== undefined) throw new Error(`${stranger} is unknown; known are units, serves, agent`);
  const { agent = guest.agent } = body;
  if (typeof agent !== 'boolean') throw new Error('agent must be true or false');
  const served = remember(
    configOf(scope),
    { ...guest, agent, serves: { ...guest.serves, ...servesOf(body['serves'] ?? {}) } },
    scope.now(),
  );
  return Object.entries(objectOf(body['units'] ?? {}, 'units')).reduce(
    (now, [name, unit]) => withUnit(scope, now, { name, unit }),
    served,
  );
}

function servesOf(value: unknown): Guest['serves'] {
  return Object.fromEntries(
    Object.entries(objectOf(value, 'serves')).map(([unit, list]) => [unit, parseServes(list, `serves.${unit}`)]),
  );
}

function withUnit(scope: Scope, guest: Guest, what: { readonly name: string; readonly unit: unknown }): Guest {
  const { enabled, active, ...others } = objectOf(what.unit, `units.${what.name}`);
  const [stranger] = Object.keys(others);
  if (stranger !== undefined) throw new Error(`units.${what.name}.${stranger} is unknown; known are enabled, active`);
  if (!/^[A-Za-z0-9][A-Za-z0-9:_.@-]*\.[a-z]+$/.test(what.name)) throw new Error(`units: ${what.name} is no unit name`);
  const flag = (value: unknown, key: string): boolean | undefined => {
    if (value === undefined || typeof value === 'boolean') return value;
    throw new Error(`units.${what.name}.${key} must be true or false`);
  };
  const [on, run] = [flag(enabled, 'enabled'), flag(active, 'active')];
  return changeUnit(configOf(scope), guest, {
    name: what.name,
    at: scope.now(),
    ...(on === undefined ? {} : { enabled: on }),
    ...(run === undefined ? {} : { active: run }),
  });
}

function objectOf(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw new Error(`${at} must be an object`);
}

function shown(guest: Guest): Readonly<Record<string, unknown>> {
  const { history: _history, ...rest } = guest;
  return { ...rest, listening: guest.history.at(-1)?.sockets ?? [] };
}

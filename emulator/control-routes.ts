// What each path of the control API does. Each row is one name below /_emulator/.

import { isoSeconds, parseTime } from './clock.ts';
import type { Core } from './chain.ts';
import { addFault, listFaults, removeFaults } from './control-faults.ts';
import { drift } from './control-drift.ts';
import { readLedger } from './control-ledger.ts';
import { changeZone } from './control-zones.ts';
import { exportWorld, importWorld, showWorld } from './control-world.ts';
import { own } from './json.ts';
import { known, number, oneOf, text, whole, wrong } from './read.ts';
import type { ControlAnswer, ControlRequest, Site } from './service.ts';
import { newWorldState, type WorldState } from './world-state.ts';

type Route = (core: Core, asked: ControlRequest) => ControlAnswer;

const ok = (body: Readonly<Record<string, unknown>> = {}): ControlAnswer => ({ status: 200, body });
const bad = (error: string, status = 400): ControlAnswer => ({ status, body: { error } });

const health: Route = (core) => {
  const { world } = core;
  return ok({
    status: 'ok',
    now: world.clock.now(),
    clock: world.clock.mode(),
    calls: world.state().ledger.calls.length,
  });
};

const setClock = (core: Core, to: unknown): void => {
  const { clock: time } = core.world;
  const epochMs = typeof to === 'number' ? to : typeof to === 'string' ? parseTime(to) : undefined;
  if (epochMs === undefined) return wrong('set', 'an ISO time or epoch milliseconds are expected', to);
  if (!time.set(epochMs)) wrong('set', `time never goes back, and it is ${isoSeconds(time.now())} already`);
};

/** Each lever of the clock; a request moves one. */
const LEVERS: Readonly<Record<string, (core: Core, value: unknown) => void>> = {
  advance: (core, value) => core.world.clock.advance(number(value, 'advance (seconds)') * 1000),
  scale: (core, value) => core.world.clock.scale(number(value, 'scale (how much faster, 0 stops)')),
  set: setClock,
};

const clock: Route = (core, asked) => {
  const { clock: time } = core.world;
  const names = Object.keys(known(asked.body, 'the body', Object.keys(LEVERS)));
  if (asked.method === 'POST') {
    const [name = ''] = names;
    if (names.length !== 1)
      return bad('One of advance (seconds), scale (factor, 0 stops) or set (ISO time or epoch ms) is needed.');
    LEVERS[name]?.(core, asked.body[name]);
  }
  return ok({ now: time.now(), clock: time.mode() });
};

const seedOf = (value: unknown): number => whole(value, 'seed', [0, Number.MAX_SAFE_INTEGER]);

const reset: Route = (core, asked) => {
  const { seed: given } = known(asked.body, 'the body', ['seed']);
  const seed = given === undefined ? core.world.settings.seed : seedOf(given);
  core.world.replace(newWorldState(seed));
  core.windows.counts.clear();
  core.faults.length = 0;
  return ok({ seed });
};

const seed: Route = (core, asked) => {
  const value = seedOf(asked.body['seed']);
  Object.assign(core.world.state().streams, newWorldState(value).streams);
  return ok({ seed: value });
};

// Named snapshots live as long as the process; an exported state lives as long as its file.
const snapshots = new WeakMap<Core, Map<string, WorldState>>();
const snapshotsOf = (core: Core): Map<string, WorldState> => {
  const known = snapshots.get(core) ?? new Map<string, WorldState>();
  snapshots.set(core, known);
  return known;
};

const snapshot: Route = (core, asked) => {
  const kept = snapshotsOf(core);
  const { id: given } = known(asked.body, 'the body', ['id']);
  const id = given === undefined ? `snapshot-${kept.size + 1}` : text(given, 'id');
  kept.set(id, structuredClone(core.world.state()));
  return ok({ id });
};

const restore: Route = (core, asked) => {
  const { id, state } = known(asked.body, 'the body', ['id', 'state']);
  if (id === undefined && state === undefined)
    return bad('Needed: {id} of a snapshot, or {state} as GET world?form=state gives it.');
  if (state !== undefined) {
    const imported = importWorld(state);
    if (imported === undefined) return bad('state is not what GET world?form=state gives.');
    core.world.replace(imported);
    return ok({ restored: 'state' });
  }
  const kept = snapshotsOf(core);
  const wanted = kept.get(text(id, 'id'));
  if (wanted === undefined)
    return bad(`No snapshot ${String(id)}; there are ${[...kept.keys()].join(', ') || 'none'}.`, 404);
  core.world.replace(structuredClone(wanted));
  return ok({ restored: id });
};

const worldRoute: Route = (core, asked) =>
  oneOf(asked.query['form'] ?? 'eyes', 'form', ['eyes', 'state']) === 'state'
    ? ok({ state: exportWorld(core.world) })
    : ok(showWorld(core.world));

const routes: Readonly<Record<string, { readonly methods: readonly string[]; readonly run: Route }>> = {
  health: { methods: ['GET'], run: health },
  world: { methods: ['GET'], run: worldRoute },
  ledger: { methods: ['GET'], run: (core, asked) => readLedger(core.world, asked.query) },
  clock: { methods: ['GET', 'POST'], run: clock },
  reset: { methods: ['POST'], run: reset },
  seed: { methods: ['POST'], run: seed },
  snapshot: { methods: ['POST'], run: snapshot },
  restore: { methods: ['POST'], run: restore },
  zones: { methods: ['POST'], run: (core, asked) => changeZone(core.world, asked) },
  drift: { methods: ['POST'], run: (core, asked) => drift(core.world, asked) },
  faults: {
    methods: ['GET', 'POST', 'DELETE'],
    run: (core, asked) =>
      asked.method === 'GET'
        ? listFaults(core.faults)
        : asked.method === 'DELETE'
          ? removeFaults(core.faults, asked.path[0])
          : addFault(core.faults, core.world, asked.body),
  },
};

const siteOf = (core: Core): Site => ({
  settings: core.world.settings,
  scopes: core.world.scopes,
  home: (id) => {
    for (const { id: account } of core.world.settings.accounts) {
      const region = core.world.home(account, id);
      if (region !== undefined) return core.world.scope(account, region);
    }
    return undefined;
  },
});

/** Answers by name; modules add theirs. */
export const controlRoutes = (core: Core, name: string, asked: ControlRequest): ControlAnswer => {
  const route = own(routes, name);
  if (route !== undefined) {
    return route.methods.includes(asked.method)
      ? route.run(core, asked)
      : bad(`${name} takes ${route.methods.join(' or ')}.`, 405);
  }
  const [handler] = core.world.modules.flatMap(({ control }) => own(control ?? {}, name) ?? []);
  if (handler !== undefined) return handler(asked, siteOf(core));
  const names = [...Object.keys(routes), ...core.world.modules.flatMap(({ control }) => Object.keys(control ?? {}))];
  return bad(`${name === '' ? 'A name is missing' : `"${name}" is not known`}; known are ${names.join(', ')}.`, 404);
};

// What each path of the control API does. Each row is one name below /_emulator/.

import { parseTime } from './clock.ts';
import type { Core } from './chain.ts';
import { addFault, listFaults, removeFaults } from './control-faults.ts';
import { drift } from './control-drift.ts';
import { readLedger } from './control-ledger.ts';
import { exportWorld, importWorld, showWorld } from './control-world.ts';
import type { ControlAnswer, ControlRequest, Site, ZoneState } from './service.ts';
import { newWorldState, type WorldState, zoneState } from './world-state.ts';

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

const setClock = (core: Core, to: string | number): boolean => {
  const epochMs = typeof to === 'number' ? to : parseTime(to);
  return epochMs !== undefined && core.world.clock.set(epochMs);
};

const clock: Route = (core, asked) => {
  const { clock: time } = core.world;
  const { advance, scale, set } = asked.body;
  if (typeof advance === 'number' && advance >= 0) time.advance(advance * 1000);
  else if (typeof scale === 'number' && scale >= 0) time.scale(scale);
  else if (typeof set === 'string' || typeof set === 'number') {
    if (!setClock(core, set))
      return bad('set is an ISO time or epoch milliseconds, not before the present virtual time.');
  } else if (asked.method === 'POST') {
    return bad('One of advance (seconds), scale (factor, 0 stops) or set (ISO time or epoch ms) is needed.');
  }
  return ok({ now: time.now(), clock: time.mode() });
};

const reset: Route = (core, asked) => {
  const seed = typeof asked.body['seed'] === 'number' ? asked.body['seed'] : core.world.settings.seed;
  core.world.replace(newWorldState(seed));
  core.windows.counts.clear();
  core.faults.length = 0;
  return ok({ seed });
};

const seed: Route = (core, asked) => {
  const value = asked.body['seed'];
  if (typeof value !== 'number') return bad('seed is a number.');
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
  const id = typeof asked.body['id'] === 'string' ? asked.body['id'] : `snapshot-${kept.size + 1}`;
  kept.set(id, structuredClone(core.world.state()));
  return ok({ id });
};

const restore: Route = (core, asked) => {
  const { id, state } = asked.body;
  if (state !== undefined) {
    const imported = importWorld(state);
    if (imported === undefined) return bad('state is not what GET world?form=state gives.');
    core.world.replace(imported);
    return ok({ restored: 'state' });
  }
  const kept = snapshotsOf(core).get(String(id));
  if (kept === undefined) return bad(`No snapshot ${String(id)}.`, 404);
  core.world.replace(structuredClone(kept));
  return ok({ restored: id });
};

const worldRoute: Route = (core, asked) =>
  asked.query['form'] === 'state' ? ok({ state: exportWorld(core.world) }) : ok(showWorld(core.world));

/** A zone after an act; `soldout` takes `types` (all without them) and how many are `left` (none). */
const afterAct = (known: ZoneState, act: string, body: ControlRequest['body']): ZoneState | undefined => {
  const types = Array.isArray(body['types']) ? body['types'].map(String) : ['*'];
  const left = typeof body['left'] === 'number' ? body['left'] : 0;
  switch (act) {
    case 'outage':
      return zoneState(true, known.stock);
    case 'restore':
      return zoneState(false, known.stock);
    case 'soldout':
      return zoneState(known.outage, { ...known.stock, ...Object.fromEntries(types.map((type) => [type, left])) });
    case 'instock':
      return zoneState(known.outage, {});
    default:
      return undefined;
  }
};

const zones: Route = (core, asked) => {
  const { world } = core;
  const [zone = '', act = ''] = asked.path;
  const region = Object.entries(world.settings.regions).find(([, known]) => known.includes(zone))?.[0];
  if (region === undefined) return bad(`No zone ${zone}.`, 404);
  const known = world.state().zones.get(zone) ?? zoneState(false, {});
  const next = afterAct(known, act, asked.body);
  if (next === undefined) return bad('The act is one of outage, restore, soldout, instock.', 404);
  world.state().zones.set(zone, next);
  if (next.outage !== known.outage) {
    for (const scope of world.scopes().filter((candidate) => candidate.region === region)) {
      scope.announce('zone-changed', { zone, outage: next.outage });
    }
  }
  return ok({ zone, ...next });
};

const routes: Readonly<Record<string, { readonly methods: readonly string[]; readonly run: Route }>> = {
  health: { methods: ['GET'], run: health },
  world: { methods: ['GET'], run: worldRoute },
  ledger: { methods: ['GET'], run: (core, asked) => readLedger(core.world, asked.query) },
  clock: { methods: ['GET', 'POST'], run: clock },
  reset: { methods: ['POST'], run: reset },
  seed: { methods: ['POST'], run: seed },
  snapshot: { methods: ['POST'], run: snapshot },
  restore: { methods: ['POST'], run: restore },
  zones: { methods: ['POST'], run: zones },
  drift: { methods: ['POST'], run: (core, asked) => drift(core.world, asked) },
  faults: {
    methods: ['GET', 'POST', 'DELETE'],
    run: (core, asked) =>
      asked.method === 'GET'
        ? listFaults(core.faults)
        : asked.method === 'DELETE'
          ? removeFaults(core.faults, asked.path[0])
          : addFault(core.faults, asked.body),
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
  const route = routes[name];
  if (route !== undefined) {
    return route.methods.includes(asked.method)
      ? route.run(core, asked)
      : bad(`${name} takes ${route.methods.join(' or ')}.`, 405);
  }
  const own = core.world.modules.find((module) => module.control?.[name] !== undefined)?.control?.[name];
  return own === undefined ? bad(`Nothing is called ${name} here.`, 404) : own(asked, siteOf(core));
};

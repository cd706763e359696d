// The world: account -> region -> tables, the agenda and the ledger, and the moment at which things happen.

import { countRead, schedule, takeDue, waitForReads } from './agenda.ts';
import type { Clock } from './clock.ts';
import { type Maker, note } from './ledger.ts';
import { ruleFor, standardDurations, when } from './lifecycle.ts';
import { draw, drawText } from './random.ts';
import { newTableData, type TableData } from './rows.ts';
import type { EventSpec, Facts, Module, Scope } from './service.ts';
import type { Duration, Settings } from './settings.ts';
import { type Delays, openTable, type Table, type TableChange, type TableSpec } from './table.ts';
import { newWorldState, takeStock, type WorldState, zoneState } from './world-state.ts';

/** What a call changed, gathered while it runs. */
export interface Trace {
  readonly maker: Maker;
  readonly ids: Set<string>;
  committed: boolean;
}

/** The world with its laws. */
export interface World {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly modules: readonly Module[];
  readonly state: () => WorldState;
  readonly replace: (state: WorldState) => void;
  /** Virtual time of what is going on: the call's moment or the event's due time. */
  readonly now: () => number;
  readonly scope: (account: string, region: string) => Scope;
  readonly scopes: () => readonly Scope[];
  readonly home: (account: string, id: string) => string | undefined;
  /** Lets happen what is due by now. */
  readonly settle: () => void;
  /** Runs a call at one moment and gathers what it changed. */
  readonly during: <T>(trace: Trace, run: () => T) => T;
}

interface Place {
  readonly account: string;
  readonly region: string;
}

/** What the functions below share: the state that a restore replaces, and what is going on. */
interface Engine {
  state: WorldState;
  /** Set while a call or an event runs, so that all of it happens at one time. */
  moment: number | undefined;
  trace: Trace | undefined;
  /** Whose request led to the event that runs. */
  by: Maker;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly modules: readonly Module[];
  readonly standard: Readonly<Record<string, Duration>>;
}

const NOBODY: Maker = { accessKeyId: '', requestId: '', clientToken: null };
const NO_DELAY: Delays = { create: 0, attribute: 0, delete: 0, flipFlop: false };
const ID_LENGTH: Readonly<Record<string, number>> = { vpc: 18, vsw: 18, lb: 18 };
const REGION_MARK: Readonly<Record<string, string>> = {
  'cn-shanghai-finance-1': 'uf6',
  'cn-shenzhen-finance-1': 'wz9',
  'cn-beijing-finance-1': '2ze',
};

const nowOf = (engine: Engine): number => engine.moment ?? engine.clock.now();

const makerOf = (engine: Engine): Maker => engine.trace?.maker ?? engine.by;

const changed = <T>(engine: Engine, place: Place, change: TableChange<T>): void => {
  const { state, trace } = engine;
  const home = `${place.account}|${change.id}`;
  if (change.kind === 'create') state.homes.set(home, place.region);
  if (change.kind === 'delete') state.homes.delete(home);
  note(state.ledger, change, { ...place, at: nowOf(engine), by: makerOf(engine) });
  if (trace === undefined) return;
  trace.committed = true;
  trace.ids.add(change.id);
};

const dataOf = <T>(engine: Engine, place: Place, name: string): TableData<T> => {
  const key = `${place.account}|${place.region}`;
  const tables = engine.state.places.get(key) ?? new Map<string, TableData>();
  engine.state.places.set(key, tables);
  const data = tables.get(name) ?? newTableData();
  tables.set(name, data);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- under a spec's name only its own rows are kept
  return data as TableData<T>;
};

const tableOf = <T>(engine: Engine, place: Place, spec: TableSpec<T>): Table<T> =>
  openTable(dataOf<T>(engine, place, `${spec.service}.${spec.type}`), spec, {
    now: () => nowOf(engine),
    delays: (type) => engine.settings.visibility[type] ?? engine.settings.visibility['*'] ?? NO_DELAY,
    changed: (change) => changed(engine, place, change),
  });

const later = (engine: Engine, place: Place, step: { readonly rule: string; readonly event: EventSpec }): void => {
  const { agenda, streams } = engine.state;
  const due = when(ruleFor(engine.settings, engine.standard, step.rule), draw(streams, 'durations'));
  if (due.kind === 'after')
    schedule(agenda, { ...place, at: nowOf(engine) + due.ms, event: step.event, by: makerOf(engine) });
  if (due.kind === 'reads')
    waitForReads(agenda, due.count, { ...place, at: 0, event: step.event, by: makerOf(engine) });
};

const newId = (engine: Engine, place: Place, prefix: string): string => {
  const length = ID_LENGTH[prefix] ?? 17;
  return `${prefix}-${REGION_MARK[place.region] ?? 'bp1'}${drawText(engine.state.streams, 'ids', length)}`;
};

const announce = <K extends keyof Facts>(
  engine: Engine,
  topic: K,
  told: { readonly fact: Facts[K]; readonly scope: Scope },
): void => {
  for (const module of engine.modules) module.reactions?.[topic]?.(told.fact, told.scope);
};

const scopeOf = (engine: Engine, place: Place): Scope => {
  const self: Scope = {
    ...place,
    settings: engine.settings,
    now: () => nowOf(engine),
    table: (spec) => tableOf(engine, place, spec),
    elsewhere: (region) => scopeOf(engine, { account: place.account, region }),
    newId: (prefix) => newId(engine, place, prefix),
    draw: () => draw(engine.state.streams, 'durations'),
    later: (rule, event) => later(engine, place, { rule, event }),
    at: (epochMs, event) =>
      schedule(engine.state.agenda, { ...place, at: Math.max(epochMs, nowOf(engine)), event, by: makerOf(engine) }),
    observed: (service, id) =>
      countRead(engine.state.agenda, { account: place.account, service, id, now: nowOf(engine) }),
    zone: (zone) => engine.state.zones.get(zone) ?? zoneState(false, {}),
    takeStock: (zone, type, amount) => takeStock(engine.state, zone, { type, amount }),
    announce: (topic, fact) => announce(engine, topic, { fact, scope: self }),
    quota: (name, standardLimit) => engine.settings.quotas[name] ?? standardLimit,
  };
  return self;
};

const settle = (engine: Engine): void => {
  const until = engine.clock.now();
  try {
    for (;;) {
      const due = takeDue(engine.state.agenda, until);
      if (due === undefined) return;
      engine.moment = due.at;
      engine.by = due.by;
      const module = engine.modules.find(({ name }) => name === due.event.service);
      module?.events?.[due.event.kind]?.(due.event, scopeOf(engine, { account: due.account, region: due.region }));
    }
  } finally {
    engine.moment = undefined;
    engine.by = NOBODY;
  }
};

const during = <T>(engine: Engine, trace: Trace, run: () => T): T => {
  settle(engine);
  engine.moment = engine.clock.now();
  engine.trace = trace;
  try {
    return run();
  } finally {
    engine.moment = undefined;
    engine.trace = undefined;
  }
};

/** A world over these modules. */
export const createWorld = (settings: Settings, clock: Clock, modules: readonly Module[]): World => {
  const engine: Engine = {
    state: newWorldState(settings.seed),
    moment: undefined,
    trace: undefined,
    by: NOBODY,
    settings,
    clock,
    modules,
    standard: standardDurations(modules),
  };
  return {
    settings,
    clock,
    modules,
    state: () => engine.state,
    replace: (next) => {
      engine.state = next;
    },
    now: () => nowOf(engine),
    scope: (account, region) => scopeOf(engine, { account, region }),
    scopes: () =>
      [...engine.state.places.keys()].map((key) => {
        const [account = '', region = ''] = key.split('|');
        return scopeOf(engine, { account, region });
      }),
    home: (account, id) => engine.state.homes.get(`${account}|${id}`),
    settle: () => settle(engine),
    during: (trace, run) => during(engine, trace, run),
  };
};

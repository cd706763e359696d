// The world: account -> region -> tables, the agenda and the ledger, as one piece of plain data that can be kept and put back.

import { countRead, newAgenda, schedule, takeDue, waitForReads, type Agenda } from './agenda.ts';
import type { Clock } from './clock.ts';
import { type Ledger, type Maker, newLedger, note } from './ledger.ts';
import { ruleFor, standardDurations, when } from './lifecycle.ts';
import { createStreams, draw, drawText, type Streams } from './random.ts';
import type { EventSpec, Facts, Module, Scope, ZoneState } from './service.ts';
import type { Settings } from './settings.ts';
import {
  newTableData,
  openTable,
  type Delays,
  type Table,
  type TableChange,
  type TableData,
  type TableSpec,
} from './table.ts';

/** A remembered ClientToken. */
export interface TokenEntry {
  readonly at: number;
  readonly fingerprint: string;
  readonly answer: Readonly<Record<string, unknown>>;
}

/** All state, fit for structuredClone. */
export interface WorldState {
  /** `account|region` -> `service.type` -> rows. */
  readonly places: Map<string, Map<string, TableData>>;
  /** `account|id` -> region. */
  readonly homes: Map<string, string>;
  readonly zones: Map<string, ZoneState>;
  readonly streams: Streams;
  readonly agenda: Agenda;
  readonly tokens: Map<string, TokenEntry>;
  readonly ledger: Ledger;
}

/** An empty world for this seed. */
export const newWorldState = (seed: number): WorldState => ({
  places: new Map(),
  homes: new Map(),
  zones: new Map(),
  streams: createStreams(seed),
  agenda: newAgenda(),
  tokens: new Map(),
  ledger: newLedger(),
});

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

const NOBODY: Maker = { accessKeyId: '', requestId: '', clientToken: null };
const NO_DELAY: Delays = { create: 0, attribute: 0, delete: 0, flipFlop: false };
const ID_LENGTH: Readonly<Record<string, number>> = { vpc: 18, vsw: 18, lb: 18 };
const REGION_MARK: Readonly<Record<string, string>> = {
  'cn-shanghai-finance-1': 'uf6',
  'cn-shenzhen-finance-1': 'wz9',
  'cn-beijing-finance-1': '2ze',
};

const HEALTHY: ZoneState = { outage: false, soldOut: [], stock: {} };

/** A zone state whose `soldOut` follows from its stock. */
export const zoneState = (outage: boolean, stock: ZoneState['stock']): ZoneState => ({
  outage,
  stock,
  soldOut: Object.keys(stock).filter((name) => stock[name] === 0),
});

const lessStock = (stock: ZoneState['stock'], type: string, amount: number): ZoneState['stock'] =>
  Object.fromEntries(
    Object.entries(stock).map(([name, left]) => [
      name,
      name === type || name === '*' ? Math.max(0, left - amount) : left,
    ]),
  );

/** A world over these modules. */
export const createWorld = (settings: Settings, clock: Clock, modules: readonly Module[]): World => {
  let state = newWorldState(settings.seed);
  let moment: number | undefined;
  let trace: Trace | undefined;
  const standard = standardDurations(modules);
  const now = (): number => moment ?? clock.now();
  const delays = (type: string): Delays => settings.visibility[type] ?? settings.visibility['*'] ?? NO_DELAY;

  const changed = <T>(account: string, region: string, change: TableChange<T>): void => {
    if (change.kind === 'create') state.homes.set(`${account}|${change.id}`, region);
    if (change.kind === 'delete') state.homes.delete(`${account}|${change.id}`);
    note(state.ledger, change, { account, region, at: now(), by: trace?.maker ?? NOBODY });
    if (trace === undefined) return;
    trace.committed = true;
    trace.ids.add(change.id);
  };

  const table = <T>(account: string, region: string, spec: TableSpec<T>): Table<T> => {
    const key = `${account}|${region}`;
    const place = state.places.get(key) ?? new Map<string, TableData>();
    state.places.set(key, place);
    const name = `${spec.service}.${spec.type}`;
    const data = place.get(name) ?? newTableData();
    place.set(name, data);
    return openTable(data, spec, { now, delays, changed: (change) => changed(account, region, change) });
  };

  const later = (place: { account: string; region: string }, rule: string, event: EventSpec): void => {
    const due = when(ruleFor(settings, standard, rule), draw(state.streams, 'durations'));
    if (due.kind === 'after') schedule(state.agenda, { ...place, at: now() + due.ms, event });
    if (due.kind === 'reads') waitForReads(state.agenda, due.count, { ...place, at: 0, event });
  };

  const announce = <K extends keyof Facts>(scope: Scope, topic: K, fact: Facts[K]): void => {
    for (const module of modules) module.reactions?.[topic]?.(fact, scope);
  };

  const scope = (account: string, region: string): Scope => {
    const place = { account, region };
    const self: Scope = {
      ...place,
      settings,
      now,
      table: (spec) => table(account, region, spec),
      elsewhere: (other) => scope(account, other),
      newId: (prefix) =>
        `${prefix}-${REGION_MARK[region] ?? 'bp1'}${drawText(state.streams, 'ids', ID_LENGTH[prefix] ?? 17)}`,
      draw: () => draw(state.streams, 'durations'),
      later: (rule, event) => later(place, rule, event),
      at: (epochMs, event) => schedule(state.agenda, { ...place, at: Math.max(epochMs, now()), event }),
      observed: (service, id) => countRead(state.agenda, { account, service, id, now: now() }),
      zone: (zone) => state.zones.get(zone) ?? HEALTHY,
      takeStock: (zone, type, amount) => {
        const known = state.zones.get(zone);
        if (known !== undefined) state.zones.set(zone, zoneState(known.outage, lessStock(known.stock, type, amount)));
      },
      announce: (topic, fact) => announce(self, topic, fact),
      quota: (name, standardLimit) => settings.quotas[name] ?? standardLimit,
    };
    return self;
  };

  const settle = (): void => {
    const until = clock.now();
    for (;;) {
      const due = takeDue(state.agenda, until);
      if (due === undefined) break;
      moment = due.at;
      const module = modules.find(({ name }) => name === due.event.service);
      module?.events?.[due.event.kind]?.(due.event, scope(due.account, due.region));
    }
    moment = undefined;
  };

  return {
    settings,
    clock,
    modules,
    state: () => state,
    replace: (next) => {
      state = next;
    },
    now,
    scope,
    scopes: () => [...state.places.keys()].map((key) => scope(...(key.split('|') as [string, string]))),
    home: (account, id) => state.homes.get(`${account}|${id}`),
    settle,
    during: (current, run) => {
      settle();
      moment = clock.now();
      trace = current;
      try {
        return run();
      } finally {
        moment = undefined;
        trace = undefined;
      }
    },
  };
};

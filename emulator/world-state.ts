// All state of the emulator as one piece of plain data, that can be kept, put back and exported.

import { type Agenda, newAgenda } from './agenda.ts';
import { type Ledger, newLedger } from './ledger.ts';
import { createStreams, type Streams } from './random.ts';
import type { TableData } from './rows.ts';
import type { ZoneState } from './service.ts';

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

/** Takes so many of a type out of a zone; a zone that nobody touched has plenty. */
export const takeStock = (
  state: WorldState,
  zone: string,
  what: { readonly type: string; readonly amount: number },
): void => {
  const known = state.zones.get(zone);
  if (known !== undefined)
    state.zones.set(zone, zoneState(known.outage, lessStock(known.stock, what.type, what.amount)));
};

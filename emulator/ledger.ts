// The judge's book: every call, and the life of every resource, append-only. Nothing in the emulator reads it to decide anything.

import type { LedgerView, TableChange } from './table.ts';

/** Who made a resource. */
export interface Maker {
  readonly accessKeyId: string;
  readonly requestId: string;
  readonly clientToken: string | null;
}

/** One call or control action. */
export interface CallEntry {
  readonly n: number;
  /** Virtual epoch milliseconds. */
  readonly at: number;
  readonly account: string | null;
  readonly region: string | null;
  readonly service: string;
  readonly action: string;
  readonly requestId: string;
  readonly accessKeyId: string;
  readonly mutating: boolean;
  readonly params: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: string | null;
  readonly effect: 'none' | 'committed';
  readonly resourceIds: readonly string[];
  /** What a fault rule made of the answer, if one did. */
  readonly fault: string | null;
}

/** One resource from its creation to its end. */
export interface ResourceEntry {
  readonly account: string;
  readonly service: string;
  readonly type: string;
  readonly id: string;
  readonly region: string;
  readonly zone: string | null;
  readonly createdAt: number;
  readonly deletedAt: number | null;
  /** Latest known; at its end for a deleted one. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** As given at creation. */
  readonly tags: Readonly<Record<string, string>>;
  readonly tagsNow: Readonly<Record<string, string>>;
  readonly createdBy: Maker;
  readonly deletedBy: Maker | null;
  readonly moves: readonly { readonly at: number; readonly from: string; readonly to: string }[];
}

/** The ledger's data, fit for structuredClone. */
export interface Ledger {
  readonly calls: CallEntry[];
  readonly resources: ResourceEntry[];
  /** `account|region|service.type|id` of what lives -> place in `resources`. */
  readonly living: Map<string, number>;
}

/** An empty ledger. */
export const newLedger = (): Ledger => ({ calls: [], resources: [], living: new Map() });

/** A change to a table with its circumstances. */
export interface Happening {
  readonly account: string;
  readonly region: string;
  readonly at: number;
  readonly by: Maker;
}

/** Notes a change of a table that keeps a ledger. */
export const note = <T>(ledger: Ledger, change: TableChange<T>, happening: Happening): void => {
  const view = change.spec.ledger?.(change.row);
  if (view === undefined) return;
  const key = `${happening.account}|${happening.region}|${change.spec.service}.${change.spec.type}|${change.id}`;
  if (change.kind === 'create') {
    ledger.living.set(key, ledger.resources.length);
    ledger.resources.push(born(change, view, happening));
    return;
  }
  const place = ledger.living.get(key);
  const known = place === undefined ? undefined : ledger.resources[place];
  if (place === undefined || known === undefined) return;
  const dead = change.kind === 'delete' ? { deletedAt: happening.at, deletedBy: happening.by } : {};
  if (change.kind === 'delete') ledger.living.delete(key);
  ledger.resources[place] = { ...known, ...latest(known, view, happening), ...dead };
};

const born = <T>(change: TableChange<T>, view: LedgerView, happening: Happening): ResourceEntry => ({
  account: happening.account,
  service: change.spec.service,
  type: change.spec.type,
  id: change.id,
  region: happening.region,
  zone: view.zone ?? null,
  createdAt: happening.at,
  deletedAt: null,
  attributes: view.attributes ?? {},
  tags: view.tags ?? {},
  tagsNow: view.tags ?? {},
  createdBy: happening.by,
  deletedBy: null,
  moves: [],
});

const latest = (known: ResourceEntry, view: LedgerView, happening: Happening): Partial<ResourceEntry> => {
  const zone = view.zone ?? null;
  const moved = zone !== known.zone && zone !== null && known.zone !== null;
  return {
    zone,
    attributes: view.attributes ?? {},
    tagsNow: view.tags ?? {},
    ...(moved ? { moves: [...known.moves, { at: happening.at, from: known.zone, to: zone }] } : {}),
  };
};

const SECRET = /password|secret|privatekey|securitytoken|userdata/i;

/** Parameters without what may be secret. */
export const withoutSecrets = (params: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, SECRET.test(name) ? `(${value.length} characters)` : value]),
  );

/** Appends a call; its number is its place, from 1. */
export const appendCall = (ledger: Ledger, entry: Omit<CallEntry, 'n'>): void => {
  ledger.calls.push({ n: ledger.calls.length + 1, ...entry });
};

/** Seconds that resources existed until `now`, by `service.type`. */
export const resourceSeconds = (ledger: Ledger, now: number): Readonly<Record<string, number>> => {
  const sums: Record<string, number> = {};
  for (const entry of ledger.resources) {
    const type = `${entry.service}.${entry.type}`;
    sums[type] = (sums[type] ?? 0) + ((entry.deletedAt ?? now) - entry.createdAt) / 1000;
  }
  return sums;
};

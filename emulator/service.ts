// THE CONTRACT between the core and a service: what a module registers, and what a handler is given.
// A handler runs to its end at once (no await): requests never interleave, and the same sequence gives the same ledger.
// Writes to tables do the rest by themselves: ledger, committed effect, resource ids of the call, visibility, snapshots.

import type { Params } from './params.ts';
import type { Duration, Settings } from './settings.ts';
import type { Table, TableSpec } from './table.ts';

/** The body of a 200 without RequestId; the chain adds it. */
export type Answer = Readonly<Record<string, unknown>>;

/** One action of a service. */
export interface Operation {
  readonly effect: 'read' | 'write';
  /** For the published table; `partial` needs a note that says what is missing. */
  readonly coverage: 'full' | 'partial';
  readonly note?: string;
  /** Whether the action takes ClientToken; the chain then remembers, replays and refuses. */
  readonly token?: true;
  readonly run: (call: Call) => Answer;
}

/** Something that is due at a time: plain data, handled by the module's `events[kind]`. */
export interface EventSpec {
  readonly service: string;
  readonly kind: string;
  readonly id: string;
  readonly data?: Readonly<Record<string, string | number | boolean>>;
}

/** What modules tell one another. A server that was released is told before its row is gone. */
export interface Facts {
  readonly 'server-booted': { readonly id: string; readonly first: boolean };
  readonly 'server-stopped': { readonly id: string };
  readonly 'server-released': { readonly id: string };
  readonly 'zone-changed': { readonly zone: string; readonly outage: boolean };
}

/**
 * Condition of a zone. `stock` says how many of an instance type (or of `*`, everything) are left; what it does not name is plenty.
 * `soldOut` names those of which none is left.
 */
export interface ZoneState {
  readonly outage: boolean;
  readonly soldOut: readonly string[];
  readonly stock: Readonly<Record<string, number>>;
}

/** One account and region of the world: all that an event or a reaction sees. */
export interface Scope {
  readonly account: string;
  readonly region: string;
  readonly settings: Settings;
  /** Virtual epoch milliseconds; inside an event, the time at which it was due. */
  readonly now: () => number;
  readonly table: <T>(spec: TableSpec<T>) => Table<T>;
  /** The same account in another region. */
  readonly elsewhere: (region: string) => Scope;
  /** A new id of the cloud's form: `newId('i')` -> `i-uf6...` (20 characters; vpc, vsw and lb have 21 and more). */
  readonly newId: (prefix: string) => string;
  /** A draw in [0, 1) from the durations' stream. */
  readonly draw: () => number;
  /** Schedules a life-cycle step by its rule (`slb.listener.starting`); the module's `durations` or the settings say when. */
  readonly later: (rule: string, event: EventSpec) => void;
  /** Schedules at a virtual time. */
  readonly at: (epochMs: number, event: EventSpec) => void;
  /** To be called by reads for each resource that they show: drives steps that wait for reads. */
  readonly observed: (service: string, id: string) => void;
  readonly zone: (zone: string) => ZoneState;
  /** Takes so many of a type out of the zone's stock. */
  readonly takeStock: (zone: string, type: string, amount: number) => void;
  readonly announce: <K extends keyof Facts>(topic: K, fact: Facts[K]) => void;
  /** The limit of this name, or the given default. */
  readonly quota: (name: string, standard: number) => number;
}

/** One request that passed signature, throttle, faults and validation. */
export interface Call extends Scope {
  readonly service: string;
  readonly action: string;
  readonly requestId: string;
  /** Access key id, or `console` for out-of-band edits. */
  readonly accessKeyId: string;
  readonly params: Params;
  readonly clientToken: string | undefined;
  /** Ends the call: status and message come from the action's documented error table; `more` gives what no table has, or `%s` insertions. */
  readonly refuse: (code: string, more?: { readonly status?: number; readonly message?: string }) => never;
}

/** A request of the control API below `/_emulator/<name>/`. */
export interface ControlRequest {
  readonly method: string;
  /** Path parts after the name, decoded. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON, `{}` when there was no body. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the control API answers: status and JSON. */
export interface ControlAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a module's control handlers and `start` are given. */
export interface Site {
  readonly settings: Settings;
  /** Every account and region that holds anything. */
  readonly scopes: () => readonly Scope[];
  /** The scope in which this resource id lives. */
  readonly home: (id: string) => Scope | undefined;
}

/** A service, or a part without a wire of its own (guests). Registered in services/index.ts. */
export interface Module {
  readonly name: string;
  /** Absent for a part without a wire. */
  readonly wire?: {
    readonly version: string;
    readonly product: string;
    /** Answers of this service to a token that is in flight, or comes with other parameters. */
    readonly tokenInFlight: { readonly status: number; readonly code: string; readonly message: string };
    readonly tokenMismatch: { readonly status: number; readonly code: string; readonly message: string };
    readonly denied: { readonly status: number; readonly code: string; readonly message: string };
    readonly operations: Readonly<Record<string, Operation>>;
  };
  readonly events?: Readonly<Record<string, (event: EventSpec, scope: Scope) => void>>;
  readonly reactions?: { readonly [K in keyof Facts]?: (fact: Facts[K], scope: Scope) => void };
  /** Default durations by rule. */
  readonly durations?: Readonly<Record<string, Duration>>;
  /** Out-of-band changes that no action of the API can make, by the `kind` of POST drift. */
  readonly drift?: Readonly<Record<string, Operation>>;
  /** Control handlers by the first path part, e.g. `guests`. */
  readonly control?: Readonly<Record<string, (request: ControlRequest, site: Site) => ControlAnswer>>;
  readonly start?: (site: Site) => void;
  readonly stop?: () => Promise<void>;
}

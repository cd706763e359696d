// What the command line and the configuration file decide, as one frozen value.

import type { ClockMode } from './clock.ts';
import type { Delays } from './table.ts';

/** One access key: who may sign, and what is refused to it (`ecs:RunInstances`, `ecs:*`, `*`). */
export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  readonly status: 'Active' | 'Inactive';
  readonly deny: readonly string[];
}

/** One account of the cloud. */
export interface Account {
  readonly id: string;
  readonly accessKeys: readonly AccessKey[];
}

/** How long a life-cycle step takes: at once, after so many reads of the resource, or virtual seconds. */
export type Duration =
  | { readonly kind: 'immediate' }
  | { readonly kind: 'describes'; readonly count: number }
  | { readonly kind: 'uniform'; readonly minSeconds: number; readonly maxSeconds: number }
  | { readonly kind: 'never' };

/** Requests per account, region and action in a minute of virtual time; absent is unlimited. */
export interface Throttling {
  readonly default?: number;
  readonly actions: Readonly<Record<string, number>>;
  readonly code: string;
  readonly status: number;
  readonly retryAfter: boolean;
  readonly rateHeaders: boolean;
}

/** Behaviour of the shell inside guests. */
export type GuestShell = 'off' | 'on';

/** Everything a run of the emulator is made of. */
export interface Settings {
  readonly accounts: readonly Account[];
  readonly seed: number;
  readonly clock: ClockMode;
  /** Overrides of the modules' durations by step, e.g. `ecs.instance.starting`. */
  readonly lifecycle: Readonly<Record<string, Duration>>;
  /** By resource type, e.g. `ecs.instance`; `*` for all others. */
  readonly visibility: Readonly<Record<string, Delays>>;
  readonly throttling: Throttling;
  /** Limits by name, e.g. `vpc.vpcs`; what is absent has the module's default. */
  readonly quotas: Readonly<Record<string, number>>;
  /** Region to its zones. */
  readonly regions: Readonly<Record<string, readonly string[]>>;
  readonly defaultRegion: string;
  readonly idempotency: { readonly rememberSeconds: number; readonly inFlightSeconds: number };
  /** Key pairs that exist; undefined accepts any name. */
  readonly keyPairs?: readonly string[];
  /** Free switches of single modules, e.g. `slb.weightZero`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Section `guests` of the configuration, read by the guest module. */
  readonly guests: unknown;
  readonly guestShell: GuestShell;
  readonly allowedHosts: readonly string[];
}

/** Regions of the Finance Cloud with the zones of the public table ("Regions and zones"; Hangzhou's ids are of the same form, not in that table). */
export const FINANCE_REGIONS: Readonly<Record<string, readonly string[]>> = {
  'cn-shanghai-finance-1': ['f', 'g', 'k', 'z'].map((letter) => `cn-shanghai-finance-1${letter}`),
  'cn-shenzhen-finance-1': ['d', 'e'].map((letter) => `cn-shenzhen-finance-1${letter}`),
  'cn-beijing-finance-1': ['k', 'l'].map((letter) => `cn-beijing-finance-1${letter}`),
  'cn-hangzhou-finance': ['h', 'i', 'j', 'k'].map((letter) => `cn-hangzhou-finance-${letter}`),
};

/** The key pair every reader of the documentation knows; refused where commands really run. */
export const DEFAULT_KEY: AccessKey = { id: 'emulator', secret: 'emulator-secret', status: 'Active', deny: [] };

/** The account of keys that are given on the command line. */
export const DEFAULT_ACCOUNT_ID = '1234567890123456';

/** Settings of a run without a configuration file. */
export const DEFAULT_SETTINGS: Settings = {
  accounts: [{ id: DEFAULT_ACCOUNT_ID, accessKeys: [DEFAULT_KEY] }],
  seed: 1,
  clock: { kind: 'real' },
  lifecycle: {},
  visibility: {},
  throttling: { actions: {}, code: 'Throttling.User', status: 400, retryAfter: false, rateHeaders: false },
  quotas: {},
  regions: FINANCE_REGIONS,
  defaultRegion: 'cn-shanghai-finance-1',
  idempotency: { rememberSeconds: 86_400, inFlightSeconds: 0 },
  options: {},
  guests: {},
  guestShell: 'off',
  allowedHosts: [],
};

// What a kind brings to the one reconcile flow: pure functions over the object, the facts of others and a view of the cloud.
import type { UnitState } from '../cloud/ecs/model.ts';
import type {
  Boot,
  ConcernJudgement,
  EnvironmentStatus,
  FindingEntry,
  Intent,
  RecordedAddress,
  RecordedResource,
  Replacement,
  Retained,
} from '../crds/index.ts';
import type { KubeObject, ResourceKind, StoreView } from '../runtime/index.ts';
import type { Dependency } from '../plan/change.ts';
import type { FleetPlan, LiveServer } from './parts/fleet.ts';
import type { CloudPlan, OwnerObject, View } from './model.ts';
import type { FinanceCloudAccount, FinanceCloudEnvironment, BastionPool, SecurityZone } from '../crds/index.ts';

/** The informers' stores that facts are resolved from. */
export interface Stores {
  readonly accounts: StoreView<FinanceCloudAccount>;
  readonly environments: StoreView<FinanceCloudEnvironment>;
  readonly zones: StoreView<SecurityZone>;
  readonly pools: StoreView<BastionPool>;
}

/** What is known of one server's start-up in its present boot. */
export type StartUpVerdict =
  | { readonly kind: 'asking' }
  | { readonly kind: 'not-asked' } // and nobody will while things stand as they do
  | { readonly kind: 'good' }
  | { readonly kind: 'repaired'; readonly before: readonly UnitState[] }
  | { readonly kind: 'broken'; readonly units: readonly UnitState[] } // and nothing more is done about it
  | { readonly kind: 'failing'; readonly units: readonly UnitState[] } // started too often
  | { readonly kind: 'agent-offline' }
  | { readonly kind: 'unsupported-os' }
  | { readonly kind: 'unanswered'; readonly code: string; readonly message: string };

/** What is declared of a fleet's start-up. */
export interface StartUpSpec {
  readonly units: readonly string[];
  readonly probe: 'AfterBoot' | 'Periodic' | 'Never';
  readonly repair: 'EnableAndStart' | 'Enable' | 'Report';
}

/** A listener's own request, asked inside the guest. */
export interface LocalRequest {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly codes: readonly string[]; // http_2xx
}

/** How far questions may go. A question is a command that runs as root in the guest, so what stops writes stops them too. */
export type GuestReach = 'Repair' | 'Look' | 'Nothing';

/** Answers from inside guests; asking is scheduled by looking. */
export interface Guests {
  /** Says how far questions of this owner go from now on; Look asks only under probe Periodic, and mends nothing. */
  allow(reach: GuestReach): void;
  /** Boots judged by an earlier process, from the record. */
  know(boots: readonly Boot[]): void;
  /** Boots judged so far of these servers, for the record; what was known of the owner's other ones is forgotten. */
  judged(servers: ReadonlySet<string>): readonly Boot[];
  startUp(server: LiveServer, spec: StartUpSpec): StartUpVerdict;
  gate(server: LiveServer, requests: readonly LocalRequest[]): 'asking' | 'passed' | 'failed';
  /** The RAM action that was refused when this server was asked last, such as ecs:RunCommand. */
  lacks(serverId: string): string | undefined;
}

/** Everything a plan is made from. `records` is status.resources as it will be written next. */
export interface PlanInput<T extends OwnerObject, R> {
  readonly object: T;
  readonly refs: R;
  readonly view: View;
  readonly guests: Guests;
  readonly records: readonly RecordedResource[];
  readonly replacements: readonly Replacement[];
  readonly retained: readonly Retained[];
  /** Ids made by this process a moment ago, whose parts no sweep has read yet. */
  readonly madeNow: ReadonlySet<string>;
  /** Zones of the environment that are impaired (for pools: as the environment says). */
  readonly closedZones: ReadonlySet<string>;
  /** Since when zones are in their state, RFC 3339. */
  readonly zoneSince: ReadonlyMap<string, string>;
  /** Since when something holds as far as this process saw it (epoch ms); after a restart it begins anew. */
  readonly holdsSince: (what: string, holds: boolean, at: number) => number | undefined;
  /** True once this generation was Ready: differences from then on are drift, before they are building. */
  readonly built: boolean;
  /** Requests under way, whose resources are not on record yet. */
  readonly intents: readonly Intent[];
  readonly now: number;
}

/** A plan and what goes on record beside it. */
export interface KindPlan {
  readonly plan: CloudPlan;
  readonly fleets: readonly FleetPlan[];
  /** Replacements after this visit; when they differ from the record they are written before anything else happens. */
  readonly replacements: readonly Replacement[];
  /** Records that leave `resources` because they are confirmed gone. */
  readonly gone: readonly string[];
  /** Records that are kept in the cloud although they left the spec, with the reason. */
  readonly retain: readonly { readonly id: string; readonly reason: string }[];
  /** Milliseconds until something here changes by itself (a drain ends). */
  readonly dueInMs?: number | undefined;
}

/** What is said about an object, beyond its plan. */
export interface Verdicts {
  readonly concerns: readonly ConcernJudgement[];
  readonly findings: readonly Omit<FindingEntry, 'since'>[];
  readonly addresses: readonly RecordedAddress[];
  /** Drift that was mended without a change in the plan: inside guests. */
  readonly repaired: readonly {
    readonly path: string;
    readonly desired: string;
    readonly observed: string;
    readonly blueprint: string;
  }[];
}

/** What must be settled before an object may be planned at all. */
export type Admission =
  | { readonly kind: 'ok' }
  | { readonly kind: 'waiting'; readonly dependency: Dependency }
  | { readonly kind: 'invalid'; readonly message: string };

/** Where an object belongs: which account and region its resources live in, and what it inherits. */
export interface Belonging {
  readonly environment: FinanceCloudEnvironment;
  readonly mode: 'Enforce' | 'Observe';
  readonly deletionPolicy: 'Retain' | 'Delete';
}

/** State of one zone as status.zones holds it. */
export type ZoneState = NonNullable<EnvironmentStatus['zones']>[number];

/** What zones are judged from besides the object: servers that are there, refusals and health in this process's memory. */
export interface ZoneFactsOf {
  readonly servers: readonly LiveServer[];
  refusals(zone: string): number;
  /** Keeps since when a zone looks healthy (or forgets it) and says it; epoch ms. */
  healthySince(zone: string, healthy: boolean): number | undefined;
  readonly now: number;
  readonly returnMs: number;
}

/** One kind of owner. */
export interface OwnerKind<T extends OwnerObject & KubeObject, R> {
  readonly name: T['kind'];
  readonly resource: ResourceKind<T>;
  /** Resource types that carry tags of this kind, for look-ups. */
  readonly types: readonly RecordedResource['type'][];
  belongs(object: T, stores: Stores): Belonging | Dependency;
  resolve(object: T, stores: Stores): R;
  admit(object: T, refs: R, stores: Stores): Admission;
  /** State of the two zones after this visit, judged from the servers on record; the pool takes its environment's. */
  zoneStates(object: T, refs: R, facts: ZoneFactsOf): readonly ZoneState[];
  plan(input: PlanInput<T, R>): KindPlan;
  /** What is taken away, in order, when the object is deleted under Delete. Blocked entries name what still uses it. */
  teardown(input: PlanInput<T, R>): KindPlan;
  judge(input: PlanInput<T, R>, plan: KindPlan): Verdicts;
  /** Parents whose parts are kept, from the records. */
  details(records: readonly RecordedResource[]): readonly { readonly type: string; readonly parentId: string }[];
}

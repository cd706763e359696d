// The settings of the demo: the operator's own flags and the emulator's configuration, with shorter times than in production.
import type { KubeObject } from './judge/facts.ts';

/** Durations in seconds as the operator's flags take them. */
export const OPERATOR_SECONDS = {
  sweep: 3,
  slow: 6,
  guest: 6,
  zoneReturn: 15,
  absenceGrace: 2,
  visibilityGrace: 5,
  lease: 15,
} as const;

/** The emulator's clock runs this much faster than the reader's. */
export const CLOCK_FACTOR = 20;
/** Longest time, in the emulator's seconds, until reads show what was written. */
export const VISIBILITY_SECONDS = 60;
/** Fixes the emulator's ids and durations, unless another one is given. */
export const SEED = 8;

/** An access key pair. */
export interface KeyPair {
  readonly id: string;
  readonly secret: string;
}

/** The operator's flags for its times. */
export function operatorFlags(): readonly string[] {
  const { sweep, slow, guest, zoneReturn, absenceGrace, visibilityGrace, lease } = OPERATOR_SECONDS;
  return [
    `--sweep-seconds=${sweep}`,
    `--slow-seconds=${slow}`,
    `--guest-seconds=${guest}`,
    `--zone-return-seconds=${zoneReturn}`,
    `--absence-grace-seconds=${absenceGrace}`,
    `--visibility-grace-seconds=${visibilityGrace}`,
    `--lease-seconds=${lease}`,
  ];
}

/** The lines that tell the reader what differs from production. */
export function settingsLines(drainSeconds: number, seed: number): readonly string[] {
  const { sweep, slow, guest, zoneReturn, absenceGrace, visibilityGrace, lease } = OPERATOR_SECONDS;
  return [
    `operator  sweep ${sweep} s, slow tier ${slow} s, guests ${guest} s, drain ${drainSeconds} s, zone return ${zoneReturn} s, absence grace ${absenceGrace} s, visibility grace ${visibilityGrace} s, lease ${lease} s`,
    `emulator  clock x${CLOCK_FACTOR}, reads lag behind writes by up to ${VISIBILITY_SECONDS} of its own seconds (${VISIBILITY_SECONDS / CLOCK_FACTOR} s here), seed ${seed}`,
  ];
}

/** The emulator's configuration file: the account, its keys, lagging reads, and what the declared units serve. */
export function emulatorConfig(accountId: string, keys: readonly KeyPair[], environment: KubeObject): object {
  return {
    accounts: [{ id: accountId, accessKeys: keys }],
    visibility: { '*': lag(VISIBILITY_SECONDS / 3), 'ecs.instance': lag(VISIBILITY_SECONDS) },
    guests: { units: Object.fromEntries(servedUnits(environment)) },
  };
}

/** What of an environment's spec the demo needs to know. */
export interface EnvironmentSpec {
  readonly region: string;
  readonly zones: readonly { readonly name: string; readonly role: string }[];
  readonly repair?: { readonly drainSeconds?: number };
  readonly modules: readonly {
    readonly name: string;
    readonly securityZoneRef: { readonly name: string };
    readonly servers: { readonly replicas: number };
    readonly startup?: { readonly units: readonly string[] };
    readonly loadBalancer?: {
      readonly address: string;
      readonly listeners: readonly {
        readonly protocol: string;
        readonly port: number;
        readonly backendPort: number;
        readonly healthCheck?: { readonly type?: string; readonly path?: string };
      }[];
    };
  }[];
}

/** An environment's spec, as the API server or kustomize printed it. */
export function environmentSpec(environment: KubeObject): EnvironmentSpec {
  const spec: EnvironmentSpec = JSON.parse(JSON.stringify(environment.spec));
  return spec;
}

function lag(seconds: number): object {
  return { create: seconds, attribute: seconds / 3, delete: seconds };
}

// The first unit of a module serves each listener's backend port: its health path with 200, every other path with 404.
function servedUnits(environment: KubeObject): readonly (readonly [string, object])[] {
  return environmentSpec(environment).modules.flatMap((module) => {
    const unit = module.startup?.units[0];
    if (unit === undefined) return [];
    const serves = (module.loadBalancer?.listeners ?? []).map(({ backendPort, healthCheck }) =>
      healthCheck?.path === undefined
        ? { port: backendPort, protocol: 'tcp' }
        : { port: backendPort, paths: { [healthCheck.path]: 200 }, default: 404 },
    );
    return [[unit, { serves, startSeconds: 4 }] as const];
  });
}

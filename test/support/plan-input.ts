// What plans are made from, with sane defaults: a built object in a cloud that answers everything well.
import type { Guests, PlanInput, StartUpVerdict } from '../../src/controllers/kind.ts';
import type { EnvironmentInput } from '../../src/controllers/environment/module.ts';
import type { EnvironmentRefs } from '../../src/controllers/environment/refs.ts';
import type { OwnerObject } from '../../src/controllers/model.ts';
import type { PoolInput } from '../../src/controllers/pool/plan.ts';
import type { PoolRefs } from '../../src/controllers/pool/refs.ts';
import type { ZoneInput } from '../../src/controllers/zone/plan.ts';
import type { ZoneRefs } from '../../src/controllers/zone/refs.ts';
import { F, G, environment, merged, pool, recorded, zone } from './builders.ts';
import { viewOf } from './view.ts';

/** 2026-01-01T00:10:00Z. */
export const NOW = 1_767_226_200_000;

/** Guests that answer one verdict, or one for each server id; every gate alike. */
export function guestsThat(
  answer: StartUpVerdict | ((id: string) => StartUpVerdict) = { kind: 'good' },
  gate: 'asking' | 'passed' | 'failed' = 'passed',
): Guests {
  return {
    allow: () => undefined,
    know: () => undefined,
    judged: () => [],
    startUp: (server) => (typeof answer === 'function' ? answer(server.id) : answer),
    gate: () => gate,
    lacks: () => undefined,
  };
}

type Common = Omit<PlanInput<OwnerObject, unknown>, 'object' | 'refs'>;

const common = (): Common => ({
  view: viewOf(),
  guests: guestsThat(),
  records: [],
  replacements: [],
  retained: [],
  madeNow: new Set(),
  closedZones: new Set(),
  zoneSince: new Map(),
  holdsSince: (_what, holds, at) => (holds ? at : undefined),
  built: true,
  intents: [],
  now: NOW,
});

/** Zone app as its status publishes it: both vSwitches and the group. */
export const publishedZone = zone({
  status: {
    resources: [
      recorded('SecurityGroup', 'sg', 'sg-app'),
      recorded('VSwitch', `vswitch/${F}`, 'vsw-f'),
      recorded('VSwitch', `vswitch/${G}`, 'vsw-g'),
    ],
  },
});

/** Environment core-banking as its status publishes it: the VPC. */
export const publishedEnvironment = environment({ status: { resources: [recorded('VPC', 'vpc', 'vpc-1')] } });

/** Input of an environment whose zone app publishes everything. */
export function environmentInput(...overrides: readonly Partial<EnvironmentInput>[]): EnvironmentInput {
  const refs: EnvironmentRefs = { zones: new Map([['app', publishedZone]]), pools: [pool()], problems: [] };
  return merged<EnvironmentInput>({ ...common(), object: environment(), refs }, overrides);
}

/** Input of zone app in an environment that publishes its VPC. */
export function zoneInput(...overrides: readonly Partial<ZoneInput>[]): ZoneInput {
  const refs: ZoneRefs = {
    environment: publishedEnvironment,
    vpcId: 'vpc-1',
    zones: new Map(),
    pools: new Map(),
    users: [],
  };
  return merged<ZoneInput>({ ...common(), object: zone(), refs }, overrides);
}

/** Input of pool ops in a zone and an environment that publish everything. */
export function poolInput(...overrides: readonly Partial<PoolInput>[]): PoolInput {
  const refs: PoolRefs = { environment: publishedEnvironment, zone: publishedZone, vpcId: 'vpc-1' };
  return merged<PoolInput>({ ...common(), object: pool(), refs }, overrides);
}

// Plans a bastion pool: its own security group, who may dial in, and small servers in both zones.
import type { GroupRules, SecurityGroupRule } from '../../cloud/ecs/model.ts';
import { adjustRule, adjustSecurityGroup, securityGroupFields } from '../../cloud/ecs/model.ts';
import { type BastionPool, effectiveDeletionPolicy } from '../../crds/index.ts';
import { emptyPlan, joinPlans, resourceKey } from '../../plan/change.ts';
import type { KindPlan, PlanInput } from '../kind.ts';
import { type CloudPlan, type Fact, known, missing } from '../model.ts';
import { type FleetPlan, planFleet } from '../parts/fleet.ts';
import { goneOf, planDelete } from '../parts/removal.ts';
import { planReplacements } from '../parts/replacements.ts';
import { namedBy, planRules } from '../parts/rules.ts';
import { isLost, planSingle } from '../parts/single.ts';
import { type FleetHome, keptOf, tagsOf, templateFor, vSwitchWaits, vpcOf, vpcWait } from '../parts/templates.ts';
import { cloudName, recordOf, serversOf } from '../records.ts';
import type { PoolRefs } from './refs.ts';

/** What a pool's plan is made from. */
export type PoolInput = PlanInput<BastionPool, PoolRefs>;

/** Name of the fleet in records and tags. */
export const FLEET = 'bastion';

/** The plan of a living pool. */
export function planPool(input: PoolInput): KindPlan {
  const fleet = planBastions(input);
  const { environment } = input.refs;
  const policy = environment === undefined ? 'Retain' : effectiveDeletionPolicy(input.object.spec, environment);
  const mayShrink = policy === 'Delete';
  const replaced = planReplacements({ fleet, module: FLEET, input, mayShrink, behind: undefined });
  return {
    plan: joinPlans([
      vpcWait(input.refs.vpcId, input.view),
      planGroup(input),
      planAccess(input),
      vSwitchWaits(input.refs.zone, input.view),
      fleet.plan,
      replaced.plan,
    ]),
    fleets: [fleet],
    replacements: replaced.replacements,
    gone: [...fleet.gone.map((record) => record.id), ...goneOf(input.retained, input.view)],
    retain: replaced.retain,
    dueInMs: replaced.dueInMs,
  };
}

/** The plan of a pool that is deleted under Delete: servers, then the group once no rule names it. */
export function teardownPool(input: PoolInput): KindPlan {
  const servers = serversOf(input.records, FLEET).map((record) => resourceKey('Server', record.name));
  const group = recordOf(input.records, 'sg');
  const plan = joinPlans([
    group === undefined ? emptyPlan : namedBy(input.view, group.id),
    ...input.records.map((record) =>
      planDelete(record, input.view, {
        uid: input.object.metadata.uid,
        needs: record.type === 'SecurityGroup' ? [...servers, resourceKey('SecurityGroupRules', 'sg/naming')] : [],
      }),
    ),
  ]);
  return { plan, fleets: [], replacements: [], gone: goneOf(input.records, input.view), retain: [] };
}

function planGroup(input: PoolInput): CloudPlan {
  const { object, refs } = input;
  const spec = {
    displayName: cloudName(object.spec.displayName, object.metadata.name),
    description: object.spec.description ?? '',
  };
  const vpc = vpcOf(object, refs, input.view);
  return planSingle(
    {
      type: 'SecurityGroup',
      name: 'sg',
      uid: object.metadata.uid,
      recorded: recordOf(input.records, 'sg'),
      desired: adjustSecurityGroup(spec),
      table: securityGroupFields,
      readyStates: [''],
      blueprint: 'BAS-2',
      needs: [resourceKey('VPC', 'vpc')],
      create:
        vpc.kind === 'missing'
          ? vpc
          : known({ service: 'ecs', action: { kind: 'CreateSecurityGroup', vpcId: vpc.value, spec, tags: {} } }),
      update: (id, set) => ({ service: 'ecs', action: { kind: 'UpdateSecurityGroup', id, set } }),
    },
    input.view,
  );
}

function planAccess(input: PoolInput): CloudPlan {
  const group = recordOf(input.records, 'sg');
  if (group === undefined || isLost(group, input.object.metadata.uid, input.view)) return emptyPlan;
  const { clientCidrs, port } = input.object.spec.access;
  const desired: readonly SecurityGroupRule[] = clientCidrs.map((cidr) =>
    adjustRule({
      protocol: 'TCP',
      ports: `${port}/${port}`,
      source: { kind: 'cidr', cidr },
      policy: 'accept',
      priority: 1,
      description: 'vpn-client',
    }),
  );
  const live = input.view.detail<GroupRules>('GroupRules', group.id)?.parts;
  return planRules({
    groupName: 'sg',
    groupId: group.id,
    desired,
    blocked: [],
    live: live ?? (input.madeNow.has(group.id) ? { rules: [] } : undefined),
    undeclared: input.object.spec.undeclaredRules,
    leavingGroups: new Set(),
  });
}

function planBastions(input: PoolInput): FleetPlan {
  const { object, refs } = input;
  const group = recordOf(input.records, 'sg');
  const groupId: Fact<string> =
    group === undefined ? missing('BastionPool', object.metadata.name, 'own security group') : known(group.id);
  const home: FleetHome = {
    displayName: cloudName(object.spec.displayName, object.metadata.name, FLEET),
    zone: refs.zone,
    zoneName: object.spec.securityZoneRef.name,
    groupId,
  };
  const zones = refs.environment?.spec.zones.map((zone) => zone.name) ?? [];
  return planFleet(
    {
      fleet: FLEET,
      uid: object.metadata.uid,
      wanted: new Map(zones.map((zone) => [zone, object.spec.perZone])),
      template: (zone) => templateFor(object.spec, home, zone),
      tags: tagsOf(object.spec),
      kept: keptOf(object.spec, home),
      recorded: serversOf(input.records, FLEET),
      replacements: input.replacements,
      closedZones: input.closedZones,
      intents: input.intents,
    },
    input.view,
  );
}

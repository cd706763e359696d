// Plans an environment: its VPC and its modules; what left the spec is kept or taken away by policy and confirmation.
import { type VSwitchRecord, type VpcSpec, adjustVpc, vpcFields } from '../../cloud/vpc/model.ts';
import { ANNOTATIONS, type RecordedResource, type Replacement } from '../../crds/index.ts';
import { emptyPlan, joinPlans, resourceKey } from '../../plan/change.ts';
import type { KindPlan } from '../kind.ts';
import { type CloudPlan, known } from '../model.ts';
import { goneOf, planDelete } from '../parts/removal.ts';
import { isLost, planSingle } from '../parts/single.ts';
import { cloudName, recordOf } from '../records.ts';
import { isWayOut, planLeaving } from './leaving.ts';
import { type EnvironmentInput, balancerName, planModule } from './module.ts';

/** The plan of a living environment. */
export function planEnvironment(input: EnvironmentInput): KindPlan {
  const modules = input.object.spec.modules.map((module) => planModule(input, module));
  const left = leftOver(input);
  const dues = [...modules, left].flatMap((part) => part.dueInMs ?? []);
  return {
    plan: joinPlans([planVpc(input), ...modules.map((module) => module.plan), left.plan]),
    fleets: modules.map((module) => module.fleet),
    replacements: limited(
      input,
      [...modules, left].flatMap((part) => part.replacements),
    ),
    gone: [
      ...modules.flatMap((module) => module.fleet.gone.map((record) => record.id)),
      ...left.gone,
      ...goneOf(input.retained, input.view),
    ],
    retain: [...modules.flatMap((module) => module.retain), ...left.retain],
    dueInMs: dues.length > 0 ? Math.min(...dues) : undefined,
  };
}

const MOST = 10;

/**
 * At most ten at a time, and begun only while no more servers of the zone are on their way out than the declaration allows;
 * what is on record already is never given up for a new one.
 */
function limited(input: EnvironmentInput, replacements: readonly Replacement[]): readonly Replacement[] {
  const { maxUnavailablePerZone } = input.object.spec.repair;
  const isRunning = ({ slot }: Replacement) => input.replacements.some((item) => item.slot === slot);
  const [running, begun] = [replacements.filter(isRunning), replacements.filter((item) => !isRunning(item))];
  return begun
    .reduce<readonly Replacement[]>((admitted, item) => {
      const onTheWay = admitted.filter(({ fromZone }) => fromZone === item.fromZone).length;
      return onTheWay < maxUnavailablePerZone ? [...admitted, item] : admitted;
    }, running)
    .slice(0, MOST);
}

function planVpc(input: EnvironmentInput): CloudPlan {
  const { object } = input;
  const spec: VpcSpec = {
    cidr: object.spec.network.cidr,
    displayName: cloudName(object.spec.network.displayName, object.metadata.name),
    description: object.spec.network.description ?? '',
  };
  return planSingle<VpcSpec>(
    {
      type: 'VPC',
      name: 'vpc',
      uid: object.metadata.uid,
      recorded: recordOf(input.records, 'vpc'),
      desired: adjustVpc(spec),
      table: vpcFields,
      readyStates: ['Available'],
      blueprint: 'NET-1',
      needs: [],
      create: known({ service: 'vpc', action: { kind: 'CreateVpc', spec, tags: {} } }),
      update: (id, set) => ({ service: 'vpc', action: { kind: 'UpdateVpc', id, set } }),
    },
    input.view,
  );
}

/** Records of modules and load balancers that are not declared any more. */
export function leftRecords(input: EnvironmentInput): readonly RecordedResource[] {
  const fleets = new Set(input.object.spec.modules.map((module) => module.name));
  const balancers = new Set(
    input.object.spec.modules.filter((module) => module.loadBalancer !== undefined).map(balancerName),
  );
  return input.records.filter((record) => {
    if (record.type === 'Server') return !fleets.has(record.name.split('/')[0] ?? '');
    return record.type === 'LoadBalancer' && !balancers.has(record.name);
  });
}

/** Under Retain what left is kept and listed; under Delete it goes, step by step, once a person confirmed its name. */
function leftOver(input: EnvironmentInput): Omit<KindPlan, 'fleets'> {
  const left = leftRecords(input);
  if (input.object.spec.deletionPolicy === 'Retain') {
    return {
      plan: emptyPlan,
      replacements: [],
      gone: goneOf(left, input.view),
      retain: left.map((record) => ({ id: record.id, reason: 'removed from the spec, and deletionPolicy is Retain' })),
    };
  }
  // What was begun is finished, even when the confirmation is taken back: a server at weight 0 serves nobody.
  const begun = new Set(input.replacements.filter(isWayOut).map(({ surplusId }) => surplusId));
  const going = left.filter((record) => isConfirmed(input, record) || begun.has(record.id));
  const leaving = [...Map.groupBy(going, ({ name }) => name.split('/')[0] ?? name)].map(([module, records]) =>
    planLeaving(input, module, records),
  );
  const dues = leaving.flatMap((part) => part.dueInMs ?? []);
  return {
    plan: joinPlans(leaving.map((part) => part.plan)),
    replacements: leaving.flatMap((part) => part.replacements),
    gone: goneOf(left, input.view),
    retain: [],
    dueInMs: dues.length > 0 ? Math.min(...dues) : undefined,
  };
}

/** True when the annotation names the record's module or load balancer. */
export function isConfirmed(input: EnvironmentInput, record: RecordedResource): boolean {
  const names = (input.object.metadata.annotations?.[ANNOTATIONS.confirmRemoval] ?? '')
    .split(',')
    .map((name) => name.trim());
  return names.includes(record.name) || names.includes(record.name.split('/')[0] ?? '');
}

/** vSwitches that zones left in the VPC when they let go of them, or that strangers made there: the cloud keeps it for them. */
function subnetsLeft({ object, records, view }: EnvironmentInput): readonly string[] {
  const vpc = recordOf(records, 'vpc');
  // Who lives in a VPC that is not its own is nobody it could wait for.
  if (vpc === undefined || isLost(vpc, object.metadata.uid, view)) return [];
  return view
    .records<VSwitchRecord>('VSwitch')
    .filter(({ vpcId }) => vpcId === vpc.id)
    .map(({ id }) => `vSwitch ${id}`);
}

/** The plan of an environment that is deleted under Delete: servers and load balancers, then the VPC once zones and pools are gone. */
export function teardownEnvironment(input: EnvironmentInput): KindPlan {
  const first = input.records.filter((record) => record.type !== 'VPC');
  const members = [
    ...[...input.refs.zones.keys()].map((name) => `SecurityZone ${name}`),
    ...input.refs.pools.map((pool) => `BastionPool ${pool.metadata.name}`),
  ];
  const users = members.length > 0 ? members : subnetsLeft(input);
  const waiting: CloudPlan =
    users.length === 0
      ? emptyPlan
      : {
          ...emptyPlan,
          pending: [{ type: 'VPC', name: 'users', id: '', why: `is used by ${users.slice(0, 5).join(', ')}` }],
        };
  const needs = [...first.map((record) => resourceKey(record.type, record.name)), resourceKey('VPC', 'users')];
  const plan = joinPlans([
    waiting,
    ...input.records.map((record) =>
      planDelete(record, input.view, {
        uid: input.object.metadata.uid,
        needs: record.type === 'VPC' ? needs : [],
      }),
    ),
  ]);
  return { plan, fleets: [], replacements: [], gone: goneOf(input.records, input.view), retain: [] };
}

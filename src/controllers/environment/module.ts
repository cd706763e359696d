// Plans one business module: its fleet, what stands in front of it, and who is being replaced.
import { TAG_UID } from '../../cloud/tags.ts';
import type { ListenerSpec, LoadBalancerParts, LoadBalancerRecord, LoadBalancerSpec } from '../../cloud/slb/model.ts';
import { adjustListener, adjustLoadBalancer, loadBalancerFields } from '../../cloud/slb/model.ts';
import {
  type BusinessModule,
  type FinanceCloudEnvironment,
  type LoadBalancer,
  type RecordedResource,
  effectiveListener,
} from '../../crds/index.ts';
import { emptyPlan, joinPlans, resourceKey } from '../../plan/change.ts';
import { spread } from '../../plan/placement.ts';
import type { KindPlan, LocalRequest, PlanInput } from '../kind.ts';
import { type CloudPlan, type Fact, known, missing } from '../model.ts';
import { planBackends } from '../parts/backends.ts';
import { type FleetPlan, type LiveServer, planFleet } from '../parts/fleet.ts';
import { listenerSpecOf, planListeners, protocolOf } from '../parts/listeners.ts';
import { type Behind, planReplacements } from '../parts/replacements.ts';
import { isLost, ownFact, planSingle } from '../parts/single.ts';
import { type FleetHome, keptOf, tagsOf, templateFor, userDataSource, vSwitchWaits } from '../parts/templates.ts';
import { cloudName, recordOf, serversOf } from '../records.ts';
import { behindLeft, leftBalancer, planLeftMembers } from './left-balancer.ts';
import { type EnvironmentRefs, zoneNames } from './refs.ts';

/** What an environment's plan is made from. */
export type EnvironmentInput = PlanInput<FinanceCloudEnvironment, EnvironmentRefs>;

/** The plan of one module, and its fleet. */
export interface ModulePlan extends Pick<KindPlan, 'replacements' | 'retain' | 'dueInMs'> {
  readonly plan: CloudPlan;
  readonly fleet: FleetPlan;
}

/** Plans one module. */
export function planModule(input: EnvironmentInput, module: BusinessModule): ModulePlan {
  const zone = input.refs.zones.get(module.securityZoneRef.name);
  const fleet = planFleet(fleetInput(input, module), input.view);
  const behind = behindOf(input, module);
  const replaced = planReplacements({
    fleet,
    module: module.name,
    input,
    behind,
    startUp: module.startup,
    mayShrink: input.object.spec.deletionPolicy === 'Delete',
    drainMs: input.object.spec.repair.drainSeconds * 1000,
  });
  return {
    ...replaced,
    fleet,
    plan: joinPlans([
      vSwitchWaits(zone, input.view),
      fleet.plan,
      planBalancer(input, module),
      planMembers(input, module, fleet),
      replaced.plan,
    ]),
  };
}

function homeOf(input: EnvironmentInput, module: BusinessModule): FleetHome {
  const { object, refs } = input;
  const zoneName = module.securityZoneRef.name;
  const zone = refs.zones.get(zoneName);
  const group = recordOf(zone?.status?.resources ?? [], 'sg');
  const why = zone === undefined ? 'security group id (the object does not exist)' : 'security group id';
  const groupId: Fact<string> =
    zone === undefined || group === undefined
      ? missing('SecurityZone', zoneName, why)
      : ownFact({ kind: 'SecurityZone', metadata: zone.metadata, record: group, fact: why }, input.view);
  return {
    displayName: cloudName(module.servers.displayName, object.metadata.name, module.name),
    zone,
    zoneName,
    groupId,
  };
}

function fleetInput(input: EnvironmentInput, module: BusinessModule) {
  const home = homeOf(input, module);
  return {
    fleet: module.name,
    uid: input.object.metadata.uid,
    wanted: spread(module.servers.replicas, zoneNames(input.object)),
    template: (zone: string) => templateFor(module.servers, home, zone),
    tags: tagsOf(module.servers),
    userDataFrom: userDataSource(module.servers.userDataFrom),
    kept: keptOf(module.servers, home),
    recorded: serversOf(input.records, module.name),
    replacements: input.replacements.filter((item) => item.module === module.name),
    closedZones: input.closedZones,
    movesAtOnce: input.object.spec.repair.maxUnavailablePerZone,
    intents: input.intents,
  };
}

/** Logical name of a module's load balancer. */
export function balancerName(module: Pick<BusinessModule, 'name'>): string {
  return `${module.name}/lb`;
}

function specOf(input: EnvironmentInput, module: BusinessModule, balancer: LoadBalancer): Fact<LoadBalancerSpec> {
  const [masterZone = '', slaveZone = ''] = zoneNames(input.object);
  const zone = input.refs.zones.get(module.securityZoneRef.name);
  const vSwitchId = idOf(zone?.status?.resources, `vswitch/${masterZone}`);
  if (balancer.address === 'Intranet' && vSwitchId === '')
    return missing('SecurityZone', module.securityZoneRef.name, `vSwitch id in ${masterZone}`);
  const spec: LoadBalancerSpec = {
    displayName: cloudName(balancer.displayName, input.object.metadata.name, module.name),
    addressType: balancer.address === 'Intranet' ? 'intranet' : 'internet',
    masterZone,
    slaveZone,
    vpcId: idOf(input.records, 'vpc'),
    vSwitchId,
    instanceSpec: balancer.spec,
    ...billingOf(balancer),
  };
  return known(adjustLoadBalancer(spec));
}

function idOf(records: readonly RecordedResource[] | undefined, name: string): string {
  return recordOf(records ?? [], name)?.id ?? '';
}

function billingOf({ billing }: LoadBalancer): Pick<LoadBalancerSpec, 'chargeType' | 'bandwidthMbps'> {
  return billing.type === 'PayByBandwidth'
    ? { chargeType: 'paybybandwidth', bandwidthMbps: billing.bandwidthMbps }
    : { chargeType: 'paybytraffic', bandwidthMbps: -1 };
}

function planBalancer(input: EnvironmentInput, module: BusinessModule): CloudPlan {
  const balancer = module.loadBalancer;
  if (balancer === undefined) return emptyPlan;
  const name = balancerName(module);
  const spec = specOf(input, module, balancer);
  const recorded = recordOf(input.records, name);
  const own = planSingle<LoadBalancerSpec>(
    {
      type: 'LoadBalancer',
      name,
      uid: input.object.metadata.uid,
      recorded,
      desired: spec.kind === 'known' ? spec.value : {},
      adjustLive: adjustLoadBalancer,
      table: loadBalancerFields,
      readyStates: ['active'],
      blueprint: 'SLB-4',
      needs: spec.kind === 'known' && spec.value.vSwitchId !== '' ? [resourceKey('VSwitch', spec.value.vSwitchId)] : [],
      create:
        spec.kind === 'known'
          ? known({ service: 'slb', action: { kind: 'CreateLoadBalancer', spec: spec.value, tags: {} } })
          : spec,
      update: (id, set, live) => ({ service: 'slb', action: { kind: 'UpdateLoadBalancer', id, live, set } }),
      start: { states: ['inactive'], action: (id) => ({ service: 'slb', action: { kind: 'StartLoadBalancer', id } }) },
    },
    input.view,
  );
  if (recorded === undefined || input.view.get('LoadBalancer', recorded.id).kind === 'absent') return own;
  if (isLost(recorded, input.object.metadata.uid, input.view)) return own;
  const listeners = planListeners(
    { name, loadBalancerId: recorded.id, listeners: balancer.listeners, needs: [resourceKey('LoadBalancer', name)] },
    input.view,
  );
  return joinPlans([own, listeners]);
}

function partsOf(input: EnvironmentInput, module: BusinessModule) {
  const recorded = recordOf(input.records, balancerName(module));
  return recorded === undefined ? undefined : input.view.detail<LoadBalancerParts>('LoadBalancerParts', recorded.id);
}

function planMembers(input: EnvironmentInput, module: BusinessModule, fleet: FleetPlan): CloudPlan {
  const name = balancerName(module);
  const recorded = recordOf(input.records, name);
  const replacements = input.replacements.filter((item) => item.module === module.name);
  if (module.loadBalancer === undefined)
    return planLeftMembers(input, leftBalancer(input, module.name), { servers: fleet.servers, replacements });
  if (recorded === undefined) return emptyPlan;
  if (isLost(recorded, input.object.metadata.uid, input.view)) return emptyPlan;
  const made = input.madeNow.has(recorded.id) ? { backends: [], health: [] } : undefined;
  return planBackends({
    name,
    loadBalancerId: recorded.id,
    servers: fleet.servers,
    replacements,
    notReady: notReady(input, module, fleet.servers),
    retained: new Set(input.retained.map((item) => item.id)),
    parts: partsOf(input, module)?.parts ?? made,
    needs: [resourceKey('LoadBalancer', name)],
  });
}

/** Servers whose start-up is being asked or repaired in this boot join once that is known, servers of others never; those that serve already stay. */
function notReady(
  input: EnvironmentInput,
  module: BusinessModule,
  servers: readonly LiveServer[],
): ReadonlySet<string> {
  const { startup } = module;
  const members = new Set(partsOf(input, module)?.parts.backends.map((backend) => backend.serverId) ?? []);
  const others = servers.filter((server) => server.record !== undefined && !members.has(server.id));
  const { uid } = input.object.metadata;
  const waiting = others.filter(
    (server) =>
      server.record?.tags[TAG_UID] !== uid ||
      (startup !== undefined &&
        startup.probe !== 'Never' &&
        server.record.state === 'Running' &&
        input.guests.startUp(server, startup).kind === 'asking'),
  );
  return new Set(waiting.map((server) => server.id));
}

/** What stands in front of the module, as replacements see it. */
function behindOf(input: EnvironmentInput, module: BusinessModule): Behind | undefined {
  if (module.loadBalancer === undefined) return behindLeft(input, leftBalancer(input, module.name));
  const detail = partsOf(input, module);
  const listeners = module.loadBalancer.listeners.map(effectiveListener);
  return {
    parts: detail?.parts,
    partsReadAt: detail?.readAt,
    requests: listeners
      .map((listener) => requestOf(adjustListener(protocolOf(listener), listenerSpecOf(listener))))
      .filter((request) => request !== undefined),
    listeners: listeners.map((listener) => ({ port: listener.port, spec: listenerSpecOf(listener) })),
  };
}

/** The listener's own request, for checks that speak HTTP. */
function requestOf(spec: ListenerSpec): LocalRequest | undefined {
  if (spec.healthType !== 'http') return undefined;
  return { host: spec.healthDomain, port: spec.healthPort, path: spec.healthPath, codes: spec.healthCodes };
}

/** The live load balancer of a module. */
export function liveBalancer(input: EnvironmentInput, module: BusinessModule): LoadBalancerRecord | undefined {
  const recorded = recordOf(input.records, balancerName(module));
  if (recorded === undefined) return undefined;
  const presence = input.view.get<LoadBalancerRecord>('LoadBalancer', recorded.id);
  return presence.kind === 'present' ? presence.record : undefined;
}

// From a declared fleet to the request for new servers and to what is kept of old ones. Shared by modules and pools.
import type { ServerSpec, ServerTemplate } from '../../cloud/ecs/model.ts';
import type { VSwitchRecord, VpcRecord } from '../../cloud/vpc/model.ts';
import type { BastionPool, BusinessModule, FinanceCloudEnvironment, SecurityZone } from '../../crds/index.ts';
import { type CloudPlan, type Fact, type UserDataSource, type View, known, missing } from '../model.ts';
import { emptyPlan } from '../../plan/change.ts';
import { recordOf } from '../records.ts';
import { ownFact } from './single.ts';

/** What both a module's servers and a pool declare. */
export type DeclaredServers = Omit<BusinessModule['servers'], 'replicas' | 'internetBandwidthMbps' | 'userDataFrom'> & {
  readonly internetBandwidthMbps?: number | undefined;
  readonly userDataFrom?: BusinessModule['servers']['userDataFrom'] | undefined;
};

/** Where a fleet lives and what it is called. */
export interface FleetHome {
  readonly displayName: string;
  readonly zone: SecurityZone | undefined;
  readonly zoneName: string;
  readonly groupId: Fact<string>;
}

const diskCategories = { ESSD: 'cloud_essd', SSD: 'cloud_ssd', Efficiency: 'cloud_efficiency' } as const;

/** The request for new servers in a zone, or the fact it waits for. */
export function templateFor(servers: DeclaredServers, home: FleetHome, zone: string): Fact<ServerTemplate> {
  if (home.groupId.kind === 'missing') return home.groupId;
  const vSwitch = recordOf(home.zone?.status?.resources ?? [], `vswitch/${zone}`);
  if (vSwitch === undefined) return missing('SecurityZone', home.zoneName, `vSwitch id in ${zone}`);
  return known({
    zone,
    vSwitchId: vSwitch.id,
    securityGroupId: home.groupId.value,
    instanceType: servers.instanceType,
    imageId: servers.image.id,
    ...(servers.keyPairName === undefined ? {} : { keyPairName: servers.keyPairName }),
    ...(servers.ramRoleName === undefined ? {} : { ramRoleName: servers.ramRoleName }),
    systemDisk: { category: diskCategories[servers.systemDisk.category], sizeGiB: servers.systemDisk.sizeGiB },
    internetBandwidthMbps: servers.internetBandwidthMbps ?? 0,
    displayName: home.displayName,
    description: servers.description ?? '',
    hasUserData: servers.userDataFrom !== undefined,
  });
}

/** What is kept of every server of the fleet. */
export function keptOf(servers: DeclaredServers, home: FleetHome): Fact<ServerSpec> {
  if (home.groupId.kind === 'missing') return home.groupId;
  return known({
    groupIds: [home.groupId.value],
    displayName: home.displayName,
    description: servers.description ?? '',
    instanceType: servers.instanceType,
    imageId: servers.image.id,
    keyPairName: servers.keyPairName ?? '',
    internetBandwidthMbps: servers.internetBandwidthMbps ?? 0,
  });
}

/** The object that holds the first-boot script. */
export function userDataSource(
  from: BusinessModule['servers']['userDataFrom'] | undefined,
): UserDataSource | undefined {
  if (from === undefined) return undefined;
  return from.type === 'ConfigMap'
    ? { kind: 'ConfigMap', name: from.configMapKeyRef.name, key: from.configMapKeyRef.key }
    : { kind: 'Secret', name: from.secretKeyRef.name, key: from.secretKeyRef.key };
}

/** User tags as the cloud takes them. */
export function tagsOf(servers: Pick<DeclaredServers, 'tags'>): Readonly<Record<string, string>> {
  return Object.fromEntries((servers.tags ?? []).map(({ key, value }) => [key, value]));
}

/** The zone's vSwitches that are not ready: requests name them in their needs by id. */
export function vSwitchWaits(zone: SecurityZone | undefined, view: View): CloudPlan {
  const ids = (zone?.status?.resources ?? []).filter((record) => record.type === 'VSwitch').map((record) => record.id);
  const waiting = ids.filter((id) => {
    const presence = view.get<VSwitchRecord>('VSwitch', id);
    return presence.kind !== 'present' || presence.record.state !== 'Available';
  });
  return {
    ...emptyPlan,
    pending: waiting.map((id) => ({ type: 'VSwitch', name: id, id, why: 'is not Available yet' })),
  };
}

/** Facts of the environment that zones and pools share. */
export interface NetworkRefs {
  readonly environment: FinanceCloudEnvironment | undefined;
  readonly vpcId: string | undefined;
}

/** The environment's VPC, or the wait for it. */
export function vpcOf(object: SecurityZone | BastionPool, refs: NetworkRefs, view: View): Fact<string> {
  const { environment, vpcId } = refs;
  if (environment === undefined || vpcId === undefined)
    return missing('FinanceCloudEnvironment', object.spec.environmentRef.name, 'VPC id');
  const record = { type: 'VPC', id: vpcId } as const;
  return ownFact({ kind: 'FinanceCloudEnvironment', metadata: environment.metadata, record, fact: 'VPC id' }, view);
}

/** The environment's VPC, while it is not ready: what waits for it names it in its needs. */
export function vpcWait(vpcId: string | undefined, view: View): CloudPlan {
  if (vpcId === undefined) return emptyPlan;
  const presence = view.get<VpcRecord>('VPC', vpcId);
  if (presence.kind === 'present' && presence.record.state === 'Available') return emptyPlan;
  return { ...emptyPlan, pending: [{ type: 'VPC', name: 'vpc', id: vpcId, why: 'is not Available yet' }] };
}

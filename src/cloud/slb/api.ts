// The wire of classic load balancers (2014-05-15), requests: out of our types. Wire names end here, in listener-wire.ts and answers.ts.
import type { Call } from '../call.ts';
import type { Params } from '../lister.ts';
import type { Tags } from '../service.ts';
import { tagParams } from '../wire.ts';
import type { Backend, ListenerRef, LoadBalancerSpec } from './model.ts';

const call = (action: string, params: Params): Call => ({ service: 'slb', action, params });

/** CreateLoadBalancer; the only call of this product that takes a client token. A vSwitch makes an address private, so it is never sent for a public one. */
export function createLoadBalancer(region: string, spec: LoadBalancerSpec, tags: Tags): Call {
  const zones = { MasterZoneId: spec.masterZone, ...(spec.slaveZone === '' ? {} : { SlaveZoneId: spec.slaveZone }) };
  return call('CreateLoadBalancer', {
    RegionId: region,
    ...(spec.displayName === '' ? {} : { LoadBalancerName: spec.displayName }),
    AddressType: spec.addressType,
    ...(spec.addressType === 'intranet' ? { VpcId: spec.vpcId, VSwitchId: spec.vSwitchId } : internetParams(spec)),
    ...zones,
    LoadBalancerSpec: spec.instanceSpec,
    InstanceChargeType: 'PayBySpec',
    PayType: 'PayOnDemand',
    Tag: tagParams(tags),
  });
}

function internetParams(spec: Pick<LoadBalancerSpec, 'chargeType' | 'bandwidthMbps'>): Params {
  const bandwidth = spec.chargeType === 'paybybandwidth' ? { Bandwidth: spec.bandwidthMbps } : {};
  return { InternetChargeType: spec.chargeType, ...bandwidth };
}

/** Fields of a load balancer that can be set. */
export type LoadBalancerSet = Partial<
  Pick<LoadBalancerSpec, 'displayName' | 'chargeType' | 'bandwidthMbps' | 'instanceSpec'>
>;

/** One call for each part that differs: name, public bandwidth, size. Charge type and bandwidth go together. */
export function modifyLoadBalancer(
  region: string,
  id: string,
  change: { readonly live: LoadBalancerSpec; readonly set: LoadBalancerSet },
): readonly Call[] {
  const { set, live } = change;
  const on = { RegionId: region, LoadBalancerId: id };
  const paid = { ...live, ...set };
  const isPaid = set.chargeType !== undefined || set.bandwidthMbps !== undefined;
  return [
    ...(set.displayName ? [call('SetLoadBalancerName', { ...on, LoadBalancerName: set.displayName })] : []),
    ...(isPaid ? [call('ModifyLoadBalancerInternetSpec', { ...on, ...internetParams(paid) })] : []),
    ...(set.instanceSpec
      ? [call('ModifyLoadBalancerInstanceSpec', { ...on, LoadBalancerSpec: set.instanceSpec })]
      : []),
  ];
}

/** SetLoadBalancerStatus active. */
export function startLoadBalancer(region: string, id: string): Call {
  return call('SetLoadBalancerStatus', { RegionId: region, LoadBalancerId: id, LoadBalancerStatus: 'active' });
}

/** DeleteLoadBalancer; its listeners go with it. */
export function deleteLoadBalancer(region: string, id: string): Call {
  return call('DeleteLoadBalancer', { RegionId: region, LoadBalancerId: id });
}

/** TagResources of this product; sets values, leaves other tags alone. */
export function tagLoadBalancer(region: string, id: string, tags: Tags): Call {
  return call('TagResources', { RegionId: region, ResourceType: 'instance', ResourceId: [id], Tag: tagParams(tags) });
}

const listenerParams = (region: string, ref: ListenerRef): Params => ({
  RegionId: region,
  LoadBalancerId: ref.loadBalancerId,
  ListenerPort: ref.port,
  ListenerProtocol: ref.protocol, // TCP and UDP may share a port
});

/** StartLoadBalancerListener; a listener is made stopped. */
export function startListener(region: string, ref: ListenerRef): Call {
  return call('StartLoadBalancerListener', listenerParams(region, ref));
}

/** DeleteLoadBalancerListener. */
export function deleteListener(region: string, ref: ListenerRef): Call {
  return call('DeleteLoadBalancerListener', listenerParams(region, ref));
}

/** Most backends one call takes. */
export const BACKENDS_PER_CALL = 20;

const backendsCall = (
  action: string,
  region: string,
  of: { readonly id: string; readonly list: readonly object[] },
): Call => call(action, { RegionId: region, LoadBalancerId: of.id, BackendServers: JSON.stringify(of.list) });

const weighted = ({ serverId, weight }: Backend) => ({ ServerId: serverId, Weight: String(weight), Type: 'ecs' });

/** AddBackendServers; the servers must be running and not be backends yet. */
export function addBackends(region: string, id: string, backends: readonly Backend[]): Call {
  return backendsCall('AddBackendServers', region, { id, list: backends.map(weighted) });
}

/** SetBackendServers: weights of servers that are backends. */
export function setWeights(region: string, id: string, backends: readonly Backend[]): Call {
  return backendsCall('SetBackendServers', region, { id, list: backends.map(weighted) });
}

/** RemoveBackendServers; what is no backend is passed over. */
export function removeBackends(region: string, id: string, serverIds: readonly string[]): Call {
  const list = serverIds.map((serverId) => ({ ServerId: serverId, Type: 'ecs' }));
  return backendsCall('RemoveBackendServers', region, { id, list });
}

/** DescribeLoadBalancerAttribute: has the backends of the default server group. */
export function describeLoadBalancer(region: string, id: string): Call {
  return call('DescribeLoadBalancerAttribute', { RegionId: region, LoadBalancerId: id });
}

/** DescribeHealthStatus behind all listeners. */
export function describeHealth(region: string, id: string): Call {
  return call('DescribeHealthStatus', { RegionId: region, LoadBalancerId: id });
}

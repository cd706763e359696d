// Classic load balancers, listeners, backends and health as we declare and see them. Pure; wire names end in api.ts.
import type { FieldTable } from '../../plan/fields.ts';
import type { CloudRecord, Tags } from '../service.ts';

/** Declared load balancer. `bandwidthMbps` is -1 when paid by traffic. */
export interface LoadBalancerSpec {
  readonly displayName: string;
  readonly addressType: 'internet' | 'intranet';
  readonly masterZone: string;
  readonly slaveZone: string;
  readonly vpcId: string; // '' for internet
  readonly vSwitchId: string; // '' for internet
  readonly instanceSpec: string;
  readonly chargeType: 'paybytraffic' | 'paybybandwidth';
  readonly bandwidthMbps: number;
}

/** Live load balancer; state active | inactive | locked. */
export interface LoadBalancerRecord extends CloudRecord, LoadBalancerSpec {
  readonly address: string;
  readonly deleteProtection: boolean;
  readonly prepaid: boolean;
}

/** Protocols of a listener we make. */
export type ListenerProtocol = 'http' | 'tcp' | 'udp';

/** Kept configuration of a listener; canonical (`adjust`): what a protocol does not have is its neutral value. */
export interface ListenerSpec {
  readonly backendPort: number;
  readonly bandwidthMbps: number; // -1: no limit of its own
  readonly scheduler: 'rr' | 'wrr' | 'wlc';
  readonly stickySession: 'off' | 'insert' | 'source'; // source: layer 4 persistence
  readonly stickySeconds: number; // 0 when off
  readonly healthCheck: 'on' | 'off';
  readonly healthType: 'http' | 'tcp' | 'udp';
  readonly healthPath: string; // '' for tcp, udp
  readonly healthDomain: string; // '' means the backend's own address
  readonly healthPort: number; // the backend's port by default
  readonly healthIntervalSeconds: number;
  readonly healthTimeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly healthCodes: readonly string[]; // sorted: http_2xx, http_3xx; [] for tcp, udp
  readonly forwardedFor: boolean; // layer 7 always true (SLB-21)
}

/** Live listener; id is `<lb>_<protocol>_<port>` as tags name it; state stopped | starting | running | configuring | stopping; tags are empty. */
export interface ListenerRecord extends CloudRecord, ListenerSpec {
  readonly loadBalancerId: string;
  readonly protocol: ListenerProtocol | 'https';
  readonly port: number;
}

/** One backend of the default server group. */
export interface Backend {
  readonly serverId: string;
  readonly weight: number;
}

/** Health of one backend behind one listener. */
export interface BackendHealth {
  readonly serverId: string;
  readonly listenerPort: number;
  readonly backendPort: number;
  readonly state: 'normal' | 'abnormal' | 'unavailable';
}

/** Parts of a load balancer, as the slow tier reads them. */
export interface LoadBalancerParts {
  readonly backends: readonly Backend[];
  readonly health: readonly BackendHealth[];
}

/** Names one listener. */
export interface ListenerRef {
  readonly loadBalancerId: string;
  readonly protocol: ListenerProtocol;
  readonly port: number;
}

/** Every mutating action of this service. */
export type SlbAction =
  | { readonly kind: 'CreateLoadBalancer'; readonly spec: LoadBalancerSpec; readonly tags: Tags }
  | {
      readonly kind: 'UpdateLoadBalancer';
      readonly id: string;
      readonly live: LoadBalancerSpec;
      readonly set: Partial<Pick<LoadBalancerSpec, 'displayName' | 'chargeType' | 'bandwidthMbps' | 'instanceSpec'>>;
    }
  | { readonly kind: 'StartLoadBalancer'; readonly id: string }
  | { readonly kind: 'DeleteLoadBalancer'; readonly id: string }
  | { readonly kind: 'CreateListener'; readonly ref: ListenerRef; readonly spec: ListenerSpec }
  | {
      readonly kind: 'UpdateListener';
      readonly ref: ListenerRef;
      readonly spec: ListenerSpec;
      readonly set: Partial<ListenerSpec>;
    }
  | { readonly kind: 'StartListener'; readonly ref: ListenerRef }
  | { readonly kind: 'DeleteListener'; readonly ref: ListenerRef }
  | { readonly kind: 'AddBackends'; readonly id: string; readonly backends: readonly Backend[] } // any number; sent 20 a call
  | { readonly kind: 'SetWeights'; readonly id: string; readonly backends: readonly Backend[] }
  | { readonly kind: 'RemoveBackends'; readonly id: string; readonly serverIds: readonly string[] }
  | { readonly kind: 'TagLoadBalancer'; readonly id: string; readonly tags: Tags };

export const loadBalancerFields: FieldTable<LoadBalancerSpec> = {
  displayName: { rule: 'mutable', impact: 'Safe', blueprint: 'NET-4' },
  addressType: { rule: 'forbidden', impact: 'Forbidden', blueprint: 'SLB-1' },
  masterZone: { rule: 'ignore', impact: 'Safe', blueprint: 'SLB-4' }, // the cloud swaps both in a failover
  slaveZone: { rule: 'ignore', impact: 'Safe', blueprint: 'SLB-4' },
  vpcId: { rule: 'ignore', impact: 'Safe', blueprint: 'SLB-4' },
  vSwitchId: { rule: 'forbidden', impact: 'Forbidden', blueprint: 'SLB-4' },
  instanceSpec: { rule: 'mutable', impact: 'Safe', blueprint: 'SLB-10' },
  chargeType: { rule: 'mutable', impact: 'Safe', blueprint: 'SLB-10' },
  bandwidthMbps: { rule: 'mutable', impact: 'Safe', blueprint: 'SLB-10' },
};

const kept = (blueprint: string) => ({ rule: 'mutable', impact: 'Safe', blueprint }) as const;

export const listenerFields: FieldTable<ListenerSpec> = {
  backendPort: { rule: 'forbidden', impact: 'Forbidden', blueprint: 'SLB-6' },
  bandwidthMbps: kept('SLB-10'),
  scheduler: kept('SLB-9'),
  stickySession: kept('SLB-8'),
  stickySeconds: kept('SLB-8'),
  healthCheck: kept('SLB-16'),
  healthType: kept('SLB-7'),
  healthPath: kept('SLB-6'),
  healthDomain: kept('SLB-7'),
  healthPort: kept('SLB-7'),
  healthIntervalSeconds: kept('SLB-7'),
  healthTimeoutSeconds: kept('SLB-7'),
  healthyThreshold: kept('SLB-7'),
  unhealthyThreshold: kept('SLB-7'),
  healthCodes: kept('SLB-7'),
  forwardedFor: kept('SLB-11'),
};

/** Canonical form of a load balancer, wished or live: what an address type or a way of paying does not have is its neutral value. */
export function adjustLoadBalancer(spec: LoadBalancerSpec): LoadBalancerSpec {
  const { displayName, addressType, masterZone, slaveZone, vpcId, vSwitchId, instanceSpec, chargeType, bandwidthMbps } =
    spec;
  const intranet = addressType === 'intranet'; // private traffic is free: neither charge nor bandwidth
  return {
    displayName,
    addressType,
    masterZone,
    slaveZone,
    vpcId: intranet ? vpcId : '',
    vSwitchId: intranet ? vSwitchId : '',
    instanceSpec,
    chargeType: intranet ? 'paybytraffic' : chargeType,
    bandwidthMbps: intranet || chargeType === 'paybytraffic' ? -1 : bandwidthMbps,
  };
}

/** Canonical form of a listener, wished or live: what its protocol, stickiness or check does not have is its neutral value. */
export function adjustListener(protocol: ListenerRecord['protocol'], spec: ListenerSpec): ListenerSpec {
  const stickySession = stickinessOf(protocol, spec.stickySession);
  return {
    backendPort: spec.backendPort,
    bandwidthMbps: spec.bandwidthMbps > 0 ? spec.bandwidthMbps : -1,
    scheduler: spec.scheduler,
    stickySession,
    stickySeconds: stickySession === 'off' ? 0 : spec.stickySeconds,
    ...(spec.healthCheck === 'on' ? adjustCheck(protocol, spec) : noCheck),
    forwardedFor: isLayer7(protocol) && spec.forwardedFor,
  };
}

const isLayer7 = (protocol: ListenerRecord['protocol']): boolean => protocol === 'http' || protocol === 'https';

/** Layer 7 sticks by cookie, TCP by source address, UDP not at all. */
function stickinessOf(
  protocol: ListenerRecord['protocol'],
  wished: ListenerSpec['stickySession'],
): ListenerSpec['stickySession'] {
  if (wished === 'off' || protocol === 'udp') return 'off';
  return isLayer7(protocol) ? 'insert' : 'source';
}

type CheckSpec = Omit<
  ListenerSpec,
  'backendPort' | 'bandwidthMbps' | 'scheduler' | 'stickySession' | 'stickySeconds' | 'forwardedFor'
>;

const noCheck: CheckSpec = {
  healthCheck: 'off',
  healthType: 'tcp',
  healthPath: '',
  healthDomain: '',
  healthPort: 0,
  healthIntervalSeconds: 0,
  healthTimeoutSeconds: 0,
  healthyThreshold: 0,
  unhealthyThreshold: 0,
  healthCodes: [],
};

function adjustCheck(protocol: ListenerRecord['protocol'], spec: ListenerSpec): CheckSpec {
  const healthType = checkTypeOf(protocol, spec.healthType);
  const http = healthType === 'http';
  return {
    healthCheck: 'on',
    healthType,
    healthPath: http ? slashed(spec.healthPath) : '',
    healthDomain: http && spec.healthDomain !== OWN_ADDRESS ? spec.healthDomain : '',
    healthPort: spec.healthPort > 0 ? spec.healthPort : spec.backendPort,
    healthIntervalSeconds: spec.healthIntervalSeconds,
    healthTimeoutSeconds: spec.healthTimeoutSeconds,
    healthyThreshold: spec.healthyThreshold,
    unhealthyThreshold: spec.unhealthyThreshold,
    healthCodes: http ? codesOf(spec.healthCodes) : [],
  };
}

/** The cloud's word for "the backend's own address" as the Host of a check. */
export const OWN_ADDRESS = '$_ip';

function checkTypeOf(
  protocol: ListenerRecord['protocol'],
  wished: ListenerSpec['healthType'],
): ListenerSpec['healthType'] {
  if (isLayer7(protocol)) return 'http';
  if (protocol === 'udp') return 'udp';
  return wished === 'http' ? 'http' : 'tcp';
}

const slashed = (path: string): string => (path.startsWith('/') ? path : `/${path}`);

function codesOf(codes: readonly string[]): readonly string[] {
  return codes.length === 0 ? ['http_2xx'] : [...new Set(codes.map((code) => code.toLowerCase()))].toSorted();
}

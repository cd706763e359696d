// The wire of listeners: each protocol names the same things differently, and a create differently from a set.
import { impossible } from '../applied.ts';
import type { Call } from '../call.ts';
import type { Params } from '../lister.ts';
import { type ListenerProtocol, type ListenerRef, type ListenerSpec, OWN_ADDRESS } from './model.ts';

type Request = 'create' | 'set';

const protocolWord = { http: 'HTTP', tcp: 'TCP', udp: 'UDP' } as const;

/** CreateLoadBalancer...Listener; a listener is made stopped. */
export function createListener(region: string, ref: ListenerRef, spec: ListenerSpec): Call {
  const action = `CreateLoadBalancer${protocolWord[ref.protocol]}Listener`;
  return request(action, region, {
    ref,
    params: { BackendServerPort: spec.backendPort, ...settings(ref.protocol, spec, 'create') },
  });
}

/** SetLoadBalancer...ListenerAttribute with every kept field, so that one call sets back whatever drifted. */
export function setListener(region: string, ref: ListenerRef, spec: ListenerSpec): Call {
  const action = `SetLoadBalancer${protocolWord[ref.protocol]}ListenerAttribute`;
  return request(action, region, { ref, params: settings(ref.protocol, spec, 'set') });
}

function request(action: string, region: string, of: { readonly ref: ListenerRef; readonly params: Params }): Call {
  const named = { RegionId: region, LoadBalancerId: of.ref.loadBalancerId, ListenerPort: of.ref.port };
  return { service: 'slb', action, params: { ...named, ...of.params } };
}

function settings(protocol: ListenerProtocol, spec: ListenerSpec, kind: Request): Params {
  const common = { Bandwidth: spec.bandwidthMbps, Scheduler: spec.scheduler };
  switch (protocol) {
    case 'http':
      return { ...common, XForwardedFor: onOff(spec.forwardedFor), ...cookie(spec), ...httpCheck(spec) };
    case 'tcp':
      return { ...common, PersistenceTimeout: spec.stickySeconds, ...layer4Check(spec, kind), ...tcpCheck(spec) };
    case 'udp':
      return { ...common, ...layer4Check(spec, kind) };
    default:
      return impossible(protocol);
  }
}

const onOff = (on: boolean): 'on' | 'off' => (on ? 'on' : 'off');

function cookie(spec: ListenerSpec): Params {
  if (spec.stickySession === 'off') return { StickySession: 'off' };
  return { StickySession: 'on', StickySessionType: 'insert', CookieTimeout: spec.stickySeconds };
}

/** Fields of a check by HTTP, alike for layer 7 and for TCP listeners. */
const httpFields = (spec: ListenerSpec): Params => ({
  HealthCheckURI: spec.healthPath,
  HealthCheckDomain: spec.healthDomain === '' ? OWN_ADDRESS : spec.healthDomain,
  HealthCheckHttpCode: spec.healthCodes.join(','),
});

function httpCheck(spec: ListenerSpec): Params {
  if (spec.healthCheck === 'off') return { HealthCheck: 'off' };
  return {
    HealthCheck: 'on',
    ...httpFields(spec),
    HealthCheckConnectPort: spec.healthPort,
    HealthCheckTimeout: spec.healthTimeoutSeconds,
    HealthCheckInterval: spec.healthIntervalSeconds,
    HealthyThreshold: spec.healthyThreshold,
    UnhealthyThreshold: spec.unhealthyThreshold,
  };
}

/** TCP and UDP: the interval's name is lower-case in a create only, and the switch has a name of its own. */
function layer4Check(spec: ListenerSpec, kind: Request): Params {
  if (spec.healthCheck === 'off') return { HealthCheckSwitch: 'off' };
  return {
    HealthCheckSwitch: 'on',
    HealthCheckConnectPort: spec.healthPort,
    HealthCheckConnectTimeout: spec.healthTimeoutSeconds,
    [kind === 'create' ? 'healthCheckInterval' : 'HealthCheckInterval']: spec.healthIntervalSeconds,
    HealthyThreshold: spec.healthyThreshold,
    UnhealthyThreshold: spec.unhealthyThreshold,
  };
}

function tcpCheck(spec: ListenerSpec): Params {
  if (spec.healthCheck === 'off') return {};
  return spec.healthType === 'http' ? { HealthCheckType: 'http', ...httpFields(spec) } : { HealthCheckType: 'tcp' };
}

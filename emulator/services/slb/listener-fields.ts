// The fields of a listener by protocol: their names in requests and answers, types, and what an absent one means.
import type { Protocol } from './world.ts';

/** One field; `create` is the request's name where it differs from the answer's, `part` groups fields behind a switch. */
export type Field = {
  readonly name: string;
  readonly type: 'text' | 'int' | 'bool';
  readonly standard?: string | number | boolean;
  readonly create?: string;
  readonly set?: string;
  readonly part?: 'sticky' | 'check' | 'drain';
};

const text = (name: string, standard?: string, more: Partial<Field> = {}): Field => ({
  name,
  type: 'text',
  ...(standard === undefined ? {} : { standard }),
  ...more,
});
const int = (name: string, standard?: number, more: Partial<Field> = {}): Field => ({
  name,
  type: 'int',
  ...(standard === undefined ? {} : { standard }),
  ...more,
});

const COMMON: readonly Field[] = [
  int('Bandwidth', -1),
  text('Scheduler', 'wrr'),
  text('Description', ''),
  text('AclId'),
  text('AclType'),
  text('AclStatus', 'off'),
  int('HealthyThreshold', 3, { part: 'check' }),
  int('UnhealthyThreshold', 3, { part: 'check' }),
];

const LAYER4: readonly Field[] = [
  ...COMMON,
  // Both requests call the switch HealthCheckSwitch; the answers call it HealthCheck.
  text('HealthCheck', 'on', { create: 'HealthCheckSwitch', set: 'HealthCheckSwitch' }),
  int('HealthCheckConnectTimeout', 5, { part: 'check' }),
  int('HealthCheckConnectPort', undefined, { part: 'check' }),
  text('MasterSlaveServerGroupId'),
  { name: 'ProxyProtocolV2Enabled', type: 'bool', standard: false },
];

const TCP: readonly Field[] = [
  ...LAYER4,
  int('PersistenceTimeout', 0),
  int('EstablishedTimeout', 900),
  int('HealthCheckInterval', 2, { create: 'healthCheckInterval', part: 'check' }),
  text('HealthCheckType', 'tcp', { part: 'check' }),
  text('HealthCheckMethod', undefined, { part: 'check' }),
  text('HealthCheckDomain', undefined, { part: 'check' }),
  text('HealthCheckURI', undefined, { part: 'check' }),
  text('HealthCheckHttpCode', undefined, { part: 'check' }),
  text('ConnectionDrain', 'off'),
  int('ConnectionDrainTimeout'),
  text('SynProxy', 'disable'),
];

const UDP: readonly Field[] = [
  ...LAYER4,
  int('HealthCheckInterval', 5, { create: 'healthCheckInterval', part: 'check' }),
  text('HealthCheckReq', undefined, { create: 'healthCheckReq', set: 'healthCheckReq', part: 'check' }),
  text('HealthCheckExp', undefined, { create: 'healthCheckExp', set: 'healthCheckExp', part: 'check' }),
];

const LAYER7: readonly Field[] = [
  ...COMMON,
  text('XForwardedFor', 'on'),
  text('XForwardedFor_SLBIP', 'off'),
  text('XForwardedFor_SLBID', 'off'),
  text('XForwardedFor_proto', 'off'),
  text('XForwardedFor_SLBPORT', 'off'),
  text('XForwardedFor_ClientSrcPort', 'off'),
  text('Gzip', 'on'),
  int('IdleTimeout', 15),
  int('RequestTimeout', 60),
  text('StickySession', 'off'),
  text('StickySessionType', undefined, { part: 'sticky' }),
  int('CookieTimeout', undefined, { part: 'sticky' }),
  text('Cookie', undefined, { part: 'sticky' }),
  text('HealthCheck', 'on'),
  text('HealthCheckType', 'http', { part: 'check' }),
  text('HealthCheckHttpVersion', 'http1.0', { part: 'check' }),
  text('HealthCheckMethod', 'head', { part: 'check' }),
  text('HealthCheckDomain', undefined, { part: 'check' }),
  text('HealthCheckURI', '/', { part: 'check' }),
  // -520 is the API's own word for the port of the backend.
  int('HealthCheckConnectPort', -520, { part: 'check' }),
  int('HealthCheckInterval', 2, { part: 'check' }),
  int('HealthCheckTimeout', 5, { part: 'check' }),
  text('HealthCheckHttpCode', 'http_2xx', { part: 'check' }),
];

/** The fields of a protocol's listener. */
export const FIELDS: Readonly<Record<Protocol, readonly Field[]>> = {
  tcp: TCP,
  udp: UDP,
  http: [...LAYER7, text('ListenerForward', 'off'), int('ForwardPort')],
  https: [
    ...LAYER7,
    text('ServerCertificateId'),
    text('CACertificateId'),
    text('EnableHttp2', 'on'),
    text('TLSCipherPolicy', 'tls_cipher_policy_1_0'),
  ],
};

/** The name of the nested object in DescribeLoadBalancerListeners. */
export const CONFIG_NAME: Readonly<Record<Protocol, string>> = {
  tcp: 'TCPListenerConfig',
  udp: 'UDPListenerConfig',
  http: 'HTTPListenerConfig',
  https: 'HTTPSListenerConfig',
};

/** Fields that stand beside the nested object, not in it. */
export const OUTSIDE_CONFIG: ReadonlySet<string> = new Set([
  'Bandwidth',
  'Scheduler',
  'Description',
  'AclId',
  'AclType',
  'AclStatus',
]);

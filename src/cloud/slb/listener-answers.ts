// Listeners as the region-wide list answers them: flat, with a part named after the protocol.
import { z } from 'zod';
import type { Answer, Call } from '../call.ts';
import type { Page } from '../pages.ts';
import { count, flag, flatTags, id, int, type Parsed, readBody, text } from '../wire.ts';
import { adjustListener, type ListenerRecord, type ListenerSpec } from './model.ts';

const config = z.object({
  StickySession: flag,
  StickySessionType: text,
  CookieTimeout: int(),
  PersistenceTimeout: int(),
  HealthCheck: flag,
  HealthCheckType: text,
  HealthCheckURI: text,
  HealthCheckDomain: text,
  HealthCheckConnectPort: int(),
  HealthCheckTimeout: int(),
  HealthCheckConnectTimeout: int(),
  HealthCheckInterval: int(),
  HealthyThreshold: int(),
  UnhealthyThreshold: int(),
  HealthCheckHttpCode: text,
  XForwardedFor: flag,
});

const listener = z
  .object({
    LoadBalancerId: id,
    ListenerPort: z.union([z.number(), z.string().regex(/^\d+$/)]).transform(Number),
    ListenerProtocol: z
      .string()
      .toLowerCase()
      .pipe(z.enum(['http', 'https', 'tcp', 'udp'])),
    Status: text,
    BackendServerPort: int(),
    Bandwidth: int(-1),
    Scheduler: text,
    HTTPListenerConfig: config.nullish(),
    HTTPSListenerConfig: config.nullish(),
    TCPListenerConfig: config.nullish(),
    UDPListenerConfig: config.nullish(),
    Tags: flatTags,
  })
  .transform(
    (wire): ListenerRecord => ({
      id: listenerId(wire.LoadBalancerId, wire.ListenerProtocol, wire.ListenerPort),
      state: wire.Status,
      tags: wire.Tags,
      loadBalancerId: wire.LoadBalancerId,
      protocol: wire.ListenerProtocol,
      port: wire.ListenerPort,
      ...adjustListener(wire.ListenerProtocol, specOf(wire, partOf(wire))),
    }),
  );

/** `<load balancer>_<protocol>_<port>`, as the cloud's tag calls name a listener. */
export function listenerId(loadBalancerId: string, protocol: string, port: number): string {
  return `${loadBalancerId}_${protocol}_${port}`;
}

/** The load balancers of listeners named so. */
export function loadBalancersOf(listenerIds: readonly string[]): readonly string[] {
  return [...new Set(listenerIds.map((name) => name.replace(/_[a-z]+_\d+$/, '')))];
}

interface Wire {
  readonly ListenerProtocol: ListenerRecord['protocol'];
  readonly BackendServerPort: number;
  readonly Bandwidth: number;
  readonly Scheduler: string;
  readonly HTTPListenerConfig?: Config | null | undefined;
  readonly HTTPSListenerConfig?: Config | null | undefined;
  readonly TCPListenerConfig?: Config | null | undefined;
  readonly UDPListenerConfig?: Config | null | undefined;
}
type Config = z.output<typeof config>;

/** The documented answer shows the parts of all protocols at once: only the listener's own counts. */
function partOf(wire: Wire): Config {
  const { HTTPListenerConfig: http, HTTPSListenerConfig: https, TCPListenerConfig: tcp, UDPListenerConfig: udp } = wire;
  return { http, https, tcp, udp }[wire.ListenerProtocol] ?? config.parse({});
}

function specOf(wire: Wire, part: Config): ListenerSpec {
  return {
    backendPort: wire.BackendServerPort,
    bandwidthMbps: wire.Bandwidth,
    scheduler: wire.Scheduler === 'rr' || wire.Scheduler === 'wlc' ? wire.Scheduler : 'wrr',
    ...stickinessOf(wire.ListenerProtocol, part),
    healthCheck: part.HealthCheck ? 'on' : 'off',
    healthType: part.HealthCheckType === 'http' ? 'http' : 'tcp',
    healthPath: part.HealthCheckURI,
    healthDomain: part.HealthCheckDomain,
    healthPort: part.HealthCheckConnectPort,
    healthIntervalSeconds: part.HealthCheckInterval,
    healthTimeoutSeconds: part.HealthCheckTimeout || part.HealthCheckConnectTimeout,
    healthyThreshold: part.HealthyThreshold,
    unhealthyThreshold: part.UnhealthyThreshold,
    healthCodes: part.HealthCheckHttpCode.split(',').filter((code) => code !== ''),
    forwardedFor: part.XForwardedFor,
  };
}

/** A cookie that the server itself sets is not ours: its lifetime shows as 0, which no declaration has. */
function stickinessOf(
  protocol: ListenerRecord['protocol'],
  part: Config,
): Pick<ListenerSpec, 'stickySession' | 'stickySeconds'> {
  if (protocol === 'tcp') {
    return { stickySession: part.PersistenceTimeout > 0 ? 'source' : 'off', stickySeconds: part.PersistenceTimeout };
  }
  const seconds = part.StickySessionType === 'server' ? 0 : part.CookieTimeout;
  return { stickySession: part.StickySession ? 'insert' : 'off', stickySeconds: seconds };
}

const listenerPage = z
  .object({ TotalCount: count, NextToken: text, Listeners: z.array(listener) })
  .transform(
    (wire): Page<ListenerRecord> => ({ records: wire.Listeners, total: wire.TotalCount, next: wire.NextToken }),
  );

/** A page of DescribeLoadBalancerListeners. */
export function readListeners(of: Call, answer: Answer): Parsed<Page<ListenerRecord>> {
  return readBody(listenerPage, of, answer);
}

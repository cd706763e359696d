// The wire of classic load balancers, answers: read into our records. Listeners have a reader of their own.
import { z } from 'zod';
import type { Answer, Call } from '../call.ts';
import type { Page } from '../pages.ts';
import { count, flag, id, int, maybeWrapped, type Parsed, readBody, tags, text, wrapped } from '../wire.ts';
import { adjustLoadBalancer, type Backend, type BackendHealth, type LoadBalancerRecord } from './model.ts';

const loadBalancer = z
  .object({
    LoadBalancerId: id,
    LoadBalancerStatus: text,
    LoadBalancerName: text,
    AddressType: text,
    MasterZoneId: text,
    SlaveZoneId: text,
    VpcId: text,
    VSwitchId: text,
    LoadBalancerSpec: text,
    InternetChargeType: text,
    InternetChargeTypeAlias: text,
    Bandwidth: int(-1),
    Address: text,
    PayType: text,
    DeleteProtection: flag,
    Tags: tags,
  })
  .transform(
    (wire): LoadBalancerRecord => ({
      id: wire.LoadBalancerId,
      state: wire.LoadBalancerStatus,
      tags: wire.Tags,
      ...adjustLoadBalancer({
        displayName: wire.LoadBalancerName,
        addressType: wire.AddressType === 'intranet' ? 'intranet' : 'internet',
        masterZone: wire.MasterZoneId,
        slaveZone: wire.SlaveZoneId,
        vpcId: wire.VpcId,
        vSwitchId: wire.VSwitchId,
        instanceSpec: wire.LoadBalancerSpec,
        chargeType: chargeTypeOf(wire.InternetChargeTypeAlias || wire.InternetChargeType),
        bandwidthMbps: wire.Bandwidth,
      }),
      address: wire.Address,
      deleteProtection: wire.DeleteProtection,
      prepaid: wire.PayType.toLowerCase() === 'prepay',
    }),
  );

/** The list answers with a number (3: by bandwidth, 4: by traffic) where single reads have the word. */
function chargeTypeOf(word: string): LoadBalancerRecord['chargeType'] {
  return word === '3' || word === 'paybybandwidth' ? 'paybybandwidth' : 'paybytraffic';
}

const loadBalancerPage = z
  .object({ TotalCount: count, LoadBalancers: wrapped('LoadBalancer', loadBalancer) })
  .transform((wire): Page<LoadBalancerRecord> => ({ records: wire.LoadBalancers, total: wire.TotalCount }));

/** A page of DescribeLoadBalancers. */
export function readLoadBalancers(of: Call, answer: Answer): Parsed<Page<LoadBalancerRecord>> {
  return readBody(loadBalancerPage, of, answer);
}

const backends = z
  .object({
    LoadBalancerId: id,
    BackendServers: maybeWrapped('BackendServer', z.object({ ServerId: id, Weight: int(100) })),
  })
  .transform((wire) =>
    wire.BackendServers.map((backend): Backend => ({ serverId: backend.ServerId, weight: backend.Weight })),
  );

/** The backends in an answer to DescribeLoadBalancerAttribute. */
export function readBackends(of: Call, answer: Answer): Parsed<readonly Backend[]> {
  return readBody(backends, of, answer);
}

const health = z
  .object({
    BackendServers: wrapped(
      'BackendServer',
      z.object({ ServerId: id, ListenerPort: int(), Port: int(), ServerHealthStatus: text }),
    ),
  })
  .transform((wire) =>
    wire.BackendServers.map(
      (backend): BackendHealth => ({
        serverId: backend.ServerId,
        listenerPort: backend.ListenerPort,
        backendPort: backend.Port,
        state: healthOf(backend.ServerHealthStatus),
      }),
    ),
  );

/** A word we do not know proves nothing: as if no check had been made. */
function healthOf(word: string): BackendHealth['state'] {
  return word === 'normal' || word === 'abnormal' ? word : 'unavailable';
}

/** Health in an answer to DescribeHealthStatus. */
export function readHealth(of: Call, answer: Answer): Parsed<readonly BackendHealth[]> {
  return readBody(health, of, answer);
}

/** The id a create made; [] when the answer names none. */
export function createdIds(action: string, answer: Answer): readonly string[] {
  const made = answer.kind === 'ok' && action === 'CreateLoadBalancer' ? answer.body['LoadBalancerId'] : undefined;
  return typeof made === 'string' && made !== '' ? [made] : [];
}

// What the cloud's own API says of servers, backends, listeners and rules, as the judges want it.
import type { ListenerView } from './judge/cloud.ts';
import type { BackendHealth, GroupRule, Server } from './judge/facts.ts';
import { rowAt, rowsAt, textAt, type Row } from './json.ts';
import { ask, type Access } from './signed-client.ts';

const ECS = '2014-05-26';
const SLB = '2014-05-15';

/** The reads of one account and region. */
export interface CloudView {
  /** Servers by id; those the cloud does not show are left out. */
  servers(ids: readonly string[]): Promise<readonly Server[]>;
  health(loadBalancerId: string): Promise<readonly BackendHealth[]>;
  httpListener(loadBalancerId: string, port: number): Promise<ListenerView | undefined>;
  /** Zone that serves now. */
  masterZone(loadBalancerId: string): Promise<string>;
  inboundRules(groupId: string): Promise<readonly GroupRule[]>;
}

/** Reads through the signed API with the judge's own key pair. */
export function cloudView(access: Access, regionId: string): CloudView {
  const read = (version: string, action: string, params: Readonly<Record<string, string>>): Promise<Row> =>
    ask(access, { version, action, params: { RegionId: regionId, ...params } });
  return {
    servers: async (ids) => {
      if (ids.length === 0) return [];
      const answer = await read(ECS, 'DescribeInstances', { InstanceIds: JSON.stringify(ids), PageSize: '100' });
      return rows(answer, 'Instances', 'Instance').map(toServer);
    },
    health: async (loadBalancerId) =>
      rows(
        await read(SLB, 'DescribeHealthStatus', { LoadBalancerId: loadBalancerId }),
        'BackendServers',
        'BackendServer',
      ).map((row) => ({
        serverId: textAt(row, 'ServerId'),
        port: Number(row['ListenerPort'] ?? row['Port']),
        status: textAt(row, 'ServerHealthStatus'),
      })),
    httpListener: async (loadBalancerId, port) => {
      const params = { LoadBalancerId: loadBalancerId, ListenerPort: String(port) };
      const row = await read(SLB, 'DescribeLoadBalancerHTTPListenerAttribute', params);
      return {
        status: textAt(row, 'Status'),
        healthCheck: textAt(row, 'HealthCheck'),
        healthPath: textAt(row, 'HealthCheckURI'),
      };
    },
    masterZone: async (loadBalancerId) =>
      String((await read(SLB, 'DescribeLoadBalancerAttribute', { LoadBalancerId: loadBalancerId }))['MasterZoneId']),
    inboundRules: async (groupId) =>
      rows(
        await read(ECS, 'DescribeSecurityGroupAttribute', { SecurityGroupId: groupId, Direction: 'ingress' }),
        'Permissions',
        'Permission',
      ).map(toRule),
  };
}

function toServer(row: Row): Server {
  const tags = rows(row, 'Tags', 'Tag').map((tag) => [textAt(tag, 'TagKey'), textAt(tag, 'TagValue')] as const);
  return {
    id: textAt(row, 'InstanceId'),
    zone: textAt(row, 'ZoneId'),
    status: textAt(row, 'Status'),
    tags: Object.fromEntries(tags),
  };
}

function toRule(row: Row): GroupRule {
  return {
    protocol: textAt(row, 'IpProtocol'),
    ports: textAt(row, 'PortRange'),
    cidr: textAt(row, 'SourceCidrIp'),
    groupId: textAt(row, 'SourceGroupId'),
    policy: textAt(row, 'Policy'),
  };
}

// Lists come as `{Instances: {Instance: [...]}}`.
function rows(body: Row, outer: string, inner: string): readonly Row[] {
  return rowsAt(rowAt(body, outer), inner);
}

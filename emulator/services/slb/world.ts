// Load balancers, listeners and server groups as rows, and the questions every action asks first.
import type { Check } from '../../health.ts';
import type { Call, Scope } from '../../service.ts';
import type { TableSpec } from '../../table.ts';

/** A server behind a load balancer; in a server group with the port it serves. */
export type Backend = {
  readonly serverId: string;
  readonly weight: number;
  readonly type: string;
  readonly description: string;
  /** 0 in the default group: there the listener says the port. */
  readonly port: number;
  /** When it was registered, virtual epoch milliseconds. */
  readonly since: number;
};

/** What is being configured just now, so that the next write is told to come back. */
export type Busy = 'listener' | 'backend' | undefined;

/** One load balancer. `homeZone` is the master zone it was bought with; a failover swaps master and slave. */
export type LoadBalancer = {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'inactive';
  readonly addressType: string;
  readonly address: string;
  readonly vpcId: string;
  readonly vSwitchId: string;
  readonly masterZone: string;
  readonly slaveZone: string;
  readonly homeZone: string;
  readonly spec: string;
  readonly instanceChargeType: string;
  readonly internetChargeType: string;
  readonly bandwidth: number;
  readonly payType: string;
  readonly deleteProtection: string;
  readonly modificationProtection: { readonly status: string; readonly reason: string };
  readonly resourceGroupId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly backends: readonly Backend[];
  readonly busy: Busy;
};

/** The protocols of listeners, in the form of the wire's answers. */
export type Protocol = 'tcp' | 'udp' | 'http' | 'https';

/** One listener; `settings` are its fields under the names of the Describe answers. */
export type Listener = {
  readonly id: string;
  readonly loadBalancerId: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly status: 'stopped' | 'starting' | 'running' | 'stopping' | 'configuring';
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly backendPort: number;
  readonly vServerGroupId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  /** What was checked since when; the port and host are 0 and '' where the backend says them. */
  readonly checks: readonly Check[];
};

/** A virtual server group of one load balancer. */
export type ServerGroup = {
  readonly id: string;
  readonly name: string;
  readonly loadBalancerId: string;
  readonly backends: readonly Backend[];
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly busy: boolean;
};

const servers = (backends: readonly Backend[]): readonly Record<string, unknown>[] =>
  backends.map(({ serverId, weight, port }) => ({
    ServerId: serverId,
    Weight: weight,
    ...(port === 0 ? {} : { Port: port }),
  }));

export const loadBalancers: TableSpec<LoadBalancer> = {
  service: 'slb',
  type: 'loadbalancer',
  indexes: { server: (row) => row.backends.map((backend) => backend.serverId), vswitch: (row) => [row.vSwitchId] },
  ledger: (row) => ({
    zone: row.masterZone,
    tags: row.tags,
    attributes: {
      LoadBalancerName: row.name,
      AddressType: row.addressType,
      Address: row.address,
      VpcId: row.vpcId,
      VSwitchId: row.vSwitchId,
      SlaveZoneId: row.slaveZone,
      LoadBalancerStatus: row.status,
      DeleteProtection: row.deleteProtection,
      BackendServers: servers(row.backends),
    },
  }),
};

export const listeners: TableSpec<Listener> = {
  service: 'slb',
  type: 'listener',
  indexes: {
    loadbalancer: (row) => [row.loadBalancerId],
    group: (row) => (row.vServerGroupId === '' ? [] : [row.vServerGroupId]),
  },
  ledger: (row) => ({
    tags: row.tags,
    attributes: {
      LoadBalancerId: row.loadBalancerId,
      ListenerPort: row.port,
      ListenerProtocol: row.protocol,
      Status: row.status,
      BackendServerPort: row.backendPort,
      VServerGroupId: row.vServerGroupId,
      ...row.settings,
    },
  }),
};

export const serverGroups: TableSpec<ServerGroup> = {
  service: 'slb',
  type: 'vservergroup',
  indexes: {
    loadbalancer: (row) => [row.loadBalancerId],
    server: (row) => row.backends.map((backend) => backend.serverId),
  },
  ledger: (row) => ({
    tags: row.tags,
    attributes: {
      LoadBalancerId: row.loadBalancerId,
      VServerGroupName: row.name,
      BackendServers: servers(row.backends),
    },
  }),
};

const NO_LOAD_BALANCER = { status: 404, message: 'The specified LoadBalancerId does not exist.' };

/** The load balancer a write is about: the truth, whatever reads still show. */
export function loadBalancerOf(call: Call): LoadBalancer {
  const found = call.table(loadBalancers).get(call.params.required('LoadBalancerId'));
  return found ?? call.refuse('InvalidLoadBalancerId.NotFound', NO_LOAD_BALANCER);
}

/** The load balancer a read is about, as far as reads see it. */
export function loadBalancerSeen(call: Call): LoadBalancer {
  const id = call.params.required('LoadBalancerId');
  call.observed('slb', id);
  return call.table(loadBalancers).seen(id) ?? call.refuse('InvalidLoadBalancerId.NotFound', NO_LOAD_BALANCER);
}

/** The server group of the request; public clients know its absence by this text, under a code that says nothing. */
export function serverGroupOf(call: Call, reads: 'truth' | 'seen' = 'truth'): ServerGroup {
  const id = call.params.required('VServerGroupId');
  const table = call.table(serverGroups);
  const found = reads === 'seen' ? table.seen(id) : table.get(id);
  const none = { status: 400, message: 'The specified VServerGroupId does not exist.' };
  return found ?? call.refuse('InvalidParameter', none);
}

/** Refuses while something of this load balancer is being configured; the codes are the field's, no table has them. */
export function refuseBusy(call: Call, row: LoadBalancer, about: Exclude<Busy, undefined>): void {
  if (row.busy === undefined) return;
  if (about === 'backend' && row.busy === 'backend') {
    call.refuse('BackendServer.configuring', {
      status: 400,
      message: 'The backend server is configuring, please try again later.',
    });
  }
  if (row.busy === 'listener') {
    call.refuse('ServiceIsConfiguring', {
      status: 400,
      message: 'The specified service is configuring, please try again later.',
    });
  }
}

/** Marks the load balancer busy until the configuration has reached the machines. */
export function occupy(scope: Scope, id: string, busy: Exclude<Busy, undefined>): void {
  scope.table(loadBalancers).update(id, { busy }, 'quiet');
  scope.later(`slb.busy.${busy}`, { service: 'slb', kind: 'settled', id });
}

/** All listeners of a load balancer, by port. */
export function listenersOf(scope: Scope, id: string, reads: 'truth' | 'seen' = 'truth'): readonly Listener[] {
  const table = scope.table(listeners);
  const rows = reads === 'seen' ? table.bySeen('loadbalancer', id) : table.by('loadbalancer', id);
  return rows.toSorted((a, b) => a.port - b.port);
}

/** Tags as the answers show them. */
export function tagList(tags: Readonly<Record<string, string>>): readonly Record<string, string>[] {
  return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

// Server Load Balancer (CLB) 2014-05-15: the service as registered.
import type { Module, Operation } from '../../service.ts';
import { addBackends, removeBackends, setBackends } from './backends.ts';
import { describeHealthStatus } from './health-status.ts';
import { describeListener, describeListeners } from './listener-reads.ts';
import {
  createListener,
  deleteListener,
  finishTransition,
  setListener,
  startListener,
  stopListener,
} from './listeners.ts';
import { describeLoadBalancer, describeLoadBalancers } from './load-balancer-reads.ts';
import {
  createLoadBalancer,
  deleteLoadBalancer,
  failOver,
  followZone,
  modifyInstanceSpec,
  modifyInternetSpec,
  setDeleteProtection,
  setModificationProtection,
  setName,
  setStatus,
} from './load-balancers.ts';
import {
  addToGroup,
  createServerGroup,
  deleteGroup,
  describeGroup,
  describeGroups,
  modifyGroup,
  removeFromGroup,
  setGroup,
} from './server-groups.ts';
import { forgetServer, settle, settleGroup } from './steps.ts';
import { listSlbTags, tagSlbResources, untagSlbResources } from './tags.ts';
import { describeAvailableResource, describeRegions, describeZones } from './zones.ts';

const read = (run: Operation['run']): Operation => ({ effect: 'read', coverage: 'full', run });
const write = (run: Operation['run']): Operation => ({ effect: 'write', coverage: 'full', run });
const partly = (operation: Operation, note: string): Operation => ({ ...operation, coverage: 'partial', note });

const NO_ACL = 'access control lists and master/slave groups are stored, not checked';
const NO_CERTIFICATES = 'any certificate id is taken';
const ECS_ONLY = 'backends of type ecs only';

const operations: Readonly<Record<string, Operation>> = {
  CreateLoadBalancer: {
    ...partly(write(createLoadBalancer), 'IPv4 and pay-as-you-go in effect; no orders'),
    token: true,
  },
  DeleteLoadBalancer: write(deleteLoadBalancer),
  DescribeLoadBalancers: partly(read(describeLoadBalancers), 'exact names, no fuzzy search'),
  DescribeLoadBalancerAttribute: read(describeLoadBalancer),
  SetLoadBalancerName: write(setName),
  SetLoadBalancerStatus: write(setStatus),
  SetLoadBalancerDeleteProtection: write(setDeleteProtection),
  SetLoadBalancerModificationProtection: partly(
    write(setModificationProtection),
    'stored; the console it protects from is not there',
  ),
  ModifyLoadBalancerInternetSpec: write(modifyInternetSpec),
  ModifyLoadBalancerInstanceSpec: write(modifyInstanceSpec),
  CreateLoadBalancerTCPListener: partly(write(createListener('tcp')), NO_ACL),
  CreateLoadBalancerUDPListener: partly(write(createListener('udp')), NO_ACL),
  CreateLoadBalancerHTTPListener: partly(write(createListener('http')), NO_ACL),
  CreateLoadBalancerHTTPSListener: partly(write(createListener('https')), NO_CERTIFICATES),
  SetLoadBalancerTCPListenerAttribute: partly(write(setListener('tcp')), NO_ACL),
  SetLoadBalancerUDPListenerAttribute: partly(write(setListener('udp')), NO_ACL),
  SetLoadBalancerHTTPListenerAttribute: partly(write(setListener('http')), NO_ACL),
  SetLoadBalancerHTTPSListenerAttribute: partly(write(setListener('https')), NO_CERTIFICATES),
  DescribeLoadBalancerTCPListenerAttribute: read(describeListener('tcp')),
  DescribeLoadBalancerUDPListenerAttribute: read(describeListener('udp')),
  DescribeLoadBalancerHTTPListenerAttribute: partly(read(describeListener('http')), 'forwarding rules are always none'),
  DescribeLoadBalancerHTTPSListenerAttribute: partly(
    read(describeListener('https')),
    'forwarding rules and extra domains are always none',
  ),
  DescribeLoadBalancerListeners: read(describeListeners),
  StartLoadBalancerListener: write(startListener),
  StopLoadBalancerListener: write(stopListener),
  DeleteLoadBalancerListener: write(deleteListener),
  AddBackendServers: partly(write(addBackends), ECS_ONLY),
  SetBackendServers: partly(write(setBackends), ECS_ONLY),
  RemoveBackendServers: partly(write(removeBackends), ECS_ONLY),
  DescribeHealthStatus: read(describeHealthStatus),
  CreateVServerGroup: partly(write(createServerGroup), ECS_ONLY),
  AddVServerGroupBackendServers: partly(write(addToGroup), ECS_ONLY),
  ModifyVServerGroupBackendServers: partly(write(modifyGroup), ECS_ONLY),
  RemoveVServerGroupBackendServers: partly(write(removeFromGroup), ECS_ONLY),
  SetVServerGroupAttribute: partly(write(setGroup), ECS_ONLY),
  DescribeVServerGroups: partly(read(describeGroups), 'forwarding rules are always none'),
  DescribeVServerGroupAttribute: read(describeGroup),
  DeleteVServerGroup: write(deleteGroup),
  TagResources: partly(write(tagSlbResources), 'instances, listeners and server groups'),
  UntagResources: partly(write(untagSlbResources), 'instances, listeners and server groups'),
  ListTagResources: partly(read(listSlbTags), 'instances, listeners and server groups'),
  DescribeZones: read(describeZones),
  DescribeAvailableResource: read(describeAvailableResource),
  DescribeRegions: read(describeRegions),
};

/** The service as registered. */
export const slb: Module = {
  name: 'slb',
  wire: {
    version: '2014-05-15',
    product: 'Slb',
    tokenInFlight: {
      status: 400,
      code: 'OperationFailed.TokenIsProcessing',
      message: 'The operation is failed, because the Client Token is processing.',
    },
    // No table has a code for a token with other parameters; this is the one of the other services.
    tokenMismatch: {
      status: 400,
      code: 'IdempotentParameterMismatch',
      message: 'The specified parameter has changed while using an already used clientToken.',
    },
    denied: {
      status: 403,
      code: 'Forbidden.RAM',
      message: 'User not authorized to operate on the specified resource, or this API doesn’t support RAM.',
    },
    operations,
  },
  events: {
    started: ({ id }, scope) => finishTransition(scope, id, { from: 'starting', to: 'running' }),
    stopped: ({ id }, scope) => finishTransition(scope, id, { from: 'stopping', to: 'stopped' }),
    configured: ({ id }, scope) => finishTransition(scope, id, { from: 'configuring', to: 'running' }),
    settled: ({ id }, scope) => settle(scope, id),
    'group-settled': ({ id }, scope) => settleGroup(scope, id),
    failover: ({ id }, scope) => failOver(scope, id),
  },
  reactions: {
    'server-released': ({ id }, scope) => forgetServer(scope, id),
    'zone-changed': ({ zone }, scope) => followZone(scope, zone),
  },
  durations: {
    'slb.listener.starting': { kind: 'uniform', minSeconds: 1, maxSeconds: 3 },
    'slb.listener.stopping': { kind: 'uniform', minSeconds: 0.5, maxSeconds: 2 },
    // An attribute change of a running listener, seen as Status configuring.
    'slb.listener.configuring': { kind: 'uniform', minSeconds: 0.3, maxSeconds: 1 },
    // How long the whole load balancer refuses more after a listener was made, or its backends changed.
    'slb.busy.listener': { kind: 'uniform', minSeconds: 0, maxSeconds: 0.5 },
    'slb.busy.backend': { kind: 'uniform', minSeconds: 0, maxSeconds: 0.5 },
    'slb.vservergroup.configuring': { kind: 'uniform', minSeconds: 0, maxSeconds: 0.5 },
    'slb.failover': { kind: 'uniform', minSeconds: 25, maxSeconds: 35 },
  },
};

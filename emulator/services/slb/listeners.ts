// Listeners: made stopped, started and stopped over a moment, changed while they run.
import type { Answer, Call, Scope } from '../../service.ts';
import { acceptTags } from '../../tags.ts';
import { settingsAfterSet, settingsAtCreate, withCheck } from './listener-settings.ts';
import { portAllowed } from './ports.ts';
import { TAG_CODES } from './tags.ts';
import { listeners, listenersOf, loadBalancerOf, occupy, refuseBusy, serverGroups } from './world.ts';
import type { Listener, LoadBalancer, Protocol } from './world.ts';

/** Key of a listener, also its id for tags. */
export const listenerId = (loadBalancerId: string, protocol: Protocol, port: number): string =>
  `${loadBalancerId}_${protocol}_${port}`;

const PENDING = { status: 400, message: 'A previous configuration of the listener is pending,please try again later.' };

/** Create...Listener of one protocol. */
export const createListener =
  (protocol: Protocol) =>
  (call: Call): Answer => {
    const owner = loadBalancerOf(call);
    const port = call.params.int('ListenerPort') ?? 0;
    const settings = settingsAtCreate(call, protocol);
    refuseBusy(call, owner, 'listener');
    refusePort(call, owner, { protocol, port });
    const vServerGroupId = groupAtCreate(call, owner);
    const backendPort = call.params.int('BackendServerPort') ?? 0;
    const forwards = protocol === 'http' && settings['ListenerForward'] === 'on';
    if (vServerGroupId === '' && backendPort === 0 && !forwards) {
      call.refuse('MissingParameter', {
        status: 400,
        message: 'The parameter BackendServerPort or VServerGroupId is required.',
      });
    }
    const id = listenerId(owner.id, protocol, port);
    const row: Listener = {
      id,
      loadBalancerId: owner.id,
      protocol,
      port,
      status: 'stopped',
      settings: { ...settings, ...(forwards && settings['ForwardPort'] === undefined ? { ForwardPort: 443 } : {}) },
      backendPort,
      vServerGroupId,
      tags: acceptTags(call, TAG_CODES),
      createdAt: call.now(),
      checks: [],
    };
    call.table(listeners).put(id, withCheck(row, call.now()));
    occupy(call, owner.id, 'listener');
    return {};
  };

function refusePort(call: Call, owner: LoadBalancer, wanted: { protocol: Protocol; port: number }): void {
  const { protocol, port } = wanted;
  if (port < 1 || !portAllowed({ region: call.region, addressType: owner.addressType, port })) {
    call.refuse('InvalidParam.ListenerPort', { status: 400, message: 'The specified ListenerPort is invalid.' });
  }
  const mine = listenersOf(call, owner.id);
  // UDP has port numbers of its own; all other protocols are TCP underneath.
  if (mine.some((other) => other.port === port && (other.protocol === 'udp') === (protocol === 'udp'))) {
    call.refuse('InvalidParameter.ListenerPortConflict', {
      status: 400,
      message: 'There is conflict listener port exists.',
    });
  }
  if (mine.length >= call.quota('slb.listeners', 50)) {
    call.refuse('OperationForbidden.QuotaLimit', {
      status: 400,
      message: 'The operation failed because of quota limit of listeners.',
    });
  }
}

function groupAtCreate(call: Call, owner: LoadBalancer): string {
  const id = call.params.text('VServerGroupId') ?? '';
  if (id === '') return '';
  const group = call.table(serverGroups).get(id);
  if (group === undefined)
    call.refuse('ResourceNotFound.VServerGroup', {
      status: 400,
      message: `The specified VServerGroup ${id} does not exist.`,
    });
  if (group?.loadBalancerId !== owner.id) {
    call.refuse('InvalidParam.VServerGroupId', { status: 400, message: 'The specified VServerGroupId is invalid.' });
  }
  return id;
}

/** Set...ListenerAttribute of one protocol. */
export const setListener =
  (protocol: Protocol) =>
  (call: Call): Answer => {
    const owner = loadBalancerOf(call);
    const row =
      call.table(listeners).get(listenerId(owner.id, protocol, call.params.int('ListenerPort') ?? 0)) ?? notFound(call);
    refuseBusy(call, owner, 'listener');
    if (moving(row)) call.refuse('ListenerProcessing', PENDING);
    const next = { ...row, settings: settingsAfterSet(call, row), vServerGroupId: groupAfterSet(call, owner, row) };
    const configuring = row.status === 'running' ? ('configuring' as const) : row.status;
    call.table(listeners).update(row.id, withCheck({ ...next, status: configuring }, call.now()));
    if (row.status === 'running') call.later('slb.listener.configuring', step(row.id, 'configured'));
    return {};
  };

function groupAfterSet(call: Call, owner: LoadBalancer, row: Listener): string {
  const wanted = call.params.text('VServerGroup');
  if (wanted === 'on' && !call.params.has('VServerGroupId')) {
    call.refuse('MissingParam.VServerGroupId', { status: 400, message: 'The parameter VServerGroupId is missing.' });
  }
  if (wanted === 'off' && row.backendPort === 0) {
    call.refuse('OperationFailed.ServerGroupInUse', {
      status: 400,
      message: 'The VServerGroup or MasterSlaveServerGroup can not be close for this listener.',
    });
  }
  if (wanted === 'off') return '';
  return call.params.has('VServerGroupId') ? groupAtCreate(call, owner) : row.vServerGroupId;
}

const startsAndStops = {
  start: { from: 'stopped', by: 'starting', done: 'started' },
  stop: { from: 'running', by: 'stopping', done: 'stopped' },
} as const;

const turnListener =
  (way: keyof typeof startsAndStops) =>
  (call: Call): Answer => {
    const { from, by, done } = startsAndStops[way];
    const row = oneListener(call);
    refuseBusy(call, loadBalancerOf(call), 'listener');
    if (moving(row))
      call.refuse('Operation.Deny', {
        status: 400,
        message: 'The specified listener is configuring, please try again later.',
      });
    if (row.status !== from) unsupportedStatus(call);
    call.table(listeners).update(row.id, withCheck({ ...row, status: by }, call.now()));
    call.later(`slb.listener.${by}`, step(row.id, done));
    return {};
  };

/** StartLoadBalancerListener. */
export const startListener = turnListener('start');

/** StopLoadBalancerListener. */
export const stopListener = turnListener('stop');

/** DeleteLoadBalancerListener: from stopped or running only, and not while another listener forwards to it. */
export function deleteListener(call: Call): Answer {
  const row = oneListener(call);
  refuseBusy(call, loadBalancerOf(call), 'listener');
  if (moving(row))
    call.refuse('Operation.NotAllowed', { status: 400, message: 'The specified listener is not allowed to operate.' });
  const forwards = (other: Listener): boolean =>
    other.settings['ListenerForward'] === 'on' && other.settings['ForwardPort'] === row.port;
  if (row.protocol === 'https' && listenersOf(call, row.loadBalancerId).some(forwards)) {
    call.refuse('ListenerForwardExist', {
      status: 400,
      message:
        'The specified listener is forwarded by the other listener, the ListenerForward relationship should be deleted first.',
    });
  }
  call.table(listeners).remove(row.id);
  return {};
}

/** The listener named by port, and by protocol where two share the port. */
export function oneListener(call: Call): Listener {
  const owner = loadBalancerOf(call);
  const protocol = call.params.text('ListenerProtocol')?.toLowerCase();
  const port = call.params.int('ListenerPort');
  const found = listenersOf(call, owner.id).filter(
    (row) => row.port === port && (protocol === undefined || row.protocol === protocol),
  );
  if (found.length > 1)
    call.refuse('TooManyListeners', {
      status: 400,
      message: 'More than 1 listener is found, please be more specified.',
    });
  return found[0] ?? notFound(call);
}

/** Ends the call: there is no such listener. */
export function notFound(call: Call): never {
  return call.refuse('ResourceNotFound.Listener', { status: 404, message: 'The specified listener is not found.' });
}

function unsupportedStatus(call: Call): never {
  return call.refuse('OperationFailed.ListenerStatusNotSupport', {
    status: 400,
    message: 'The status of the listener does not support this operation. Please try again later.',
  });
}

const moving = (row: Listener): boolean => row.status !== 'running' && row.status !== 'stopped';

const step = (id: string, kind: string): { service: string; kind: string; id: string } => ({
  service: 'slb',
  kind,
  id,
});

/** Ends a transition of a listener that is still in it. */
export function finishTransition(
  scope: Scope,
  id: string,
  change: { readonly from: Listener['status']; readonly to: Listener['status'] },
): void {
  const row = scope.table(listeners).get(id);
  if (row?.status !== change.from) return;
  scope.table(listeners).update(id, withCheck({ ...row, status: change.to }, scope.now()), 'quiet');
}

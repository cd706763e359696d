// DescribeHealthStatus: every backend of every listener asked for, as its guest answers.
import { guests } from '../../guest-table.ts';
import { healthAt, shownHealth } from '../../health.ts';
import type { WeightZero } from '../../health.ts';
import type { Answer, Call } from '../../service.ts';
import { serverOf } from './places.ts';
import { listenersOf, loadBalancerSeen, serverGroups } from './world.ts';
import type { Backend, Listener, LoadBalancer } from './world.ts';

/** DescribeHealthStatus. */
export function describeHealthStatus(call: Call): Answer {
  const owner = loadBalancerSeen(call);
  const port = call.params.int('ListenerPort');
  const protocol = call.params.text('ListenerProtocol')?.toLowerCase();
  const asked = listenersOf(call, owner.id, 'seen').filter(
    (row) => (port ?? row.port) === row.port && (protocol ?? row.protocol) === row.protocol,
  );
  if (port !== undefined && asked.length > 1) {
    call.refuse('TooManyListeners', {
      status: 400,
      message: 'More than 1 listener is found, please be more specified.',
    });
  }
  if (port !== undefined && asked.length === 0) {
    call.refuse('ResourceNotFound.Listener', { status: 404, message: 'The specified listener is not found.' });
  }
  const BackendServer = asked.flatMap((row) =>
    backendsOf(call, owner, row).map((backend) => shown(call, row, backend)),
  );
  return { BackendServers: { BackendServer } };
}

function backendsOf(call: Call, owner: LoadBalancer, row: Listener): readonly Backend[] {
  if (row.vServerGroupId === '') return owner.backends;
  return call.table(serverGroups).get(row.vServerGroupId)?.backends ?? [];
}

function shown(call: Call, row: Listener, backend: Backend): Answer {
  const address = serverOf(call, backend.serverId)?.privateIp ?? '';
  const port = backend.port === 0 ? row.backendPort : backend.port;
  const real = healthAt({
    checks: row.checks.map((check) => ({
      ...check,
      port: check.port === 0 ? port : check.port,
      host: check.host === '' ? address : check.host,
    })),
    guest: call.table(guests).get(backend.serverId),
    since: Math.max(backend.since, row.createdAt),
    now: call.now(),
  });
  const layer7 = row.protocol === 'http' || row.protocol === 'https';
  return {
    ServerId: backend.serverId,
    ServerIp: address,
    Port: port,
    ListenerPort: row.port,
    Protocol: row.protocol,
    ServerHealthStatus: shownHealth(real, { weight: backend.weight, layer7, rule: weightZero(call) }),
  };
}

/** The emulator's option `slb.weightZero`: normal (default), layer7 or real. */
function weightZero(call: Call): WeightZero {
  const option = call.settings.options['slb.weightZero'];
  return option === 'layer7' || option === 'real' ? option : 'normal';
}

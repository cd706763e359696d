// Servers behind a load balancer or in a server group: what a request may say about them, and what comes of it.
import { isRecord } from '../../guest-config.ts';
import type { Answer, Call } from '../../service.ts';
import { serverOf } from './places.ts';
import { loadBalancerOf, loadBalancers, occupy, refuseBusy } from './world.ts';
import type { Backend, LoadBalancer } from './world.ts';

/** One entry of a request's BackendServers; what is absent was not said. */
export type Entry = {
  readonly serverId: string;
  readonly weight: number | undefined;
  readonly port: number | undefined;
  readonly type: string;
  readonly description: string;
};

/** The entries of a JSON list parameter; plain ids are entries too, as old clients of RemoveBackendServers send them. */
export function entriesOf(call: Call, name: string): readonly Entry[] {
  const list = parse(call.params.text(name) ?? '[]');
  if (!Array.isArray(list) || list.length > 20) return malformed(call, name);
  return list.map((item: unknown) => entryOf(call, name, typeof item === 'string' ? { ServerId: item } : item));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function entryOf(call: Call, name: string, item: unknown): Entry {
  if (!isRecord(item)) return malformed(call, name);
  const text = (field: string, standard: string): string => {
    const value = item[field] ?? standard;
    return typeof value === 'string' ? value : malformed(call, name);
  };
  const number = (field: string, range: readonly [number, number]): number | undefined => {
    const value = item[field];
    if (value === undefined || value === '') return undefined;
    const parsed = Number(value);
    return Number.isInteger(parsed) && parsed >= range[0] && parsed <= range[1] ? parsed : malformed(call, name);
  };
  if (text('ServerId', '') === '') malformed(call, name);
  if (text('Type', 'ecs') !== 'ecs') {
    call.refuse('BackendServer.InvalidType', {
      status: 400,
      message: 'The specified Type is invalid. This emulator has servers of type ecs only.',
    });
  }
  return {
    serverId: text('ServerId', ''),
    weight: number('Weight', [0, 100]),
    port: number('Port', [1, 65_535]),
    type: 'ecs',
    description: text('Description', ''),
  };
}

function malformed(call: Call, name: string): never {
  return call.refuse('InvalidParameter', { status: 400, message: `The specified ${name} is invalid.` });
}

const key = (one: { readonly serverId: string; readonly port?: number | undefined }): string =>
  `${one.serverId}:${one.port ?? 0}`;

/** New backends for these entries, each server checked; an entry repeated within the request counts once, the first wins. */
export function admit(
  call: Call,
  owner: LoadBalancer,
  about: { readonly entries: readonly Entry[]; readonly present: readonly Backend[] },
): readonly Backend[] {
  const first = new Map<string, Entry>();
  for (const entry of about.entries) if (!first.has(key(entry))) first.set(key(entry), entry);
  const known = new Set(about.present.map(key));
  const network = { vpcId: owner.vpcId === '' ? vpcOfBackends(call, owner) : owner.vpcId };
  return [...first.values()].map((entry) => {
    refuseServer(call, entry.serverId, network);
    // The cloud's own text promises an error and gives no code.
    if (known.has(key(entry)))
      call.refuse('BackendServerExist', {
        status: 400,
        message: `The specified server ${entry.serverId} already exists.`,
      });
    return {
      serverId: entry.serverId,
      weight: entry.weight ?? 100,
      port: entry.port ?? 0,
      type: entry.type,
      description: entry.description,
      since: call.now(),
    };
  });
}

// A public load balancer belongs to no VPC, but all its servers come from one: the first one settles which.
function vpcOfBackends(call: Call, owner: LoadBalancer): string {
  const first = owner.backends[0];
  return first === undefined ? '' : (serverOf(call, first.serverId)?.vpcId ?? '');
}

function refuseServer(call: Call, id: string, network: { vpcId: string }): void {
  const server =
    serverOf(call, id) ??
    call.refuse('InvalidServerId.NotExist', { status: 400, message: 'The specified ServerId is not exist.' });
  if (server.status !== 'Running') {
    call.refuse('InvalidServerStatus', { status: 400, message: `The specified server ${id} is not running.` });
  }
  if (network.vpcId !== '' && server.vpcId !== network.vpcId) {
    call.refuse('NetworkConflict', {
      status: 400,
      message: `The network of the server ${id} is not that of the load balancer.`,
    });
  }
  network.vpcId = server.vpcId;
}

/** Refuses more backends than a load balancer holds. */
export function refuseTooMany(call: Call, count: number): void {
  if (count > call.quota('slb.backends', 200)) {
    call.refuse('InstanceBackendServerNumberOverLimit', {
      status: 400,
      message: 'The number of backend servers of the load balancer is over limit.',
    });
  }
}

/** Weights (and descriptions) of these entries set on the backends that match; others keep theirs. */
export function reweighed(call: Call, backends: readonly Backend[], entries: readonly Entry[]): readonly Backend[] {
  const matches = (backend: Backend, entry: Entry): boolean =>
    backend.serverId === entry.serverId && (entry.port === undefined || entry.port === backend.port);
  const stranger = entries.find((entry) => !backends.some((backend) => matches(backend, entry)));
  if (stranger !== undefined) {
    call.refuse('InvalidServerId.NotExist', {
      status: 400,
      message: `The specified ServerId ${stranger.serverId} is not exist.`,
    });
  }
  return backends.map((backend) => {
    const entry = entries.findLast((one) => matches(backend, one));
    return entry === undefined
      ? backend
      : {
          ...backend,
          weight: entry.weight ?? backend.weight,
          description: entry.description === '' ? backend.description : entry.description,
        };
  });
}

/** AddBackendServers. */
export function addBackends(call: Call): Answer {
  const row = loadBalancerOf(call);
  const entries = entriesOf(call, 'BackendServers').map((entry) => ({ ...entry, port: undefined }));
  refuseBusy(call, row, 'backend');
  const added = admit(call, row, { entries, present: row.backends });
  refuseTooMany(call, row.backends.length + added.length);
  return write(call, row, { backends: [...row.backends, ...added], weight: 'text' });
}

/** SetBackendServers: weights only. */
export function setBackends(call: Call): Answer {
  const row = loadBalancerOf(call);
  const entries = entriesOf(call, 'BackendServers').map((entry) => ({ ...entry, port: undefined }));
  refuseBusy(call, row, 'backend');
  return write(call, row, { backends: reweighed(call, row.backends, entries), weight: 'text' });
}

/** RemoveBackendServers: a server that is not there is no error. */
export function removeBackends(call: Call): Answer {
  const row = loadBalancerOf(call);
  const gone = new Set(entriesOf(call, 'BackendServers').map((entry) => entry.serverId));
  refuseBusy(call, row, 'backend');
  return write(call, row, {
    backends: row.backends.filter((backend) => !gone.has(backend.serverId)),
    weight: 'number',
  });
}

type Written = { readonly backends: readonly Backend[]; readonly weight: 'text' | 'number' };

// The cloud answers Weight as text after Add and Set, and as a number after Remove.
function write(call: Call, row: LoadBalancer, { backends, weight }: Written): Answer {
  call.table(loadBalancers).update(row.id, { backends });
  occupy(call, row.id, 'backend');
  const BackendServer = backends.map((backend) => ({
    ServerId: backend.serverId,
    Weight: weight === 'text' ? String(backend.weight) : backend.weight,
    Type: backend.type,
    Description: backend.description,
  }));
  return { LoadBalancerId: row.id, BackendServers: { BackendServer } };
}

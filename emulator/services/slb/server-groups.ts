// Virtual server groups: backends with ports of their own that listeners point at.
import { isoSeconds } from '../../clock.ts';
import type { Answer, Call } from '../../service.ts';
import { acceptTags, tagParams, tagsMatch } from '../../tags.ts';
import { admit, entriesOf, refuseTooMany, reweighed } from './backends.ts';
import { serverOf } from './places.ts';
import { TAG_CODES } from './tags.ts';
import {
  listeners,
  loadBalancerOf,
  loadBalancers,
  loadBalancerSeen,
  serverGroupOf,
  serverGroups,
  tagList,
} from './world.ts';
import type { Backend, LoadBalancer, ServerGroup } from './world.ts';

/** CreateVServerGroup. */
export function createServerGroup(call: Call): Answer {
  const owner = loadBalancerOf(call);
  const backends = admit(call, owner, { entries: ported(call, 'BackendServers'), present: [] });
  if (call.table(serverGroups).by('loadbalancer', owner.id).length >= call.quota('slb.vservergroups', 50)) {
    call.refuse('OperationForbidden.QuotaLimit', {
      status: 400,
      message: 'The operation failed because of quota limit of VServer groups.',
    });
  }
  const id = call.newId('rsp');
  const row: ServerGroup = {
    id,
    name: call.params.text('VServerGroupName') ?? id,
    loadBalancerId: owner.id,
    backends,
    tags: acceptTags(call, TAG_CODES),
    createdAt: call.now(),
    busy: false,
  };
  call.table(serverGroups).put(id, row);
  return { VServerGroupId: id, BackendServers: shown(backends) };
}

/** AddVServerGroupBackendServers. */
export function addToGroup(call: Call): Answer {
  const group = freeGroup(call);
  const added = admit(call, ownerOf(call, group), { entries: ported(call, 'BackendServers'), present: group.backends });
  refuseTooMany(call, group.backends.length + added.length);
  return write(call, group, [...group.backends, ...added]);
}

/** RemoveVServerGroupBackendServers: an entry without a port takes the server out on every port. */
export function removeFromGroup(call: Call): Answer {
  const group = freeGroup(call);
  const gone = entriesOf(call, 'BackendServers');
  return write(
    call,
    group,
    group.backends.filter((backend) => !gone.some((entry) => matches(backend, entry))),
  );
}

/** ModifyVServerGroupBackendServers: the new in the place of the old. */
export function modifyGroup(call: Call): Answer {
  const group = freeGroup(call);
  const old = entriesOf(call, 'OldBackendServers');
  const kept = group.backends.filter((backend) => !old.some((entry) => matches(backend, entry)));
  const added = admit(call, ownerOf(call, group), { entries: ported(call, 'NewBackendServers'), present: kept });
  refuseTooMany(call, kept.length + added.length);
  return write(call, group, [...kept, ...added]);
}

/** SetVServerGroupAttribute: the name, and weights of what is in the group. */
export function setGroup(call: Call): Answer {
  const group = freeGroup(call);
  const name = call.params.text('VServerGroupName');
  if (name === undefined && !call.params.has('BackendServers')) {
    call.refuse('MissingParameter', {
      status: 400,
      message: 'The VServerGroupName or BackendServers is required at lease one.',
    });
  }
  const backends = reweighed(call, group.backends, entriesOf(call, 'BackendServers'));
  call.table(serverGroups).update(group.id, { name: name ?? group.name });
  return { ...write(call, group, backends), VServerGroupName: name ?? group.name };
}

/** DeleteVServerGroup: refused while a listener uses it. */
export function deleteGroup(call: Call): Answer {
  const group = freeGroup(call);
  if (call.table(listeners).by('group', group.id).length > 0) {
    call.refuse('RspoolVipExist', { status: 400, message: 'there are vips associating with this vServer group.' });
  }
  call.table(serverGroups).remove(group.id);
  return {};
}

/** DescribeVServerGroups: all of a load balancer, without paging. */
export function describeGroups(call: Call): Answer {
  const owner = loadBalancerSeen(call);
  const rows = call
    .table(serverGroups)
    .bySeen('loadbalancer', owner.id)
    .filter((row) => tagsMatch(row.tags, tagParams(call.params)));
  const VServerGroup = rows.map((row) => ({
    VServerGroupId: row.id,
    VServerGroupName: row.name,
    ServerCount: row.backends.length,
    CreateTime: isoSeconds(row.createdAt),
    AssociatedObjects: {
      Listeners: {
        Listener: call
          .table(listeners)
          .bySeen('group', row.id)
          .map(({ port, protocol }) => ({ Port: port, Protocol: protocol })),
      },
      Rules: { Rule: [] },
    },
    Tags: { Tag: tagList(row.tags) },
  }));
  return { VServerGroups: { VServerGroup } };
}

/** DescribeVServerGroupAttribute. */
export function describeGroup(call: Call): Answer {
  const group = serverGroupOf(call, 'seen');
  call.observed('slb', group.id);
  return {
    VServerGroupId: group.id,
    VServerGroupName: group.name,
    LoadBalancerId: group.loadBalancerId,
    CreateTime: isoSeconds(group.createdAt),
    BackendServers: {
      BackendServer: list(group.backends).map((entry) => ({
        ...entry,
        ServerIp: serverOf(call, String(entry['ServerId']))?.privateIp ?? '',
      })),
    },
    Tags: { Tag: tagList(group.tags) },
  };
}

const matches = (backend: Backend, entry: { readonly serverId: string; readonly port: number | undefined }): boolean =>
  backend.serverId === entry.serverId && (entry.port === undefined || entry.port === backend.port);

function ported(call: Call, name: string): ReturnType<typeof entriesOf> {
  const entries = entriesOf(call, name);
  if (entries.some((entry) => entry.port === undefined)) {
    call.refuse('InvalidParameter', { status: 400, message: `The Port of every entry of ${name} is required.` });
  }
  return entries;
}

function freeGroup(call: Call): ServerGroup {
  const group = serverGroupOf(call);
  if (group.busy)
    call.refuse('VServerGroupProcessing', {
      status: 400,
      message: 'The specified VServerGroup is processing, please try again later.',
    });
  return group;
}

function ownerOf(call: Call, group: ServerGroup): LoadBalancer {
  const owner = call.table(loadBalancers).get(group.loadBalancerId);
  if (owner === undefined) throw new Error(`${group.id} has no load balancer`);
  return owner;
}

function write(call: Call, group: ServerGroup, backends: readonly Backend[]): Answer {
  call.table(serverGroups).update(group.id, { backends, busy: true });
  call.later('slb.vservergroup.configuring', { service: 'slb', kind: 'group-settled', id: group.id });
  return { VServerGroupId: group.id, BackendServers: shown(backends) };
}

function shown(backends: readonly Backend[]): Answer {
  return { BackendServer: list(backends) };
}

function list(backends: readonly Backend[]): readonly Answer[] {
  return backends.map(({ serverId, port, weight, type, description }) => ({
    ServerId: serverId,
    Port: port,
    Weight: weight,
    Type: type,
    Description: description,
  }));
}

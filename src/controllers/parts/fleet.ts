// Plans a fleet: equal servers of one module or pool, spread over two zones. Only ids on record are capacity; a server
// that merely carries our tags is reported, never counted and never drained.
import {
  type ServerRecord,
  type ServerSpec,
  type ServerTemplate,
  adjustServer,
  serverFields,
} from '../../cloud/ecs/model.ts';
import type { Tags } from '../../cloud/service.ts';
import { TAG_UID } from '../../cloud/tags.ts';
import type { Intent, RecordedResource, Replacement } from '../../crds/index.ts';
import { type Pending, type Reported, emptyPlan, joinPlans, resourceKey } from '../../plan/change.ts';
import { diffFields } from '../../plan/fields.ts';
import { type PlacedServer, type Placement, place, takenBack } from '../../plan/placement.ts';
import type { CloudChange, CloudPlan, Fact, UserDataSource, View } from '../model.ts';
import { planMaintenance } from './maintenance.ts';
import { reportField } from './single.ts';
import { planUserTags } from './user-tags.ts';

const SERVERS_PER_REQUEST = 100;
const SETTLED: ReadonlySet<string> = new Set(['Running', 'Stopped']);

/** What is declared, on record and decided so far of one fleet. */
export interface FleetInput {
  readonly fleet: string;
  readonly uid: string;
  readonly wanted: ReadonlyMap<string, number>;
  readonly template: (zone: string) => Fact<ServerTemplate>;
  readonly tags: Tags;
  readonly userDataFrom?: UserDataSource | undefined;
  readonly kept: Fact<ServerSpec>;
  readonly recorded: readonly RecordedResource[];
  readonly replacements: readonly Replacement[];
  readonly closedZones: ReadonlySet<string>;
  /** Moves between zones that may begin together; one when absent. */
  readonly movesAtOnce?: number | undefined;
  /** Requests under way: what they make is asked for under their names, and not once more. */
  readonly intents: readonly Pick<Intent, 'type' | 'resource' | 'zone' | 'count'>[];
}

/** A server on record that was not judged absent. */
export interface LiveServer extends PlacedServer {
  readonly record: ServerRecord | undefined;
}

/** The plan, and what the rest of the controller needs to know of the fleet. */
export interface FleetPlan {
  readonly fleet: string;
  readonly wanted: ReadonlyMap<string, number>;
  readonly plan: CloudPlan;
  readonly servers: readonly LiveServer[];
  readonly gone: readonly RecordedResource[];
  readonly placements: readonly Placement[];
  /** Servers that were on their way out and stay after all. */
  readonly takenBack?: ReadonlySet<string>;
}

/** Plans creates, starts and attribute repairs; `placements` also holds surges and shrinks, which the kind puts on record first. */
export function planFleet(input: FleetInput, view: View): FleetPlan {
  const { servers, gone } = liveServers(input.recorded, view);
  const back = takenBack({ ...input, servers });
  const replacements = input.replacements.filter((item) => !back.has(item.surplusId));
  const placements = place({ ...input, servers, replacements });
  const isOpen = (item: Replacement) => !input.closedZones.has(item.fromZone) && !input.closedZones.has(item.toZone);
  const surges = replacements.filter(
    (item) => item.step === 'Surge' && isOpen(item) && !servers.some((server) => server.id === item.newId),
  );
  const missing = [
    ...placements.filter((item) => item.kind === 'create'),
    ...surges.map((item) => ({ zone: item.toZone, count: 1 })),
  ];
  const creates = [...Map.groupBy(missing, (item) => item.zone)].flatMap(([zone, items]) =>
    createServers(
      input,
      zone,
      items.reduce((total, item) => total + item.count, 0),
    ).map((part) => (items.some((item) => 'kind' in item) ? part : asStep(part))),
  );
  const leaving = new Set(replacements.flatMap((item) => (item.step === 'Released' ? [item.surplusId] : [])));
  const kept = servers.filter((server) => !leaving.has(server.id)); // what is being deleted is not repaired as well
  const plan = joinPlans([
    ...creates,
    ...kept.map((server) => planServer(input, server)),
    planAlike(input, kept, view),
  ]);
  return { fleet: input.fleet, wanted: input.wanted, plan, servers, gone, placements, takenBack: back };
}

/** What is the same for all servers of a fleet is set for all of them at once; those of strangers, and on their way, are left alone. */
function planAlike(input: FleetInput, kept: readonly LiveServer[], view: View): CloudPlan {
  const settled = kept.flatMap(({ record }) =>
    record !== undefined && record.tags[TAG_UID] === input.uid && SETTLED.has(record.state) ? [record] : [],
  );
  const serverIds = new Set(settled.map(({ id }) => id));
  return joinPlans([
    planUserTags(input.fleet, input.tags, settled),
    planMaintenance({ fleet: input.fleet, serverIds }, view),
  ]);
}

/** A surge is a step of its replacement, not a missing server. */
function asStep(part: CloudPlan): CloudPlan {
  return { ...part, changes: part.changes.map((change) => ({ ...change, step: true })) };
}

/** Splits what is on record into what is there (or not judged yet) and what is gone; the zone is the live one. */
export function liveServers(
  recorded: readonly RecordedResource[],
  view: View,
): { readonly servers: readonly LiveServer[]; readonly gone: readonly RecordedResource[] } {
  const seen = recorded.map((resource) => ({ resource, presence: view.get<ServerRecord>('Server', resource.id) }));
  const servers = seen.flatMap(({ resource, presence }) => {
    if (presence.kind === 'absent') return [];
    const record = presence.kind === 'present' ? presence.record : undefined;
    return [
      {
        name: resource.name,
        id: resource.id,
        zone: record?.zone ?? resource.zone ?? '',
        healthy: record?.state === 'Running',
        fixed: record?.prepaid === true,
        record,
      },
    ];
  });
  return { servers, gone: seen.filter(({ presence }) => presence.kind === 'absent').map(({ resource }) => resource) };
}

function createServers(input: FleetInput, zone: string, count: number): readonly CloudPlan[] {
  const template = input.template(zone);
  if (template.kind === 'missing') {
    const name = `${input.fleet}/${zone}`;
    return [{ ...emptyPlan, blocked: [{ type: 'Server', name, dependency: template.dependency }] }];
  }
  return requestsFor(input, zone, count).map((request) => ({
    ...emptyPlan,
    changes: [createRequest(input, template.value, request)],
  }));
}

interface ServerRequest {
  readonly name: string;
  readonly count: number;
}

/** The requests under way first, under the names they have, then new ones for the rest. */
function requestsFor(input: FleetInput, zone: string, count: number): readonly ServerRequest[] {
  const base = `${input.fleet}/${zone}`;
  const open = input.intents.filter(
    ({ type, resource }) => type === 'Server' && (resource === base || resource.startsWith(`${base}/`)),
  );
  const requests: ServerRequest[] = [];
  const left = () => count - requests.reduce((sum, request) => sum + request.count, 0);
  for (const intent of open) if (left() > 0) requests.push({ name: intent.resource, count: intent.count });
  const taken = new Set(open.map((intent) => intent.resource));
  for (let n = 0; left() > 0; n += 1) {
    const name = n === 0 ? base : `${base}/${n}`;
    if (!taken.has(name)) requests.push({ name, count: Math.min(SERVERS_PER_REQUEST, left()) });
  }
  return requests;
}

function createRequest(input: FleetInput, template: ServerTemplate, { name, count }: ServerRequest): CloudChange {
  const { tags, userDataFrom } = input;
  return {
    verb: 'Create',
    type: 'Server',
    name,
    ids: [],
    zone: template.zone,
    count,
    fields: [],
    impact: 'Safe',
    blueprint: 'ARCH-2',
    reason: 'fewer servers than declared',
    needs: [resourceKey('VSwitch', template.vSwitchId)],
    action: {
      service: 'ecs',
      action: { kind: 'RunServers', count, template, tags },
      ...(userDataFrom === undefined ? {} : { userDataFrom }),
    },
  };
}

function planServer(input: FleetInput, server: LiveServer): CloudPlan {
  const { record } = server;
  if (record === undefined)
    return { ...emptyPlan, pending: [wait(server, 'not visible in the cloud yet, or being confirmed gone')] };
  if (record.tags[TAG_UID] !== input.uid) return { ...emptyPlan, reported: [lostTags(input, server, record)] };
  if (record.state === 'Stopped') return { ...emptyPlan, changes: [startServer(server)] };
  if (record.state !== 'Running') return { ...emptyPlan, pending: [wait(server, `is ${record.state}`)] };
  return input.kept.kind === 'known'
    ? joinPlans([keepServer(server, record, input.kept.value), subnetOf(input, server, record)])
    : emptyPlan;
}

/** A server stays in the subnet that it was made in: of a module that names another zone since, that is said. */
function subnetOf(input: FleetInput, { name, zone }: LiveServer, { vSwitchId }: ServerRecord): CloudPlan {
  const template = input.template(zone);
  if (template.kind === 'missing' || template.value.vSwitchId === vSwitchId) return emptyPlan;
  return {
    ...emptyPlan,
    reported: [
      {
        path: `${name}.vSwitchId`,
        desired: template.value.vSwitchId,
        observed: vSwitchId,
        impact: 'Forbidden',
        blueprint: 'NET-2',
      },
    ],
  };
}

function keepServer(server: LiveServer, record: ServerRecord, kept: ServerSpec): CloudPlan {
  const fields = diffFields<ServerSpec>(serverFields, adjustServer(kept), record);
  const mutable = fields.filter((field) => field.rule === 'mutable');
  const set = Object.fromEntries(mutable.map((field) => [field.path, field.to]));
  const update: CloudChange = {
    verb: 'Update',
    type: 'Server',
    name: server.name,
    ids: [server.id],
    zone: server.zone,
    count: 1,
    fields: mutable,
    impact: 'Safe',
    blueprint: mutable[0]?.blueprint ?? 'ECS-5',
    reason: 'differs from the declaration',
    needs: [],
    action: { service: 'ecs', action: { kind: 'UpdateServer', id: server.id, set } },
  };
  return {
    ...emptyPlan,
    changes: mutable.length > 0 ? [update] : [],
    reported: fields.filter((field) => field.rule !== 'mutable').map((field) => reportField(server.name, field)),
  };
}

function startServer(server: LiveServer): CloudChange {
  return {
    verb: 'Start',
    type: 'Server',
    name: server.name,
    ids: [server.id],
    zone: server.zone,
    count: 1,
    impact: 'Safe',
    blueprint: 'ECS-4',
    fields: [{ path: 'state', from: 'Stopped', to: 'Running', impact: 'Safe', rule: 'mutable', blueprint: 'ECS-4' }],
    reason: 'is Stopped',
    needs: [],
    action: { service: 'ecs', action: { kind: 'StartServers', ids: [server.id] } },
  };
}

/** Deletes one server that left service; the caller has drained it. */
export function deleteServer(server: Pick<LiveServer, 'name' | 'id' | 'zone'>, reason: string): CloudChange {
  return {
    verb: 'Delete',
    type: 'Server',
    name: server.name,
    ids: [server.id],
    zone: server.zone,
    count: 1,
    fields: [],
    impact: 'Disruptive',
    blueprint: 'ARCH-2',
    step: true,
    reason,
    needs: [],
    action: { service: 'ecs', action: { kind: 'DeleteServers', ids: [server.id] } },
  };
}

function lostTags(input: FleetInput, server: LiveServer, record: ServerRecord): Reported {
  const observed = record.tags[TAG_UID] ?? 'no tag';
  return {
    path: `${server.name}.tags`,
    desired: `${TAG_UID}=${input.uid}`,
    observed,
    impact: 'Forbidden',
    blueprint: 'ECS-5',
  };
}

function wait(server: LiveServer, why: string): Pending {
  return { type: 'Server', name: server.name, id: server.id, why };
}

import assert from 'node:assert/strict';
import type { MaintenanceRecord, ServerRecord, ServerSpec, ServerTemplate } from '../../cloud/ecs/model.ts';
import { spread } from '../../plan/placement.ts';
import { F, G, intent, recordedServers, replacement } from '../../../test/support/builders.ts';
import { ownTags, runningServers } from '../../../test/support/cloud-records.ts';
import { type World, expectPlan, renderPlan, viewOf } from '../../../test/support/view.ts';
import { known, missing } from '../model.ts';
import { type FleetInput, deleteServer, liveServers, planFleet } from './fleet.ts';

const kept: ServerSpec = {
  groupIds: ['sg-app'],
  displayName: 'core-banking-web',
  description: '',
  instanceType: 'ecs.g6.large',
  imageId: 'centos_7_9.vhd',
  keyPairName: 'ops',
  internetBandwidthMbps: 0,
};
const template = (zone: string): ServerTemplate => ({
  ...kept,
  zone,
  vSwitchId: zone === F ? 'vsw-f' : 'vsw-g',
  securityGroupId: 'sg-app',
  hasUserData: false,
});

function input(more: Partial<FleetInput> = {}): FleetInput {
  return {
    fleet: 'web',
    uid: 'uid-core-banking',
    wanted: spread(4, [F, G]),
    template: (zone) => known(template(zone)),
    tags: {},
    kept: known(kept),
    recorded: [],
    replacements: [],
    closedZones: new Set(),
    intents: [],
    ...more,
  };
}

const four = recordedServers('web', [F, G, F, G]);
const running = (more: Partial<ServerRecord> = {}, id = 'i-web-0') =>
  runningServers(four).map((record) => (record.id === id ? { ...record, ...more } : record));
const servers = (more: Partial<ServerRecord> = {}) => ({ records: { Server: running(more) } }) satisfies World;
const tagged = (tags: Readonly<Record<string, Readonly<Record<string, string>>>>): World => ({
  records: {
    Server: running().map((record) => ({
      ...record,
      tags: { ...record.tags, team: 'core', env: 'prod', ...tags[record.id] },
    })),
  },
});
const stays = (id: string): MaintenanceRecord => ({ id, state: '', tags: {}, action: 'Stop', canRecover: true });

interface Row {
  readonly why: string;
  readonly input?: Partial<FleetInput>;
  readonly world?: World;
  readonly is: readonly string[];
}

const rows: readonly Row[] = [
  { why: 'an empty fleet: one request in each zone', is: [`Create Server web/${F} x2`, `Create Server web/${G} x2`] },
  {
    why: 'a subnet that is not published is waited for by name',
    input: { template: (zone) => missing('SecurityZone', 'app', `vSwitch id in ${zone}`), wanted: spread(1, [F, G]) },
    is: [`blocked Server web/${F}: vSwitch id in ${F} of SecurityZone app`],
  },
  { why: 'as declared', input: { recorded: four }, world: servers(), is: [] },
  {
    why: 'on record and not visible: capacity, and waited for',
    input: { recorded: four },
    world: { records: { Server: running().slice(1) } },
    is: ['wait Server web/0: not visible in the cloud yet, or being confirmed gone'],
  },
  {
    why: 'confirmed gone: made again in its zone',
    input: { recorded: four },
    world: { ...servers(), absent: ['i-web-0'] },
    is: [`Create Server web/${F}`],
  },
  {
    why: 'a stopped server is started (ECS-4)',
    input: { recorded: four },
    world: servers({ state: 'Stopped' }),
    is: ['Start Server web/0 (i-web-0) state: Stopped -> Running'],
  },
  {
    why: 'a starting server is waited for',
    input: { recorded: four },
    world: servers({ state: 'Starting' }),
    is: ['wait Server web/0: is Starting'],
  },
  {
    why: 'out of its group it is put back (SG-7)',
    input: { recorded: four },
    world: servers({ groupIds: ['sg-other'] }),
    is: ['Update Server web/0 (i-web-0) groupIds: ["sg-other"] -> ["sg-app"]'],
  },
  {
    why: 'what only a replacement could change is reported',
    input: { recorded: four },
    world: servers({ instanceType: 'ecs.g5.large' }),
    is: ['report web/0.instanceType: ecs.g5.large, declared ecs.g6.large [Forbidden]'],
  },
  {
    why: 'a module that moved to another zone: its servers still stand in the subnets of the old one',
    input: { recorded: four },
    world: servers({ vSwitchId: 'vsw-old' }),
    is: ['report web/0.vSwitchId: vsw-old, declared vsw-f [Forbidden]'],
  },
  {
    why: 'tags of somebody else: left alone, not even started',
    input: { recorded: four },
    world: servers({ state: 'Stopped', tags: ownTags('uid-other') }),
    is: ['report web/0.tags: uid-other, declared financecloud.io/uid=uid-core-banking [Forbidden]'],
  },
  {
    why: 'a zone that is not known yet: nothing is judged of what is kept',
    input: { recorded: four, kept: missing('SecurityZone', 'app', 'security group id') },
    world: servers({ groupIds: [] }),
    is: [],
  },
  {
    why: 'a surge on record: its newcomer is made in the other zone',
    input: { recorded: four, replacements: [replacement()] },
    world: servers(),
    is: [`Create Server web/${G}`],
  },
  {
    why: 'a surge whose newcomer is on record: nothing more is made',
    input: {
      recorded: recordedServers('web', [F, F, F, G, G]),
      wanted: spread(4, [F, G]),
      replacements: [replacement({ newId: 'i-web-4' })],
    },
    world: { records: { Server: runningServers(recordedServers('web', [F, F, F, G, G])) } },
    is: [],
  },
  {
    why: 'nothing is made for a surge into an impaired zone',
    input: { recorded: four, replacements: [replacement()], closedZones: new Set([G]) },
    world: servers(),
    is: [],
  },
  {
    why: 'what is missing and what a surge needs in one zone go out together',
    input: { recorded: recordedServers('web', [F, F, F]), replacements: [replacement()] },
    world: { records: { Server: runningServers(recordedServers('web', [F, F, F])) } },
    is: [`Create Server web/${G} x2`],
  },
  {
    why: 'declared tags are set back at once for all, with every declared tag; a tag that nobody declared stays (ECS-5)',
    input: { recorded: four, tags: { team: 'core', env: 'prod' } },
    world: tagged({ 'i-web-0': { team: 'other', owner: 'x' }, 'i-web-2': { team: '' } }),
    is: [
      'Tag Server web (i-web-0, i-web-2) x2 servers[i-web-0].tags[team]: other -> core, servers[i-web-2].tags[team]:  -> core',
    ],
  },
  {
    why: 'tags of somebody else: not ours to tag, nor to set anything on',
    input: { recorded: four.slice(0, 1), wanted: spread(1, [F, G]) },
    world: {
      records: {
        Server: running({ tags: ownTags('uid-other') }).slice(0, 1),
        ServerMaintenance: [stays('i-web-0')],
      },
    },
    is: ['report web/0.tags: uid-other, declared financecloud.io/uid=uid-core-banking [Forbidden]'],
  },
  {
    why: 'what would stay down after a fault of its host is set back in one change; servers of others are not ours (ECS-4)',
    input: { recorded: four },
    world: {
      records: { ...servers().records, ServerMaintenance: [stays('i-web-3'), stays('i-web-1'), stays('i-other')] },
    },
    is: [
      'Update ServerMaintenance web (i-web-1, i-web-3) x2 servers[i-web-1].maintenanceAction: Stop -> AutoRecover, servers[i-web-3].maintenanceAction: Stop -> AutoRecover',
    ],
  },
  {
    why: 'where the cloud offers no recovery, it is only said',
    input: { recorded: four },
    world: { records: { ...servers().records, ServerMaintenance: [{ ...stays('i-web-1'), canRecover: false }] } },
    is: [
      'report web.servers[i-web-1].maintenanceAction: Stop, the only choice for this server, declared AutoRecover [Forbidden]',
    ],
  },
  {
    why: 'a server that is starting is left alone',
    input: { recorded: four },
    world: {
      records: { ...servers({ state: 'Starting', tags: ownTags() }).records, ServerMaintenance: [stays('i-web-0')] },
    },
    is: ['wait Server web/0: is Starting'],
  },
  {
    why: 'a server that is being released is not started as well',
    input: {
      recorded: four,
      wanted: spread(3, [F, G]),
      replacements: [replacement({ surplusId: 'i-web-0', step: 'Released', newId: 'i-web-3' })],
    },
    world: servers({ state: 'Stopped' }),
    is: [],
  },
];

describe('planFleet', () => {
  for (const { why, input: more, world, is } of rows) {
    it(why, () => expectPlan(planFleet(input(more), viewOf(world ?? {})).plan, is));
  }

  it('asks for at most 100 servers in one request', () => {
    const { plan } = planFleet(input({ wanted: new Map([[F, 250]]) }), viewOf());
    assert.deepEqual(renderPlan(plan), [
      `Create Server web/${F} x100`,
      `Create Server web/${F}/1 x100`,
      `Create Server web/${F}/2 x50`,
    ]);
  });

  it('asks for what is under way under its own name, and not once more', () => {
    const open = [intent({ resource: `web/${F}/2`, count: 50 })];
    const recorded = recordedServers(
      'web',
      Array.from({ length: 200 }, () => F),
    );
    const fleet = planFleet(
      input({ wanted: new Map([[F, 250]]), recorded, intents: open }),
      viewOf({ records: { Server: runningServers(recorded) } }),
    );
    assert.deepEqual(renderPlan(fleet.plan), [`Create Server web/${F}/2 x50`]);
  });

  it('gives a request for more than is under way a name that is free', () => {
    const open = [intent({ resource: `web/${F}`, count: 2 })];
    const { plan } = planFleet(input({ wanted: new Map([[F, 5]]), intents: open }), viewOf());
    assert.deepEqual(renderPlan(plan), [`Create Server web/${F} x2`, `Create Server web/${F}/1 x3`]);
  });

  it('asks for no more of what is under way than is still wanted', () => {
    const open = [intent({ resource: `web/${F}`, count: 2 }), intent({ resource: `web/${F}/1`, count: 2 })];
    const { plan } = planFleet(input({ wanted: new Map([[F, 2]]), intents: open }), viewOf());
    assert.deepEqual(renderPlan(plan), [`Create Server web/${F} x2`]);
  });

  it('does not take requests of another fleet or zone for its own', () => {
    const open = [
      intent({ resource: `web2/${F}` }),
      intent({ resource: `web/${G}` }),
      intent({ type: 'LoadBalancer', resource: `web/${F}` }),
    ];
    const { plan } = planFleet(input({ wanted: new Map([[F, 3]]), intents: open }), viewOf());
    assert.deepEqual(renderPlan(plan), [`Create Server web/${F} x3`]);
  });

  it('makes servers only once their subnet is settled, from the template of their zone, with the user’s tags', () => {
    const [change] = planFleet(
      input({
        wanted: spread(1, [F, G]),
        tags: { team: 'core' },
        userDataFrom: { kind: 'Secret', name: 's', key: 'k' },
      }),
      viewOf(),
    ).plan.changes;
    assert.deepEqual(change?.needs, ['VSwitch:vsw-f']);
    assert.deepEqual(change?.action, {
      service: 'ecs',
      action: { kind: 'RunServers', count: 1, template: template(F), tags: { team: 'core' } },
      userDataFrom: { kind: 'Secret', name: 's', key: 'k' },
    });
  });

  it('counts no server that merely carries our tags', () => {
    const clone = runningServers(recordedServers('web', [F, F, F, F]));
    assert.equal(planFleet(input(), viewOf({ records: { Server: clone } })).servers.length, 0);
  });
});

describe('liveServers', () => {
  it('tells what is there from what is gone, in the zone where it lives now', () => {
    const recorded = recordedServers('web', [F, F, F]);
    const [first, second] = runningServers(recorded);
    assert.ok(first !== undefined && second !== undefined);
    const seen = [
      { ...first, zone: G },
      { ...second, state: 'Stopped' },
    ];
    const view = viewOf({ records: { Server: seen }, absent: ['i-web-2'] });
    const { servers: live, gone } = liveServers(recorded, view);
    assert.deepEqual(
      live.map(({ id, zone, healthy }) => [id, zone, healthy]),
      [
        ['i-web-0', G, true],
        ['i-web-1', F, false],
      ],
    );
    assert.deepEqual(
      gone.map((record) => record.id),
      ['i-web-2'],
    );
  });
});

describe('deleteServer', () => {
  it('is a step of a procedure, not drift', () => {
    const change = deleteServer({ name: 'web/2', id: 'i-web-2', zone: F }, 'replaced by i-9');
    assert.equal(change.step, true);
    assert.equal(change.impact, 'Disruptive');
  });
});

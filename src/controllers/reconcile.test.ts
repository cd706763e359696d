// The beginning of a visit to a living object: the finalizer, what the inventory is told, and when nothing may be concluded from it.
import assert from 'node:assert/strict';
import { F, G, recorded, zone } from '../../test/support/builders.ts';
import { vpcRecord } from '../../test/support/cloud-records.ts';
import { guestsThat, publishedEnvironment } from '../../test/support/plan-input.ts';
import { recordedCloud, refused } from '../../test/support/recorded-cloud.ts';
import { type SessionScript, sessionOf } from '../../test/support/session.ts';
import { viewOf } from '../../test/support/view.ts';
import { type VisitScene, zoneVisit } from '../../test/support/visits.ts';
import type { CloudError } from '../cloud/call.ts';
import type { Inventory } from '../cloud/inventory/inventory.ts';
import { FINALIZER, type SecurityZone } from '../crds/index.ts';
import { keep } from './reconcile.ts';

const NOW = Date.UTC(2026, 0, 1); // of the visit
const SINCE = '2026-01-01T00:00:00Z';
const groupOnRecord = { resources: [recorded('SecurityGroup', 'sg', 'sg-1')] };
const errorOf = (of: 'transient' | 'credential' = 'transient'): CloudError => {
  const answer = refused(of);
  assert.ok(answer.kind === 'error');
  return answer.error;
};

/** Visits the zone with an inventory that answers so. */
async function visited(
  inventory: Partial<Inventory>,
  scene: VisitScene & { readonly script?: SessionScript; readonly progressOfError?: 'settled' } = {},
) {
  const { session, asked, client } = sessionOf(scene.script ?? {});
  const reach: string[] = [];
  const told = {
    ...session,
    inventory: { ...session.inventory, ...inventory },
    guestsFor: (key: string) => ({ ...guestsThat(), allow: (how: string) => void reach.push(`${key} ${how}`) }),
  };
  const all = zoneVisit({ ...scene, session: told });
  const tools =
    scene.progressOfError === undefined
      ? all.tools
      : { ...all.tools, progressOfError: () => ({ kind: 'settled' }) as const };
  const planned: (readonly string[])[] = [];
  const outcome = await keep(all.visit, {
    ...tools,
    planned: (_object, plan) => planned.push(plan.changes.map(({ name }) => name)),
  });
  /** The zone waits for the VPC of its environment: so far only a plan can tell. */
  const went = all.ready()?.reason === 'DependencyNotReady';
  return { ...all, outcome, asked, client, reach, planned, went };
}
const on = (status: SecurityZone['status']) => ({
  object: zone({ finalizers: [FINALIZER], ...(status === undefined ? {} : { status }) }),
});

describe('a visit whose inventory is doubtful', () => {
  const doubt = () => ({ type: 'Server', since: NOW, missing: 6, known: 8 });

  it('concludes and sends nothing, and says what an administrator may do', async () => {
    const { outcome, ready, asked, went } = await visited({ doubt, synced: () => false });
    assert.deepEqual(outcome, { kind: 'requeue-after', ms: 30_000 });
    assert.deepEqual([asked, went], [[], false]);
    assert.equal(ready()?.reason, 'InventoryDoubtful');
    assert.match(
      ready()?.message ?? '',
      /6 of 8 known resources of type Server .* FinanceCloudAccount production .*accept-inventory/,
    );
  });
});

describe('a visit whose inventory was not read whole yet', () => {
  it('comes back in a moment and says nothing', async () => {
    const { outcome, kube, asked } = await visited({ synced: () => false });
    assert.deepEqual([outcome, kube.operations, asked], [{ kind: 'requeue-after', ms: 250 }, [], []]);
  });

  it('says so when the reading fails', async () => {
    const failures = () => [{ type: 'Server', since: NOW, error: errorOf('credential') }];
    const { outcome, ready, asked } = await visited({ synced: () => false, failures });
    assert.deepEqual([outcome, asked], [{ kind: 'requeue-after', ms: 5000 }, []]);
    assert.equal(ready()?.reason, 'CredentialsInvalid');
  });
});

describe('a visit whose inventory fails since a while', () => {
  const failing = (forMs: number) => ({ failures: () => [{ type: 'Server', since: NOW - forMs, error: errorOf() }] });

  it('goes on until three sweeps in a row have failed', async () => {
    const { went } = await visited(failing(179_999));
    assert.ok(went);
  });

  it('concludes nothing any more then, and says since when', async () => {
    const { went, ready, outcome, asked } = await visited(failing(180_000));
    assert.deepEqual([went, asked, outcome], [false, [], { kind: 'requeue-after', ms: 5000 }]);
    assert.equal(ready()?.reason, 'CloudUnavailable');
    assert.match(
      ready()?.message ?? '',
      /^The cloud was not read since 2025-12-31T23:57:00Z, so nothing is concluded .*: ecs .* was answered transient/,
    );
  });

  it('goes on when the failure is none that an object could say', async () => {
    const { went } = await visited(failing(180_000), { progressOfError: 'settled' });
    assert.ok(went);
  });
});

describe('the first visit of a process', () => {
  const rules = viewOf({ details: { GroupRules: { 'sg-1': { rules: [] } } } });

  it('waits until the parts on record were read once, asks for them, and says nothing', async () => {
    const { outcome, asked, kube } = await visited({}, on(groupOnRecord));
    assert.deepEqual(outcome, { kind: 'requeue-after', ms: 250 });
    assert.deepEqual([asked, kube.operations], [['touchDetail GroupRules sg-1'], []]);
  });

  it('goes on when they were read', async () => {
    const { went, asked } = await visited({}, { ...on(groupOnRecord), script: { view: rules } });
    assert.ok(went);
    assert.ok(!asked.some((what) => what.startsWith('touchDetail')));
  });

  it('asks only for those that were not', async () => {
    const two = { resources: [...groupOnRecord.resources, recorded('SecurityGroup', 'sg-old', 'sg-2')] };
    const { asked } = await visited({}, { ...on(two), script: { view: rules } });
    assert.deepEqual(asked, ['touchDetail GroupRules sg-2']);
  });

  it('does not wait for the parts of what it has just made', async () => {
    const scene = on(groupOnRecord);
    const { visit } = zoneVisit(scene);
    visit.memory.madeNow.add('sg-1');
    const { went } = await visited({}, { ...scene, visit: { memory: visit.memory } });
    assert.ok(went);
  });

  it('does not wait while the reading fails: the failure has its own time', async () => {
    const failures = () => [{ type: 'GroupRules', since: NOW - 1000, error: errorOf() }];
    const { went } = await visited({ failures }, on(groupOnRecord));
    assert.ok(went);
  });

  for (const [waitedMs, goesOn] of [
    [15_000, false],
    [15_001, true],
  ] as const) {
    it(`${goesOn ? 'does not wait' : 'still waits'} after ${waitedMs} ms`, async () => {
      const scene = on(groupOnRecord);
      const { visit } = await visited({}, { ...scene, visit: { monotonic: 1000 } });
      assert.equal(visit.memory.begunAt, 1000);
      const { went } = await visited({}, { ...scene, visit: { memory: visit.memory, monotonic: 1000 + waitedMs } });
      assert.equal(went, goesOn);
    });
  }
});

describe('what a visit tells before it looks', () => {
  it('is what to keep: records and what was let go, who is leaving, and the parts of groups', async () => {
    const tracked: unknown[] = [];
    const status = {
      resources: [
        { ...recorded('SecurityGroup', 'sg', 'sg-1'), state: 'Deleting' },
        { ...recorded('VSwitch', 'vswitch/1f', 'vsw-1'), state: 'Pending' },
      ],
      retained: [{ ...recorded('SecurityGroup', 'sg', 'sg-0'), since: SINCE, reason: 'Retain' }],
    };
    const { visit } = await visited({ track: (interest) => tracked.push(interest) }, on(status));
    assert.deepEqual(tracked, [
      {
        key: 'SecurityZone|payments/app',
        uid: visit.object.metadata.uid,
        ids: [
          { type: 'SecurityGroup', id: 'sg-1', leaving: true },
          { type: 'VSwitch', id: 'vsw-1' },
          { type: 'SecurityGroup', id: 'sg-0' },
        ],
        details: [{ type: 'GroupRules', parentId: 'sg-1' }],
      },
    ]);
  });

  const reaches: readonly {
    readonly why: string;
    readonly visit?: VisitScene['visit'];
    readonly frozen?: true;
    readonly is: string;
  }[] = [
    { why: 'may be repaired', is: 'Repair' },
    { why: 'are only looked at in Observe', visit: { mode: 'Observe' }, is: 'Look' },
    { why: 'are left alone under a suspension', visit: { suspended: true }, is: 'Nothing' },
    { why: 'are left alone when writes are frozen', frozen: true, is: 'Nothing' },
    {
      why: 'are left alone when both stop Observe',
      visit: { mode: 'Observe', suspended: true },
      frozen: true,
      is: 'Nothing',
    },
  ];
  for (const { why, visit = {}, frozen = false, is } of reaches) {
    it(`is that guests ${why}`, async () => {
      const { reach } = await visited({}, { visit, script: { frozen } });
      assert.equal(reach[0], `SecurityZone|payments/app ${is}`);
    });
  }
});

describe('the finalizer', () => {
  const bare = { object: zone() };
  const finalizers = (all: Awaited<ReturnType<typeof visited>>) => all.stored()?.metadata.finalizers ?? [];

  it('is there before anything else, and not in Observe, which makes nothing', async () => {
    assert.deepEqual(finalizers(await visited({ synced: () => false }, bare)), [FINALIZER]);
    assert.deepEqual(finalizers(await visited({}, { ...bare, visit: { mode: 'Observe' } })), []);
  });

  it('that cannot be written ends the visit before the cloud is asked', async () => {
    for (const [failure, outcome] of [
      [
        { kind: 'conflict', message: '' },
        { kind: 'requeue', reason: 'finalizer conflict' },
      ],
      [
        { kind: 'unavailable', message: 'cut off' },
        { kind: 'retry', error: new Error('add finalizer: cut off'), atLeastMs: 0 },
      ],
    ] as const) {
      const all = zoneVisit(bare);
      all.kube.interfere = () => failure;
      const { session, asked } = sessionOf();
      const tools = { ...all.tools, sessions: { of: () => ({ kind: 'ready', session }) as const } };
      assert.deepEqual([await keep(all.visit, tools), asked], [outcome, []]);
    }
  });
});

describe('a visit with work to do', () => {
  /** The environment publishes its VPC, so that the zone has three resources to make. */
  const scene = { environment: publishedEnvironment } as const;
  const changes = [`vswitch/${F}`, `vswitch/${G}`, 'sg'];
  const intents = ({ stored }: Pick<ReturnType<typeof zoneVisit>, 'stored'>) =>
    (stored()?.status?.intents ?? []).map(({ resource }) => resource);

  it('puts what it is going to send on record before it sends it', async () => {
    const all = zoneVisit(scene);
    const onRecord: (readonly string[])[] = [];
    const client = recordedCloud(() => {
      onRecord.push(intents(all).toSorted());
      return { kind: 'held', reason: 'shut' };
    });
    const { session } = sessionOf({ client, view: viewOf({ records: { VPC: [vpcRecord()] } }) });
    await keep(all.visit, { ...all.tools, sessions: { of: () => ({ kind: 'ready', session }) } });
    assert.ok(onRecord.length > 0);
    for (const resources of onRecord) assert.deepEqual(resources, changes.toSorted());
  });

  for (const [why, more] of [
    ['in Observe', { visit: { mode: 'Observe' } }],
    ['under a suspension', { visit: { suspended: true } }],
    ['while writes are frozen', { script: { frozen: true } }],
  ] as const) {
    it(`sends nothing and puts nothing on record ${why}, though it was planned`, async () => {
      const all = await visited({}, { ...scene, ...more });
      assert.deepEqual([all.client.asked, intents(all)], [[], []]);
      assert.deepEqual(all.planned, [changes]);
      assert.deepEqual(all.outcome, { kind: 'requeue-after', ms: 30_000 });
    });
  }

  it('goes on with the object that has the finalizer, in the same visit', async () => {
    const all = await visited({}, { object: zone() });
    assert.deepEqual([all.outcome.kind, all.went], ['requeue-after', true]);
  });

  it('plans nothing when what the cloud holds under its name stops it', async () => {
    const lookUp = () => errorOf('credential');
    const all = await visited({}, { ...scene, script: { lookUp } });
    assert.deepEqual([all.planned, all.ready()?.reason], [[], 'CredentialsInvalid']);
  });

  it('does not look at the cloud at all when something is in the way of it', async () => {
    const state = { kind: 'not-ready', reason: 'CredentialsMissing', message: 'none' } as const;
    const all = await visited({}, { ...scene, state });
    assert.deepEqual([all.asked, all.planned, all.reach], [[], [], []]);
    assert.deepEqual(all.outcome, { kind: 'requeue-after', ms: 5000 });
  });
});

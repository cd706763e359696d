import assert from 'node:assert/strict';
import type { LoadBalancerParts } from '../../cloud/slb/model.ts';
import { adjustListener } from '../../cloud/slb/model.ts';
import { effectiveListener, type Replacement } from '../../crds/index.ts';
import { F, G, listener, recordedServers, replacement } from '../../../test/support/builders.ts';
import { runningServers } from '../../../test/support/cloud-records.ts';
import { NOW, environmentInput, guestsThat } from '../../../test/support/plan-input.ts';
import { renderPlan, viewOf } from '../../../test/support/view.ts';
import type { FleetPlan } from './fleet.ts';
import { liveServers } from './fleet.ts';
import { listenerSpecOf } from './listeners.ts';
import { type Behind, type ReplacementsInput, planReplacements } from './replacements.ts';

const records = recordedServers('web', [F, F, F, G, G]);
const live = runningServers(records);
const servers = (hide: readonly string[] = []) =>
  liveServers(records, viewOf({ records: { Server: live }, absent: hide })).servers;
const fleet = (more: Partial<FleetPlan> = {}): FleetPlan => ({
  fleet: 'web',
  wanted: new Map([
    [F, 2],
    [G, 2],
  ]),
  plan: { changes: [], pending: [], blocked: [], reported: [] },
  servers: servers(),
  gone: [],
  placements: [],
  ...more,
});
const spec = adjustListener('http', listenerSpecOf(effectiveListener(listener())));
const parts = (
  weights: Readonly<Record<string, number>>,
  state: 'normal' | 'abnormal' = 'normal',
): LoadBalancerParts => ({
  backends: Object.entries(weights).map(([serverId, weight]) => ({ serverId, weight })),
  health: Object.keys(weights).map((serverId) => ({ serverId, listenerPort: 80, backendPort: 8080, state })),
});
const behind = (more: Partial<Behind> = {}): Behind => ({
  parts: parts({ 'i-web-2': 100, 'i-web-4': 100 }),
  partsReadAt: NOW,
  requests: [{ host: '', port: 8080, path: '/', codes: ['http_2xx'] }],
  listeners: [{ port: 80, spec }],
  ...more,
});
/** Members with the state of each port. */
const healthy = (
  ports: Readonly<Record<string, Readonly<Record<number, 'normal' | 'abnormal'>>>>,
): LoadBalancerParts => ({
  backends: Object.keys(ports).map((serverId) => ({ serverId, weight: 1 })),
  health: Object.entries(ports).flatMap(([serverId, states]) =>
    Object.entries(states).map(([port, state]) => ({ serverId, listenerPort: Number(port), backendPort: 8080, state })),
  ),
});
const twoListeners = [80, 81].map((port) => ({ port, spec }));
/** The fleet while web/4 is not up yet. */
const starting = () =>
  liveServers(
    records,
    viewOf({ records: { Server: live.map((one) => (one.id === 'i-web-4' ? { ...one, state: 'Starting' } : one)) } }),
  ).servers;
const since = (at: number) => (_what: string, holds: boolean) => (holds ? at : undefined);
const moving = (more: Partial<Replacement> = {}): Replacement => replacement({ newId: 'i-web-4', ...more });

interface Given extends Partial<Omit<ReplacementsInput, 'input'>> {
  readonly item?: Replacement;
  readonly input?: Partial<ReplacementsInput['input']>;
}

function plan({ item, input, ...more }: Given = {}) {
  return planReplacements({
    fleet: fleet(),
    module: 'web',
    mayShrink: false,
    behind: behind(),
    drainMs: 30_000,
    ...more,
    input: environmentInput({ now: NOW, replacements: item === undefined ? [] : [item] }, (input ?? {}) as object),
  });
}
const steps = (given: Given): readonly string[] => plan(given).replacements.map((item) => item.step);

interface Row extends Given {
  readonly why: string;
  readonly is: readonly string[];
}

const startUp = { units: ['nginx.service'], probe: 'AfterBoot', repair: 'Report' } as const;

const rows: readonly Row[] = [
  { why: 'a newcomer that answers in the guest passes its gate', item: moving(), is: ['Checked'] },
  {
    why: 'one whose own request fails does not',
    item: moving(),
    input: { guests: guestsThat({ kind: 'good' }, 'failed') },
    is: ['Surge'],
  },
  {
    why: 'one whose units are being asked waits',
    item: moving(),
    startUp,
    input: { guests: guestsThat({ kind: 'asking' }) },
    is: ['Surge'],
  },
  {
    why: 'one whose units are broken does not pass',
    item: moving(),
    startUp,
    input: { guests: guestsThat({ kind: 'broken', units: [] }) },
    is: ['Surge'],
  },
  {
    why: 'one whose units were repaired passes',
    item: moving(),
    startUp,
    input: { guests: guestsThat({ kind: 'repaired', before: [] }) },
    is: ['Checked'],
  },
  {
    why: 'a guest that cannot be asked is judged by the health check alone',
    item: moving(),
    startUp,
    input: { guests: guestsThat({ kind: 'agent-offline' }, 'failed') },
    is: ['Checked'],
  },
  {
    why: 'probe Never asks nothing',
    item: moving(),
    startUp: { ...startUp, probe: 'Never' },
    input: { guests: guestsThat({ kind: 'asking' }) },
    is: ['Checked'],
  },
  {
    why: 'without an HTTP check there is no request to ask',
    item: moving(),
    behind: behind({ requests: [] }),
    input: { guests: guestsThat({ kind: 'good' }, 'failed') },
    is: ['Checked'],
  },
  {
    why: 'normal, read later than registration and three checks',
    item: moving({ step: 'Registered' }),
    input: { holdsSince: since(NOW - 6001) },
    is: ['InService'],
  },
  {
    why: 'normal, read too early, proves nothing',
    item: moving({ step: 'Registered' }),
    input: { holdsSince: since(NOW - 6000) },
    is: ['Registered'],
  },
  {
    why: 'not normal',
    item: moving({ step: 'Registered' }),
    behind: behind({ parts: parts({ 'i-web-4': 1 }, 'abnormal') }),
    input: { holdsSince: since(0) },
    is: ['Registered'],
  },
  {
    why: 'members that were never read prove nothing',
    item: moving({ step: 'Registered' }),
    behind: behind({ parts: undefined, partsReadAt: undefined }),
    is: ['Registered'],
  },
  {
    why: 'the drain counts from when the surplus is seen out of service',
    item: moving({ step: 'Draining' }),
    behind: behind({ parts: parts({ 'i-web-2': 0 }) }),
    input: { holdsSince: since(NOW - 30_000) },
    is: ['Released'],
  },
  {
    why: 'a drain that was just seen is not over, however old its record is',
    item: moving({ step: 'Draining' }),
    behind: behind({ parts: parts({ 'i-web-2': 0 }) }),
    is: ['Draining'],
  },
  {
    why: 'a zone that became impaired stops the move',
    item: moving({ step: 'Registered' }),
    input: { holdsSince: since(0), closedZones: new Set([G]) },
    is: ['Registered'],
  },
  {
    why: 'what is released goes, impaired or not',
    item: moving({ step: 'Released' }),
    fleet: fleet({ servers: servers(['i-web-2']) }),
    input: { closedZones: new Set([F]) },
    is: [],
  },
  {
    why: 'a newcomer that is not up yet is waited for',
    item: moving(),
    fleet: fleet({ servers: starting() }),
    is: ['Surge'],
  },
  { why: 'a newcomer that was not made yet is waited for', item: replacement(), is: ['Surge'] },
  {
    why: 'one whose units are up passes',
    item: moving(),
    startUp,
    is: ['Checked'],
  },
  {
    why: 'a guest of a kind that cannot be asked is judged by the health check alone',
    item: moving(),
    startUp,
    input: { guests: guestsThat({ kind: 'unsupported-os' }, 'failed') },
    is: ['Checked'],
  },
  {
    why: 'without a load balancer nothing else would prove a guest that cannot be asked',
    item: moving(),
    startUp,
    behind: undefined,
    input: { guests: guestsThat({ kind: 'agent-offline' }) },
    is: ['Surge'],
  },
  {
    why: 'nor behind one that left the declaration',
    item: moving(),
    startUp,
    behind: behind({ left: true }),
    input: { guests: guestsThat({ kind: 'agent-offline' }) },
    is: ['Surge'],
  },
  {
    why: 'behind one that left the declaration nobody is put on trial',
    item: moving({ step: 'Checked' }),
    behind: behind({ left: true }),
    is: ['InService'],
  },
  {
    why: 'it is the weight of the newcomer that is waited for, not of its neighbours',
    item: moving({ step: 'InService' }),
    behind: behind({ parts: parts({ 'i-web-2': 100, 'i-web-4': 1 }) }),
    is: ['InService'],
  },
  {
    why: 'it is the health of the newcomer that counts, not of its neighbours',
    item: moving({ step: 'Registered' }),
    behind: behind({ parts: healthy({ 'i-web-2': { 80: 'normal' }, 'i-web-4': { 80: 'abnormal' } }) }),
    input: { holdsSince: since(0) },
    is: ['Registered'],
  },
  {
    why: 'it is normal behind one listener and not behind the other',
    item: moving({ step: 'Registered' }),
    behind: behind({ parts: healthy({ 'i-web-4': { 80: 'normal', 81: 'abnormal' } }), listeners: twoListeners }),
    input: { holdsSince: since(0) },
    is: ['Registered'],
  },
  {
    why: 'it is normal behind both listeners',
    item: moving({ step: 'Registered' }),
    behind: behind({ parts: healthy({ 'i-web-4': { 80: 'normal', 81: 'normal' } }), listeners: twoListeners }),
    input: { holdsSince: since(0) },
    is: ['InService'],
  },
  {
    why: 'members of whom nobody knows when they were read prove nothing',
    item: moving({ step: 'Registered' }),
    behind: behind({ partsReadAt: undefined }),
    input: { holdsSince: since(0) },
    is: ['Registered'],
  },
  {
    why: 'a member since nobody knows when proves nothing',
    item: moving({ step: 'Registered' }),
    input: { holdsSince: () => undefined },
    is: ['Registered'],
  },
  {
    why: 'members that were never read show nobody out of service',
    item: moving({ step: 'Draining' }),
    behind: behind({ parts: undefined, partsReadAt: undefined }),
    input: { holdsSince: since(0) },
    is: ['Draining'],
  },
  {
    why: 'a surplus that serves again is not drained, however long it was out',
    item: moving({ step: 'Draining' }),
    input: { holdsSince: since(0) },
    is: ['Draining'],
  },
  {
    why: 'a zone that became impaired stops also the move out of it',
    item: moving({ step: 'Registered' }),
    input: { holdsSince: since(0), closedZones: new Set([F]) },
    is: ['Registered'],
  },
  {
    why: 'a surplus that is wanted again stays',
    item: moving({ step: 'Draining' }),
    mayShrink: true,
    fleet: fleet({ takenBack: new Set(['i-web-2']) }),
    is: [],
  },
  {
    why: 'without a load balancer there is nothing to drain',
    item: moving({ step: 'Draining' }),
    behind: undefined,
    mayShrink: true,
    is: ['Released'],
  },
  {
    why: 'a newcomer that is not up yet takes no place, also when the surplus is gone',
    item: moving({ step: 'Checked' }),
    fleet: fleet({ servers: starting().filter(({ id }) => id !== 'i-web-2') }),
    is: ['Registered'],
  },
  { why: 'replacements of other modules are not ours to move', item: moving({ module: 'api' }), is: [] },
];

describe('planReplacements', () => {
  for (const { why, is, ...given } of rows) it(why, () => assert.deepEqual(steps(given), is));

  it('puts a surge on record before anything is made', () => {
    const [surplus] = servers();
    assert.ok(surplus !== undefined);
    const found = plan({ fleet: fleet({ placements: [{ kind: 'surge', surplus, toZone: G }] }) });
    assert.deepEqual(found.plan.changes, []);
    assert.deepEqual(found.replacements, [
      {
        slot: 'web/0',
        module: 'web',
        surplusId: 'i-web-0',
        fromZone: F,
        toZone: G,
        step: 'Surge',
        since: '2026-01-01T00:10:00Z',
      },
    ]);
  });

  it('starts nothing for servers that are only to be made', () => {
    const creating = fleet({ placements: [{ kind: 'create', zone: F, count: 1 }] });
    assert.deepEqual(plan({ fleet: creating, mayShrink: true }).replacements, []);
  });

  it('keeps under Retain only who is too many, not who makes room', () => {
    const [surplus] = servers();
    assert.ok(surplus !== undefined);
    assert.deepEqual(plan({ fleet: fleet({ placements: [{ kind: 'surge', surplus, toZone: G }] }) }).retain, []);
  });

  it('has ten under way at most, those on record first', () => {
    const onRecord = Array.from({ length: 9 }, (_, index) => moving({ slot: `web/${index}`, step: 'Draining' }));
    const placements = servers()
      .slice(0, 3)
      .map((surplus) => ({ kind: 'surge', surplus, toZone: G }) as const);
    const found = plan({ fleet: fleet({ placements }), mayShrink: true, input: { replacements: onRecord } });
    assert.deepEqual(
      found.replacements.map((item) => item.slot),
      [...onRecord.map((item) => item.slot), 'web/0'],
    );
  });

  it('asks a guest only while its gate is what is waited for, and only once it runs', () => {
    const guests = {
      ...guestsThat(),
      startUp: () => assert.fail('asked for its units'),
      gate: () => assert.fail('asked for its answer'),
    };
    for (const step of ['Checked', 'Registered', 'InService', 'Draining', 'Released'] as const)
      plan({ item: moving({ step }), startUp, input: { guests } });
    plan({ item: moving(), startUp, fleet: fleet({ servers: starting() }), input: { guests } });
  });

  it('fewer replicas: drained under Delete, kept and listed under Retain', () => {
    const [surplus] = servers();
    assert.ok(surplus !== undefined);
    const shrink = fleet({ placements: [{ kind: 'shrink', surplus }] });
    const deleting = plan({ fleet: shrink, mayShrink: true });
    assert.deepEqual(
      [deleting.replacements.map((item) => [item.slot, item.step, item.toZone]), deleting.retain],
      [[['web/0', 'Draining', F]], []],
    );
    const keeping = plan({ fleet: shrink });
    assert.deepEqual(
      [keeping.replacements, keeping.retain],
      [[], [{ id: 'i-web-0', reason: 'fewer replicas are declared and deletionPolicy is Retain' }]],
    );
  });

  it('a policy that has become Retain in the middle of a drain keeps the server; what is being deleted goes on', () => {
    const leaving = (step: 'Draining' | 'Released') => {
      const { newId: _none, ...item } = moving({ step, toZone: F });
      return item;
    };
    assert.deepEqual(steps({ item: leaving('Draining'), mayShrink: false }), []);
    assert.deepEqual(steps({ item: leaving('Draining'), mayShrink: true }), ['Draining']);
    assert.deepEqual(steps({ item: leaving('Released'), mayShrink: false }), [], 'nothing was sent yet');
    const sent = records.map((record) => (record.id === 'i-web-2' ? { ...record, state: 'Deleting' } : record));
    assert.deepEqual(steps({ item: leaving('Released'), mayShrink: false, input: { records: sent } }), ['Released']);
    assert.deepEqual(steps({ item: moving({ step: 'Released' }), mayShrink: false }), ['Released'], 'it was replaced');
  });

  it('keeps the time of a step that did not end, and dates the next one', () => {
    assert.equal(plan({ item: moving({ step: 'Registered' }) }).replacements[0]?.since, '2026-01-01T00:00:00Z');
    assert.equal(plan({ item: moving() }).replacements[0]?.since, '2026-01-01T00:10:00Z');
  });

  it('says when the drain ends, so that somebody comes back', () => {
    const draining = { item: moving({ step: 'Draining' }), behind: behind({ parts: parts({ 'i-web-2': 0 }) }) };
    assert.equal(plan({ ...draining, input: { holdsSince: since(NOW - 10_000) } }).dueInMs, 20_000);
    assert.equal(plan({ ...draining, input: { holdsSince: since(NOW - 90_000) } }).dueInMs, 100, 'never a hot loop');
    assert.equal(plan({ item: moving({ step: 'Registered' }) }).dueInMs, undefined);
    const unseen = { ...draining, item: moving({ step: 'InService' }) };
    assert.equal(plan({ ...unseen, input: { holdsSince: since(NOW) } }).dueInMs, undefined, 'it does not drain yet');
    assert.equal(plan({ item: moving({ step: 'Draining' }) }).dueInMs, undefined, 'it still serves');
    const times = new Map([
      ['i-web-2', NOW - 10_000],
      ['i-web-1', NOW - 25_000],
    ]);
    const two = [moving({ step: 'Draining' }), moving({ step: 'Draining', surplusId: 'i-web-1' })];
    const holdsSince = (what: string) => times.get(what.split(' ')[1] ?? '');
    const both = plan({ behind: behind({ parts: parts({}) }), input: { replacements: two, holdsSince } });
    assert.equal(both.dueInMs, 5000, 'the first end');
  });

  const release: readonly (Given & { readonly why: string; readonly is: readonly string[] })[] = [
    {
      why: 'released and no member any more',
      behind: behind({ parts: parts({ 'i-web-4': 100 }) }),
      is: ['Delete Server web/2 (i-web-2) [Disruptive]'],
    },
    { why: 'while it is a member it is not deleted', is: [] },
    { why: 'while the members were not read it is not deleted', behind: behind({ parts: undefined }), is: [] },
    {
      why: 'without a load balancer it is deleted',
      behind: undefined,
      is: ['Delete Server web/2 (i-web-2) [Disruptive]'],
    },
    {
      why: 'nobody knows whether it is there',
      behind: undefined,
      fleet: fleet({ servers: liveServers(records, viewOf({ records: { Server: live.slice(0, 2) } })).servers }),
      is: [],
    },
    {
      why: 'it is paid for in advance and cannot be deleted',
      behind: undefined,
      fleet: fleet({
        servers: liveServers(records, viewOf({ records: { Server: live.map((one) => ({ ...one, prepaid: true })) } }))
          .servers,
      }),
      is: [],
    },
    { why: 'gone already', behind: undefined, fleet: fleet({ servers: servers(['i-web-2']) }), is: [] },
  ];
  for (const { why, is, ...given } of release) {
    it(`release: ${why}`, () =>
      assert.deepEqual(renderPlan(plan({ ...given, item: moving({ step: 'Released' }) }).plan), is));
  }

  it('release: is of what is released only', () => {
    for (const step of ['Surge', 'Checked', 'Registered', 'InService', 'Draining'] as const)
      assert.deepEqual(renderPlan(plan({ item: moving({ step }), behind: undefined, mayShrink: true }).plan), []);
  });

  it('release: says why the server goes', () => {
    const reason = (item: Replacement) =>
      plan({ item, behind: undefined, mayShrink: true }).plan.changes.map((change) => change.reason);
    assert.deepEqual(reason(moving({ step: 'Released' })), ['replaced by i-web-4']);
    assert.deepEqual(reason(replacement({ step: 'Released' })), ['fewer replicas are declared']);
  });
});

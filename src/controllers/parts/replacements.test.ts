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
    assert.deepEqual(steps({ item: leaving('Released'), mayShrink: false }), ['Released']);
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
    { why: 'gone already', behind: undefined, fleet: fleet({ servers: servers(['i-web-2']) }), is: [] },
  ];
  for (const { why, is, ...given } of release) {
    it(`release: ${why}`, () =>
      assert.deepEqual(renderPlan(plan({ ...given, item: moving({ step: 'Released' }) }).plan), is));
  }
});

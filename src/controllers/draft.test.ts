import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Intent } from '../crds/index.ts';
import { emptyPlan } from '../plan/change.ts';
import { F, G, intent, recorded, recordedServers, replacement } from '../../test/support/builders.ts';
import { runningServers } from '../../test/support/cloud-records.ts';
import { NOW } from '../../test/support/plan-input.ts';
import { viewOf } from '../../test/support/view.ts';
import {
  type Draft,
  type RecordEntry,
  addIntents,
  RETAINED,
  adoptPlan,
  closeIntent,
  differs,
  draftOf,
  recordMade,
  withEntries,
} from './draft.ts';
import type { KindPlan } from './kind.ts';
import { liveServers } from './parts/fleet.ts';
import { cloudName, fleetOf, isRecorded, recordOf, serversOf, sorted, withMade } from './records.ts';

const draft = (more: Partial<Draft> = {}): Draft => ({ ...draftOf(undefined), ...more });
const plan = (more: Partial<KindPlan> = {}): KindPlan => ({
  plan: emptyPlan,
  fleets: [],
  replacements: [],
  gone: [],
  retain: [],
  ...more,
});
const names = (of: Draft) => of.resources.map((record) => `${record.name}=${record.id}`);

describe('withEntries', () => {
  const vpc = intent({ type: 'VPC', resource: 'vpc', attempt: 3, token: 'token-3' });
  const servers = intent({ attempt: 4, token: 'token-4', count: 2 });
  const entries: readonly RecordEntry[] = [
    { kind: 'made', intent: servers, ids: ['i-a', 'i-b'] },
    { kind: 'closed', intent: vpc },
    { kind: 'deleting', ids: ['i-old'] },
  ];
  const old = recorded('Server', 'web/0', 'i-old');

  it('keeps what another replica recorded meanwhile: its ids, its intents, its attempts', () => {
    const theirs = intent({ attempt: 9, token: 'token-9', resource: `api/${F}` });
    const live = draft({
      resources: [old, recorded('VPC', 'vpc', 'vpc-9')],
      intents: [vpc, servers, theirs],
      attempt: 9,
    });
    const after = withEntries(live, entries);
    assert.deepEqual(names(after), ['vpc=vpc-9', 'web/0=i-old', 'web/1=i-a', 'web/2=i-b']);
    assert.deepEqual([after.intents, after.attempt], [[theirs], 9]);
    assert.equal(after.resources.find(({ id }) => id === 'i-old')?.state, 'Deleting');
  });

  it('never uses an attempt again whose intent is lost from the record', () => {
    assert.equal(withEntries(draft(), entries).attempt, 4);
  });

  it('marks only what leaves', () => {
    const after = withEntries(draft({ resources: [old, recorded('VPC', 'vpc', 'vpc-1')] }), entries.slice(2));
    assert.deepEqual(
      after.resources.map(({ id, state }) => [id, state]),
      [
        ['i-old', 'Deleting'],
        ['vpc-1', undefined],
      ],
    );
  });

  it('changes nothing when the record holds it already', () => {
    const once = withEntries(draft({ resources: [old], intents: [vpc, servers], attempt: 4 }), entries);
    assert.deepEqual(withEntries(once, entries), once);
  });
});

describe('recordMade', () => {
  it('records the id under its name and closes the intent', () => {
    const open = [intent({ type: 'VPC', resource: 'vpc', attempt: 1 }), intent({ attempt: 2 })];
    const after = recordMade(draft({ intents: open, attempt: 2 }), open[0] ?? intent(), ['vpc-1']);
    assert.deepEqual([names(after), after.intents.map((item) => item.attempt), after.attempt], [['vpc=vpc-1'], [2], 2]);
  });

  it('gives servers the lowest free ordinals, ids in order', () => {
    const before = draft({ resources: recordedServers('web', [F, F, F]).filter((record) => record.name !== 'web/1') });
    assert.deepEqual(names(recordMade(before, intent({ count: 3 }), ['i-c', 'i-a', 'i-b'])), [
      'web/0=i-web-0',
      'web/1=i-a',
      'web/2=i-web-2',
      'web/3=i-b',
      'web/4=i-c',
    ]);
  });

  it('records an id once, however often it is told', () => {
    const once = recordMade(draft(), intent(), ['i-a', 'i-b']);
    assert.deepEqual(names(recordMade(once, intent(), ['i-b', 'i-a'])), names(once));
  });

  it('a resource made again takes the place of the one that is gone', () => {
    const before = draft({ resources: [recorded('VPC', 'vpc', 'vpc-old')] });
    assert.deepEqual(names(recordMade(before, intent({ type: 'VPC', resource: 'vpc' }), ['vpc-new'])), ['vpc=vpc-new']);
  });

  it('gives a surge that waits in that zone its newcomer, and no other', () => {
    const waiting = [
      replacement({ slot: 'api/0', module: 'api' }),
      replacement({ slot: 'web/1', toZone: F, fromZone: G }),
      replacement(),
      replacement({ slot: 'web/3' }),
    ];
    const after = recordMade(draft({ replacements: waiting }), intent({ resource: `web/${G}`, zone: G, count: 1 }), [
      'i-new',
    ]);
    assert.deepEqual(
      after.replacements.map((item) => item.newId),
      [undefined, undefined, 'i-new', undefined],
    );
  });

  it('a step that does not wait for a newcomer is left alone', () => {
    const leaving = [replacement({ step: 'Draining', toZone: F })];
    assert.deepEqual(recordMade(draft({ replacements: leaving }), intent(), ['i-new']).replacements, leaving);
  });

  it('what has no id of its own only closes its intent', () => {
    const open = intent({ type: 'Listener', resource: 'web/lb/HTTP/80' });
    assert.deepEqual(recordMade(draft({ intents: [open] }), open, []), draft({ attempt: open.attempt }));
  });

  it('what is not kept on record leaves the record as it is, also when it has ids', () => {
    const open = intent({ type: 'Listener', resource: 'web/lb/HTTP:80' });
    assert.deepEqual(names(recordMade(draft({ intents: [open] }), open, ['lb-1_http_80'])), []);
  });

  const surge = intent({ resource: `web/${G}`, zone: G, count: 2 });
  const newcomers: readonly {
    readonly why: string;
    readonly before: Partial<Draft>;
    readonly made: readonly string[];
    readonly by?: Intent;
    readonly are: readonly (string | undefined)[];
  }[] = [
    {
      why: 'a server that was there before is nobody’s newcomer',
      before: { resources: recordedServers('web', [G]), replacements: [replacement()] },
      made: ['i-z-new'],
      are: ['i-z-new'],
    },
    {
      why: 'a newcomer of one surge is not the newcomer of another one',
      before: {
        resources: [{ ...recorded('Server', 'web/0', 'i-a'), zone: G }],
        replacements: [replacement({ newId: 'i-a' }), replacement({ slot: 'web/3' })],
      },
      made: ['i-a', 'i-b'],
      are: ['i-a', 'i-b'],
    },
    {
      why: 'a surge that has its newcomer keeps it',
      before: { replacements: [replacement({ newId: 'i-old' })] },
      made: ['i-new'],
      are: ['i-old'],
    },
    {
      why: 'a load balancer is nobody’s newcomer',
      before: { replacements: [replacement()] },
      made: ['lb-1'],
      by: intent({ type: 'LoadBalancer', resource: 'web/lb', zone: G }),
      are: [undefined],
    },
  ];
  for (const { why, before, made, by = surge, are } of newcomers) {
    it(why, () =>
      assert.deepEqual(
        recordMade(draft(before), by, made).replacements.map((item) => item.newId),
        are,
      ),
    );
  }

  it('gives every surge that waits there a newcomer of its own', () => {
    const waiting = [replacement(), replacement({ slot: 'web/3', surplusId: 'i-web-3' })];
    const surge = intent({ resource: `web/${G}`, zone: G, count: 2 });
    const after = recordMade(draft({ replacements: waiting }), surge, ['i-b', 'i-a']);
    assert.deepEqual(
      after.replacements.map((item) => item.newId),
      ['i-a', 'i-b'],
    );
    assert.deepEqual(recordMade(after, surge, ['i-b', 'i-a']), after, 'told twice, it is the same');
  });

  it('is in the order in which it will be kept, so that the next visit writes nothing', () => {
    const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(ids, fc.nat(20), (fresh, had) => {
        const before = draft({
          resources: sorted([
            recorded('LoadBalancer', 'web/lb', 'lb-1'),
            recorded('VPC', 'vpc', 'vpc-1'),
            ...recordedServers(
              'web',
              Array.from({ length: had }, () => F),
            ),
          ]),
        });
        const made = recordMade(before, intent(), fresh);
        assert.ok(!differs(adoptPlan(made, plan(), NOW), made));
        assert.equal(new Set(made.resources.map((record) => record.name)).size, made.resources.length);
      }),
    );
  });
});

const KEPT = { type: 'Server', since: '2026-01-01T00:00:00Z', reason: 'kept' } as const;
describe('adoptPlan', () => {
  const two = recordedServers('web', [F, G]);

  it('drops what is confirmed gone, with its boot', () => {
    const before = draft({ resources: two, boots: [{ id: 'i-web-0', bootedAt: '2026-01-01T00:00:00Z' }] });
    const after = adoptPlan(before, plan({ gone: ['i-web-0'] }), NOW);
    assert.deepEqual([names(after), after.boots], [['web/1=i-web-1'], []]);
  });

  it('moves what is kept aside, with reason and time', () => {
    const after = adoptPlan(draft({ resources: two }), plan({ retain: [{ id: 'i-web-1', reason: 'kept' }] }), NOW);
    assert.deepEqual(names(after), ['web/0=i-web-0']);
    assert.deepEqual(after.retained, [
      { name: 'web/1', type: 'Server', id: 'i-web-1', since: '2026-01-01T00:10:00Z', reason: 'kept' },
    ]);
  });

  it('what is gone is not kept', () => {
    const after = adoptPlan(
      draft({ resources: two }),
      plan({ gone: ['i-web-1'], retain: [{ id: 'i-web-1', reason: 'kept' }] }),
      NOW,
    );
    assert.deepEqual([names(after), after.retained], [['web/0=i-web-0'], []]);
  });

  it('what was kept leaves the list when it is gone; what finds no room there stays on record', () => {
    const kept = Array.from({ length: RETAINED }, (_, index) => ({
      ...KEPT,
      name: `old/${index}`,
      id: `i-old-${index}`,
    }));
    const retain = two.map(({ id }) => ({ id, reason: 'kept' }));
    const full = adoptPlan(draft({ resources: two, retained: kept }), plan({ retain }), NOW);
    assert.deepEqual([names(full), full.retained.length], [['web/0=i-web-0', 'web/1=i-web-1'], RETAINED]);
    const after = adoptPlan(draft({ resources: two, retained: kept }), plan({ gone: ['i-old-3'], retain }), NOW);
    assert.deepEqual([names(after), after.retained.length], [['web/1=i-web-1'], RETAINED]);
    assert.ok(!after.retained.some(({ id }) => id === 'i-old-3'));
  });

  it('a newcomer that vanished is made again; its surplus serves until then', () => {
    const moving = replacement({ newId: 'i-new', step: 'Registered' });
    const after = adoptPlan(draft(), plan({ gone: ['i-new'], replacements: [moving] }), NOW);
    assert.deepEqual(after.replacements, [replacement()]);
  });

  it('a replacement whose newcomer is there, or that needs none, goes on where it stands', () => {
    const others = [replacement({ newId: 'i-new', step: 'Registered' }), replacement({ step: 'Draining' })];
    assert.deepEqual(adoptPlan(draft(), plan({ gone: ['i-x'], replacements: others }), NOW).replacements, others);
  });

  it('a server that moved by itself is recorded where it lives', () => {
    const servers = liveServers(two, viewOf({ records: { Server: runningServers(two, { zone: G }) } })).servers;
    const fleet = { fleet: 'web', wanted: new Map(), plan: emptyPlan, servers, gone: [], placements: [] };
    const after = adoptPlan(draft({ resources: two }), plan({ fleets: [fleet] }), NOW);
    assert.deepEqual(
      after.resources.map((record) => record.zone),
      [G, G],
    );
  });

  it('changes nothing when there is nothing to adopt', () => {
    const before = draft({ resources: sorted(two), replacements: [replacement()] });
    assert.ok(!differs(adoptPlan(before, plan({ replacements: before.replacements }), NOW), before));
  });
});

describe('intents of a draft', () => {
  it('are added with their attempts used up for good, and closed by attempt', () => {
    const added = addIntents(draft({ attempt: 3 }), [intent({ attempt: 4 }), intent({ attempt: 5 })]);
    assert.deepEqual(
      [added.attempt, closeIntent(added, intent({ attempt: 5 })).intents.map((item) => item.attempt)],
      [5, [4]],
    );
    assert.equal(closeIntent(added, intent({ attempt: 5 })).attempt, 5);
    assert.equal(addIntents(draft({ attempt: 3 }), []).attempt, 3);
    const more = addIntents(added, [intent({ attempt: 6 })]);
    assert.deepEqual(
      more.intents.map((item) => item.attempt),
      [4, 5, 6],
    );
  });
});

describe('draftOf, differs', () => {
  it('reads a status, or nothing', () => {
    assert.deepEqual(draftOf({ attempt: 2 }), {
      resources: [],
      intents: [],
      attempt: 2,
      replacements: [],
      retained: [],
      zones: [],
      boots: [],
    });
  });

  it('sees what safety rests on, and not the boots, which ride along', () => {
    assert.ok(differs(draft(), draft({ attempt: 1 })));
    assert.ok(differs(draft(), draft({ replacements: [replacement()] })));
    assert.ok(!differs(draft(), draft({ boots: [{ id: 'i', bootedAt: '2026-01-01T00:00:00Z' }] })));
  });
});

describe('records', () => {
  it('are found by name and by fleet, and no fleet takes another one’s', () => {
    const all = [
      ...recordedServers('web', [F]),
      ...recordedServers('web2', [F]),
      recorded('LoadBalancer', 'web/lb', 'lb-1'),
    ];
    assert.deepEqual(
      serversOf(all, 'web').map((record) => record.id),
      ['i-web-0'],
    );
    assert.equal(recordOf(all, 'web/lb')?.id, 'lb-1');
    assert.equal(fleetOf('web/12'), 'web');
    assert.ok(isRecorded('VPC') && !isRecorded('Listener'));
  });

  it('of servers belong to the fleet in the name of their request, also of a later one', () => {
    const made = withMade([], { type: 'Server', resource: `web/${F}/3`, ids: ['i-a'], zone: F });
    assert.deepEqual(made, [{ name: 'web/0', type: 'Server', id: 'i-a', zone: F }]);
  });

  it('are sorted by number, not by text', () => {
    const many = recordedServers(
      'web',
      Array.from({ length: 12 }, () => F),
    ).toReversed();
    assert.deepEqual(
      sorted(many).map((record) => record.name),
      Array.from({ length: 12 }, (_, index) => `web/${index}`),
    );
  });

  it('have a name that the cloud takes (NET-4), whatever Kubernetes called the object', () => {
    const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), (parts) => {
        assert.match(cloudName(undefined, ...parts), /^[A-Za-z][A-Za-z0-9_-]{1,127}$/);
      }),
    );
    assert.equal(cloudName('A区生产', 'x'), 'A区生产');
    assert.equal(cloudName(undefined, 'a'), 'fc-a');
  });
});

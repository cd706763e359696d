import assert from 'node:assert/strict';
import { emptyPlan } from '../plan/change.ts';
import { F, G, recordedServers, replacement } from '../../test/support/builders.ts';
import { runningServers } from '../../test/support/cloud-records.ts';
import { guestsThat } from '../../test/support/plan-input.ts';
import { viewOf } from '../../test/support/view.ts';
import { type ConcernRule, judgeShare, listing, shareOf } from './judge.ts';
import { judgeBalance } from './judge-balance.ts';
import type { KindPlan } from './kind.ts';
import type { CloudChange, CloudPlan } from './model.ts';
import { liveServers } from './parts/fleet.ts';

const rule: ConcernRule = { concern: 'ServersReady', types: ['Server'], drift: 'ServerDrift', good: 'fine' };
const change = (more: Partial<CloudChange> = {}): CloudChange => ({
  verb: 'Update',
  type: 'Server',
  name: 'web/0',
  ids: [],
  count: 1,
  fields: [],
  impact: 'Safe',
  blueprint: 'ECS-5',
  reason: 'is odd',
  needs: [],
  action: { service: 'ecs', action: { kind: 'StartServers', ids: [] } },
  ...more,
});
const pending = { type: 'Server', name: 'web/3', id: 'i', why: 'is Pending' };
const blocked = { type: 'Server', name: 'web/f', dependency: { kind: 'SecurityZone', name: 'app', fact: 'id' } };

const rows: readonly {
  readonly why: string;
  readonly plan: Partial<CloudPlan>;
  readonly built?: boolean;
  readonly is: string;
}[] = [
  { why: 'nothing left', plan: {}, is: 'True Succeeded: fine' },
  {
    why: 'other types do not count',
    plan: { changes: [change({ type: 'VPC' })], pending: [{ ...pending, type: 'VPC' }] },
    is: 'True Succeeded: fine',
  },
  { why: 'a difference', plan: { changes: [change()] }, is: 'False ServerDrift: web/0 is odd' },
  {
    why: 'a difference while it is being built',
    plan: { changes: [change()] },
    built: false,
    is: 'Unknown Progressing: Not complete yet: Ready says why',
  },
  {
    why: 'a wait while it is being built',
    plan: { pending: [pending] },
    built: false,
    is: 'Unknown Progressing: Not complete yet: Ready says why',
  },
  {
    why: 'what is made is not wrong',
    plan: { changes: [change({ verb: 'Create', name: 'web/f' })] },
    is: 'Unknown Progressing: Making web/f',
  },
  {
    why: 'a difference beside something made',
    plan: { changes: [change({ verb: 'Create' }), change({ name: 'web/1' })] },
    is: 'False ServerDrift: web/1 is odd',
  },
  {
    why: 'a step of a replacement is no difference',
    plan: { changes: [change({ step: true })] },
    is: 'True Succeeded: fine',
  },
  {
    why: 'a wait is told by fleet',
    plan: { pending: [pending, { ...pending, name: 'web/4' }] },
    is: 'Unknown Progressing: Waiting for web',
  },
  {
    why: 'a missing fact comes first',
    plan: { blocked: [blocked], changes: [change()] },
    built: false,
    is: 'Unknown DependencyNotReady: web/f waits for the id of SecurityZone app',
  },
];

describe('judgeShare', () => {
  for (const { why, plan, built, is } of rows) {
    it(why, () => {
      const { status, reason, message, type } = judgeShare(rule, { ...emptyPlan, ...plan }, built ?? true);
      assert.deepEqual([`${status} ${reason}: ${message}`, type], [is, 'ServersReady']);
    });
  }

  it('selects by type', () => {
    const share = shareOf({ ...emptyPlan, changes: [change(), change({ type: 'VPC' })], blocked: [blocked] }, ['VPC']);
    assert.deepEqual([share.changes.length, share.blocked.length], [1, 0]);
  });

  it('lists five and counts the rest', () => {
    assert.equal(listing(['a', 'b', 'c', 'd', 'e', 'f', 'g']), 'a, b, c, d, e and 2 more');
    assert.equal(listing(['a']), 'a');
  });
});

const fleet = (name: string, zones: readonly string[], wanted: readonly [number, number]) => {
  const recorded = recordedServers(name, zones);
  return {
    fleet: name,
    wanted: new Map([
      [F, wanted[0]],
      [G, wanted[1]],
    ]),
    plan: emptyPlan,
    gone: [],
    placements: [],
    servers: liveServers(recorded, viewOf({ records: { Server: runningServers(recorded) } })).servers,
  };
};
const kindPlan = (more: Partial<KindPlan>): KindPlan => ({
  plan: emptyPlan,
  fleets: [],
  replacements: [],
  gone: [],
  retain: [],
  ...more,
});
const open = { closedZones: new Set<string>(), zoneSince: new Map<string, string>(), guests: guestsThat() };
const balance = (plan: Partial<KindPlan>, input: Parameters<typeof judgeBalance>[0] = open) => {
  const { status, reason, message } = judgeBalance(input, kindPlan(plan));
  return `${status} ${reason}: ${message}`;
};

describe('judgeBalance', () => {
  it('a difference of one is even', () =>
    assert.match(balance({ fleets: [fleet('web', [F, F, G], [2, 1])] }), /^True/));
  it('a difference of two is not, and names the fleets', () => {
    assert.match(
      balance({ fleets: [fleet('web', [F, F, F, G], [2, 2]), fleet('api', [F, G], [1, 1])] }),
      /^False ZonesUneven: The zones of web differ/,
    );
  });
  it('while servers are still to be made nothing is uneven yet', () =>
    assert.match(balance({ fleets: [fleet('web', [F, F], [2, 2])] }), /^True/));
  it('a move is told until the newcomer serves alone', () => {
    assert.match(
      balance({ replacements: [replacement({ step: 'Draining' })] }),
      /^False ZonesUneven: Moving web\/2 from/,
    );
    assert.match(balance({ replacements: [replacement({ step: 'Released' })] }), /^True/);
    assert.match(
      balance({ replacements: [replacement({ step: 'Draining', toZone: F })] }),
      /^True/,
      'a server that only leaves moves nowhere',
    );
  });
  it('a newcomer that may not be asked is named with the right that is missing', () => {
    const guests = { ...guestsThat(), lacks: (id: string) => (id === 'i-new' ? 'ecs:RunCommand' : undefined) };
    assert.match(
      balance({ replacements: [replacement({ newId: 'i-new' })] }, { ...open, guests }),
      /^False PermissionDenied: Moving web\/2 .* inside its newcomer i-new\. Grant the RAM action ecs:RunCommand/,
    );
    assert.match(
      balance({ replacements: [replacement({ newId: 'i-new', step: 'Checked' })] }, { ...open, guests }),
      /^False ZonesUneven/,
      'it was asked, and has passed',
    );
  });
  it('an impaired zone comes first', () => {
    const closed = {
      ...open,
      closedZones: new Set([G]),
      zoneSince: new Map([[G, '2026-01-01T00:00:00Z']]),
    };
    assert.match(
      balance({ replacements: [replacement()] }, closed),
      /^False ZoneImpaired: .* since 2026-01-01T00:00:00Z/,
    );
  });
});

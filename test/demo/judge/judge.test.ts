// A judge that cannot fail is worthless: every judgement has a case in which it holds and cases in which it must not.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { calledOnce, listenerAsDeclared, ruleClosed } from './cloud.ts';
import type { GroupRule, LedgerResource } from './facts.ts';
import { call, condition, CONSOLE, environment, ledger, OPERATOR, resource, server, shown } from './fixtures.ts';
import { builtSoFar, nothingLeft, nothingMoved, nothingTwice, peakAlive, weightsIn } from './ledger.ts';
import { allReady, clearedOnce, saysImpaired, transitionsOf, wasReported, type Transition } from './objects.ts';
import { rebalancedInOrder } from './rebalance.ts';
import { even, inService, replacedOnce, unitRepaired, wasAskedInside } from './servers.ts';
import type { Verdict } from './verdict.ts';

interface Case {
  readonly why: string;
  readonly given: () => Verdict;
  /** What the reason must say; absent: it holds. */
  readonly fails?: RegExp;
}

function table(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    for (const { why, given, fails } of cases) {
      it(why, () => {
        const said = given();
        assert.equal(said.holds, fails === undefined, said.text);
        if (fails !== undefined) assert.match(said.text, fails);
        assert.notEqual(said.text, '');
      });
    }
  });
}

const WEB = { uid: 'env', name: 'web', count: 2, replaced: 0 };
const MARK = { since: 5, operatorKey: OPERATOR };
const two = [server('i-1'), server('i-2', { zone: 'zone-g' })];

describe('builtSoFar', () => {
  it('counts what lives of the fleets and the load balancers', () => {
    const balancer = resource('lb-1', { service: 'slb', type: 'loadbalancer' });
    const gone = server('i-3', { deletedAt: 20 });
    const stranger = server('i-4', { tags: {} });
    assert.equal(
      builtSoFar(ledger([...two, gone, stranger, balancer]), [{ ...WEB, count: 3 }], 2),
      '2 of 3 servers, 1 of 2 load balancers',
    );
  });
});

table('nothingLeft', [
  { why: 'all released is nothing left', given: () => nothingLeft(ledger([resource('vpc-1', { deletedAt: 20 })])) },
  { why: 'one that lives is a leak', given: () => nothingLeft(ledger([resource('vpc-1')])), fails: /vpc.vpc vpc-1/ },
  {
    why: 'a server that somebody else made counts too, for it carries our tags',
    given: () =>
      nothingLeft(
        ledger([resource('vpc-1', { deletedAt: 20 }), server('i-9', { createdBy: { accessKeyId: CONSOLE } })]),
      ),
    fails: /i-9/,
  },
  { why: 'an empty ledger is no proof', given: () => nothingLeft(ledger([])), fails: /empty/ },
]);

table('nothingTwice', [
  { why: 'as many as declared', given: () => nothingTwice(ledger([resource('vpc-1'), ...two]), [WEB]) },
  {
    why: 'one replaced after a loss, within the surge',
    given: () =>
      nothingTwice(
        ledger([resource('vpc-1'), server('i-1', { deletedAt: 40 }), server('i-2'), server('i-3', { createdAt: 50 })]),
        [{ ...WEB, replaced: 1 }],
      ),
  },
  {
    why: 'two networks for one wish',
    given: () => nothingTwice(ledger([resource('vpc-1'), resource('vpc-2'), ...two]), [WEB]),
    fails: /made 2 times/,
  },
  {
    why: 'a network made again after the first was released is still twice',
    given: () =>
      nothingTwice(ledger([resource('vpc-1', { deletedAt: 20 }), resource('vpc-2', { createdAt: 30 }), ...two]), [WEB]),
    fails: /made 2 times/,
  },
  {
    why: 'two more servers than declared at once is more than a surge',
    given: () =>
      nothingTwice(ledger([resource('vpc-1'), ...two, server('i-3'), server('i-4')]), [{ ...WEB, replaced: 2 }]),
    fails: /4 servers at once/,
  },
  {
    why: 'a replacement nobody needed',
    given: () =>
      nothingTwice(
        ledger([resource('vpc-1'), server('i-1', { deletedAt: 20 }), server('i-2'), server('i-3', { createdAt: 30 })]),
        [WEB],
      ),
    fails: /3 servers made, 2 were due/,
  },
  {
    why: 'fewer servers than were due',
    given: () => nothingTwice(ledger([resource('vpc-1'), server('i-1')]), [WEB]),
    fails: /1 servers made/,
  },
  {
    why: 'a resource without tags could never be found again',
    given: () => nothingTwice(ledger([resource('vpc-1', { tags: {} }), ...two]), [WEB]),
    fails: /tags/,
  },
  {
    why: 'a server of a fleet nobody declared',
    given: () => nothingTwice(ledger([resource('vpc-1'), ...two]), []),
    fails: /no declared fleet/,
  },
  { why: 'an empty ledger is no proof', given: () => nothingTwice(ledger([]), []), fails: /nothing was ever made/ },
]);

describe('peakAlive', () => {
  it('is never below the count alive at any birth and never above the number made', () => {
    const lives = fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { maxLength: 12 });
    fc.assert(
      fc.property(lives, (pairs) => {
        const all: readonly LedgerResource[] = pairs.map(([at, length], index) =>
          server(`i-${index}`, { createdAt: at, deletedAt: at + length + 1 }),
        );
        const peak = peakAlive(all);
        const atBirths = all.map(
          ({ createdAt }) => all.filter((one) => one.createdAt <= createdAt && (one.deletedAt ?? 0) > createdAt).length,
        );
        assert.equal(peak, Math.max(0, ...atBirths));
      }),
    );
  });
});

table('nothingMoved', [
  {
    why: 'questions inside guests and repairs of settings move nothing',
    given: () => nothingMoved(ledger([], [call(6, 'RunCommand'), call(7, 'ModifyInstanceAttribute')]), 5, OPERATOR),
  },
  {
    why: 'a surge during an outage',
    given: () => nothingMoved(ledger([], [call(6, 'RunInstances')]), 5, OPERATOR),
    fails: /RunInstances/,
  },
  {
    why: 'a release during an outage',
    given: () => nothingMoved(ledger([], [call(6, 'DeleteInstances', { resourceIds: ['i-1'] })]), 5, OPERATOR),
    fails: /i-1/,
  },
  {
    why: 'a drain during an outage',
    given: () =>
      nothingMoved(
        ledger([], [call(6, 'SetBackendServers', { params: { BackendServers: '[{"ServerId":"i-1","Weight":0}]' } })]),
        5,
        OPERATOR,
      ),
    fails: /SetBackendServers/,
  },
  {
    why: 'what others did, or what came before, does not count',
    given: () =>
      nothingMoved(
        ledger([], [call(4, 'RunInstances'), call(6, 'StopInstance', { accessKeyId: CONSOLE })]),
        5,
        OPERATOR,
      ),
  },
]);

describe('weightsIn', () => {
  it('reads the JSON list and takes a missing weight for 100, as the API does', () => {
    const params = { BackendServers: '[{"ServerId":"i-1","Weight":"1"},{"ServerId":"i-2"}]' };
    assert.deepEqual(weightsIn(call(1, 'AddBackendServers', { params })), [
      { serverId: 'i-1', weight: 1 },
      { serverId: 'i-2', weight: 100 },
    ]);
  });
  it('finds none in other calls or in broken text', () => {
    assert.deepEqual(weightsIn(call(1, 'RunInstances')), []);
    assert.deepEqual(weightsIn(call(1, 'SetBackendServers', { params: { BackendServers: '[{' } })), []);
  });
});

const zones = ['zone-f', 'zone-g'];
table('even', [
  { why: 'one in each zone', given: () => even([shown('i-1'), shown('i-2', { zone: 'zone-g' })], WEB, zones) },
  {
    why: 'all in one zone',
    given: () => even([shown('i-1'), shown('i-2')], WEB, zones),
    fails: /uneven: 2 in f, 0 in g/,
  },
  { why: 'one is missing', given: () => even([shown('i-1')], WEB, zones), fails: /1 servers, 2 are declared/ },
  {
    why: 'one stands still',
    given: () => even([shown('i-1'), shown('i-2', { zone: 'zone-g', status: 'Stopped' })], WEB, zones),
    fails: /i-2 Stopped/,
  },
  {
    why: 'one is in a third zone',
    given: () => even([shown('i-1'), shown('i-2', { zone: 'zone-k' })], WEB, zones),
    fails: /outside/,
  },
]);

const health = (serverId: string, status = 'normal') => ({ serverId, port: 80, status });
table('inService', [
  { why: 'all normal', given: () => inService([health('i-1'), health('i-2')], ['i-1', 'i-2'], 'web') },
  {
    why: 'one abnormal',
    given: () => inService([health('i-1'), health('i-2', 'abnormal')], ['i-1', 'i-2'], 'web'),
    fails: /i-2 abnormal/,
  },
  {
    why: 'one not behind the load balancer',
    given: () => inService([health('i-1')], ['i-1', 'i-2'], 'web'),
    fails: /not behind.*i-2/,
  },
  {
    why: 'a stranger behind it',
    given: () => inService([health('i-1'), health('i-9')], ['i-1'], 'web'),
    fails: /strangers.*i-9/,
  },
  { why: 'no servers is not healthy', given: () => inService([], [], 'web'), fails: /no servers/ },
]);

const born = [
  call(1, 'RunInstances', { resourceIds: ['i-1', 'i-2'] }),
  call(6, 'RunInstances', { resourceIds: ['i-3'] }),
];
const heir = server('i-3', { createdAt: 60 });
table('replacedOnce', [
  {
    why: 'gone and one in its place',
    given: () => replacedOnce(ledger([server('i-1', { deletedAt: 55 }), heir], born), WEB, { ...MARK, lostId: 'i-1' }),
  },
  {
    why: 'still there',
    given: () => replacedOnce(ledger([server('i-1'), heir], born), WEB, { ...MARK, lostId: 'i-1' }),
    fails: /still exists/,
  },
  {
    why: 'nobody came',
    given: () =>
      replacedOnce(ledger([server('i-1', { deletedAt: 55 })], born.slice(0, 1)), WEB, { ...MARK, lostId: 'i-1' }),
    fails: /nothing was made/,
  },
  {
    why: 'two came',
    given: () =>
      replacedOnce(
        ledger(
          [server('i-1', { deletedAt: 55 }), heir, server('i-4', { createdAt: 70 })],
          [...born, call(7, 'RunInstances', { resourceIds: ['i-4'] })],
        ),
        WEB,
        { ...MARK, lostId: 'i-1' },
      ),
    fails: /made 2/,
  },
]);

const weigh = (serverId: string, weight: number) => ({
  params: { BackendServers: JSON.stringify([{ ServerId: serverId, Weight: weight }]) },
});
const rebalance = [
  call(6, 'RunInstances', { resourceIds: ['i-3'] }),
  call(7, 'RunCommand', { params: { 'InstanceId.1': 'i-3' } }),
  call(8, 'AddBackendServers', weigh('i-3', 1)),
  call(9, 'SetBackendServers', weigh('i-3', 100)),
  call(10, 'SetBackendServers', weigh('i-2', 0)),
  call(20, 'DeleteInstances', { resourceIds: ['i-2'] }),
];
const gone = server('i-2', { zone: 'zone-g', deletedAt: 200, deletedBy: { accessKeyId: OPERATOR } });
const RULE = { ...MARK, shortZone: 'zone-f', longZone: 'zone-g', drainMs: 90 };
const without = (n: number) => rebalance.filter((one) => one.n !== n);
table('rebalancedInOrder', [
  { why: 'every step in its order', given: () => rebalancedInOrder(ledger([heir, gone], rebalance), WEB, RULE) },
  {
    why: 'nobody came',
    given: () => rebalancedInOrder(ledger([gone], without(6)), WEB, RULE),
    fails: /no server was made/,
  },
  {
    why: 'came in the wrong zone',
    given: () => rebalancedInOrder(ledger([{ ...heir, zone: 'zone-g' }, gone], rebalance), WEB, RULE),
    fails: /zone-f was right/,
  },
  {
    why: 'released in the short zone',
    given: () => rebalancedInOrder(ledger([heir, { ...gone, zone: 'zone-f' }], rebalance), WEB, RULE),
    fails: /zone-g was right/,
  },
  {
    why: 'went into service unasked',
    given: () => rebalancedInOrder(ledger([heir, gone], without(7)), WEB, RULE),
    fails: /to come: asked inside/,
  },
  {
    why: 'registered at full weight at once',
    given: () => rebalancedInOrder(ledger([heir, gone], without(8)), WEB, RULE),
    fails: /to come: registered with weight 1/,
  },
  {
    why: 'released without a drain',
    given: () => rebalancedInOrder(ledger([heir, gone], without(10)), WEB, RULE),
    fails: /to come: i-2 drained/,
  },
  {
    why: 'not released yet',
    given: () => rebalancedInOrder(ledger([heir, server('i-2')], without(20)), WEB, RULE),
    fails: /to come: .*the surplus server released/,
  },
  {
    why: 'drained too briefly',
    given: () => rebalancedInOrder(ledger([heir, { ...gone, deletedAt: 150 }], rebalance), WEB, RULE),
    fails: /drained for/,
  },
  {
    why: 'drained before the newcomer served',
    given: () =>
      rebalancedInOrder(
        ledger(
          [heir, gone],
          rebalance.map((one) => (one.n === 10 ? { ...one, at: 85 } : one)),
        ),
        WEB,
        RULE,
      ),
    fails: /drained with weight 0 came before in service/,
  },
  {
    why: 'somebody else released the surplus server',
    given: () =>
      rebalancedInOrder(ledger([heir, { ...gone, deletedBy: { accessKeyId: CONSOLE } }], rebalance), WEB, RULE),
    fails: /to come: .*the surplus server released/,
  },
]);

const unit = (over: object = {}) => ({
  bootedAt: 100,
  units: { 'bank.service': { enabled: true, state: 'active', since: 120, ...over } },
});
table('unitRepaired', [
  { why: 'enabled, and started after the boot', given: () => unitRepaired(unit(), 'bank.service', 90) },
  {
    why: 'still disabled',
    given: () => unitRepaired(unit({ enabled: false }), 'bank.service', 90),
    fails: /not enabled/,
  },
  { why: 'still down', given: () => unitRepaired(unit({ state: 'inactive' }), 'bank.service', 90), fails: /inactive/ },
  {
    why: 'never rebooted, so nothing was proved',
    given: () => unitRepaired(unit(), 'bank.service', 100),
    fails: /not rebooted/,
  },
  { why: 'unknown inside', given: () => unitRepaired(undefined, 'bank.service', 90), fails: /unknown/ },
]);

table('wasAskedInside', [
  { why: 'a command ran there', given: () => wasAskedInside(ledger([], rebalance), 'i-3', MARK) },
  {
    why: 'a command ran elsewhere',
    given: () => wasAskedInside(ledger([], rebalance), 'i-1', MARK),
    fails: /not been asked/,
  },
]);

const view = { status: 'running', healthCheck: 'on', healthPath: '/app/health' };
table('listenerAsDeclared', [
  { why: 'as declared', given: () => listenerAsDeclared(view, '/app/health') },
  {
    why: 'another path',
    given: () => listenerAsDeclared({ ...view, healthPath: '/' }, '/app/health'),
    fails: /looks at \//,
  },
  { why: 'stopped', given: () => listenerAsDeclared({ ...view, status: 'stopped' }, '/app/health'), fails: /stopped/ },
  {
    why: 'check switched off',
    given: () => listenerAsDeclared({ ...view, healthCheck: 'off' }, '/app/health'),
    fails: /off/,
  },
  { why: 'gone', given: () => listenerAsDeclared(undefined, '/app/health'), fails: /gone/ },
]);

table('calledOnce', [
  {
    why: 'one repair',
    given: () => calledOnce(ledger([], [call(6, 'StartLoadBalancerListener')]), 'StartLoadBalancerListener', MARK),
  },
  {
    why: 'none',
    given: () => calledOnce(ledger([], [call(4, 'StartLoadBalancerListener')]), 'StartLoadBalancerListener', MARK),
    fails: /has not called/,
  },
  {
    why: 'twice is swinging',
    given: () => calledOnce(ledger([], [call(6, 'StartX'), call(7, 'StartX')]), 'StartX', MARK),
    fails: /2 times/,
  },
  {
    why: 'a refused call repaired nothing',
    given: () => calledOnce(ledger([], [call(6, 'StartX', { effect: 'none' })]), 'StartX', MARK),
    fails: /has not called/,
  },
]);

const rule = (ports: string, cidr: string): GroupRule => ({
  protocol: 'TCP',
  ports,
  cidr,
  groupId: '',
  policy: 'Accept',
});
const open = rule('22/22', '0.0.0.0/0');
const declared = [rule('8080/8080', '100.64.0.0/10')];
table('ruleClosed', [
  { why: 'closed, the declared ones stand', given: () => ruleClosed(declared, { open, before: declared }) },
  { why: 'still open', given: () => ruleClosed([...declared, open], { open, before: declared }), fails: /still open/ },
  { why: 'closed with too broad a stroke', given: () => ruleClosed([], { open, before: declared }), fails: /lost/ },
  {
    why: 'with no declared rules the look was wrong',
    given: () => ruleClosed([], { open, before: [] }),
    fails: /no declared rules/,
  },
]);

table('allReady', [
  { why: 'Ready at its generation', given: () => allReady([environment([condition('Ready')])], 1) },
  {
    why: 'not Ready',
    given: () => allReady([environment([condition('Ready', { status: 'False', reason: 'Drift' })])], 1),
    fails: /Drift/,
  },
  { why: 'says nothing yet', given: () => allReady([environment([])], 1), fails: /no Ready yet/ },
  {
    why: 'Ready for an older generation is old news',
    given: () =>
      allReady([environment([condition('Ready')], { metadata: { name: 'core', uid: 'env', generation: 2 } })], 1),
    fails: /core/,
  },
  { why: 'one object is missing', given: () => allReady([environment([condition('Ready')])], 2), fails: /1 of 2/ },
]);

const impaired = environment([condition('ZonesBalanced', { status: 'False', reason: 'ZoneImpaired' })], {
  status: {
    conditions: [condition('ZonesBalanced', { status: 'False', reason: 'ZoneImpaired' })],
    zones: [{ name: 'zone-f', state: 'Impaired', since: '2026-01-01T00:00:00Z' }],
  },
});
table('saysImpaired', [
  { why: 'condition and zone agree', given: () => saysImpaired(impaired, 'zone-f') },
  { why: 'another zone', given: () => saysImpaired(impaired, 'zone-g'), fails: /nothing|undefined/ },
  {
    why: 'another reason',
    given: () => saysImpaired(environment([condition('ZonesBalanced')]), 'zone-f'),
    fails: /True/,
  },
  { why: 'says nothing', given: () => saysImpaired(undefined, 'zone-f'), fails: /no condition/ },
]);

const turn = (status: string, reason: string): Transition => ({
  at: 1,
  object: 'E/core',
  type: 'ZonesBalanced',
  to: { status, reason, message: '' },
});
const once = [turn('False', 'ZoneImpaired'), turn('True', 'Balanced')];
table('clearedOnce', [
  { why: 'impaired once, clear once', given: () => clearedOnce(once, 'E/core') },
  { why: 'never said', given: () => clearedOnce([], 'E/core'), fails: /never/ },
  { why: 'not clear yet', given: () => clearedOnce(once.slice(0, 1), 'E/core'), fails: /is False ZoneImpaired/ },
  { why: 'flapping', given: () => clearedOnce([...once, ...once], 'E/core'), fails: /2 times/ },
  {
    why: 'another trouble between',
    given: () =>
      clearedOnce([turn('False', 'ZoneImpaired'), turn('False', 'Uneven'), turn('True', 'Balanced')], 'E/core'),
    fails: /3 times/,
  },
  { why: 'another object', given: () => clearedOnce(once, 'E/other'), fails: /never/ },
]);

table('wasReported', [
  { why: 'a condition changed', given: () => wasReported(once, [], ['ZonesBalanced']) },
  { why: 'a difference was listed', given: () => wasReported([], ['SLB-6'], ['SLB-6']) },
  { why: 'silence', given: () => wasReported([], [], ['SLB-6']), fails: /word/ },
  { why: 'words about something else', given: () => wasReported(once, ['SG-8'], ['SLB-6']), fails: /word/ },
]);

describe('transitionsOf', () => {
  it('sees a changed status or reason, an appearance and a disappearance, and no mere message', () => {
    const before = environment([condition('A'), condition('B'), condition('C')]);
    const after = environment([
      condition('A', { message: 'new words' }),
      condition('B', { reason: 'Other' }),
      condition('D'),
    ]);
    const seen = transitionsOf(before, after, 7);
    assert.deepEqual(
      seen.map(({ type, from, to }) => [type, from?.reason, to?.reason]),
      [
        ['B', 'Ok', 'Other'],
        ['C', 'Ok', undefined],
        ['D', undefined, 'Ok'],
      ],
    );
  });
});

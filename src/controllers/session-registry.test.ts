// Sessions over accounts of plain values: what is in the way, what a session carries, and what ends with an object, a key or an account.
import assert from 'node:assert/strict';
import { runningServers } from '../../test/support/cloud-records.ts';
import { F, recordedServers } from '../../test/support/builders.ts';
import { recordedCloud, refused } from '../../test/support/recorded-cloud.ts';
import { sessionOf } from '../../test/support/session.ts';
import { viewOf } from '../../test/support/view.ts';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import type { CloudAccounts, CloudPlace } from '../cloud/accounts/index.ts';
import { silentLogger } from '../kernel/logger.ts';
import { liveServers } from './parts/fleet.ts';
import { type AccountState, SessionRegistry } from './session-registry.ts';

const READY: AccountState = { kind: 'ready', owner: 'bank', frozen: false, acceptInventory: undefined };

/** A registry over accounts that are connected where `connect` says so; `done` is what was asked of them. */
function open() {
  const places = new Map<string, CloudPlace>();
  const done: string[] = [];
  const news: string[] = [];
  const asked: string[] = [];
  const accounts: CloudAccounts = {
    connect: () => Promise.reject(new Error('sessions connect nothing')),
    place: (account, region) => places.get(`${account}|${region}`),
    release: (account) => done.push(`release ${account}`),
    close: () => done.push('close'),
  };
  const clock = new VirtualClock();
  const guestLimits = { agentGraceMs: 300_000, retryMs: 30_000, periodMs: 600_000 };
  const registry = new SessionRegistry({
    accounts,
    clock,
    log: silentLogger,
    guestLimits,
    news: (key) => news.push(key),
  });
  const connect = (account: string, region: string): CloudPlace => {
    const where = `${account}|${region}`;
    const client = recordedCloud((call) => {
      asked.push(`${where} ${call.action}`);
      return refused('rights', { action: call.action });
    });
    const place: CloudPlace = {
      client,
      inventory: {
        ...sessionOf().session.inventory,
        settleDoubt: () => void done.push(`settle ${where}`),
        forget: (key) => void done.push(`forget ${where} ${key}`),
      },
    };
    places.set(where, place);
    return place;
  };
  const session = (account = 'a', region = 'r') => {
    const state = registry.of(account, region);
    assert.ok(state.kind === 'ready', JSON.stringify(state));
    return state.session;
  };
  return { registry, connect, session, places, done, news, asked, clock };
}

const [server] = (() => {
  const records = recordedServers('web', [F]);
  return liveServers(records, viewOf({ records: { Server: runningServers(records) } })).servers;
})();
const spec = { units: ['nginx.service'], probe: 'AfterBoot', repair: 'Report' } as const;
/** Asks about the start-up of one server on behalf of an object. */
const askOf = (
  session: { guestsFor: (key: string) => { startUp: (one: NonNullable<typeof server>, of: typeof spec) => unknown } },
  key = 'zone|x',
) => {
  assert.ok(server !== undefined);
  session.guestsFor(key).startUp(server, spec);
};

describe('a session of an account', () => {
  const none: readonly { readonly why: string; readonly state?: AccountState; readonly is: object }[] = [
    { why: 'nobody looked at the account', is: { reason: 'Progressing', message: 'was not looked at yet' } },
    {
      why: 'the account has a problem, which is told as it is',
      state: { kind: 'not-ready', reason: 'CredentialsInvalid', message: 'dead' },
      is: { reason: 'CredentialsInvalid', message: 'dead' },
    },
    {
      why: 'its present key was not verified yet',
      state: READY,
      is: { reason: 'Progressing', message: 'its credentials are being verified' },
    },
  ];
  for (const { why, state, is } of none) {
    it(`is not there: ${why}`, () => {
      const { registry } = open();
      if (state !== undefined) registry.set('a', state);
      assert.deepEqual(registry.of('a', 'r'), { kind: 'not-ready', ...is });
    });
  }

  it('carries the place, the owner and whether writes are frozen', () => {
    const { registry, connect, session } = open();
    const { client, inventory } = connect('a', 'r');
    registry.set('a', { ...READY, frozen: true });
    const now = session();
    assert.deepEqual(
      { ...now, guestsFor: undefined },
      { account: 'a', region: 'r', owner: 'bank', frozen: true, client, inventory, guestsFor: undefined },
    );
    registry.set('a', READY);
    assert.equal(session().frozen, false);
  });

  it('says whether how the account stands has changed', () => {
    const { registry } = open();
    const steps = [
      READY,
      READY,
      { ...READY, frozen: true },
      { kind: 'not-ready', reason: 'InUse', message: '' },
      { kind: 'not-ready', reason: 'CredentialsInvalid', message: 'refused, request A-1. Mend it' },
      // Another request id is no change: whoever uses the account would be visited for each try.
      { kind: 'not-ready', reason: 'CredentialsInvalid', message: 'refused, request B-2. Mend it' },
      { kind: 'not-ready', reason: 'CredentialsInvalid', message: 'refused, request B-2. Mend that' },
    ] as const;
    assert.deepEqual(
      steps.map((state) => registry.set('a', state)),
      [true, false, true, true, true, false, true],
    );
  });
});

describe("an administrator's word about a doubt", () => {
  it('settles it once for each word, in each region', () => {
    const { registry, connect, session, done } = open();
    connect('a', 'r');
    connect('a', 's');
    registry.set('a', READY);
    session('a', 'r');
    session('a', 's');
    registry.set('a', { ...READY, acceptInventory: 'one' });
    session('a', 'r');
    session('a', 'r');
    session('a', 's');
    assert.deepEqual(done.splice(0), ['settle a|r', 'settle a|s']);
    registry.set('a', { ...READY, acceptInventory: 'two' });
    session('a', 'r');
    registry.set('a', READY);
    session('a', 'r');
    assert.deepEqual(done, ['settle a|r'], 'to take the word back settles nothing');
  });

  it('that was given before this process began settles no doubt that comes later', () => {
    const { registry, connect, session, done } = open();
    connect('a', 'r');
    registry.set('a', { ...READY, acceptInventory: 'old' });
    session();
    session();
    assert.deepEqual(done, []);
  });
});

describe('the guests of a session', () => {
  it('are asked through the client of their own place, and their owner hears', async () => {
    const { registry, connect, session, asked, news, clock } = open();
    connect('a', 'r');
    connect('a', 's');
    registry.set('a', READY);
    session('a', 's');
    askOf(session('a', 'r'));
    await clock.advance(2000);
    assert.deepEqual(
      [new Set(asked), new Set(news)],
      [new Set(['a|r DescribeCloudAssistantStatus']), new Set(['zone|x'])],
    );
  });

  it('are the same from visit to visit: a question under way is not asked twice', async () => {
    const { registry, connect, session, asked, clock } = open();
    connect('a', 'r');
    registry.set('a', READY);
    askOf(session());
    askOf(session());
    await clock.advance(2000);
    assert.equal(asked.length, 1);
  });

  for (const [what, end] of [
    [
      'their account was connected anew',
      ({ connect, session }: ReturnType<typeof open>) => (connect('a', 'r'), session()),
    ],
    ['their account is gone', ({ registry }: ReturnType<typeof open>) => registry.release('a')],
    ['the registry is closed', ({ registry }: ReturnType<typeof open>) => registry.close()],
    ['their object is gone', ({ registry }: ReturnType<typeof open>) => registry.forget('zone|x')],
  ] as const) {
    it(`are not asked any more once ${what}`, async () => {
      const all = open();
      all.connect('a', 'r');
      all.registry.set('a', READY);
      askOf(all.session());
      end(all);
      await all.clock.advance(600_000);
      assert.deepEqual([all.asked, all.news], [[], []]);
    });
  }
});

describe('the end', () => {
  it('of an object is told to the inventories of all its places, also of those that stand', () => {
    const { registry, connect, session, places, done } = open();
    for (const [account, region] of [
      ['a', 'r'],
      ['a', 's'],
      ['b', 'r'],
    ] as const) {
      connect(account, region);
      registry.set(account, READY);
      session(account, region);
    }
    places.delete('a|s'); // its key is being verified again
    registry.forget('zone|x');
    assert.deepEqual(done, ['forget a|r zone|x', 'forget b|r zone|x']);
  });

  it('of an account leaves others alone, also one whose name begins alike', async () => {
    const all = open();
    for (const account of ['a', 'ab']) {
      all.connect(account, 'r');
      all.registry.set(account, READY);
      askOf(all.session(account));
    }
    all.registry.release('a');
    assert.deepEqual(all.done.splice(0), ['release a']);
    assert.deepEqual(all.registry.of('a', 'r'), {
      kind: 'not-ready',
      reason: 'Progressing',
      message: 'was not looked at yet',
    });
    all.registry.forget('zone|y');
    assert.deepEqual(all.done, ['forget ab|r zone|y']);
    await all.clock.advance(2000);
    assert.deepEqual(all.asked, ['ab|r DescribeCloudAssistantStatus']);
  });

  it('of everything is the end of all accounts', () => {
    const { registry, done } = open();
    registry.close();
    assert.deepEqual(done, ['close']);
  });
});

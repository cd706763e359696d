import assert from 'node:assert/strict';
import type { ErrorClass, WriteAnswer } from '../cloud/call.ts';
import type { CloudRecord } from '../cloud/service.ts';
import type { Intent } from '../crds/index.ts';
import { F, intent } from '../../test/support/builders.ts';
import { serverRecord } from '../../test/support/cloud-records.ts';
import { formatTime } from '../kernel/timestamp.ts';
import { NOW } from '../../test/support/plan-input.ts';
import { ok, recordedCloud, refused } from '../../test/support/recorded-cloud.ts';
import { sessionOf } from '../../test/support/session.ts';
import { ObjectMemory } from './memory.ts';
import { SAFE_REPLAY_MS, STALE_MS, type SettleContext, type Settled, settle } from './settle.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const STARTED = NOW - 10 * MINUTE; // of the default intent
const made = (...ids: readonly string[]): WriteAnswer => ok({ InstanceIdSets: { InstanceIdSet: ids } });
const found = (...ids: readonly string[]): readonly CloudRecord[] => ids.map((id) => serverRecord({ id }));

interface Scene {
  readonly intent?: Partial<Intent>;
  readonly found?: readonly CloudRecord[];
  readonly lookUpFails?: ErrorClass;
  readonly answer?: WriteAnswer;
  readonly unsent?: boolean;
  readonly spent?: boolean;
  readonly replayed?: { readonly at: number; readonly count: number };
  readonly context?: Partial<SettleContext>;
}

async function play(scene: Scene) {
  const open = intent(scene.intent ?? {});
  const memory = new ObjectMemory();
  if (scene.unsent === true) memory.unsent.add(open.token);
  if (scene.spent === true) memory.spent.add(open.token);
  if (scene.replayed !== undefined) memory.replays.set(open.token, scene.replayed);
  const client = recordedCloud(scene.answer === undefined ? [] : [scene.answer]);
  const failure = scene.lookUpFails === undefined ? undefined : refused(scene.lookUpFails);
  const lookUp = () => (failure?.kind === 'error' ? failure.error : (scene.found ?? []));
  const { session, asked } = sessionOf({ client, lookUp });
  const end = await settle(open, {
    session,
    memory,
    uid: 'uid-1',
    now: STARTED + MINUTE,
    monotonic: 0,
    visibilityGraceMs: 15 * MINUTE,
    replayMs: 5000,
    wanted: true,
    ready: true,
    originOf: () => 'own',
    userData: async () => 'IyEvYmluL3No',
    ...scene.context,
  });
  return { end, memory, client, asked, open };
}
const render = (end: Settled): string =>
  [
    end.kind,
    ...('ids' in end ? end.ids : []),
    ...('error' in end && end.error !== undefined ? [end.error.class] : []),
    ...('held' in end && end.held !== undefined ? [end.held] : []),
  ].join(' ');

interface Row extends Scene {
  readonly why: string;
  readonly is: string;
  readonly sends: number;
}

const late = { now: STARTED + SAFE_REPLAY_MS };
const pastGrace = { now: STARTED + 16 * MINUTE };
const forged: Partial<SettleContext> = { originOf: () => 'forged' };
const elsewhere: Partial<SettleContext> = { originOf: () => 'elsewhere' };

const rows: readonly Row[] = [
  {
    why: 'surely never sent and wanted: sent without a look-up',
    unsent: true,
    answer: made('i-b', 'i-a'),
    is: 'made i-a i-b',
    sends: 1,
  },
  {
    why: 'surely never sent and not wanted any more: nothing to find',
    unsent: true,
    context: { wanted: false },
    is: 'closed',
    sends: 0,
  },
  {
    why: 'surely never sent for ten minutes: it still goes, its token is as old as it',
    unsent: true,
    context: { now: STARTED + STALE_MS },
    answer: made('i-a', 'i-b'),
    is: 'made i-a i-b',
    sends: 1,
  },
  {
    why: 'surely never sent for longer: made anew with another token, and nothing can be there to look for',
    unsent: true,
    context: { now: STARTED + STALE_MS + 1 },
    is: 'closed',
    sends: 0,
  },
  { why: 'surely never sent and held back: it waits', unsent: true, context: { ready: false }, is: 'open', sends: 0 },
  {
    why: 'the gate is shut: nothing was sent',
    unsent: true,
    answer: { kind: 'held', reason: 'Frozen' },
    is: 'open Frozen',
    sends: 1,
  },
  { why: 'an answer with fewer ids than asked is no end', unsent: true, answer: made('i-a'), is: 'open', sends: 1 },
  {
    why: 'unknown outcome, all there: adopted, ids in order',
    found: found('i-b', 'i-a'),
    is: 'made i-a i-b',
    sends: 0,
  },
  {
    why: 'unknown outcome, more than asked: Duplicate, nothing is sent',
    found: found('i-a', 'i-b', 'i-c'),
    is: 'duplicate i-a i-b i-c',
    sends: 0,
  },
  {
    why: 'unknown outcome, none there: the same request goes again',
    answer: made('i-a', 'i-b'),
    is: 'made i-a i-b',
    sends: 1,
  },
  {
    why: 'unknown outcome, some there: the same request goes again',
    found: found('i-a'),
    answer: made('i-a', 'i-b'),
    is: 'made i-a i-b',
    sends: 1,
  },
  { why: 'the look-up itself fails: nothing is concluded', lookUpFails: 'transient', is: 'open transient', sends: 0 },
  {
    why: 'a token too old to be known: what is there is adopted',
    found: found('i-a'),
    context: late,
    is: 'made i-a',
    sends: 0,
  },
  { why: 'a token too old to be known and nothing there: planned anew', context: late, is: 'closed', sends: 0 },
  {
    why: 'one millisecond younger it is still replayed',
    context: { now: STARTED + SAFE_REPLAY_MS - 1 },
    answer: made('i-a', 'i-b'),
    is: 'made i-a i-b',
    sends: 1,
  },
  {
    why: 'not wanted, none found past the visibility grace: let go',
    context: { ...pastGrace, wanted: false },
    is: 'closed',
    sends: 0,
  },
  { why: 'forged, as if just made: never sent', unsent: true, context: forged, is: 'open', sends: 0 },
  { why: 'forged, as if in doubt: never sent', context: forged, is: 'open', sends: 0 },
  { why: 'forged, none found past the grace: let go', context: { ...pastGrace, ...forged }, is: 'closed', sends: 0 },
  {
    why: 'forged to begin the day after tomorrow: old at once',
    intent: { startedAt: formatTime(STARTED + 3 * 24 * 60 * MINUTE) },
    context: forged,
    is: 'closed',
    sends: 0,
  },
  { why: 'no request at all in the record: never sent', intent: { request: 'x' }, is: 'open', sends: 0 },
  { why: 'of no type that is kept on record: let go at once', intent: { type: 'Nothing' }, is: 'closed', sends: 0 },
  {
    why: 'for a place of others: held',
    unsent: true,
    context: elsewhere,
    is: `open the network or group for web/${F} carries the tags of no object of this namespace`,
    sends: 0,
  },
  {
    why: 'for a place of others, and made: adopted',
    found: found('i-a', 'i-b'),
    context: elsewhere,
    is: 'made i-a i-b',
    sends: 0,
  },
  { why: 'known with other parameters: never sent again, looked for', spent: true, is: 'open', sends: 0 },
  {
    why: 'known with other parameters, none found past the grace: let go',
    spent: true,
    context: pastGrace,
    is: 'closed',
    sends: 0,
  },
  {
    why: 'surely never sent and ten minutes old: sent',
    unsent: true,
    context: { now: STARTED + 10 * MINUTE },
    answer: made('i-a', 'i-b'),
    is: 'made i-a i-b',
    sends: 1,
  },
  {
    why: 'surely never sent and a millisecond older: made anew, with a token of its own age',
    unsent: true,
    context: { now: STARTED + 10 * MINUTE + 1 },
    is: 'closed',
    sends: 0,
  },
  {
    why: 'half an hour old: the cloud may have forgotten the token, nothing is sent',
    context: { now: STARTED + 30 * MINUTE },
    is: 'closed',
    sends: 0,
  },
  {
    why: 'not wanted and exactly as old as the visibility grace: still asked again',
    context: { now: STARTED + 15 * MINUTE, wanted: false },
    answer: made('i-a', 'i-b'),
    is: 'made i-a i-b',
    sends: 1,
  },
  {
    why: 'not wanted, some found past the grace: not let go, there is something',
    found: found('i-a'),
    context: { ...pastGrace, wanted: false },
    answer: made('i-a', 'i-b'),
    is: 'made i-a i-b',
    sends: 1,
  },
  {
    why: 'forged to begin in exactly a day: a clock may be wrong',
    intent: { startedAt: formatTime(STARTED + MINUTE + DAY) },
    context: forged,
    is: 'open',
    sends: 0,
  },
  {
    why: 'forged to begin a second later: no clock is wrong by so much',
    intent: { startedAt: formatTime(STARTED + MINUTE + DAY + 1000) },
    context: forged,
    is: 'closed',
    sends: 0,
  },
  {
    why: 'sent again for the tenth time: not before 256 pauses',
    replayed: { at: 0, count: 9 },
    context: { monotonic: 256 * 5000 - 1 },
    is: 'open',
    sends: 0,
  },
  {
    why: 'sent again for the tenth time: after 256 pauses, which is the longest',
    replayed: { at: 0, count: 9 },
    context: { monotonic: 256 * 5000 },
    answer: made('i-a', 'i-b'),
    is: 'made i-a i-b',
    sends: 1,
  },
  {
    why: 'an empty list of scripts is none: sent as it was frozen',
    unsent: true,
    intent: { fromObjects: [] },
    context: { userData: async () => undefined },
    answer: made('i-a', 'i-b'),
    is: 'made i-a i-b',
    sends: 1,
  },
  {
    why: 'known with other parameters and found: adopted',
    spent: true,
    found: found('i-a', 'i-b'),
    is: 'made i-a i-b',
    sends: 0,
  },
];

const classes: readonly {
  readonly class: ErrorClass;
  readonly mayHaveHappened: boolean;
  readonly first: string;
  readonly again: string;
}[] = [
  {
    class: 'stock',
    mayHaveHappened: false,
    first: 'closed stock, unsent no, spent no',
    again: 'open stock, unsent no, spent yes',
  },
  {
    class: 'money',
    mayHaveHappened: false,
    first: 'closed money, unsent no, spent no',
    again: 'open money, unsent no, spent yes',
  },
  {
    class: 'quota',
    mayHaveHappened: false,
    first: 'closed quota, unsent no, spent no',
    again: 'open quota, unsent no, spent yes',
  },
  {
    class: 'rights',
    mayHaveHappened: false,
    first: 'closed rights, unsent no, spent no',
    again: 'open rights, unsent no, spent yes',
  },
  {
    class: 'bad-request',
    mayHaveHappened: false,
    first: 'closed bad-request, unsent no, spent no',
    again: 'open bad-request, unsent no, spent yes',
  },
  {
    class: 'throttled',
    mayHaveHappened: false,
    first: 'open throttled, unsent yes, spent no',
    again: 'open throttled, unsent no, spent no',
  },
  {
    class: 'credential',
    mayHaveHappened: false,
    first: 'open credential, unsent yes, spent no',
    again: 'open credential, unsent no, spent no',
  },
  {
    class: 'busy',
    mayHaveHappened: false,
    first: 'open busy, unsent yes, spent no',
    again: 'open busy, unsent no, spent no',
  },
  {
    class: 'transient',
    mayHaveHappened: true,
    first: 'open transient, unsent no, spent no',
    again: 'open transient, unsent no, spent no',
  },
  {
    class: 'transient',
    mayHaveHappened: false,
    first: 'open transient, unsent yes, spent no',
    again: 'open transient, unsent no, spent no',
  },
  {
    class: 'unknown',
    mayHaveHappened: true,
    first: 'open unknown, unsent no, spent no',
    again: 'open unknown, unsent no, spent no',
  },
  {
    class: 'in-progress',
    mayHaveHappened: true,
    first: 'open in-progress, unsent no, spent no',
    again: 'open in-progress, unsent no, spent no',
  },
  {
    class: 'in-progress',
    mayHaveHappened: false,
    first: 'open in-progress, unsent no, spent no',
    again: 'open in-progress, unsent no, spent no',
  },
  {
    class: 'token-mismatch',
    mayHaveHappened: true,
    first: 'open token-mismatch, unsent no, spent yes',
    again: 'open token-mismatch, unsent no, spent yes',
  },
];

describe('settle', () => {
  for (const { why, is, sends, ...scene } of rows) {
    it(why, async () => {
      const { end, client } = await play(scene);
      assert.equal(render(end), is);
      assert.equal(client.asked.length, sends);
    });
  }

  for (const row of classes) {
    for (const time of ['first', 'again'] as const) {
      it(`${row.class}${row.mayHaveHappened ? ' (may have happened)' : ''}, sent ${time === 'first' ? 'for the first time' : 'after an unknown outcome'}: ${row[time]}`, async () => {
        const answer = refused(row.class, { mayHaveHappened: row.mayHaveHappened });
        const { end, memory, open } = await play({ unsent: time === 'first', answer });
        const said = (set: ReadonlySet<string>) => (set.has(open.token) ? 'yes' : 'no');
        assert.equal(`${render(end)}, unsent ${said(memory.unsent)}, spent ${said(memory.spent)}`, row[time]);
      });
    }
  }

  for (const [time, unsent] of [
    ['for the first time', true],
    ['after an unknown outcome', false],
  ] as const) {
    it(`held back ${time} it is ${unsent ? 'surely' : 'not surely'} unsent`, async () => {
      const { memory, open } = await play({ unsent, answer: { kind: 'held', reason: 'Frozen' } });
      assert.equal(memory.unsent.has(open.token), unsent);
    });
  }

  it('sends the frozen request with its token, in the lane of what people wait for', async () => {
    const { client, open } = await play({ unsent: true, answer: made('i-a', 'i-b') });
    assert.deepEqual(client.asked, [
      { face: 'write', call: JSON.parse(open.request) as unknown, token: open.token, lane: 'user' },
    ]);
  });

  it('looks for exactly this attempt of this resource of this object', async () => {
    const { asked } = await play({ found: found('i-a', 'i-b') });
    assert.deepEqual(asked, [`lookUp Server uid-1 web/${F} 1`]);
  });

  it('fills the script in at the call, and waits when its exact version is gone', async () => {
    const fromObjects = [{ param: 'UserData', kind: 'Secret', name: 's', key: 'k', resourceVersion: '7' }] as const;
    const { client } = await play({ unsent: true, intent: { fromObjects }, answer: made('i-a', 'i-b') });
    assert.equal(client.asked[0]?.call.params['UserData'], 'IyEvYmluL3No');
    const gone = await play({ unsent: true, intent: { fromObjects }, context: { userData: async () => undefined } });
    assert.deepEqual([render(gone.end), gone.client.asked.length], ['open', 0]);
  });

  it('a gate that shuts before a replay does not make the first request undone', async () => {
    const { end, memory, open } = await play({ answer: { kind: 'held', reason: 'lease' } });
    assert.equal(render(end), 'open lease');
    assert.ok(!memory.unsent.has(open.token));
  });

  it('waits ever longer between replays, so that a look-up can find what was made', async () => {
    const memory = new ObjectMemory();
    const sent: number[] = [];
    for (let now = 0; now < 100_000; now += 1000) {
      const { client } = await play({
        answer: refused('transient', { mayHaveHappened: true }),
        context: { memory, monotonic: now },
      });
      if (client.asked.length > 0) sent.push(now);
    }
    assert.deepEqual(sent, [0, 5000, 15_000, 35_000, 75_000]);
  });
});

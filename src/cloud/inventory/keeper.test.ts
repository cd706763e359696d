// One keeper fed by hand: what it concludes from reads that come late, are not whole, or lack what was seen.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { KEEPER_GRACES, kept, keeperOf } from '../../../test/support/keepers.ts';

const { absenceMs, visibilityMs } = KEEPER_GRACES;
/** Old enough for every grace when it was heard of at 0. */
const OLD = visibilityMs + 1;
const ABSENT = { kind: 'absent' } as const;
const UNKNOWN = { kind: 'unconfirmed' } as const;

/** An old, tracked id that was seen and that a sweep and a first read by id lack. */
function missing(id = 'i-0') {
  const all = keeperOf();
  all.track([id]);
  all.sweep(0, [kept(id)]);
  all.sweep(OLD);
  all.read(OLD, [id]);
  return all;
}

describe('keeper: what is known of an id', () => {
  it('hears of an id once, by whatever names it first', () => {
    const { keeper } = keeperOf();
    assert.deepEqual([keeper.mention('i-0'), keeper.mention('i-0')], [true, false]);
    keeper.presence('i-1');
    keeper.expectGone('i-2');
    assert.deepEqual([keeper.mention('i-1'), keeper.mention('i-2')], [false, false]);
  });

  it('remembers what was seen last while nothing may be concluded, and nothing more', () => {
    const { keeper, read } = missing();
    assert.deepEqual(keeper.presence('i-0'), { kind: 'unconfirmed', last: kept('i-0') });
    assert.deepEqual(keeper.presence('i-never-seen'), UNKNOWN);
    read(OLD + absenceMs, ['i-0']);
    assert.deepEqual(keeper.presence('i-0'), ABSENT);
  });

  it('holds no last sight of what nobody ever asked about', () => {
    const { keeper, sweep } = keeperOf();
    sweep(0, [kept('i-stranger')]);
    sweep(60_000);
    assert.deepEqual(keeper.presence('i-stranger'), UNKNOWN);
  });

  it('forgets an untracked id with all that was held against it, and a tracked one never', () => {
    const { keeper, interests, track } = missing();
    keeper.forget('i-0');
    assert.equal(keeper.mention('i-0'), false, 'somebody tracks it');
    keeper.accept(['i-0']);
    keeper.expectGone('i-0');
    interests.remove('zone/a');
    keeper.forget('i-0');
    assert.deepEqual(keeper.presence('i-0'), UNKNOWN);
    track(['i-0']);
    assert.deepEqual(keeper.census(true).known, 1, 'neither accepted nor announced any more');
  });

  it('lets go of what was asked about in passing once it is too old to matter', () => {
    const { keeper, sweep, track } = keeperOf();
    track(['i-tracked']);
    keeper.mention('i-passing');
    sweep(visibilityMs);
    assert.equal(keeper.mention('i-passing'), false, 'exactly at its age it is still known');
    sweep(visibilityMs + 1);
    assert.equal(keeper.mention('i-passing'), true);
    assert.equal(keeper.mention('i-tracked'), false);
  });

  it('counts its age from when it was heard of, not from when this process began', () => {
    const { keeper, time, sweep } = keeperOf();
    time.monotonic = 10_000;
    keeper.mention('i-passing');
    sweep(visibilityMs + 10_000);
    assert.equal(keeper.mention('i-passing'), false);
  });

  it('begins anew after a pause', () => {
    const { keeper, track, sweep, read } = missing();
    track(['i-0', 'i-1']);
    sweep(OLD + 1, [kept('i-1')]);
    keeper.accept(['i-0']);
    keeper.expectGone('i-0');
    keeper.reset();
    assert.deepEqual([keeper.swept, keeper.memory.size, keeper.missing()], [false, 0, []]);
    assert.deepEqual([keeper.mention('i-0'), keeper.presence('i-0'), keeper.presence('i-1')], [true, UNKNOWN, UNKNOWN]);
    assert.deepEqual(keeper.census(true), { known: 2, missing: [] }, 'nothing of it was accepted or announced');
    sweep(OLD + 2);
    read(OLD + 2, ['i-0']);
    read(OLD + 2 + absenceMs, ['i-0']);
    assert.deepEqual(keeper.presence('i-0'), UNKNOWN, 'it is young again');
  });
});

describe('keeper: reads', () => {
  it('concludes nothing from a listing that is not whole', () => {
    const { keeper, track, sweep } = keeperOf();
    track(['i-0']);
    sweep(0, [kept('i-0')]);
    assert.deepEqual(keeper.sweepDone({ startedAt: 1, records: [], complete: false }), []);
    assert.equal(keeper.presence('i-0').kind, 'present');
    keeper.readDone(['i-0'], { startedAt: 2, records: [], complete: false });
    assert.equal(keeper.presence('i-0').kind, 'present');
    keeper.readDone(['i-0'], { startedAt: 3, records: [kept('i-0', { state: 'Stopped' })], complete: false });
    assert.deepEqual(keeper.presence('i-0'), { kind: 'present', record: kept('i-0', { state: 'Stopped' }) });
  });

  it('asks by id for what a sweep lacks: tracked, not judged, and not seen by a later read', () => {
    const { keeper, track, sweep, read } = missing('i-judged');
    read(OLD + absenceMs, ['i-judged']);
    track(['i-judged', 'i-listed', 'i-lacked', 'i-later']);
    keeper.mention('i-passing');
    const now = OLD + absenceMs + 100;
    keeper.see([kept('i-later')], now + 50);
    assert.deepEqual(sweep(now, [kept('i-listed')]), ['i-lacked']);
  });

  it('holds nothing against an id that the sweep listed', () => {
    const { keeper, track, sweep, read } = keeperOf();
    track(['i-0']);
    sweep(OLD, [kept('i-0')]);
    read(OLD, ['i-0']);
    read(OLD + absenceMs, ['i-0']);
    assert.deepEqual(keeper.presence('i-0'), { kind: 'unconfirmed', last: kept('i-0') }, 'no sweep lacked it');
  });

  it('takes no sighting of a read that is older than the one that missed it, not even of an old server', () => {
    const { keeper, track, sweep, read, heard } = keeperOf();
    track(['i-0']);
    sweep(0, [kept('i-0')]);
    read(100, ['i-0']);
    heard.length = 0;
    keeper.see([kept('i-0', { createdAt: '2020-01-01T00:00Z' })], 50);
    assert.deepEqual([keeper.presence('i-0').kind, keeper.memory.size, heard], ['unconfirmed', 0, []]);
  });

  it('is as sure of an id first named by a read as that is long ago', () => {
    const { keeper, interests, time, read, sweep } = keeperOf();
    time.monotonic = 1000;
    interests.put({ key: 'zone/a', uid: 'uid-1', ids: [{ type: 'Server', id: 'i-0' }], details: [] });
    keeper.readDone(['i-0'], { startedAt: 950, records: [], complete: true });
    sweep(2000);
    read(visibilityMs + 999, ['i-0']);
    assert.deepEqual(keeper.presence('i-0'), UNKNOWN);
    read(visibilityMs + 1000, ['i-0']);
    assert.deepEqual(keeper.presence('i-0'), ABSENT);
  });

  it('counts no sweep against an announced id that began before the announcement', () => {
    const { keeper, interests, time, read, sweep } = keeperOf();
    interests.put({ key: 'zone/a', uid: 'uid-1', ids: [{ type: 'Server', id: 'i-0' }], details: [] });
    time.monotonic = 100;
    keeper.expectGone('i-0');
    sweep(50);
    read(110, ['i-0']);
    read(110 + absenceMs, ['i-0']);
    assert.deepEqual(keeper.presence('i-0'), UNKNOWN);
    sweep(200 + absenceMs);
    read(200 + absenceMs, ['i-0']);
    assert.deepEqual(keeper.presence('i-0'), ABSENT);
  });
});

describe('keeper: judgement', () => {
  it('is told once, to whoever tracks the id', () => {
    const { keeper, read, heard, counts } = missing();
    heard.length = 0;
    read(OLD + absenceMs - 1, ['i-0']);
    assert.deepEqual([keeper.presence('i-0').kind, heard, counts.judged], ['unconfirmed', [], 0]);
    read(OLD + absenceMs, ['i-0']);
    assert.deepEqual([keeper.presence('i-0').kind, heard, counts.judged], ['absent', ['zone/a'], 1]);
    read(OLD + 2 * absenceMs, ['i-0']);
    assert.deepEqual([heard, counts.judged], [['zone/a'], 1]);
  });

  it('is not made while it is forbidden', () => {
    const { keeper, track, sweep, read, counts } = keeperOf({ mayJudge: () => false });
    track(['i-0']);
    sweep(OLD);
    read(OLD, ['i-0']);
    read(OLD + absenceMs, ['i-0']);
    assert.deepEqual([keeper.presence('i-0'), counts.judged], [UNKNOWN, 0]);
  });

  const AGE = visibilityMs + 16 * 60_000; // and the most that our clock may be wrong
  for (const [why, createdAt, ageMs, is] of [
    ['a moment too young for a clock that may be wrong', '2026-01-01T00:00Z', AGE, 'unconfirmed'],
    ['old by any clock', '2026-01-01T00:00Z', AGE + 1, 'absent'],
    ['old, in the form that has seconds', '2026-01-01T00:00:00Z', AGE + 1, 'absent'],
    ['of a time that nobody can read', 'soon', AGE + 1, 'unconfirmed'],
    ['of an unknown age', undefined, AGE + 1, 'unconfirmed'],
  ] as const) {
    it(`of a server just heard of is ${is} when it is ${why}`, () => {
      const { keeper, time, track, sweep, read } = keeperOf();
      time.wall += ageMs;
      const record = kept('i-0', createdAt === undefined ? {} : { createdAt });
      keeper.see([record], 0);
      track(['i-0']); // heard of only after it was seen
      assert.equal(keeper.presence('i-0').kind, 'present');
      sweep(100);
      read(100, ['i-0']);
      read(100 + absenceMs, ['i-0']);
      assert.equal(keeper.presence('i-0').kind, is);
    });
  }
});

describe('keeper: the next read by id', () => {
  /** Two tracked ids, announced and lacked at these times. */
  const announced = (firstAt: number, secondAt: number) => {
    const all = keeperOf();
    all.track(['i-0', 'i-1']);
    for (const id of ['i-0', 'i-1']) all.keeper.expectGone(id);
    all.read(firstAt, ['i-0']);
    all.read(secondAt, ['i-1']);
    return all;
  };

  for (const [why, times, now, due] of [
    ['nothing is due yet; the earlier one is next', [100, 200], 29_999 + 100, { ids: [], nextAt: 30_100 }],
    ['the earlier one is next whichever comes first', [200, 100], 29_999 + 100, { ids: [], nextAt: 30_100 }],
    ['one is due exactly now, the other one next', [100, 200], 30_100, { ids: ['i-0'], nextAt: 30_200 }],
    ['both are due', [100, 200], 30_200, { ids: ['i-0', 'i-1'], nextAt: undefined }],
  ] as const) {
    it(why, () => assert.deepEqual(announced(times[0], times[1]).keeper.due(now), due));
  }

  it('that was made and brought no judgement waits for the next sweep', () => {
    const { keeper, read } = announced(100, 200);
    read(30_100, ['i-0']); // no sweep lacked it, so this decides nothing
    assert.deepEqual(keeper.due(30_100), { ids: [], nextAt: 30_200 });
    assert.deepEqual(keeper.due(40_000), { ids: ['i-1'], nextAt: undefined });
  });

  it('is made of tracked ids only', () => {
    const { keeper, interests } = announced(100, 200);
    interests.remove('zone/a');
    assert.deepEqual(keeper.due(40_000), { ids: [], nextAt: undefined });
  });
});

describe('keeper: the census for the rule of doubt', () => {
  it('counts tracked ids, and as missing those that nothing is concluded of', () => {
    const { keeper, track, sweep } = missing('i-missing');
    track(['i-missing', 'i-there']);
    keeper.mention('i-passing');
    sweep(OLD + 1, [kept('i-there')]);
    assert.deepEqual(keeper.census(false), { known: 2, missing: ['i-missing'] });
    assert.deepEqual(keeper.census(true), { known: 2, missing: ['i-missing'] }, 'also at the first sweep');
    track(['i-missing', 'i-there', 'i-never-read']);
    assert.deepEqual(keeper.missing(), ['i-missing'], 'of what was not read yet nothing is missing');
  });

  it('counts what never was seen only once it is old, but all of it after the first sweep', () => {
    const { keeper, time, track, sweep } = keeperOf();
    track(['i-0']);
    sweep(0);
    assert.deepEqual([keeper.census(false).known, keeper.census(true)], [0, { known: 1, missing: ['i-0'] }]);
    time.monotonic = visibilityMs;
    assert.deepEqual(keeper.census(false), { known: 1, missing: ['i-0'] });
  });

  it('counts what was seen however young it is', () => {
    const { keeper, track, sweep } = keeperOf();
    track(['i-0']);
    sweep(0, [kept('i-0')]);
    assert.deepEqual(keeper.census(false), { known: 1, missing: [] });
  });

  it('leaves out what is judged, announced or accepted; what was accepted counts again once it was seen', () => {
    const { keeper, track, sweep, read } = missing();
    read(OLD + absenceMs, ['i-0']);
    track(['i-0', 'i-announced', 'i-accepted']);
    keeper.expectGone('i-announced');
    keeper.accept(['i-accepted']);
    assert.deepEqual(keeper.census(true), { known: 0, missing: [] });
    sweep(OLD + absenceMs + 1, [kept('i-accepted')]);
    assert.deepEqual(keeper.census(true), { known: 1, missing: [] });
  });
});

describe('keeper: news', () => {
  it('are the tracker, the owner by tag and the tracker of what it is a part of; of a change of owner also the one before', () => {
    const { keeper, track, heard, interests } = keeperOf({ parentOf: () => 'lb-1' });
    track(['i-0'], 'zone/tracker', 'uid-9');
    for (const [key, uid, id] of [
      ['zone/one', 'uid-1', 'i-x'],
      ['zone/two', 'uid-2', 'i-y'],
      ['zone/parent', 'uid-3', 'lb-1'],
    ] as const)
      interests.put({ key, uid, ids: [{ type: 'Server', id }], details: [] });
    keeper.see([kept('i-0')], 0);
    assert.deepEqual(heard.splice(0), ['zone/tracker', 'zone/one', 'zone/parent']);
    keeper.see([kept('i-0')], 1);
    assert.deepEqual(heard, [], 'nothing changed');
    keeper.see([kept('i-0', { uid: 'uid-2' })], 2);
    assert.deepEqual(new Set(heard.splice(0)), new Set(['zone/tracker', 'zone/one', 'zone/two', 'zone/parent']));
  });
});

describe('keeper: any reads, in any order of arrival', () => {
  const ids = ['i-0', 'i-1'];
  const listed = fc.subarray(ids);
  const event = fc.record({
    kind: fc.constantFrom('sweep', 'read', 'see'),
    at: fc.integer({ min: 0, max: 2_000_000 }),
    listed,
  });

  it('nothing that is missing or absent is held as present, and what the youngest whole read showed is present', () => {
    fc.assert(
      fc.property(fc.uniqueArray(event, { selector: ({ at }) => at, maxLength: 14 }), (events) => {
        const { keeper, track, sweep, read } = keeperOf();
        track(ids);
        for (const { kind, at, listed: shown } of events) {
          const records = shown.map((id) => kept(id));
          if (kind === 'sweep') sweep(at, records);
          else if (kind === 'read') read(at, ids, records);
          else keeper.see(records, at);
          for (const id of keeper.missing()) assert.equal(keeper.memory.get(id), undefined);
        }
        const youngest = events.toSorted((one, other) => other.at - one.at)[0];
        for (const id of youngest?.listed ?? []) assert.equal(keeper.presence(id).kind, 'present');
      }),
      { numRuns: 300 },
    );
  });
});

// The rule of doubt over keepers that are fed by hand: when a doubt begins, what it stops, how it ends and who hears of it.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { KEEPER_GRACES, kept, keeperOf } from '../../../test/support/keepers.ts';
import { Doubts } from './doubts.ts';
import type { Keeper } from './keeper.ts';

const OLD = KEEPER_GRACES.visibilityMs + 1;
const ids = (count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, index) => `i-${from + index}`);

function scene() {
  const time = { now: 0 };
  const told: string[] = [];
  const doubts = new Doubts(
    () => time.now,
    (type, doubtful) => told.push(`${type} ${doubtful ? 'begins' : 'ends'}`),
  );
  /** A keeper of this many ids that all were seen at 0. */
  const estate = (count: number, type = 'Server') => {
    const all = keeperOf({ type, mayJudge: (keeper: Keeper) => doubts.mayJudge(keeper) });
    const swept = (at: number, present: readonly string[]) => {
      const wasFirst = !all.keeper.swept;
      const suspects = all.sweep(
        at,
        present.map((id) => kept(id)),
      );
      doubts.afterSweep(all.keeper, wasFirst);
      return suspects;
    };
    all.track(ids(count));
    swept(0, ids(count));
    return { ...all, swept };
  };
  return { time, told, doubts, estate };
}

describe('doubt after a sweep', () => {
  for (const [known, missing, doubtful, why] of [
    [9, 5, true, 'five, and more than half'],
    [10, 5, false, 'five, but exactly half'],
    [4, 4, false, 'all, but fewer than five'],
    [5, 5, true, 'all of five'],
  ] as const) {
    it(`${doubtful ? 'begins' : 'does not begin'} when ${missing} of ${known} are missing: ${why}`, () => {
      const { doubts, estate, told, time } = scene();
      const { swept } = estate(known);
      time.now = 77;
      swept(OLD, ids(known - missing, missing));
      assert.deepEqual(doubts.first(), doubtful ? { type: 'Server', since: 77, missing, known } : undefined);
      assert.deepEqual(told, doubtful ? ['Server begins'] : []);
    });
  }

  it('goes on with the time of its begin and the numbers of now, and is told once', () => {
    const { doubts, estate, told, time } = scene();
    const { swept } = estate(8);
    time.now = 1;
    swept(OLD, ids(2, 6));
    time.now = 2;
    swept(OLD + 1, ids(1, 7));
    assert.deepEqual(doubts.first(), { type: 'Server', since: 1, missing: 7, known: 8 });
    assert.deepEqual(told, ['Server begins']);
  });

  it('ends with a sweep that shows enough of them, told once; another sweep of a healthy type tells nothing', () => {
    const { doubts, estate, told } = scene();
    const { swept } = estate(8);
    swept(OLD, []);
    swept(OLD + 1, ids(4));
    swept(OLD + 2, ids(8));
    assert.deepEqual([doubts.first(), told], [undefined, ['Server begins', 'Server ends']]);
  });

  it('counts what never was seen when it was the first sweep, and while a doubt is open, else only what has its age', () => {
    const { doubts } = scene();
    const { track, sweep, keeper } = keeperOf();
    track(ids(6));
    sweep(0);
    doubts.afterSweep(keeper, false);
    assert.equal(doubts.first(), undefined, 'made a moment ago and not listed yet');
    doubts.afterSweep(keeper, true);
    assert.equal(doubts.first()?.missing, 6, 'on record, and the endpoint may be wrong');
    doubts.afterSweep(keeper, false);
    assert.equal(doubts.first()?.missing, 6, 'a doubt that is open does not end by itself');
  });

  it('of several types is the oldest one', () => {
    const { doubts, estate } = scene();
    const [servers, groups] = [estate(6), estate(6, 'SecurityGroup')];
    groups.swept(OLD, []);
    servers.swept(OLD, []);
    assert.equal(doubts.first()?.type, 'SecurityGroup');
    groups.swept(OLD + 1, ids(6));
    assert.equal(doubts.first()?.type, 'Server');
  });

  it('is forgotten with everything that was seen', () => {
    const { doubts, estate } = scene();
    const { swept, keeper } = estate(6);
    swept(OLD, []);
    doubts.clear();
    assert.equal(doubts.first(), undefined);
    keeper.reset();
    assert.ok(doubts.mayJudge(keeper));
  });
});

describe('judging under the rule of doubt', () => {
  it('is allowed of a healthy type, and of no type while one is doubtful', () => {
    const { doubts, estate } = scene();
    const [servers, groups] = [estate(8), estate(8, 'SecurityGroup')];
    assert.deepEqual([doubts.mayJudge(servers.keeper), doubts.mayJudge(groups.keeper)], [true, true]);
    servers.swept(OLD, []);
    assert.deepEqual([doubts.mayJudge(servers.keeper), doubts.mayJudge(groups.keeper)], [false, false]);
  });

  it('begins a doubt itself when the misses gathered one by one', () => {
    const { doubts, estate, told } = scene();
    const { keeper, read } = estate(8);
    for (const id of ids(5)) read(OLD, [id]);
    assert.equal(doubts.first(), undefined);
    assert.equal(doubts.mayJudge(keeper), false);
    assert.deepEqual([doubts.first()?.missing, told], [5, ['Server begins']]);
  });

  it('counts no id that is too young to be judged', () => {
    const { doubts } = scene();
    const { track, sweep, keeper } = keeperOf();
    track(ids(6));
    sweep(0);
    assert.ok(doubts.mayJudge(keeper));
  });

  it('goes on after an administrator said that they are gone: all that was missing is judged', () => {
    const { doubts, estate, told } = scene();
    const { swept, read, keeper, counts } = estate(8);
    swept(OLD, ids(1));
    read(OLD, ids(7, 1));
    read(OLD + KEEPER_GRACES.absenceMs, ids(7, 1));
    assert.equal(counts.judged, 0);
    assert.deepEqual(doubts.settle(), [keeper]);
    assert.deepEqual([doubts.first(), told], [undefined, ['Server begins', 'Server ends']]);
    read(OLD + KEEPER_GRACES.absenceMs + 1, ids(7, 1));
    assert.deepEqual([counts.judged, keeper.presence('i-1').kind], [7, 'absent']);
    assert.deepEqual(doubts.settle(), [], 'nothing is left to settle');
  });

  it('never makes most of a type absent without an administrator, whatever vanishes when', () => {
    const step = fc.record({ present: fc.subarray([...ids(12)]), afterMs: fc.integer({ min: 1, max: 60_000 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const { estate } = scene();
        const { swept, read, keeper } = estate(12);
        let at = OLD;
        let gone = 0;
        for (const { present, afterMs } of steps) {
          read(
            at,
            swept(at, present),
            present.map((id) => kept(id)),
          );
          at += afterMs;
          read(
            at,
            keeper.due(at).ids,
            present.map((id) => kept(id)),
          );
          const now = ids(12).filter((id) => keeper.presence(id).kind === 'absent').length;
          const vanished = 12 - present.length;
          // At most half of what is left may go at once, or fewer than five.
          if (now > gone) assert.ok(vanished - gone <= Math.max(4, (12 - gone) / 2), `${gone} to ${now}`);
          gone = now;
        }
      }),
      { numRuns: 300 },
    );
  });
});

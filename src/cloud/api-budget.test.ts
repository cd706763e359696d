// The budget of one API at times that the test names: what may be spent, what is learned from the cloud, and how long is waited.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ApiBudget } from './api-budget.ts';

/** 600 a minute: ten a second, sixty at once. */
const budget = (callsPerMinute = 600) => new ApiBudget(callsPerMinute, 0);
/** The same after so many calls at a time. */
function spent(calls: number, at = 0, of = budget()): ApiBudget {
  for (let call = 0; call < calls; call += 1) of.take(at);
  return of;
}

describe('budget of an API', () => {
  it('allows a tenth of a minute at once, then one after the other', () => {
    const of = spent(59);
    assert.equal(of.waitMs(0, 0), 0);
    of.take(0);
    assert.equal(of.waitMs(0, 0), 100);
    assert.equal(of.waitMs(50, 0), 50);
    assert.equal(of.waitMs(100, 0), 0);
  });

  it('never gathers more than that, however long nobody called', () => {
    const of = spent(60);
    spent(60, 3_600_000, of);
    assert.equal(of.waitMs(3_600_000, 0), 100);
  });

  for (const [reserve, left, ms] of [
    [0.4, 25, 0],
    [0.4, 24, 100],
    [0.4, 20, 500],
    [1, 60, 0],
    [1, 59, 100],
  ] as const) {
    it(`with ${left} left and ${reserve} kept for others waits ${ms} ms`, () =>
      assert.equal(spent(60 - left).waitMs(0, reserve), ms));
  }

  it('counts what was gained before a call is spent', () => {
    const of = spent(60);
    of.take(10_000);
    assert.equal(of.waitMs(10_000, 1), 100);
  });

  it('is one call a minute at least', () => {
    assert.equal(budget(0).limit(0), 1);
    const of = budget();
    of.setBudget(0, 0);
    assert.equal(of.limit(0), 1);
  });

  it('has one call at once, however small it is', () => {
    assert.equal(spent(0, 0, budget(5)).waitMs(0, 0), 0);
    assert.equal(spent(1, 0, budget(5)).waitMs(0, 0), 12_000);
  });

  it('counts what was gained under the old budget when it gets another one', () => {
    const of = spent(60);
    of.setBudget(60, 3000);
    assert.deepEqual([of.limit(3000), of.waitMs(3000, 1)], [60, 0]);
  });
});

describe('budget after the cloud refused a call for its rate', () => {
  it('waits a second, and then goes on one by one', () => {
    const of = budget(60);
    of.throttled(0, undefined);
    assert.equal(of.waitMs(0, 0), 1000);
    assert.equal(of.waitMs(1000, 0), 0);
    assert.equal(of.waitMs(1000, 1), 4000, 'nothing of the burst is left but one');
    of.take(1000);
    assert.equal(of.waitMs(1000, 0), 1000, 'the answer is waited for');
  });

  for (const [why, asked, ms] of [
    ['as long as the cloud asks for', 3000, 3000],
    ['a second at least', 200, 1000],
    ['a minute at most', 999_999, 60_000],
  ] as const) {
    it(`waits ${why}`, () => {
      const of = budget();
      of.throttled(0, asked);
      assert.equal(of.waitMs(0, 0), ms);
    });
  }

  it('never waits shorter because of a later refusal', () => {
    const of = budget();
    of.throttled(0, 30_000);
    of.throttled(1000, 2000);
    assert.equal(of.waitMs(1000, 0), 29_000);
  });

  it('goes on at once when a call works again, and takes a success without a refusal for nothing', () => {
    const of = budget(60_000);
    of.throttled(0, undefined);
    of.worked(500);
    assert.equal(of.waitMs(500, 0), 0);
    of.take(500);
    assert.equal(of.waitMs(500, 0), 0, 'it is not probed any more');
    of.hinted(1000, { remain: 0, resetMs: 5000 });
    of.worked(1100);
    assert.equal(of.waitMs(1100, 0), 4900);
  });

  it('takes it for others’ doing after fewer than ten calls of its own', () => {
    const of = spent(9);
    of.throttled(20_000, undefined);
    assert.deepEqual([of.limit(20_000), of.waitMs(20_000, 0)], [600, 1000]);
  });

  it('takes it for its own after ten: learns nine tenths of them, and waits for the end of their minute', () => {
    const of = spent(10);
    of.throttled(20_000, undefined);
    assert.deepEqual([of.limit(20_000), of.waitMs(20_000, 0)], [9, 40_000]);
  });

  it('counts only the calls of the last minute', () => {
    const of = spent(20);
    of.throttled(60_000, undefined);
    assert.deepEqual([of.limit(60_000), of.waitMs(60_000, 0)], [600, 1000]);
  });

  it('learns once for a series of refusals', () => {
    const of = spent(20);
    of.throttled(1000, undefined);
    spent(5, 2000, of);
    of.throttled(3000, undefined);
    assert.equal(of.limit(3000), 18);
  });

  it('tries its budget again after ten minutes', () => {
    const of = spent(20);
    of.throttled(1000, undefined);
    assert.deepEqual([of.limit(600_999), of.limit(601_000)], [18, 600]);
  });

  it('obeys the smaller one of what was learned and what is declared now', () => {
    const of = spent(20);
    of.throttled(1000, undefined);
    of.setBudget(5, 1000);
    assert.equal(of.limit(1000), 5);
    of.setBudget(900, 1000);
    assert.equal(of.limit(1000), 18);
  });
});

describe('budget after a word of the cloud on its quota', () => {
  const hint = (limit: number | undefined, remain = 50, resetMs = 1000) =>
    limit === undefined ? { remain, resetMs } : { limit, remain, resetMs };
  /** The limits after these hints, in order. */
  const limits = (...quotas: readonly (number | undefined)[]) => {
    const of = budget();
    return quotas.map((quota) => {
      of.hinted(0, hint(quota));
      return of.limit(0);
    });
  };

  for (const [why, quotas, are] of [
    ['takes nine tenths of it and leaves the rest to people', [100], [90]],
    ['takes one at least', [1], [1]],
    ['learns nothing from a quota that it stays below', [1000], [600]],
    ['learns nothing when none is named', [undefined], [600]],
    ['follows a quota that grows', [100, 200], [90, 180]],
    ['stays with the smaller one when another tells of a larger one than it may use', [100, 1000], [90, 90]],
    ['also when that is exactly what it may use', [100, 667], [90, 90]],
  ] as const) {
    it(why, () => assert.deepEqual(limits(...quotas), are));
  }

  it('spends no more than what remains', () => {
    const of = budget();
    of.hinted(0, hint(undefined, 5));
    assert.equal(of.waitMs(0, 0.1), 200);
    of.hinted(0, hint(undefined, 50));
    assert.equal(of.waitMs(0, 0.1), 200, 'and gets nothing back by a larger number');
    assert.equal(of.waitMs(0, 0), 0, 'it does not pause while something remains');
  });

  it('pauses until the reset when nothing remains, a minute at most, and never shorter than before', () => {
    const of = budget();
    of.hinted(0, hint(undefined, 0, 5000));
    assert.equal(of.waitMs(0, 0), 5000);
    of.hinted(0, hint(undefined, 0, 10));
    assert.equal(of.waitMs(0, 0), 5000);
    of.hinted(0, hint(undefined, 0, 999_999));
    assert.equal(of.waitMs(0, 0), 60_000);
  });

  it('counts what was gained before it learned', () => {
    const of = spent(60);
    of.hinted(3000, hint(100));
    assert.equal(of.waitMs(3000, 1), 0);
  });
});

describe('budget of any caller who waits as long as it says', () => {
  it('never sends more in a minute than the limit and one burst', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 60 }),
        (perMinute, idle) => {
          const of = new ApiBudget(perMinute, 0);
          const sent: number[] = [];
          let now = 0;
          for (const ms of idle) {
            now += ms;
            for (let wait = of.waitMs(now, 0); wait > 0; wait = of.waitMs(now, 0)) now += wait;
            of.take(now);
            sent.push(now);
          }
          for (const from of sent) {
            const count = sent.filter((at) => at >= from && at < from + 60_000).length;
            assert.ok(count <= perMinute + Math.max(1, perMinute / 10) + 1, `${count} of ${perMinute}`);
          }
        },
      ),
    );
  });
});

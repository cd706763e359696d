// Waits of failing keys: their own growing one, and a place in the bucket that all share.
import assert from 'node:assert/strict';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { RateLimiter, defaultRateLimits } from './rate-limiter.ts';

const wide = { firstMs: 5, longestMs: 1000, perSecond: 1e9, burst: 1e9 };

describe('rate limiter', () => {
  it('doubles the wait of a key up to the longest, each key by itself, and begins anew when it is forgotten', () => {
    const limiter = new RateLimiter(new VirtualClock(), wide);
    const waits = Array.from({ length: 9 }, () => limiter.when('a'));
    assert.deepEqual(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1000]);
    assert.deepEqual([limiter.when('b'), limiter.failures('a'), limiter.failures('c')], [5, 9, 0]);
    limiter.forget('a');
    assert.deepEqual([limiter.failures('a'), limiter.when('a')], [0, 5]);
  });

  it('stays at the longest wait however often a key fails', () => {
    const limiter = new RateLimiter(new VirtualClock(), wide);
    for (let failure = 0; failure < 2000; failure += 1) limiter.when('a');
    assert.equal(limiter.when('a'), 1000);
  });

  it('has the numbers that operators have by default', () => {
    assert.deepEqual(defaultRateLimits, { firstMs: 5, longestMs: 30_000, perSecond: 10, burst: 100 });
  });

  it('gives places in the bucket in their order, ten a second after the burst', () => {
    const limiter = new RateLimiter(new VirtualClock(), { ...wide, firstMs: 0, perSecond: 10, burst: 2 });
    assert.deepEqual(
      ['a', 'b', 'c', 'd', 'e'].map((key) => limiter.when(key)),
      [0, 0, 100, 200, 300],
    );
  });

  it('fills the bucket with time, and never over its brim', async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter(clock, { ...wide, firstMs: 0, perSecond: 10, burst: 2 });
    for (const key of ['a', 'b', 'c']) limiter.when(key);
    await clock.advance(200);
    assert.deepEqual([limiter.when('d'), limiter.when('e')], [0, 100], 'two came back, one of them was owed');
    await clock.advance(60_000);
    assert.deepEqual(
      ['f', 'g', 'h'].map((key) => limiter.when(key)),
      [0, 0, 100],
    );
  });
});

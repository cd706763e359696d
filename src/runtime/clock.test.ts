import assert from 'node:assert/strict';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { silentMeter } from '../kernel/meter.ts';
import { Backoff } from './backoff.ts';
import { systemClock, systemRandom } from './clock.ts';
import { watchEventLoop } from './watchdog.ts';

describe('system clock', () => {
  it('sleeps, wakes early without rejecting, and does not sleep when told before', async () => {
    const before = systemClock.monotonic();
    await systemClock.sleep(20);
    assert.ok(systemClock.monotonic() - before >= 18);
    const abort = new AbortController();
    const sleeping = systemClock.sleep(60_000, abort.signal);
    abort.abort();
    await sleeping;
    await systemClock.sleep(60_000, abort.signal);
  });

  it('runs a timer once, and not when it is cancelled', async () => {
    let runs = 0;
    systemClock.setTimer(1, () => runs++);
    systemClock.setTimer(1, () => runs++)();
    await systemClock.sleep(20);
    assert.equal(runs, 1);
  });

  it('takes a wait longer than the platform’s longest for its longest, not for none', async () => {
    let ran = false;
    const cancel = systemClock.setTimer(Infinity, () => {
      ran = true;
    });
    await systemClock.sleep(5);
    cancel();
    assert.equal(ran, false);
  });

  it('gives numbers in [0, 1) and version 4 UUIDs', () => {
    const number = systemRandom.next();
    assert.ok(number >= 0 && number < 1);
    assert.match(systemRandom.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('back-off', () => {
  it('doubles up to its longest and starts over after a good while', async () => {
    const clock = new VirtualClock();
    const random = { next: () => 0, uuid: () => '' };
    const backoff = new Backoff({ firstMs: 500, longestMs: 4000, resetMs: 120_000 }, clock, random);
    const waits = [1, 2, 3, 4, 5].map(() => backoff.next());
    assert.deepEqual(waits, [500, 1000, 2000, 4000, 4000]);
    await clock.advance(120_000);
    assert.equal(backoff.next(), 4000);
    await clock.advance(120_001);
    assert.equal(backoff.next(), 500);
  });
});

describe('event loop watchdog', () => {
  it('reports a stall with its length and stays silent otherwise', async () => {
    let skipped = 0;
    class StallingClock extends VirtualClock {
      override monotonic(): number {
        return super.monotonic() + skipped;
      }
    }
    const clock = new StallingClock();
    const stalls: number[] = [];
    const stop = new AbortController();
    const onStall = (ms: number): void => void stalls.push(ms);
    const running = watchEventLoop({ clock, log: silentLogger, meter: silentMeter, onStall }, stop.signal);
    await clock.advance(10_000);
    assert.deepEqual(stalls, []);
    skipped = 60_000;
    await clock.advance(2000);
    assert.deepEqual(stalls, [60_000]);
    stop.abort();
    await running;
  });
});

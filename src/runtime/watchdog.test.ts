// The watchdog over a clock that skips: what counts as a stall, what is said of it, and when it ends.
import assert from 'node:assert/strict';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { createMetrics } from './metrics.ts';
import { watchEventLoop } from './watchdog.ts';

/** A clock whose timers come late: what ran before them took that long. */
class LateClock extends VirtualClock {
  late = 0;

  override monotonic(): number {
    return super.monotonic() + this.late;
  }
}

function watched() {
  const clock = new LateClock();
  const metrics = createMetrics({ platform: false });
  const stop = new AbortController();
  const stalls: number[] = [];
  const warned: unknown[] = [];
  const log = { ...silentLogger, warn: (...line: readonly unknown[]) => void warned.push(line) };
  let ended = false;
  const onStall = (ms: number) => void stalls.push(ms);
  void watchEventLoop({ clock, log, meter: metrics.meter, onStall }, stop.signal).then(() => (ended = true));
  /** One interval, at whose end the loop is late by so much. */
  const turn = async (ms: number) => {
    clock.late += ms;
    await clock.advance(1000);
  };
  return { clock, metrics, stop, stalls, warned, turn, ended: () => ended };
}

describe('watchdog', () => {
  for (const [ms, counts, warns] of [
    [0, false, false],
    [99, false, false],
    [100, true, false],
    [1999, true, false],
    [2000, true, true],
    [70_000.4, true, true],
  ] as const) {
    it(`${counts ? 'counts' : 'does not count'} ${ms} ms${warns ? ' and warns' : ''}`, async () => {
      const { turn, stalls, warned } = watched();
      await turn(ms);
      assert.deepEqual(stalls.map(Math.round), counts ? [Math.round(ms)] : []);
      assert.deepEqual(warned, warns ? [['The event loop stood still', { ms: Math.round(ms) }]] : []);
    });
  }

  it('looks every second, and measures each stall by itself', async () => {
    const { turn, stalls, metrics } = watched();
    for (const ms of [500, 0, 0, 3000]) await turn(ms);
    assert.deepEqual(stalls, [500, 3000]);
    const { body } = await metrics.render();
    assert.match(body, /operator_event_loop_stall_seconds_sum 3\.5/);
    assert.match(body, /operator_event_loop_stall_seconds_count 2/);
  });

  it('ends when it is told to, and leaves no timer', async () => {
    const { clock, stop, ended, stalls } = watched();
    await clock.advance(500);
    stop.abort();
    await clock.advance(0);
    assert.deepEqual([ended(), clock.pending, stalls], [true, 0, []]);
  });
});

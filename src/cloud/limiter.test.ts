// The pace of calls under virtual time, against a cloud that counts in windows of a minute.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import type { Lane } from './call.ts';
import { Limiter } from './limiter.ts';

const API = 'ecs/DescribeInstances';

/** A quota of `limit` calls in each whole minute, that tells when it ends or keeps silent. */
function quota(clock: VirtualClock, limit: number, tells: boolean) {
  const used = new Map<number, number>();
  const refused = new Map<number, number>();
  return {
    refused,
    call(): { ok: true } | { ok: false; retryAfterMs?: number } {
      const minute = Math.floor(clock.monotonic() / 60_000);
      used.set(minute, (used.get(minute) ?? 0) + 1);
      if ((used.get(minute) ?? 0) <= limit) return { ok: true };
      refused.set(minute, (refused.get(minute) ?? 0) + 1);
      return tells ? { ok: false, retryAfterMs: (minute + 1) * 60_000 - clock.monotonic() } : { ok: false };
    },
  };
}

async function callUntilTaken(limiter: Limiter, cloud: ReturnType<typeof quota>): Promise<void> {
  for (;;) {
    if (!(await limiter.acquire(API, 'sweep'))) return;
    const answer = cloud.call();
    if (answer.ok) return limiter.worked(API);
    limiter.throttled(API, answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs });
  }
}

describe('limiter', () => {
  it('never exceeds the budget of any minute by more than its burst', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), async (callsPerMinute) => {
        const clock = new VirtualClock();
        const limiter = new Limiter({ clock, callsPerMinute });
        let made = 0;
        for (let call = 0; call < 3 * callsPerMinute + 5; call++) void limiter.acquire(API, 'poll').then(() => made++);
        await clock.advance(60_000);
        return made >= callsPerMinute && made <= callsPerMinute + Math.max(1, callsPerMinute * 0.1) + 1;
      }),
      { numRuns: 20 },
    );
  });

  it('serves the most urgent lane first, and each lane in order', async () => {
    const clock = new VirtualClock();
    const limiter = new Limiter({ clock, callsPerMinute: 60 });
    const served: string[] = [];
    const ask = (lane: Lane, name: string) => void limiter.acquire(API, lane).then(() => served.push(name));
    for (let call = 0; call < 6; call++) await limiter.acquire(API, 'user'); // spend the burst
    for (const lane of ['slow', 'sweep', 'poll', 'repair', 'user'] as const) ask(lane, `${lane} 1`);
    for (const lane of ['user', 'sweep'] as const) ask(lane, `${lane} 2`);
    await clock.advance(20_000);
    assert.deepEqual(served, ['user 1', 'user 2', 'repair 1', 'poll 1', 'sweep 1', 'sweep 2', 'slow 1']);
  });

  it('serves those of one lane in the order in which they came, also at the end of the line', async () => {
    const clock = new VirtualClock();
    const limiter = new Limiter({ clock, callsPerMinute: 60 });
    for (let call = 0; call < 6; call++) await limiter.acquire(API, 'user');
    const served: number[] = [];
    for (const name of [1, 2, 3, 4]) void limiter.acquire(API, 'slow').then(() => served.push(name));
    await clock.advance(20_000);
    assert.deepEqual(served, [1, 2, 3, 4]);
  });

  for (const [lane, taken] of [
    ['poll', 60],
    ['sweep', 48],
    ['slow', 36],
  ] as const) {
    it(`lets lane ${lane} take ${taken} of a burst of 60`, async () => {
      const clock = new VirtualClock();
      const limiter = new Limiter({ clock, callsPerMinute: 600 });
      let count = 0;
      for (let call = 0; call < 100; call++) void limiter.acquire(API, lane).then(() => count++);
      await clock.advance(0);
      assert.equal(count, taken);
    });
  }

  it('serves who waits as soon as a call worked, and not before its time after a refusal', async () => {
    const clock = new VirtualClock();
    const limiter = new Limiter({ clock, callsPerMinute: 600 });
    let taken = 0;
    limiter.throttled(API, { retryAfterMs: 10_000 });
    void limiter.acquire(API, 'user').then(() => taken++);
    await clock.advance(500);
    assert.equal(taken, 0);
    limiter.worked(API);
    await clock.advance(0);
    assert.equal(taken, 1, 'no time has passed');
  });

  it('waits longer when a refusal comes while somebody waits', async () => {
    const clock = new VirtualClock();
    const limiter = new Limiter({ clock, callsPerMinute: 60 });
    for (let call = 0; call < 6; call++) await limiter.acquire(API, 'user');
    let taken = false;
    void limiter.acquire(API, 'user').then(() => (taken = true)); // due in a second
    limiter.throttled(API, { retryAfterMs: 5000 });
    await clock.advance(4999);
    assert.equal(taken, false);
    await clock.advance(1);
    assert.equal(taken, true);
  });

  it('gives another budget also to an API that nobody called yet', () => {
    const limiter = new Limiter({ clock: new VirtualClock(), callsPerMinute: 1 });
    limiter.setBudget(60);
    assert.equal(limiter.limit('ecs/Other'), 60);
  });

  it('keeps a part of the burst from the sweeps, so that a user need not wait', async () => {
    const clock = new VirtualClock();
    const limiter = new Limiter({ clock, callsPerMinute: 600 });
    let swept = 0;
    for (let call = 0; call < 100; call++) void limiter.acquire(API, 'sweep').then(() => swept++);
    await clock.advance(0);
    assert.equal(swept, 48);
    await limiter.acquire(API, 'user'); // would hang if the burst were spent: no time passes
  });

  it('does not let one throttled API delay another', async () => {
    const limiter = new Limiter({ clock: new VirtualClock(), callsPerMinute: 600 });
    await limiter.acquire(API, 'sweep');
    limiter.throttled(API, { retryAfterMs: 60_000 });
    await limiter.acquire('ecs/RunInstances', 'user'); // no time passes
  });

  for (const tells of [true, false]) {
    it(`meets at most one refusal a minute while it learns a quota that ${tells ? 'says when it ends' : 'keeps silent'}`, async () => {
      const clock = new VirtualClock();
      const cloud = quota(clock, 60, tells);
      const limiter = new Limiter({ clock, callsPerMinute: 600 });
      const demand = (async () => {
        for (let call = 0; call < 400; call++) await callUntilTaken(limiter, cloud);
      })();
      await clock.advance(540_000);
      for (const [minute, count] of cloud.refused) assert.equal(count, 1, `minute ${minute}`);
      assert.ok(cloud.refused.size <= 2, `${cloud.refused.size} minutes with refusals`);
      assert.ok(limiter.limit(API) <= 60);
      limiter.close();
      await demand;
    });
  }

  it('probes once a second when others use the quota up', async () => {
    const clock = new VirtualClock();
    const limiter = new Limiter({ clock, callsPerMinute: 600 });
    const probes: number[] = [];
    await limiter.acquire(API, 'user');
    limiter.throttled(API, {});
    const waits = Array.from({ length: 5 }, async () => {
      await limiter.acquire(API, 'user');
      probes.push(clock.monotonic());
      limiter.throttled(API, {});
    });
    await clock.advance(10_000);
    await Promise.all(waits);
    assert.deepEqual(
      probes.slice(1).map((at, index) => at - (probes[index] ?? 0) >= 1000),
      [true, true, true, true],
    );
    await limiter.acquire(API, 'user').then(() => limiter.worked(API));
    await limiter.acquire(API, 'user'); // works again: no further pause
  });

  it('stops before the quota when the cloud says that nothing remains', async () => {
    const clock = new VirtualClock();
    const limiter = new Limiter({ clock, callsPerMinute: 600 });
    await limiter.acquire(API, 'user');
    limiter.worked(API, { limit: 100, remain: 0, resetMs: 12_000 });
    let taken = false;
    void limiter.acquire(API, 'user').then(() => (taken = true));
    await clock.advance(11_900);
    assert.equal(taken, false);
    await clock.advance(200);
    assert.equal(taken, true);
    assert.equal(limiter.limit(API), 90, 'a tenth is left to people');
  });

  it('takes another budget at once', async () => {
    const clock = new VirtualClock();
    const limiter = new Limiter({ clock, callsPerMinute: 1 });
    await limiter.acquire(API, 'user');
    let taken = false;
    void limiter.acquire(API, 'user').then(() => (taken = true));
    limiter.setBudget(60);
    await clock.advance(1000);
    assert.equal(taken, true);
  });

  it('turns waiters away when it is closed', async () => {
    const limiter = new Limiter({ clock: new VirtualClock(), callsPerMinute: 1 });
    await limiter.acquire(API, 'user');
    const waiting = limiter.acquire(API, 'user');
    limiter.close();
    assert.equal(await waiting, false);
    assert.equal(await limiter.acquire(API, 'user'), false);
  });
});

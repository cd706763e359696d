import assert from 'node:assert/strict';
import { VirtualClock, flush, seededRandom } from '../../test/support/virtual-clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { Controller } from './controller.ts';
import type { ReconcileContext } from './manager-types.ts';
import { createMetrics } from './metrics.ts';
import { type Outcome, done, requeue, requeueAfter, retry, terminal } from './outcome.ts';

const KIND = { group: 'test.io', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };

type Visit = (name: string, context: ReconcileContext) => Promise<Outcome> | Outcome;

function setUp(visit: Visit, options: { concurrency?: number; timeoutMs?: number } = {}) {
  const clock = new VirtualClock();
  const metrics = createMetrics({ platform: false });
  const visits: { name: string; at: number }[] = [];
  const controller = new Controller(
    {
      name: 'thing',
      kind: KIND,
      ...options,
      reconcile: async ({ name }, context) => {
        visits.push({ name, at: clock.monotonic() });
        return visit(name, context);
      },
    },
    { clock, random: seededRandom(1), log: silentLogger, meter: metrics.meter },
  );
  const has = async (line: string): Promise<void> => {
    const { body } = await metrics.render();
    assert.ok(body.split('\n').includes(line), `${line} in\n${body}`);
  };
  return { clock, controller, visits, has };
}

describe('controller', () => {
  const ends: readonly { why: string; outcome: Outcome; result: string; again: number | undefined }[] = [
    { why: 'done rests', outcome: done, result: 'success', again: undefined },
    { why: 'requeue-after comes back then', outcome: requeueAfter(30_000), result: 'requeue_after', again: 30_000 },
    { why: 'requeue backs off and is no error', outcome: requeue('409'), result: 'requeue', again: 5 },
    { why: 'retry backs off', outcome: retry(new Error('x')), result: 'error', again: 5 },
    { why: 'retry waits as long as asked', outcome: retry('x', 9000), result: 'error', again: 9000 },
    { why: 'terminal rests', outcome: terminal(new Error('x')), result: 'error', again: undefined },
  ];
  for (const { why, outcome, result, again } of ends) {
    it(why, async () => {
      const outcomes = [outcome];
      const { clock, controller, visits, has } = setUp(() => outcomes.shift() ?? done);
      void controller.run();
      controller.enqueue('ns/a');
      await clock.advance(60_000);
      assert.deepEqual(
        visits.map(({ at }) => at),
        again === undefined ? [0] : [0, again],
      );
      await has(`controller_runtime_reconcile_total{controller="thing",result="${result}"} 1`);
      const errors = result === 'error' ? 1 : 0;
      await has(`controller_runtime_reconcile_errors_total{controller="thing"} ${errors}`);
      const finals = outcome.kind === 'terminal' ? 1 : 0;
      await has(`controller_runtime_terminal_reconcile_errors_total{controller="thing"} ${finals}`);
    });
  }

  it('survives what a visit throws, counts it and comes back', async () => {
    let broken = true;
    const { clock, controller, visits, has } = setUp(() => {
      if (!broken) return done;
      broken = false;
      throw new Error('defect');
    });
    void controller.run();
    controller.enqueue('a');
    await clock.advance(1000);
    assert.equal(visits.length, 2);
    await has('controller_runtime_reconcile_panics_total{controller="thing"} 1');
    await has('controller_runtime_active_workers{controller="thing"} 0');
  });

  it('tells a visit that takes too long to stop, and waits for it before the next one', async () => {
    let heard = '';
    const { clock, controller, visits, has } = setUp(
      async (_name, { signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        heard = String(signal.reason);
        return done;
      },
      { timeoutMs: 5000 },
    );
    void controller.run();
    controller.enqueue('a');
    await clock.advance(0);
    controller.enqueue('a');
    await clock.advance(4999);
    assert.equal(visits.length, 1);
    await clock.advance(1);
    assert.equal(heard, 'Error: reconcile timeout');
    await clock.advance(0);
    assert.equal(visits.length, 2);
    await has('controller_runtime_reconcile_timeouts_total{controller="thing"} 1');
  });

  it('visits as many keys at once as it may, and never one key twice at once', async () => {
    let inWork = 0;
    let most = 0;
    const keys = new Set<string>();
    const { clock, controller, has } = setUp(
      async (name) => {
        assert.ok(!keys.has(name));
        keys.add(name);
        most = Math.max(most, ++inWork);
        await clock.sleep(100);
        inWork--;
        keys.delete(name);
        return done;
      },
      { concurrency: 3 },
    );
    void controller.run();
    for (let round = 0; round < 10; round++) {
      for (const key of ['a', 'b', 'c', 'd', 'e']) controller.enqueue(key);
      await clock.advance(70);
    }
    await clock.advance(1000);
    assert.equal(most, 3);
    await has('controller_runtime_max_concurrent_reconciles{controller="thing"} 3');
  });

  it('drains: the visits under way end, and what waits is left', async () => {
    const { clock, controller, visits } = setUp(async () => {
      await clock.sleep(2000);
      return done;
    });
    const running = controller.run();
    controller.enqueue('a');
    controller.enqueue('b');
    await clock.advance(1000);
    let drained = false;
    void controller.drain().then(() => {
      drained = true;
    });
    await flush();
    assert.equal(drained, false);
    await clock.advance(1000);
    assert.equal(drained, true);
    await running;
    assert.deepEqual(
      visits.map(({ name }) => name),
      ['a'],
    );
  });

  it('tells all visits to stop when it is aborted', async () => {
    let reason = '';
    const { clock, controller } = setUp(async (_name, { signal }) => {
      await clock.sleep(3_600_000, signal);
      reason = String(signal.reason);
      return done;
    });
    const running = controller.run();
    controller.enqueue('a');
    await clock.advance(1000);
    controller.abort('lease lost');
    await running;
    assert.equal(reason, 'Error: lease lost');
  });

  it('takes keys before it runs, and visits them then', async () => {
    const { clock, controller, visits } = setUp(() => done);
    controller.enqueue('a', 'low');
    controller.enqueue('b');
    await clock.advance(60_000);
    assert.equal(visits.length, 0);
    void controller.run();
    await clock.advance(0);
    assert.deepEqual(
      visits.map(({ name }) => name),
      ['b', 'a'],
    );
  });
});

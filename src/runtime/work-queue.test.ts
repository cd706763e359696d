import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { VirtualClock, flush } from '../../test/support/virtual-clock.ts';
import { createMetrics } from './metrics.ts';
import { WorkQueue } from './work-queue.ts';

function setUp(options: Partial<ConstructorParameters<typeof WorkQueue>[0]> = {}) {
  const clock = new VirtualClock();
  return { clock, queue: new WorkQueue({ name: 'q', clock, ...options }) };
}

async function takeNow(queue: WorkQueue): Promise<string | undefined> {
  return queue.length === 0 ? undefined : queue.take();
}

describe('work queue', () => {
  it('hands out a key once, however often it was added', async () => {
    const { queue } = setUp();
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    assert.equal(await queue.take(), 'a');
    assert.equal(await queue.take(), 'b');
    assert.equal(queue.length, 0);
  });

  it('visits a key again that was added while in work, and only after that visit', async () => {
    const { queue } = setUp();
    queue.add('a');
    await queue.take();
    queue.add('a');
    queue.add('a');
    assert.equal(queue.length, 0);
    queue.done('a');
    assert.equal(await queue.take(), 'a');
    queue.done('a');
    assert.equal(queue.length, 0);
  });

  it('serves normal keys before low ones, and a key that becomes urgent overtakes', async () => {
    const { queue } = setUp();
    for (const key of ['l1', 'l2', 'l3']) queue.add(key, 'low');
    queue.add('n1');
    queue.add('l3');
    queue.add('n1', 'low');
    const order = [];
    while (queue.length > 0) order.push(await queue.take());
    assert.deepEqual(order, ['n1', 'l3', 'l1', 'l2']);
  });

  it('keeps the raised priority of a key that waits for the end of its visit', async () => {
    const { queue } = setUp();
    queue.add('a');
    await queue.take();
    queue.add('a', 'low');
    queue.add('a', 'normal');
    queue.add('b', 'low');
    queue.done('a');
    assert.equal(await queue.take(), 'a');
  });

  it('gives a waiting worker the key that arrives', async () => {
    const { queue } = setUp();
    const taken = queue.take();
    queue.add('a');
    assert.equal(await taken, 'a');
  });

  it('delays, and of two delays of a key keeps the earlier', async () => {
    const { clock, queue } = setUp();
    queue.addAfter('a', 5000);
    queue.addAfter('a', 1000);
    queue.addAfter('a', 3000);
    await clock.advance(999);
    assert.equal(queue.length, 0);
    await clock.advance(1);
    assert.equal(await queue.take(), 'a');
    queue.done('a');
    await clock.advance(10_000);
    assert.equal(queue.length, 0);
  });

  it('backs off a failing key from 5 ms to 1000 s and forgets on demand', async () => {
    const { clock, queue } = setUp({ rateLimits: { firstMs: 5, longestMs: 1_000_000, perSecond: 1e9, burst: 1e9 } });
    const waits: number[] = [];
    for (let failure = 0; failure < 20; failure++) {
      const before = clock.monotonic();
      queue.addRateLimited('a');
      while (queue.length === 0) await clock.advance(clock.nextTimerMs ?? 0);
      waits.push(Math.round(clock.monotonic() - before));
      await queue.take();
      queue.done('a');
    }
    assert.deepEqual(waits.slice(0, 5), [5, 10, 20, 40, 80]);
    assert.equal(waits.at(-1), 1_000_000);
    assert.equal(queue.retries('a'), 20);
    queue.forget('a');
    assert.equal(queue.retries('a'), 0);
  });

  it('shares 10 retries a second after a burst of 100 between all keys', async () => {
    const { clock, queue } = setUp();
    for (let key = 0; key < 150; key++) queue.addRateLimited(`k${key}`);
    await clock.advance(5);
    assert.equal(queue.length, 100);
    await clock.advance(1000);
    assert.equal(queue.length, 110);
    await clock.advance(4000);
    assert.equal(queue.length, 150);
  });

  it('waits at least as long as the server asked for', async () => {
    const { clock, queue } = setUp();
    queue.addRateLimited('a', { atLeastMs: 7000 });
    await clock.advance(6999);
    assert.equal(queue.length, 0);
    await clock.advance(1);
    assert.equal(queue.length, 1);
  });

  it('shuts down: nothing more is handed out, and the visits under way are waited for', async () => {
    const { queue } = setUp();
    queue.add('a');
    queue.add('b');
    await queue.take();
    let drained = false;
    const end = queue.shutDown().then(() => {
      drained = true;
    });
    assert.equal(await queue.take(), undefined);
    queue.add('c');
    await flush();
    assert.equal(drained, false);
    queue.done('a');
    await end;
    assert.equal(await queue.take(), undefined);
  });

  it('ends the wait of idle workers at the shutdown', async () => {
    const { queue } = setUp();
    const taken = queue.take();
    await queue.shutDown();
    assert.equal(await taken, undefined);
  });

  it('shows its metrics under the names of controller-runtime', async () => {
    const metrics = createMetrics({ platform: false });
    const { clock, queue } = setUp({ name: 'zone', meter: metrics.meter });
    queue.add('a');
    queue.add('b', 'low');
    await queue.take();
    await clock.advance(2000);
    queue.addRateLimited('c');
    const { body } = await metrics.render();
    const label = 'name="zone",controller="zone"';
    for (const line of [
      `workqueue_depth{${label},priority="0"} 0`,
      `workqueue_depth{${label},priority="-100"} 1`,
      `workqueue_adds_total{${label}} 2`,
      `workqueue_retries_total{${label}} 1`,
      `workqueue_unfinished_work_seconds{${label}} 2`,
      `workqueue_longest_running_processor_seconds{${label}} 2`,
      `workqueue_queue_duration_seconds_count{${label}} 1`,
    ]) {
      assert.ok(body.split('\n').includes(line), `${line} in\n${body}`);
    }
  });

  it('measures from when a key was added, taken and done, not from when the process began', async () => {
    const metrics = createMetrics({ platform: false });
    const { clock, queue } = setUp({ name: 'zone', meter: metrics.meter });
    await clock.advance(100_000);
    queue.add('a');
    queue.add('a');
    await clock.advance(3000);
    await queue.take();
    await clock.advance(2000);
    const during = (await metrics.render()).body;
    queue.done('a');
    queue.done('a');
    queue.done('never taken');
    const after = (await metrics.render()).body;
    const label = '{name="zone",controller="zone"}';
    assert.deepEqual(
      [
        /workqueue_unfinished_work_seconds\{.*\} (.*)/.exec(during)?.[1],
        ...['queue_duration_seconds_sum', 'work_duration_seconds_sum', 'work_duration_seconds_count', 'adds_total'].map(
          (name) =>
            after
              .split('\n')
              .find((line) => line.startsWith(`workqueue_${name}${label} `))
              ?.split(' ')[1],
        ),
      ],
      ['2', '3', '2', '1', '1'],
    );
  });

  it('does not let a key overtake that was asked for twice without haste', async () => {
    const { queue } = setUp();
    queue.add('a', 'low');
    queue.add('b', 'low');
    queue.add('b', 'low');
    assert.deepEqual([await queue.take(), await queue.take()], ['a', 'b']);
  });

  it('adds at once what is due already', () => {
    const { clock, queue } = setUp();
    queue.addAfter('a', 0);
    queue.addAfter('b', -5);
    assert.deepEqual([queue.length, clock.pending], [2, 0]);
  });

  it('keeps the haste of the first of two wishes for the same time', async () => {
    const { clock, queue } = setUp();
    queue.addAfter('a', 1000, 'low');
    queue.addAfter('b', 1000, 'normal');
    queue.addAfter('b', 1000, 'low');
    await clock.advance(1000);
    assert.deepEqual([await queue.take(), await queue.take()], ['b', 'a']);
  });

  it('wakes for each delay in its turn, whichever was asked for first', async () => {
    const { clock, queue } = setUp();
    for (const [key, ms] of [
      ['c', 3000],
      ['a', 1000],
      ['b', 2000],
    ] as const)
      queue.addAfter(key, ms);
    const seen: (readonly [number, number])[] = [];
    for (let second = 0; second < 4; second += 1) {
      seen.push([second, queue.length]);
      await clock.advance(1000);
    }
    assert.deepEqual(seen, [
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    assert.equal(clock.pending, 0, 'no timer is left');
  });

  it('takes in nothing after the shutdown, and no timer is left', async () => {
    const { clock, queue } = setUp();
    for (const key of ['a', 'b']) queue.add(key);
    await queue.take();
    await queue.take();
    queue.add('a'); // once more when its visit is over
    queue.addAfter('c', 1000);
    let drained = false;
    void queue.shutDown().then(() => (drained = true));
    queue.add('d');
    queue.addAfter('e', 500); // sooner than the one before
    assert.equal(clock.pending, 0);
    queue.done('a');
    await clock.advance(5000);
    assert.deepEqual([queue.length, drained], [0, false], 'b is in work still');
    queue.done('b');
    await flush();
    assert.ok(drained);
  });

  it('never has a key in work twice, and loses none, whatever is done to it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 60 }), async (script) => {
        const world = new QueueWorld();
        for (const step of script) await world.play(step);
        assert.deepEqual(await world.finish(), []);
      }),
      { numRuns: 200 },
    );
  });
});

const keys = fc.constantFrom('a', 'b', 'c', 'd');
const steps = fc.oneof(
  fc.record({ do: fc.constant('add' as const), key: keys, low: fc.boolean() }),
  fc.record({ do: fc.constant('after' as const), key: keys, ms: fc.integer({ min: 0, max: 50 }) }),
  fc.record({ do: fc.constant('retry' as const), key: keys }),
  fc.record({ do: fc.constant('take' as const) }),
  fc.record({ do: fc.constant('done' as const), index: fc.nat(3) }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 50 }) }),
);
type Step = typeof steps extends fc.Arbitrary<infer S> ? S : never;

/** Plays steps on a queue and keeps its own books. */
class QueueWorld {
  readonly #clock = new VirtualClock();
  readonly #queue = new WorkQueue({ name: 'q', clock: this.#clock });
  readonly #working: string[] = [];
  readonly #owed = new Set<string>();

  async play(step: Step): Promise<void> {
    if ('key' in step) this.#owed.add(step.key);
    switch (step.do) {
      case 'add':
        return this.#queue.add(step.key, step.low ? 'low' : 'normal');
      case 'after':
        return this.#queue.addAfter(step.key, step.ms);
      case 'retry':
        return this.#queue.addRateLimited(step.key);
      case 'take':
        return this.#take();
      case 'done':
        for (const key of this.#working.splice(step.index, 1)) this.#queue.done(key);
        return;
      case 'advance':
        return this.#clock.advance(step.ms);
    }
  }

  /** Keys that were asked for and never visited. */
  async finish(): Promise<readonly string[]> {
    for (const key of this.#working.splice(0)) this.#queue.done(key);
    await this.#clock.advance(2_000_000);
    while (this.#queue.length > 0) {
      await this.#take();
      for (const key of this.#working.splice(0)) this.#queue.done(key);
    }
    return [...this.#owed];
  }

  async #take(): Promise<void> {
    const key = await takeNow(this.#queue);
    if (key === undefined) return;
    assert.ok(!this.#working.includes(key), `${key} is in work twice`);
    this.#working.push(key);
    this.#owed.delete(key);
  }
}

// Short fixed samples of what `make endurance` plays at length.
import assert from 'node:assert/strict';
import { drift } from './drift.ts';
import { idle } from './idle.ts';
import { slopeKb } from './measures.ts';
import { watch } from './watch.ts';

describe('endurance', function () {
  this.timeout(300_000);

  it('writes nothing, anywhere, while nothing happens, and leaves nothing behind', async () => {
    const seen = await idle({ objects: 50, hours: 0.5 });
    assert.ok(seen.reads > 100 && seen.servers > 20, `${seen.reads} reads, ${seen.servers} servers`);
    assert.deepEqual(seen.kubeWrites, []);
    assert.deepEqual(seen.cloudWrites, []);
    assert.deepEqual(seen.left, []);
    const [first = 0] = seen.timers;
    assert.ok((seen.timers.at(-1) ?? 0) <= first + 5, `${seen.timers.join(', ')} timers`);
  });

  it('ends after drift, faults of the cloud and changed wishes where an undisturbed world ends', async () => {
    const seen = await drift({ seconds: 400, seed: 1, restSeconds: 600 });
    assert.ok(seen.failedCalls > 0 && Object.keys(seen.done).length > 5, JSON.stringify(seen.done));
    assert.deepEqual(seen.differences, []);
    assert.deepEqual(seen.restless, []);
    assert.deepEqual(seen.left, []);
  });

  it('misses none of 10,000 changes though the watch is cut all the time, and sees none later than promised', async () => {
    const seen = await watch({ changes: 10_000, seed: 1 });
    assert.equal(seen.changes, 10_000);
    assert.ok(Object.keys(seen.cuts).length > 10, JSON.stringify(seen.cuts));
    assert.deepEqual(seen.missed, []);
    assert.equal(seen.foundByAudit, 0);
    assert.deepEqual(seen.late, []);
    assert.equal(seen.timersLeft, 0);
  });

  for (const { why, bytes, kb } of [
    { why: 'what stays the same has no slope', bytes: [5, 5, 5, 5], kb: 0 },
    { why: 'steady growth is its slope', bytes: [0, 1024, 2048, 3072], kb: 1 },
    { why: 'one odd look does not move it', bytes: [0, 1024, 2048, 900_000, 4096, 5120], kb: 1 },
  ])
    it(`the slope of memory: ${why}`, () => {
      assert.equal(slopeKb(bytes.map((size, hours) => ({ hours, bytes: size }))), kb);
    });
});

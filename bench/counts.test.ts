// The figures that are whole numbers, and are promises: calls of a sweep, of a create, and writes to the API server.
import assert from 'node:assert/strict';
import { type Lab, startLab } from '../test/support/lab/lab.ts';
import { sampleObjects } from '../test/support/lab/objects.ts';
import { SAMPLE_CLOUD, banks } from '../test/support/lab/worlds.ts';
import { PlanBook, callsPerSweep, writeCounts } from './counts.ts';

const SWEEPS = 10;
const HOURS = 10;

const mutating = (lab: Lab, since: number) => lab.calls().filter((call) => call.mutating && call.at >= since);

describe('counts: a thousand servers', function () {
  this.timeout(180_000);
  let lab: Lab | undefined;
  afterEach(() => lab?.stop());

  for (const [environments, servers, why] of [
    [1, 1000, 'one environment of a thousand'],
    [10, 100, 'the same servers in ten environments cost no call more'],
  ] as const) {
    it(`${environments} x ${servers}: ${why}`, async () => {
      lab = await startLab({ objects: banks(environments, servers) });
      await lab.untilReady(600);
      const creates = lab.callsByAction()['RunInstances'];
      // A request makes up to 100 servers and names one vSwitch; each module has two zones.
      assert.equal(creates, environments * 2 * Math.ceil(servers / 2 / 100));
      const [writes, since] = [lab.writes().length, lab.now()];
      await lab.advance(SWEEPS * lab.settings.sweepSeconds);
      const sweeps = callsPerSweep(lab, 'DescribeInstances', since);
      assert.ok(sweeps.length >= SWEEPS, `${sweeps.length} sweeps`);
      assert.deepEqual(new Set(sweeps), new Set([10]));
      assert.deepEqual(lab.writes().slice(writes), []);
      assert.deepEqual(mutating(lab, since), []);
    });
  }

  it('200 equal servers: 2 RunInstances, and one read a second for all that start', async () => {
    lab = await startLab({ objects: banks(1, 200) });
    const took = await lab.untilReady(600);
    assert.equal(lab.callsByAction()['RunInstances'], 2);
    const first = lab.calls().find((call) => call.action === 'RunInstances')?.at ?? 0;
    const pages = callsPerSweep(lab, 'DescribeInstances', first);
    assert.ok(Math.max(...pages) <= 2, `at most the two pages of 200 ids at once: ${pages.join(' ')}`);
    assert.ok(pages.length <= took + 2, `${pages.length} batches in ${took} s`);
  });
});

describe('counts: the sample', function () {
  this.timeout(120_000);
  const book = new PlanBook();
  let lab: Lab;
  before(async () => {
    lab = await startLab({ objects: sampleObjects(), cloud: SAMPLE_CLOUD, guestShell: true, planned: book.listen });
    await lab.untilReady(600);
  });
  after(() => lab.stop());

  it('takes at most W + 3 writes per object, and one more for each time it began to wait', () => {
    const counts = writeCounts(lab, book);
    assert.equal(counts.length, 5);
    for (const { object, writes, depth, waits } of counts)
      assert.ok(writes <= depth + 3 + waits, `${object}: ${writes} writes, W = ${depth}, waits = ${waits}`);
  });

  it(`writes nothing to Kubernetes and nothing to the cloud in ${HOURS} idle hours`, async () => {
    const [writes, since] = [lab.writes().length, lab.now()];
    await lab.advance(HOURS * 3600);
    assert.deepEqual(lab.writes().slice(writes), []);
    assert.deepEqual(mutating(lab, since), []);
  });
});

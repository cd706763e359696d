// Killed before, in the middle of and after its writes: every run ends where the undisturbed one ends, by the ledger.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { operatorToken } from '../flows/operator.ts';
import { flowPlane } from '../flows/plane.ts';
import { verdicts } from './judge.ts';
import { choose, common } from './points.ts';
import type { Seen } from './proxy.ts';
import { type Order, type Outcome, type Part, type Theatre, play } from './run.ts';

const POINTS = 20;
const AT_ONCE = 4;
const ALL = process.env['KILL_POINTS'] === 'all';

describe('the judge of kills', () => {
  const life = (type: string, id: string, by = 'operator') => ({
    type,
    id,
    zone: null,
    deletedAt: null,
    attributes: {},
    createdBy: { accessKeyId: by },
  });
  const ready = {
    kind: 'X',
    metadata: { name: 'x' },
    status: { conditions: [{ type: 'Ready', status: 'True' }], resources: [{ id: 'vpc-1' }] },
  };
  const wish = { made: { vpc: 1 }, living: ['vpc  {}'] };
  const cases = [
    { why: 'the wished end holds', lives: [life('vpc', 'vpc-1')], objects: [ready], problems: 0 },
    {
      why: 'a second VPC was made, lives, and is on no record',
      lives: [life('vpc', 'vpc-1'), life('vpc', 'vpc-2')],
      objects: [ready],
      problems: 3,
    },
    {
      why: 'a second VPC was made and released again: it was made twice all the same',
      lives: [life('vpc', 'vpc-1'), { ...life('vpc', 'vpc-2'), deletedAt: 'then' }],
      objects: [ready],
      problems: 1,
    },
    { why: 'nothing was made', lives: [], objects: [ready], problems: 2 },
    {
      why: 'an open intent is no end',
      lives: [life('vpc', 'vpc-1')],
      objects: [{ ...ready, status: { ...ready.status, intents: [{}] } }],
      problems: 1,
    },
  ];
  for (const { why, lives, objects, problems } of cases)
    it(why, () => assert.equal(verdicts({ lives, objects }, wish).length, problems));
});

describe('killed at any write', function () {
  this.timeout(20 * 60_000);
  let theatre: Theatre | undefined;
  let folder = '';
  let next = 0;
  const stage = (): Theatre => {
    if (theatre === undefined) throw new Error('not started');
    return theatre;
  };
  const run = (part: Part, aim: Pick<Order, 'trigger' | 'shape'> = {}): Promise<Outcome> => {
    const order: Order = { index: next, part, ...aim };
    next += 1;
    return play(stage(), order);
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kill-bundle-'));
    const program = join(folder, 'operator.mjs');
    const banner = {
      js: `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`,
    };
    await build({
      entryPoints: [join(import.meta.dirname, '../../../src/main.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node22.19',
      banner,
      logLevel: 'error',
    });
    const flow = await flowPlane();
    theatre = { flow, program, token: await operatorToken(flow.plane) };
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Learns twice, chooses, kills; a table of all points. */
  async function trial(part: Part, channel: Seen['channel'] | undefined): Promise<readonly Outcome[]> {
    const learnt = await Promise.all([run(part), run(part), run(part)]);
    for (const { problems } of learnt) assert.deepEqual(problems, [], 'the undisturbed run holds');
    const writes = common(
      learnt.map((outcome) => outcome.seen.filter((seen) => channel === undefined || seen.channel === channel)),
    );
    const points = choose(writes, ALL ? writes.length * 3 : POINTS);
    const shape = learnt[0]?.shape ?? [];
    for (const other of learnt) assert.deepEqual(other.shape, shape, 'undisturbed runs end alike');
    const outcomes = await inLanes(points, (trigger) => run(part, { trigger, shape }));
    for (const { order, problems, seconds } of outcomes) {
      const at = order.trigger;
      process.stdout.write(
        `      ${seconds.toFixed(1).padStart(5)} s  ${part} ${at?.position.padEnd(11)} ${at?.channel} ${at?.signature} #${at?.nth}${problems.length > 0 ? `  FAILED ${problems.join('; ')}` : ''}\n`,
      );
    }
    return outcomes;
  }

  const parts = [
    { title: 'at Kubernetes writes while the sample is built', part: 'build', channel: 'kube' },
    { title: 'at cloud writes while the sample is built', part: 'build', channel: 'cloud' },
    { title: 'at any write while a zone is rebalanced', part: 'rebalance', channel: undefined },
  ] as const;
  for (const { title, part, channel } of parts) {
    it(title, async () => {
      const outcomes = await trial(part, channel);
      assert.ok(outcomes.length >= POINTS, `${outcomes.length} points, ${POINTS} are due`);
      const positions = new Set(outcomes.map((outcome) => outcome.order.trigger?.position));
      assert.deepEqual(
        [...positions].map(String).toSorted((a, b) => a.localeCompare(b)),
        ['after', 'answer-lost', 'before'],
      );
      const failed = outcomes.filter((outcome) => outcome.problems.length > 0);
      assert.deepEqual(
        failed.map(({ order, problems }) => ({ at: order.trigger, problems })),
        [],
      );
    });
  }
});

async function inLanes<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  let at = 0;
  const lane = async (): Promise<void> => {
    for (let index = at++; index < items.length; index = at++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return results;
}

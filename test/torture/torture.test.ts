// Killed before, in the middle of and after its writes: every life ends where the undisturbed one ends, and no step breaks a promise.
import assert from 'node:assert/strict';
import { CONTROL_PLANE_TIMEOUT_MS, sharedControlPlane } from '../support/shared-control-plane.ts';
import { CLOUD } from './cloud-rows.ts';
import { GENERATORS, cloudSampleOf, sampleOf } from './generators.ts';
import type { Generator } from './packs.ts';
import { type Lesson, learn, playAll } from './session.ts';
import { type Plan, readPlan } from './plan.ts';
import { type Stage, setStage } from './stage.ts';
import type { Outcome } from './run.ts';
import { ROWS } from './rows.ts';
import { summary } from './table.ts';

const POINTS = 20;
const LANES = 5;

describe('torture: killed at any write', function () {
  this.timeout(20 * 60_000);
  let stage: Stage | undefined;
  let lesson: Lesson | undefined;

  before(async function () {
    this.timeout(CONTROL_PLANE_TIMEOUT_MS);
    stage = await setStage(await sharedControlPlane(), LANES);
    lesson = await learn(stage, ['rebalance']);
  });

  after(() => stage?.stop());

  it('a sample of kills in the build and in a rebalance, in all positions', async () => {
    assert.ok(stage !== undefined && lesson !== undefined);
    const plans = sampleOf(lesson.points, POINTS);
    const shots = plans.flatMap((plan) => plan.shots);
    const kinds = Map.groupBy(shots, ({ phase, at }) => (phase === 'build' ? `build ${at.channel}` : phase));
    for (const kind of ['build kube', 'build cloud', 'rebalance']) {
      const of = kinds.get(kind) ?? [];
      assert.ok(of.length >= POINTS, `${of.length} points in ${kind}, ${POINTS} are due`);
      const positions = new Set(of.map(({ fault }) => (fault.kind === 'kill' ? fault.position : '')));
      assert.equal(positions.size, 3, `${kind} is shot at in all positions`);
    }
    await hold(plans);
  });

  it('a sample of what the cloud may answer, forget, delay and invent', async () => {
    assert.ok(stage !== undefined && lesson !== undefined);
    const plans = cloudSampleOf(lesson.points);
    assert.equal(plans.length, LANES);
    await hold(plans);
  });

  /** Plays plans that must all hold. */
  async function hold(plans: readonly Plan[]): Promise<void> {
    assert.ok(stage !== undefined && lesson !== undefined);
    const shots = plans.flatMap((plan) => plan.shots);
    const began = performance.now();
    const tell = (outcome: Outcome): void => void process.stdout.write(`      ${summary(outcome)}\n`);
    const outcomes = await playAll(stage, { plans, due: lesson.due, tell });
    const each = (performance.now() - began) / 1000 / shots.length;
    process.stdout.write(`      ${shots.length} points, ${each.toFixed(1)} s each\n`);
    const failed = outcomes.filter(({ problems }) => problems.length > 0);
    assert.deepEqual(
      failed.map(({ plan, problems, failedIn }) => ({ plan: JSON.stringify(plan), failedIn, problems })),
      [],
    );
  }
});

describe('torture: plans', () => {
  const shot = (fault: object) => ({ phase: 'build', at: { channel: 'kube', fact: 'x' }, fault });
  const cases = [
    { why: 'no JSON', text: '{', complaint: /^no JSON/ },
    {
      why: 'an unknown fault',
      text: JSON.stringify({ name: 'a', row: 'D1', shots: [shot({ kind: 'x' })] }),
      complaint: /shots\.0\.fault/,
    },
    { why: 'an unknown field', text: JSON.stringify({ name: 'a', row: 'D1', shots: [], x: 1 }), complaint: /"x"/ },
    {
      why: 'two shots in one phase',
      text: JSON.stringify({ name: 'a', row: 'D1', shots: [shot({ kind: 'terminate' }), shot({ kind: 'terminate' })] }),
      complaint: /phase build has two/,
    },
  ];
  for (const { why, text, complaint } of cases)
    it(`${why} is refused in one sentence`, () => assert.throws(() => readPlan(text), { message: complaint }));

  it('the sample has enough points in all positions, however many writes a life has', () => {
    const of = (length: number, channel: 'kube' | 'cloud') =>
      Array.from({ length }, (_, index) => ({ channel, fact: `x+${index}`, nth: 1 }));
    for (let writes = Math.ceil(POINTS / 3); writes <= 100; writes += 1) {
      const points = { build: of(writes, 'kube'), rebalance: [], drift: [], deletion: [] };
      const shots = sampleOf(points, POINTS).flatMap((plan) => plan.shots);
      assert.equal(new Set(shots.map((shot) => JSON.stringify(shot))).size, POINTS, `${writes} writes`);
      const positions = Map.groupBy(shots, ({ fault }) => (fault.kind === 'kill' ? fault.position : ''));
      assert.ok(
        [...positions.values()].length === 3 && [...positions.values()].every((some) => some.length >= 6),
        `${writes} writes are shot at in all positions`,
      );
    }
  });

  it('every generated plan is read back as it is, and every generator has a row', () => {
    const at = (channel: 'kube' | 'cloud', fact: string) => ({ channel, fact, nth: 1 });
    const writes =
      'CreateVpc vpc,RunInstances web/f,CreateLoadBalancerTCPListener web/lb,AuthorizeSecurityGroup sg,DeleteVpc vpc';
    const some = [
      ...Array.from({ length: 12 }, (_, index) => at('kube', `environments/bank intents+${index}`)),
      ...writes.split(',').map((fact) => at('cloud', fact)),
    ];
    const points = { build: some, rebalance: some, drift: some, deletion: some };
    for (const [row, generate] of Object.entries<Generator>(GENERATORS)) {
      const plans = generate(row, points);
      assert.ok(plans.length > 0, row);
      assert.ok(
        ROWS.some(({ id }) => id === row),
        row,
      );
      for (const plan of plans) assert.deepEqual(readPlan(JSON.stringify(plan)), plan);
    }
  });

  it('the rows of the cloud put more than a thousand faults into lives with the writes of the sample', () => {
    const writes = {
      build:
        'CreateVpc vpc,CreateLoadBalancer lb,CreateSecurityGroup sg,CreateSecurityGroup sg,CreateVSwitch f,CreateVSwitch g,CreateLoadBalancerTCPListener lb,StartLoadBalancerListener lb,AuthorizeSecurityGroup sg,AuthorizeSecurityGroup sg,RunInstances web/f,RunInstances web/g,RunInstances bastion/f,RunInstances bastion/g,AddBackendServers lb,AddBackendServers lb',
      rebalance:
        'RunInstances web/f,AddBackendServers lb,SetBackendServers lb,SetBackendServers lb,RemoveBackendServers lb,DeleteInstances g',
      drift:
        'RevokeSecurityGroup sg,RunInstances web/g,SetLoadBalancerTCPListenerAttribute lb,StartLoadBalancerListener lb,AddBackendServers lb',
      deletion:
        'DeleteInstances a,DeleteInstances b,DeleteInstances c,DeleteInstances d,DeleteLoadBalancer lb,DeleteSecurityGroup sg,DeleteSecurityGroup sg,DeleteVSwitch f,DeleteVSwitch g,DeleteVpc vpc',
    };
    const of = (phase: keyof typeof writes) =>
      writes[phase].split(',').map((fact) => ({ channel: 'cloud' as const, fact, nth: 1 }));
    const points = { build: of('build'), rebalance: of('rebalance'), drift: of('drift'), deletion: of('deletion') };
    const faults = Object.entries(CLOUD).flatMap(([row, generate]) =>
      generate(row, points).flatMap((plan) => plan.shots),
    );
    assert.ok(faults.length > 1000, `${faults.length}`);
  });
});

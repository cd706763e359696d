import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  type ReplacementFacts,
  type ReplacementStep,
  WEIGHTS,
  nextStep,
  reached,
  replacementSteps,
} from './replacement.ts';

const facts: ReplacementFacts = {
  behindLoadBalancer: true,
  newcomer: 'running',
  gatePassed: true,
  newcomerWeight: WEIGHTS.serving,
  normalSinceRegistration: true,
  surplusWeight: WEIGHTS.serving,
  surplusGone: false,
  drained: false,
};

interface Row {
  readonly why: string;
  readonly step: ReplacementStep;
  readonly facts: Partial<ReplacementFacts>;
  readonly next: ReplacementStep | undefined;
}

const rows: readonly Row[] = [
  {
    why: 'a newcomer that is not made yet is waited for',
    step: 'Surge',
    facts: { newcomer: 'missing', gatePassed: false },
    next: 'Surge',
  },
  {
    why: 'a newcomer that starts is waited for',
    step: 'Surge',
    facts: { newcomer: 'starting', gatePassed: false },
    next: 'Surge',
  },
  {
    why: 'a running newcomer that did not pass its gate is not trusted',
    step: 'Surge',
    facts: { gatePassed: false },
    next: 'Surge',
  },
  {
    why: 'a newcomer whose gate passed and that stopped again is not trusted',
    step: 'Surge',
    facts: { newcomer: 'starting' },
    next: 'Surge',
  },
  { why: 'gate passed', step: 'Surge', facts: {}, next: 'Checked' },
  { why: 'behind a load balancer it becomes a member on trial', step: 'Checked', facts: {}, next: 'Registered' },
  {
    why: 'without one there is nothing to register',
    step: 'Checked',
    facts: { behindLoadBalancer: false },
    next: 'InService',
  },
  {
    why: 'a newcomer that is no member yet proves nothing',
    step: 'Registered',
    facts: { newcomerWeight: undefined },
    next: 'Registered',
  },
  {
    why: 'a member that is not normal since its registration proves nothing',
    step: 'Registered',
    facts: { newcomerWeight: WEIGHTS.trial, normalSinceRegistration: false },
    next: 'Registered',
  },
  {
    why: 'a normal member is taken into service',
    step: 'Registered',
    facts: { newcomerWeight: WEIGHTS.trial },
    next: 'InService',
  },
  {
    why: 'a load balancer that is no longer declared has nothing left to prove; the newcomer passed its gate',
    step: 'Registered',
    facts: { behindLoadBalancer: false, newcomerWeight: undefined, surplusWeight: undefined },
    next: 'InService',
  },
  {
    why: 'while it has the weight of the trial nothing is drained',
    step: 'InService',
    facts: { newcomerWeight: WEIGHTS.trial },
    next: 'InService',
  },
  {
    why: 'while it is no member nothing is drained',
    step: 'InService',
    facts: { newcomerWeight: undefined },
    next: 'InService',
  },
  { why: 'at full weight the surplus drains', step: 'InService', facts: {}, next: 'Draining' },
  {
    why: 'without a load balancer there is no weight to wait for',
    step: 'InService',
    facts: { behindLoadBalancer: false, newcomerWeight: undefined },
    next: 'Draining',
  },
  {
    why: 'a surplus that still serves is not released, whatever time passed',
    step: 'Draining',
    facts: { drained: true },
    next: 'Draining',
  },
  {
    why: 'a surplus out of service is not released before its time',
    step: 'Draining',
    facts: { surplusWeight: WEIGHTS.draining },
    next: 'Draining',
  },
  { why: 'drained', step: 'Draining', facts: { surplusWeight: WEIGHTS.draining, drained: true }, next: 'Released' },
  {
    why: 'a surplus that is no member any more only has to wait',
    step: 'Draining',
    facts: { surplusWeight: undefined, drained: true },
    next: 'Released',
  },
  {
    why: 'without a load balancer nothing has to drain',
    step: 'Draining',
    facts: { behindLoadBalancer: false, surplusWeight: undefined, drained: true },
    next: 'Released',
  },
  {
    why: 'behind a load balancer that nobody joins any more the surplus is drained all the same',
    step: 'Draining',
    facts: { behindLoadBalancer: false, drained: true },
    next: 'Draining',
  },
  { why: 'released is over when the surplus is gone', step: 'Released', facts: { surplusGone: true }, next: undefined },
  { why: 'a surplus that is still there keeps the record', step: 'Released', facts: {}, next: 'Released' },
  {
    why: 'a surplus that went by itself before the gate: the newcomer still has to pass it',
    step: 'Surge',
    facts: { surplusGone: true, gatePassed: false },
    next: 'Surge',
  },
  {
    why: 'a surplus that went by itself leaves its place to a newcomer that passed',
    step: 'Surge',
    facts: { surplusGone: true },
    next: undefined,
  },
  {
    why: 'a surplus that went by itself while the newcomer is on trial',
    step: 'Registered',
    facts: { surplusGone: true, normalSinceRegistration: false },
    next: undefined,
  },
  {
    why: 'a surplus that went by itself and no newcomer: one is still made',
    step: 'Surge',
    facts: { surplusGone: true, newcomer: 'missing', gatePassed: false },
    next: 'Surge',
  },
  {
    why: 'a surplus that went by itself while the newcomer is down: nobody has the place yet',
    step: 'Registered',
    facts: { surplusGone: true, newcomer: 'starting', newcomerWeight: undefined },
    next: 'Registered',
  },
  {
    why: 'a surplus that went by itself and a newcomer that passed and stopped again',
    step: 'Surge',
    facts: { surplusGone: true, newcomer: 'starting' },
    next: 'Surge',
  },
  {
    why: 'a server that only leaves has no newcomer, and is drained like any other',
    step: 'Draining',
    facts: { newcomer: 'missing', newcomerWeight: undefined, surplusWeight: WEIGHTS.draining, drained: true },
    next: 'Released',
  },
];

const anyFacts: fc.Arbitrary<ReplacementFacts> = fc.record({
  behindLoadBalancer: fc.boolean(),
  newcomer: fc.constantFrom('missing', 'starting', 'running'),
  gatePassed: fc.boolean(),
  newcomerWeight: fc.constantFrom(undefined, 0, 1, 100),
  normalSinceRegistration: fc.boolean(),
  surplusWeight: fc.constantFrom(undefined, 0, 100),
  surplusGone: fc.boolean(),
  drained: fc.boolean(),
});

describe('nextStep', () => {
  for (const row of rows) {
    it(`${row.step}: ${row.why}`, () => assert.equal(nextStep(row.step, { ...facts, ...row.facts }), row.next));
  }

  it('has a row for staying and a row for leaving of every step', () => {
    for (const step of replacementSteps.filter((item) => item !== 'Checked')) {
      const ends = rows.filter((row) => row.step === step).map((row) => row.next === step);
      assert.ok(ends.includes(true) && ends.includes(false), step);
    }
  });

  it('goes to the next step, stays, or ends; it never goes back nor leaves one out but Registered', () => {
    fc.assert(
      fc.property(fc.constantFrom(...replacementSteps), anyFacts, (step, seen) => {
        const next = nextStep(step, seen);
        if (next === undefined) return assert.ok(seen.surplusGone, 'it ends only when the surplus is gone');
        const moved = replacementSteps.indexOf(next) - replacementSteps.indexOf(step);
        assert.ok(
          moved === 0 || moved === 1 || (step === 'Checked' && next === 'InService' && !seen.behindLoadBalancer),
        );
      }),
    );
  });

  it('never drains before the newcomer serves, and never releases before the drain is over', () => {
    fc.assert(
      fc.property(anyFacts, (seen) => {
        if (seen.surplusGone) return;
        if (nextStep('Draining', seen) === 'Released')
          assert.ok(seen.drained && seen.surplusWeight !== WEIGHTS.serving);
        if (!seen.behindLoadBalancer) return;
        if (nextStep('InService', seen) === 'Draining') assert.equal(seen.newcomerWeight, WEIGHTS.serving);
        if (nextStep('Registered', seen) === 'InService') assert.ok(seen.normalSinceRegistration);
      }),
    );
  });
});

describe('WEIGHTS', () => {
  it('are the full one, the least that is still probed and served, and none', () => {
    assert.deepEqual(WEIGHTS, { serving: 100, trial: 1, draining: 0 });
  });
});

describe('reached', () => {
  it('compares by the order of the steps', () => {
    assert.ok(reached('Draining', 'Registered'));
    assert.ok(reached('Registered', 'Registered'));
    assert.ok(!reached('Checked', 'Registered'));
  });
});

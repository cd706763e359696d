// The rules of evidence: what a sighting voids, what a miss proves, and when an absence is proven.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  type Evidence,
  firstHeard,
  isConvicted,
  isMissing,
  isYoung,
  missedById,
  missedBySweep,
  nextReadAt,
  seen,
} from './evidence.ts';

const graces = { absenceMs: 30, visibilityMs: 900 };
const heardAt10 = firstHeard(10);
const of = (more: Partial<Evidence>): Evidence => ({ ...heardAt10, ...more });
/** Lacked by a sweep and by two reads by id, exactly as far apart as is needed. */
const proven = of({ grown: true, sweepMissAt: 100, firstMissAt: 101, lastMissAt: 131 });

describe('evidence after a sighting', () => {
  const cases: readonly { readonly why: string; readonly before: Evidence; readonly after: Evidence }[] = [
    { why: 'the first sighting is kept', before: heardAt10, after: of({ seenAt: 100 }) },
    {
      why: 'older misses and the judgement itself are void, its age is not',
      before: of({ grown: true, sweepMissAt: 60, firstMissAt: 61, lastMissAt: 99, absent: true }),
      after: of({ grown: true, seenAt: 100 }),
    },
    {
      why: 'a miss of a read that began in the same instant is not younger',
      before: of({ sweepMissAt: 100, firstMissAt: 100, lastMissAt: 100 }),
      after: of({ seenAt: 100 }),
    },
    {
      why: 'an answer that came late does not make it seen earlier',
      before: of({ seenAt: 140 }),
      after: of({ seenAt: 140 }),
    },
  ];
  for (const { why, before, after } of cases) {
    it(why, () => assert.deepEqual(seen(before, 100), after));
  }

  for (const [why, before] of [
    ['a younger read by id that missed it stands', of({ firstMissAt: 50, lastMissAt: 101 })],
    ['a younger sweep that missed it stands', of({ sweepMissAt: 101 })],
  ] as const) {
    it(`${why}, and the sighting is told to be stale by identity`, () => assert.equal(seen(before, 100), before));
  }
});

describe('evidence after a miss', () => {
  const sweeps: readonly { readonly why: string; readonly before: Evidence; readonly counts: boolean }[] = [
    { why: 'counts when the id was known', before: heardAt10, counts: true },
    { why: 'counts when the id was heard of in the same instant', before: of({ knownAt: 100 }), counts: true },
    { why: 'proves nothing when the id was heard of after it began', before: of({ knownAt: 101 }), counts: false },
    { why: 'counts when the id was seen in the same instant', before: of({ seenAt: 100 }), counts: true },
    { why: 'proves nothing when the id was seen after it began', before: of({ seenAt: 101 }), counts: false },
  ];
  for (const { why, before, counts } of sweeps) {
    it(`of a sweep ${why}`, () =>
      assert.deepEqual(missedBySweep(before, 100), counts ? { ...before, sweepMissAt: 100 } : before));
  }

  it('of a read by id counts from the first one to the last one', () => {
    const once = missedById(heardAt10, 100);
    assert.deepEqual(once, of({ firstMissAt: 100, lastMissAt: 100 }));
    assert.deepEqual(missedById(once, 120), of({ firstMissAt: 100, lastMissAt: 120 }));
  });

  it('of a read by id proves nothing when the id was seen after it began, and counts in the same instant', () => {
    const late = of({ seenAt: 101 });
    assert.equal(missedById(late, 100), late);
    assert.equal(missedById(of({ seenAt: 100 }), 100).lastMissAt, 100);
  });
});

describe('absence', () => {
  const verdicts: readonly {
    readonly why: string;
    readonly evidence: Evidence;
    readonly at?: number;
    readonly is: boolean;
  }[] = [
    { why: 'proven by a sweep and two reads by id half a minute apart', evidence: proven, is: true },
    { why: 'not proven when the two reads are a moment closer', evidence: { ...proven, lastMissAt: 130 }, is: false },
    {
      why: 'not proven without a sweep',
      evidence: of({ grown: true, firstMissAt: 101, lastMissAt: 131 }),
      is: false,
    },
    { why: 'not proven without a read by id', evidence: of({ grown: true, sweepMissAt: 100 }), is: false },
    {
      why: 'not proven of an id that is a moment too young',
      evidence: { ...proven, grown: false },
      at: 909,
      is: false,
    },
    { why: 'proven as soon as its age is reached', evidence: { ...proven, grown: false }, at: 910, is: true },
  ];
  for (const { why, evidence, at = 200, is } of verdicts) {
    it(`is ${why}`, () => {
      assert.equal(isConvicted(evidence, at, graces), is);
      assert.equal(isYoung(evidence, at, graces), !evidence.grown && at < 910);
    });
  }

  for (const [why, evidence, is] of [
    ['an id that nothing is held against is not missing', of({ seenAt: 20 }), false],
    ['a miss of a sweep alone makes it missing', of({ sweepMissAt: 100 }), true],
    ['a miss by id alone makes it missing', of({ firstMissAt: 100, lastMissAt: 100 }), true],
    ['what is judged is not missing any more', { ...proven, absent: true }, false],
  ] as const) {
    it(why, () => assert.equal(isMissing(evidence), is));
  }

  for (const [why, evidence, at] of [
    ['nothing was missed by id yet: the sweep asks first', of({ sweepMissAt: 100 }), undefined],
    ['it is judged already', { ...proven, absent: true }, undefined],
    ['a grown id is due when the two reads are far enough apart', of({ grown: true, firstMissAt: 100 }), 130],
    ['a young one is due when it has its age', of({ firstMissAt: 100 }), 910],
    ['an old one that was never grown is due like a grown one', of({ firstMissAt: 1000 }), 1030],
  ] as const) {
    it(`reads again at ${at}: ${why}`, () => assert.equal(nextReadAt(evidence, graces), at));
  }
});

describe('evidence of any reads in any order of arrival', () => {
  const read = fc.record({ kind: fc.constantFrom('seen', 'sweep', 'id'), at: fc.integer({ min: 0, max: 400 }) });
  /** Distinct times: what of two reads that began in the same instant is not settled. */
  const reads = fc.uniqueArray(read, { selector: ({ at }) => at, maxLength: 12 });
  const taken = (evidence: Evidence, { kind, at }: { readonly kind: string; readonly at: number }): Evidence =>
    kind === 'seen' ? seen(evidence, at) : kind === 'sweep' ? missedBySweep(evidence, at) : missedById(evidence, at);
  const all = (of: readonly { readonly kind: string; readonly at: number }[]) =>
    of.reduce(taken, { ...firstHeard(0), grown: true });

  it('never proves the absence of what the youngest read showed', () => {
    fc.assert(
      fc.property(reads, (some) => {
        const youngest = some.toSorted((one, other) => other.at - one.at)[0];
        if (youngest?.kind === 'seen') assert.ok(!isConvicted(all(some), 1000, graces));
      }),
      { numRuns: 500 },
    );
  });

  it('in their own order: proves it exactly when since the last sighting a sweep and two reads far enough apart missed it', () => {
    fc.assert(
      fc.property(reads, (some) => {
        const inOrder = some.toSorted((one, other) => one.at - other.at);
        const since = inOrder.slice(inOrder.findLastIndex(({ kind }) => kind === 'seen') + 1);
        const byId = since.filter(({ kind }) => kind === 'id').map(({ at }) => at);
        const apart = (byId.at(-1) ?? 0) - (byId[0] ?? 0);
        const proof = since.some(({ kind }) => kind === 'sweep') && apart >= graces.absenceMs;
        assert.equal(isConvicted(all(inOrder), 1000, graces), proof);
      }),
      { numRuns: 500 },
    );
  });
});

// When an object is visited again: a table of what holds and the milliseconds that follow from it.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { F, G } from '../../test/support/builders.ts';
import type { Progress } from '../crds/index.ts';
import { emptyPlan } from '../plan/change.ts';
import { draftOf } from './draft.ts';
import type { KindPlan } from './kind.ts';
import { nextVisit } from './next-visit.ts';

const settled: Progress = { kind: 'settled' };
const working: Progress = { kind: 'working', reason: 'Progressing', message: '' };
const stalled: Progress = { kind: 'stalled', reason: 'InvalidSpec', message: '' };
const REST_MS = 600_000;

interface Holds {
  readonly acted?: boolean;
  readonly progress?: Progress;
  readonly dueInMs?: number | undefined;
  readonly impaired?: boolean;
  readonly unwell?: boolean;
  readonly restMs?: number;
}

function waitOf({
  acted = false,
  progress = settled,
  dueInMs,
  impaired = false,
  unwell = false,
  restMs = REST_MS,
}: Holds) {
  const plan: KindPlan = { plan: emptyPlan, fleets: [], replacements: [], gone: [], retain: [], dueInMs };
  const since = '2026-01-01T00:00:00Z';
  const draft = {
    ...draftOf(undefined),
    zones: [
      { name: F, state: 'Normal' as const, since },
      { name: G, state: impaired ? ('Impaired' as const) : ('Normal' as const), since },
    ],
  };
  const outcome = nextVisit({ acted, progress, plan, draft, unwell, restMs });
  assert.equal(outcome.kind, 'requeue-after');
  return outcome.kind === 'requeue-after' ? outcome.ms : 0;
}

describe('nextVisit', () => {
  const cases: readonly (Holds & { readonly why: string; readonly ms: number })[] = [
    { why: 'at rest: when news should have come long ago', ms: REST_MS },
    { why: 'something was done: at once, whatever else holds', acted: true, progress: stalled, dueInMs: 5, ms: 10 },
    { why: 'something is awaited: soon', progress: working, ms: 1000 },
    { why: 'a drain ends sooner than that', progress: working, dueInMs: 100, ms: 100 },
    { why: 'a drain that ends later does not delay what is awaited', progress: working, dueInMs: 9000, ms: 1000 },
    { why: 'nothing is awaited but the end of a drain', dueInMs: 9000, ms: 9000 },
    { why: 'a zone is impaired: its return is awaited, though nothing else is', impaired: true, ms: 1000 },
    { why: 'an impaired zone also when a person has to help', impaired: true, progress: stalled, ms: 1000 },
    { why: 'backends do not answer: more often than their slow reading', unwell: true, ms: 5000 },
    { why: 'backends do not answer and a drain ends first', unwell: true, dueInMs: 300, ms: 300 },
    { why: 'a person has to help: seldom', progress: stalled, ms: 30_000 },
    { why: 'a person has to help, and backends do not answer', progress: stalled, unwell: true, ms: 5000 },
    { why: 'a person has to help, and a drain ends first', progress: stalled, dueInMs: 20_000, ms: 20_000 },
    { why: 'a person has to help, and a drain ends later', progress: stalled, dueInMs: 90_000, ms: 30_000 },
    { why: 'the rest is shorter than all of it', progress: working, restMs: 700, ms: 700 },
    { why: 'the rest is shorter than the end of a drain', dueInMs: 90_000, restMs: 60_000, ms: 60_000 },
  ];
  for (const { why, ms, ...holds } of cases) it(why, () => assert.equal(waitOf(holds), ms));

  it('never waits longer than the rest, nor than what is due', () => {
    const holds = fc.record({
      progress: fc.constantFrom(settled, working, stalled),
      dueInMs: fc.option(fc.integer({ min: 100, max: 900_000 }), { nil: undefined }),
      impaired: fc.boolean(),
      unwell: fc.boolean(),
      restMs: fc.integer({ min: 1000, max: 900_000 }),
    });
    fc.assert(
      fc.property(holds, (some) => {
        const ms = waitOf(some);
        assert.ok(ms > 0 && ms <= some.restMs && ms <= (some.dueInMs ?? Infinity));
      }),
    );
  });
});

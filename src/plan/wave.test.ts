import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { type Change, type Plan, type ResourceKey, changeKey, emptyPlan, joinPlans, resourceKey } from './change.ts';
import { depth, nextWave, unsettled } from './wave.ts';

function change(name: string, needs: readonly ResourceKey[] = [], more: Partial<Change> = {}): Change {
  return {
    verb: 'Create',
    type: 'Thing',
    name,
    ids: [],
    count: 1,
    fields: [],
    impact: 'Safe',
    blueprint: 'X-1',
    reason: '',
    needs,
    action: undefined,
    ...more,
  };
}
const key = (name: string): ResourceKey => resourceKey('Thing', name);
const plan = (...changes: readonly Change[]): Plan => ({ ...emptyPlan, changes });
const names = (of: Plan): readonly string[] => nextWave(of).map((item) => item.name);

describe('nextWave', () => {
  it('runs what needs nothing, and leaves what needs an open change', () => {
    assert.deepEqual(names(plan(change('vpc'), change('sg', [key('vpc')]), change('other'))), ['vpc', 'other']);
  });

  it('runs what needs a resource that nobody changes: it is settled', () => {
    assert.deepEqual(names(plan(change('sg', [key('vpc')]))), ['sg']);
  });

  it('waits while a need is pending or blocked', () => {
    const waiting = { type: 'Thing', id: 'id', why: 'is Pending' };
    const dependency = { kind: 'Zone', name: 'z', fact: 'id' };
    const all = {
      ...plan(change('a', [key('p')]), change('b', [key('q')]), change('c')),
      pending: [{ ...waiting, name: 'p' }],
      blocked: [{ type: 'Thing', name: 'q', dependency }],
    };
    assert.deepEqual(names(all), ['c']);
    assert.deepEqual([...unsettled(all)].toSorted(), ['Thing:a', 'Thing:b', 'Thing:c', 'Thing:p', 'Thing:q']);
  });

  it('never runs a Forbidden change, and nothing that needs it', () => {
    assert.deepEqual(names(plan(change('disk', [], { impact: 'Forbidden' }), change('next', [key('disk')]))), []);
  });

  it('runs Disruptive changes: whether they may is decided before they are in the plan', () => {
    assert.deepEqual(names(plan(change('gone', [], { impact: 'Disruptive' }))), ['gone']);
  });
});

describe('depth', () => {
  it('is the number of waves that a chain takes, and 0 for nothing', () => {
    assert.equal(depth(emptyPlan), 0);
    assert.equal(depth(plan(change('a'), change('b', [key('a')]), change('c', [key('b'), key('a')]))), 3);
  });

  it('does not count what is settled, nor a need of itself', () => {
    assert.equal(depth(plan(change('a', [key('settled'), key('a')]))), 1);
  });

  it('throws on a ring and names it', () => {
    assert.throws(
      () => depth(plan(change('a', [key('b')]), change('b', [key('a')]))),
      /ring in the plan: Thing:a -> Thing:b -> Thing:a/,
    );
  });

  it('is what running wave after wave takes, for every graph without rings', () => {
    const graph = fc.array(fc.array(fc.nat(20), { maxLength: 4 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(graph, (rows) => {
        const all = rows.map((needs, index) =>
          change(
            `n${index}`,
            needs.filter((need) => need < index).map((need) => key(`n${need}`)),
          ),
        );
        let left: readonly Change[] = all;
        let waves = 0;
        while (left.length > 0) {
          const wave = new Set(nextWave(plan(...left)));
          assert.ok(wave.size > 0, 'a plan without rings always has something to run');
          left = left.filter((item) => !wave.has(item));
          waves += 1;
        }
        assert.equal(waves, depth(plan(...all)));
      }),
    );
  });
});

describe('change helpers', () => {
  it('join plans in order and name changes by verb, type and name', () => {
    const joined = joinPlans([plan(change('a')), emptyPlan, plan(change('b'))]);
    assert.deepEqual(joined.changes.map(changeKey), ['Create Thing a', 'Create Thing b']);
  });

  it('the plan of nothing cannot be added to by accident', () => {
    assert.ok(Object.isFrozen(emptyPlan));
    assert.deepEqual(joinPlans([]), { changes: [], pending: [], blocked: [], reported: [] });
  });
});

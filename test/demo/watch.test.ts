import assert from 'node:assert/strict';
import { condition, environment } from './judge/fixtures.ts';
import { newsIn } from './watch.ts';

describe('newsIn', () => {
  const drift = {
    rule: 'SLB-6',
    path: 'web/lb/http/80',
    desired: '/app/health',
    observed: '/login',
    decision: 'Repairing',
  };
  const step = { slot: 'web/0', module: 'web', surplusId: 'i-1', step: 'Surge' };

  it('tells a difference once, and again when what is done about it changes', () => {
    const first = environment([], { status: { drift: [drift] } });
    const second = environment([], { status: { drift: [{ ...drift, decision: 'Repaired' }] } });
    assert.deepEqual(
      newsIn(undefined, first, 1).map(({ kind }) => kind),
      ['drift'],
    );
    assert.deepEqual(newsIn(first, first, 2), []);
    assert.deepEqual(
      newsIn(first, second, 3).map(({ kind, at }) => [kind, at]),
      [['drift', 3]],
    );
  });

  it('tells each step of a replacement, also when only the newcomer gets its id', () => {
    const surge = environment([], { status: { replacements: [step] } });
    const named = environment([], { status: { replacements: [{ ...step, newId: 'i-2' }] } });
    const checked = environment([], { status: { replacements: [{ ...step, newId: 'i-2', step: 'Checked' }] } });
    assert.equal(newsIn(undefined, surge, 1).length, 1);
    assert.deepEqual(newsIn(surge, named, 2), []);
    assert.equal(newsIn(named, checked, 3).length, 1);
  });

  it('tells changes of conditions', () => {
    const [report] = newsIn(
      environment([condition('Ready')]),
      environment([condition('Ready', { status: 'False' })]),
      5,
    );
    assert.equal(report?.kind, 'condition');
  });
});

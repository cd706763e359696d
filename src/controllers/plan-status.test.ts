import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { type Change, type Plan, emptyPlan } from '../plan/change.ts';
import { planHash, statusPlan } from './plan-status.ts';

const change = (name: string, more: Partial<Change> = {}): Change => ({
  verb: 'Update',
  type: 'VPC',
  name,
  ids: ['vpc-1'],
  count: 1,
  impact: 'Safe',
  blueprint: 'NET-4',
  reason: '',
  needs: [],
  action: undefined,
  fields: [{ path: 'displayName', from: 'x', to: 'y', impact: 'Safe', rule: 'mutable', blueprint: 'NET-4' }],
  ...more,
});
const plan = (...changes: readonly Change[]): Plan => ({ ...emptyPlan, changes });
const [base] = [change('vpc')];

describe('planHash', () => {
  it('does not see the order', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
    fc.assert(
      fc.property(names, (all) =>
        assert.equal(
          planHash(plan(...all.map((name) => change(name)))),
          planHash(plan(...all.toReversed().map((name) => change(name)))),
        ),
      ),
    );
  });

  const moved: readonly (readonly [string, Partial<Change>])[] = [
    ['another verb', { verb: 'Delete' }],
    ['another type', { type: 'VSwitch' }],
    ['another name', { name: 'b' }],
    ['another id', { ids: ['vpc-2'] }],
    ['another value', { fields: base.fields.map((field) => ({ ...field, to: 'z' })) }],
    ['another found value', { fields: base.fields.map((field) => ({ ...field, from: 'z' })) }],
  ];
  for (const [why, more] of moved)
    it(`moves with ${why}`, () => assert.notEqual(planHash(plan(base)), planHash(plan(change('vpc', more)))));

  it('does not move with words, waits or needs', () => {
    const other = {
      ...plan(change('vpc', { reason: 'other', needs: ['VPC:x'] })),
      pending: [{ type: 'VPC', name: 'x', id: '', why: '' }],
    };
    assert.equal(planHash(plan(base)), planHash(other));
  });
});

describe('statusPlan', () => {
  it('is absent when there is nothing to do', () =>
    assert.equal(statusPlan({ ...emptyPlan, pending: [{ type: 'VPC', name: 'x', id: '', why: '' }] }), undefined));

  it('sums up by verb, shows a row for each field, and at most 100', () => {
    const many = Array.from({ length: 120 }, (_, index) => change(`v${index}`));
    const shown = statusPlan(plan(...many, change('web/f', { verb: 'Create', count: 3, fields: [] })));
    assert.deepEqual([shown?.summary, shown?.changes.length, shown?.hash.length], ['Update 120, Create 3', 100, 64]);
  });

  it('shows a create without fields', () => {
    const shown = statusPlan(plan(change('web/f', { verb: 'Create', impact: 'Safe', fields: [] })));
    assert.deepEqual(shown?.changes, [{ action: 'Create', resource: 'web/f', class: 'Safe' }]);
  });

  it('cuts long values', () => {
    const shown = statusPlan(
      plan(
        change('vpc', {
          fields: [
            {
              path: 'p'.repeat(300),
              from: ['x'.repeat(400)],
              to: 'y'.repeat(400),
              impact: 'Safe',
              rule: 'mutable',
              blueprint: 'NET-4',
            },
          ],
        }),
      ),
    );
    assert.deepEqual(
      [shown?.changes[0]?.field?.length, shown?.changes[0]?.from?.length, shown?.changes[0]?.to?.length],
      [128, 256, 256],
    );
  });
});

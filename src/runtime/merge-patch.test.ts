import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { applyMergePatch, mergePatchOf, sameJson } from './merge-patch.ts';

// A merge patch cannot write null, so objects that it can make have none but inside lists.
const json = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), fc.boolean(), tie('fields'), tie('list')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  fields: fc.dictionary(fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor'), fc.string()), tie('value'), {
    maxKeys: 4,
  }),
}));
const { fields } = json;

describe('merge patch', () => {
  it('makes the wanted value out of the current one, through the wire', () => {
    fc.assert(
      fc.property(fields, fields, (current, wanted) => {
        const patch = mergePatchOf(current, wanted);
        if (patch === undefined) return assert.ok(sameJson(current, wanted));
        const result = applyMergePatch(current, JSON.parse(JSON.stringify(patch)));
        assert.ok(sameJson(result, wanted), JSON.stringify({ current, wanted, patch, result }));
      }),
    );
  });

  it('is nothing for equal values', () => {
    fc.assert(fc.property(fields, (value) => assert.equal(mergePatchOf(value, structuredClone(value)), undefined)));
  });

  const cases = [
    { why: 'a removed member becomes null', from: { a: 1, b: 2 }, to: { a: 1 }, patch: { b: null } },
    { why: 'a member that is undefined is absent', from: { a: 1 }, to: { a: undefined }, patch: { a: null } },
    { why: 'undefined where nothing was is no change', from: { a: 1 }, to: { a: 1, b: undefined }, patch: undefined },
    {
      why: 'only the changed leaf is sent',
      from: { a: { b: 1, c: 2 } },
      to: { a: { b: 1, c: 3 } },
      patch: { a: { c: 3 } },
    },
    { why: 'a list is replaced whole', from: { a: [1, 2] }, to: { a: [1, 3] }, patch: { a: [1, 3] } },
    {
      why: 'the order of members is no change',
      from: { a: { b: 1, c: 2 } },
      to: { a: { c: 2, b: 1 } },
      patch: undefined,
    },
    { why: 'the order of items is a change', from: { a: [1, 2] }, to: { a: [2, 1] }, patch: { a: [2, 1] } },
    { why: 'a list is not an object', from: { a: [] }, to: { a: {} }, patch: { a: {} } },
  ];
  for (const { why, from, to, patch } of cases) it(why, () => assert.deepEqual(mergePatchOf(from, to), patch));
});

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { type FieldTable, changedPart, diffFields, sameValue, stableJson } from './fields.ts';

interface Thing {
  readonly name: string;
  readonly size: number;
  readonly kind: string;
  readonly seen: string;
  readonly groups: readonly string[];
}

const table: FieldTable<Thing> = {
  name: { rule: 'mutable', impact: 'Safe', blueprint: 'NET-4' },
  size: { rule: 'replace', impact: 'Disruptive', blueprint: 'ECS-15' },
  kind: { rule: 'forbidden', impact: 'Forbidden', blueprint: 'NET-1' },
  seen: { rule: 'ignore', impact: 'Safe', blueprint: 'SLB-4' },
  groups: { rule: 'mutable', impact: 'Disruptive', blueprint: 'SG-7' },
};
const live: Thing = { name: 'a', size: 1, kind: 'x', seen: 'now', groups: ['g1', 'g2'] };

const text = (value: unknown): string => (Array.isArray(value) ? JSON.stringify(value) : String(value));

describe('diffFields', () => {
  const cases: readonly { readonly why: string; readonly desired: Partial<Thing>; readonly is: readonly string[] }[] = [
    { why: 'equal values are no difference', desired: { ...live }, is: [] },
    { why: 'what is not declared is not judged', desired: {}, is: [] },
    { why: 'a mutable field has the impact of its row', desired: { name: 'b' }, is: ['name a->b mutable Safe NET-4'] },
    {
      why: 'what only a replacement sets is never made in place',
      desired: { size: 2 },
      is: ['size 1->2 replace Forbidden ECS-15'],
    },
    { why: 'what is fixed for life is Forbidden', desired: { kind: 'y' }, is: ['kind x->y forbidden Forbidden NET-1'] },
    { why: 'what is not ours to judge is silent', desired: { seen: 'never' }, is: [] },
    {
      why: 'the order of a list counts: both sides are canonical',
      desired: { groups: ['g2', 'g1'] },
      is: ['groups ["g1","g2"]->["g2","g1"] mutable Disruptive SG-7'],
    },
    {
      why: 'several differences come in the order of the table',
      desired: { kind: 'y', name: 'b' },
      is: ['name a->b mutable Safe NET-4', 'kind x->y forbidden Forbidden NET-1'],
    },
  ];
  for (const { why, desired, is } of cases) {
    it(why, () => {
      const found = diffFields(table, desired, live);
      assert.deepEqual(
        found.map((f) => `${f.path} ${text(f.from)}->${text(f.to)} ${f.rule} ${f.impact} ${f.blueprint}`),
        is,
      );
    });
  }

  it('shows what is absent in the cloud as null, which JSON can hold', () => {
    assert.equal(diffFields<Partial<Thing>>({ ...table }, { name: 'b' }, {})[0]?.from, null);
  });

  it('is empty exactly when every declared and judged field is equal', () => {
    const thing = fc.record({
      name: fc.string(),
      size: fc.nat(3),
      kind: fc.constantFrom('x', 'y'),
      seen: fc.string(),
      groups: fc.array(fc.string(), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(thing, thing, (desired, actual) => {
        const same =
          desired.name === actual.name &&
          desired.size === actual.size &&
          desired.kind === actual.kind &&
          JSON.stringify(desired.groups) === JSON.stringify(actual.groups);
        assert.equal(diffFields(table, desired, actual).length === 0, same);
      }),
    );
  });
});

describe('changedPart', () => {
  it('sets the declared values of what differs and nothing else', () => {
    const desired = { name: 'b', size: 1, groups: ['g3'] };
    const changes = diffFields(table, desired, live).filter((change) => change.rule === 'mutable');
    assert.deepEqual(changedPart<Thing>(desired, changes), { name: 'b', groups: ['g3'] });
    assert.deepEqual(desired, { name: 'b', size: 1, groups: ['g3'] }, 'the declaration itself is left alone');
  });
});

describe('stableJson', () => {
  it('does not see the order of members, at any depth, nor members that are undefined', () => {
    assert.equal(
      stableJson({ b: { d: 1, c: 2 }, a: [{ y: 1, x: 2 }], u: undefined }),
      '{"a":[{"x":2,"y":1}],"b":{"c":2,"d":1}}',
    );
    assert.equal(stableJson(undefined), 'undefined');
  });

  it('is equal for equal JSON values and for no others', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const copy: unknown = JSON.parse(JSON.stringify(a));
        assert.ok(sameValue(a, copy));
        let equal = true;
        try {
          assert.deepEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
        } catch {
          equal = false;
        }
        assert.equal(sameValue(a, b), equal);
      }),
    );
  });
});

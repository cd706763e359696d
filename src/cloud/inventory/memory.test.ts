// Records that are kept in parts come back whole, and what is shared is never mixed up.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CloudRecord } from '../service.ts';
import { TAG_UID } from '../tags.ts';
import { createPool } from './intern.ts';
import { Memory } from './memory.ts';

interface Thing extends CloudRecord {
  readonly address: string;
  readonly name: string;
  readonly groups: readonly string[];
}

const OWN = ['address', 'name'];
const word = fc.constantFrom('', 'a', 'b', '1', '2');

const thing: fc.Arbitrary<Thing> = fc.record({
  id: fc.constantFrom('1', '2', '3', '4'),
  state: word,
  tags: word.map((uid) => ({ [TAG_UID]: uid })),
  address: word,
  name: word,
  groups: fc.array(word, { maxLength: 2 }),
});

type Step =
  | { readonly kind: 'see'; readonly record: Thing; readonly at: number }
  | { readonly kind: 'lose'; readonly id: string; readonly at: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('see' as const), record: thing, at: fc.nat(5) }),
  fc.record({ kind: fc.constant('lose' as const), id: fc.constantFrom('1', '2', '3', '4'), at: fc.nat(5) }),
);

describe('Memory', () => {
  it('answers the same whether members are kept apart or not', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const pool = createPool();
        const [apart, whole] = [new Memory<Thing>(pool, OWN), new Memory<Thing>(createPool())];
        for (const item of steps) {
          const [one, other] = [apart, whole].map((memory) =>
            item.kind === 'see' ? memory.see(structuredClone(item.record), item.at) : memory.lose(item.id, item.at),
          );
          assert.deepEqual(one, other);
          assert.deepEqual(apart.all(), whole.all());
          for (const uid of ['', 'a', 'b'])
            assert.deepEqual(apart.tagged({ [TAG_UID]: uid }), whole.tagged({ [TAG_UID]: uid }));
        }
        assert.deepEqual(
          apart.ids().map((id) => apart.get(id)),
          whole.ids().map((id) => whole.get(id)),
        );
      }),
    );
  });

  it('keeps what records agree in once', () => {
    const memory = new Memory<Thing>(createPool(), OWN);
    const like = { state: 'Running', tags: { [TAG_UID]: 'u' }, groups: ['g'] };
    for (const id of ['1', '2', '3']) memory.see({ ...structuredClone(like), id, address: id, name: 'web' }, 1);
    const [first, ...others] = memory.all();
    for (const record of others) {
      assert.equal(record.tags, first?.tags);
      assert.equal(record.groups, first?.groups);
    }
  });

  it('gives the same array until something changes, for as long as it is held', () => {
    const memory = new Memory<Thing>(createPool(), OWN);
    const record: Thing = { id: '1', state: '', tags: {}, address: 'x', name: '', groups: [] };
    memory.see({ ...record }, 1);
    const all = memory.all();
    memory.see({ ...record }, 2);
    assert.equal(memory.all(), all);
    memory.see({ ...record, address: 'y' }, 3);
    assert.deepEqual(memory.all(), [{ ...record, address: 'y' }]);
  });
});

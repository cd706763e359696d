// Who hears of what, against a plain list of interests.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TAG_UID } from '../tags.ts';
import { Interests } from './interests.ts';
import type { Interest } from './inventory.ts';

const IDS = ['1', '2', '3'];
const TYPES = ['Server', 'VPC'];
const id = fc.constantFrom(...IDS);
const type = fc.constantFrom(...TYPES);

const interest: fc.Arbitrary<Interest> = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd'),
  uid: fc.constantFrom('u', 'v'),
  ids: fc.array(fc.record({ type, id }), { maxLength: 4 }),
  details: fc.array(fc.record({ type, parentId: id }), { maxLength: 3 }),
});

const step = fc.oneof(interest, fc.constantFrom('a', 'b', 'c', 'd'));

const keysOf = (all: ReadonlyMap<string, Interest>, is: (item: Interest) => boolean): readonly string[] =>
  [...all.values()].filter(is).map(({ key }) => key);

const sorted = (keys: Iterable<string>): readonly string[] => [...new Set(keys)].toSorted();

describe('Interests', () => {
  it('names whoever tracks an id, wants a detail or owns a record; and nobody who left', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const interests = new Interests();
        const plain = new Map<string, Interest>();
        for (const item of steps) {
          if (typeof item === 'string') {
            interests.remove(item);
            plain.delete(item);
          } else {
            interests.put(item);
            plain.set(item.key, item);
          }
        }
        for (const one of IDS) {
          const any = keysOf(plain, ({ ids }) => ids.some((tracked) => tracked.id === one));
          assert.deepEqual(sorted(interests.ofAny(one)), sorted(any));
          for (const kind of TYPES) agreeOn(interests, plain, { type: kind, id: one });
        }
        for (const uid of ['u', 'v']) {
          const owners = keysOf(plain, (item) => item.uid === uid);
          const record = { id: 'x', state: '', tags: { [TAG_UID]: uid } };
          assert.deepEqual(sorted(interests.ofRecord(record, undefined)), sorted(owners));
        }
        assert.equal(interests.size, plain.size);
      }),
    );
  });
});

function agreeOn(
  interests: Interests,
  plain: ReadonlyMap<string, Interest>,
  of: { readonly type: string; readonly id: string },
): void {
  const tracking = keysOf(plain, ({ ids }) => ids.some((item) => item.type === of.type && item.id === of.id));
  assert.deepEqual(sorted(interests.ofId(of.type, of.id)), sorted(tracking));
  assert.equal(interests.tracks(of.type, of.id), tracking.length > 0);
  const wanting = keysOf(plain, ({ details }) =>
    details.some((item) => item.type === of.type && item.parentId === of.id),
  );
  assert.deepEqual(sorted(interests.ofDetail(of.type, of.id)), sorted(wanting));
  assert.equal(interests.wantsDetail(of.type, of.id), wanting.length > 0);
}

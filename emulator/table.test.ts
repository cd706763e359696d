// Tables, agenda, parameters: universal rules.

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { type Due, newAgenda, schedule, takeDue } from './agenda.ts';
import { flatten } from './control-drift.ts';
import { readParams } from './params.ts';
import type { TableData } from './rows.ts';
import { type Delays, openTable, type TableSpec } from './table.ts';

interface Thing {
  readonly color: string;
}

const spec: TableSpec<Thing> = { service: 'x', type: 'thing', indexes: { color: (row) => [row.color] } };

const act = fc.record({
  kind: fc.constantFrom('put', 'update', 'remove', 'wait'),
  id: fc.constantFrom('a', 'b', 'c'),
  color: fc.constantFrom('red', 'blue'),
  seconds: fc.nat(20),
});

const delays = fc.record({
  create: fc.nat(20),
  attribute: fc.nat(20),
  delete: fc.nat(20),
  flipFlop: fc.constant(false),
});

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** Plays acts on a table and on a plain record of the whole past. */
const play = (
  acts: readonly Act[],
  lag: Delays,
  check: (state: { now: number; data: TableData<Thing> }) => void,
): void => {
  const data: TableData<Thing> = { next: 1, rows: new Map(), shadowed: new Set(), indexes: new Map() };
  let now = 0;
  const table = openTable<Thing>(data, spec, { now: () => now, delays: () => lag, changed: () => undefined });
  for (const { kind, id, color, seconds } of acts) {
    const is = table.get(id) !== undefined;
    if (kind === 'wait') now += seconds;
    else if (kind === 'put' && !is) table.put(id, { color });
    else if (kind === 'update' && is) table.update(id, { color });
    else if (kind === 'remove' && is) table.remove(id);
    for (const key of ['red', 'blue']) {
      assert.deepEqual(
        table.by('color', key),
        table.list().filter((row) => row.color === key),
        'an index is the list, filtered',
      );
      assert.deepEqual(
        table.bySeen('color', key),
        table.listSeen().filter((row) => row.color === key),
        'also of what is seen',
      );
      assert.equal(table.count('color', key), table.by('color', key).length);
    }
    check({ now, data });
  }
  now += 1000;
  assert.deepEqual(table.listSeen(), table.list(), 'in the end reads show the truth');
  assert.equal(data.rows.size, table.list().length, 'and nothing is kept of what is gone');
};

describe('tables', () => {
  it('indexes agree with lists, and reads with the truth in the end', () => {
    fc.assert(fc.property(fc.array(act, { maxLength: 30 }), delays, (acts, lag) => play(acts, lag, () => undefined)));
  });

  it('without delays reads are the truth at once, and nothing is shadowed', () => {
    const none = { create: 0, attribute: 0, delete: 0, flipFlop: false };
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), (acts) =>
        play(acts, none, ({ data }) => assert.equal(data.shadowed.size, 0)),
      ),
    );
  });
});

describe('agenda', () => {
  it('gives everything that is due, in the order of time, equal times in the order of asking', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 60 }), fc.nat(50), (times, until) => {
        const agenda = newAgenda();
        times.forEach((at, place) =>
          schedule(agenda, {
            at,
            account: '',
            region: '',
            event: { service: '', kind: '', id: String(place) },
            by: { accessKeyId: '', requestId: '', clientToken: null },
          }),
        );
        const taken: Due[] = [];
        for (let due = takeDue(agenda, until); due !== undefined; due = takeDue(agenda, until)) taken.push(due);
        const expected = times
          .map((at, place) => ({ at, place }))
          .filter(({ at }) => at <= until)
          .toSorted((a, b) => a.at - b.at || a.place - b.place);
        assert.deepEqual(
          taken.map(({ at, event }) => [at, event.id]),
          expected.map(({ at, place }) => [at, String(place)]),
        );
        assert.equal(agenda.heap.length, times.length - taken.length);
      }),
    );
  });
});

describe('parameters', () => {
  it('what was flattened is read back', () => {
    const tag = fc.record(
      { Key: fc.stringMatching(/^[a-z]{1,8}$/), Value: fc.stringMatching(/^[a-z]{1,8}$/) },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(
        fc.array(tag, { maxLength: 12 }),
        fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 12 }),
        (Tag, InstanceId) => {
          const params = readParams(flatten({ Tag, InstanceId, SystemDisk: { Size: 40 }, Force: true }));
          assert.deepEqual(
            params.objects('Tag').map((one) => ({ Key: one.text('Key'), Value: one.text('Value') })),
            Tag,
          );
          assert.deepEqual(params.texts('InstanceId'), InstanceId);
          assert.deepEqual(
            [params.int('SystemDisk.Size'), params.flag('Force'), params.text('None')],
            [40, true, undefined],
          );
        },
      ),
    );
  });
});

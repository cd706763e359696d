import assert from 'node:assert/strict';
import { z } from 'zod';
import { ok, refused } from '../../test/support/recorded-cloud.ts';
import type { Body, Call } from './call.ts';
import {
  count,
  flag,
  id,
  int,
  maybeWrapped,
  readBody,
  requestIdOf,
  tagParams,
  tags,
  text,
  unreadable as unreadableError,
  wrapped,
} from './wire.ts';

const parse = (list: unknown) => tags.parse({ Tag: list });
const call: Call = { service: 'vpc', action: 'DescribeVpcs', params: {} };

describe('scalars of the wire', () => {
  const cases = [
    { why: 'text stays', type: text, wire: 'a', want: 'a' },
    { why: 'a missing text is empty', type: text, wire: undefined, want: '' },
    { why: 'a text that is null is empty', type: text, wire: null, want: '' },
    { why: 'a number is text where text is wanted', type: text, wire: 5, want: '5' },
    { why: 'a number may come as text', type: int(), wire: '42', want: 42 },
    { why: 'no number is its stand-in', type: int(-1), wire: '', want: -1 },
    { why: 'a word is no number', type: int(7), wire: 'null', want: 7 },
    { why: 'nothing is its stand-in', type: int(-1), wire: null, want: -1 },
    { why: 'a missing number is its stand-in', type: int(-1), wire: undefined, want: -1 },
    { why: 'a whole number is wanted', type: int(), wire: '4.9', want: 4 },
    { why: 'zero is a count', type: count, wire: '0', want: 0 },
    { why: 'an empty count is not zero', type: count, wire: '', want: undefined },
    { why: 'a count that is null is not zero', type: count, wire: null, want: undefined },
    { why: 'a word is no count', type: count, wire: 'many', want: undefined },
    { why: 'a missing count is not zero', type: count, wire: undefined, want: undefined },
    { why: 'a switch may be a word', type: flag, wire: 'on', want: true },
    { why: 'a switch may be a word that is off', type: flag, wire: 'off', want: false },
    { why: 'a switch may be the text true', type: flag, wire: 'true', want: true },
    { why: 'a missing switch is off', type: flag, wire: null, want: false },
  ];
  for (const { why, type, wire, want } of cases)
    it(why, () => assert.deepEqual(z.object({ x: type }).parse({ x: wire }), { x: want }));

  it('reads tags of both spellings, and a key that JavaScript treats specially', () => {
    assert.deepEqual(parse([{ Key: 'a', Value: '1' }]), { a: '1' });
    assert.deepEqual(parse([{ TagKey: 'a', TagValue: '' }]), { a: '' });
    assert.deepEqual(parse([{ TagKey: 'a', TagValue: '1' }]), { a: '1' });
    assert.deepEqual(Object.keys(parse([{ TagKey: '__proto__', TagValue: 'x' }])), ['__proto__']);
    assert.deepEqual(tags.parse(undefined), {});
  });

  it('writes equal tags as equal requests, whatever their order', () => {
    assert.deepEqual(tagParams({ b: '2', a: '1' }), tagParams({ a: '1', b: '2' }));
  });
});

describe('readBody', () => {
  const schema = z.object({ Vpcs: wrapped('Vpc', z.object({ VpcId: z.string() })) });

  it('reads an empty list', () =>
    assert.deepEqual(readBody(schema, call, ok({ Vpcs: { Vpc: [] } })), { kind: 'ok', value: { Vpcs: [] } }));

  const unreadable = [
    { why: 'a missing list proves nothing', body: {}, where: 'Vpcs' },
    { why: 'a missing wrapped list proves nothing', body: { Vpcs: {} }, where: 'Vpcs.Vpc' },
    { why: 'an object where a list should be', body: { Vpcs: { Vpc: {} } }, where: 'Vpcs.Vpc' },
    { why: 'an item without its id', body: { Vpcs: { Vpc: [{ VpcId: 'v' }, {}] } }, where: 'Vpcs.Vpc.1.VpcId' },
  ];
  for (const { why, body, where } of unreadable) {
    it(`${why}: an error, not an empty list`, () => {
      const read = readBody(schema, call, ok(body));
      assert.ok(read.kind === 'error');
      assert.deepEqual(
        { class: read.error.class, code: read.error.code, requestId: read.error.requestId },
        { class: 'transient', code: 'UnreadableAnswer', requestId: 'REQUEST-1' },
      );
      assert.match(read.error.message, new RegExp(` ${where.replaceAll('.', '\\.')}:`));
    });
  }

  it('makes an error that says that nothing happened, with the request id where there is one', () => {
    const bare: Body = {};
    const read = (body: Body) => {
      const found = readBody(schema, call, { kind: 'ok', body });
      return found.kind === 'error' ? found.error : assert.fail('it was read');
    };
    assert.deepEqual([read(bare).mayHaveHappened, Object.keys(read(bare)).includes('requestId')], [false, false]);
    assert.equal(Object.keys(read({ RequestId: 7 })).includes('requestId'), false, 'a number is no request id');
    assert.equal(read({ RequestId: 'REQUEST-2' }).requestId, 'REQUEST-2');
  });

  it('an optional list that is null, or in a wrapper that is none, is empty', () => {
    const optional = z.object({ Tags: maybeWrapped('Tag', z.string()) });
    for (const Tags of [null, 'x', { Tag: null }])
      assert.deepEqual(readBody(optional, call, ok({ Tags })), { kind: 'ok', value: { Tags: [] } });
  });

  it('an id that must be there is not empty', () => {
    assert.deepEqual(
      ['v', '', undefined].map((value) => id.safeParse(value).success),
      [true, false, false],
    );
  });

  it('names the request of an answer of either kind', () => {
    const error = refused('rights', { requestId: 'REQUEST-3' });
    assert.deepEqual(
      [requestIdOf(ok()), requestIdOf(error), requestIdOf(refused('rights'))],
      ['REQUEST-1', 'REQUEST-3', undefined],
    );
    assert.equal(error.kind === 'error' && unreadableError(call, error, 'x').requestId, undefined);
  });

  it('hands on errors', () => assert.deepEqual(readBody(schema, call, refused('rights')), refused('rights')));
  it('takes a missing optional list for empty', () => {
    const optional = z.object({ Tags: maybeWrapped('Tag', z.string()) });
    assert.deepEqual(readBody(optional, call, ok()), { kind: 'ok', value: { Tags: [] } });
  });
});

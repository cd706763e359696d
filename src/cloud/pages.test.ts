import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { type Page, pagesByNumber, pagesByToken } from './pages.ts';
import type { CloudRecord } from './service.ts';

const record = (id: string): CloudRecord => ({ id, state: '', tags: {} });
const page = (ids: string, more: Partial<Page<CloudRecord>> = {}): Page<CloudRecord> => ({
  records: ids === '' ? [] : ids.split(' ').map(record),
  ...more,
});
const refusal = {
  class: 'transient',
  service: 'ecs',
  action: 'X',
  code: 'Y',
  message: '',
  mayHaveHappened: false,
} as const;

describe('pagesByNumber', () => {
  const cases = [
    { why: 'an empty list is whole', pages: [page('', { total: 0 })], ids: '', complete: true },
    { why: 'one page that holds all', pages: [page('a b', { total: 2 })], ids: 'a b', complete: true },
    {
      why: 'pages are read until the count is reached',
      pages: [page('a b', { total: 3 }), page('c', { total: 3 })],
      ids: 'a b c',
      complete: true,
    },
    {
      why: 'exactly full pages need no empty one more',
      pages: [page('a b', { total: 4 }), page('c d', { total: 4 })],
      ids: 'a b c d',
      complete: true,
    },
    {
      why: 'an item that slid onto the next page came twice',
      pages: [page('a b', { total: 3 }), page('b', { total: 3 })],
      ids: 'a b',
      complete: false,
    },
    {
      why: 'an item that slid onto a page already read is missing',
      pages: [page('a b', { total: 4 }), page('d', { total: 4 })],
      ids: 'a b d',
      complete: false,
    },
    {
      why: 'the count changed while we read',
      pages: [page('a b', { total: 4 }), page('c', { total: 3 })],
      ids: 'a b c',
      complete: false,
    },
    {
      why: 'an early empty page ends the walk',
      pages: [page('a b', { total: 9 }), page('', { total: 9 })],
      ids: 'a b',
      complete: false,
    },
    { why: 'without a count a short page is the last', pages: [page('a b'), page('c')], ids: 'a b c', complete: true },
  ];
  for (const { why, pages, ids, complete } of cases) {
    it(why, async () => {
      const listing = await pagesByNumber(2, async (number) => ({
        kind: 'ok',
        value: pages[number - 1] ?? page('', { total: 99 }),
      }));
      assert.ok(listing.kind === 'ok');
      assert.deepEqual(listing.records.map((item) => item.id).join(' '), ids);
      assert.equal(listing.complete, complete);
      assert.equal(listing.calls, pages.length);
    });
  }

  it('fails as a whole when a page fails', async () => {
    const listing = await pagesByNumber<CloudRecord>(2, async (number) =>
      number === 1 ? { kind: 'ok', value: page('a b', { total: 4 }) } : { kind: 'error', error: refusal },
    );
    assert.deepEqual(listing, { kind: 'error', error: refusal });
  });

  it('reads any still list whole in the least number of calls', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 260 }), fc.integer({ min: 1, max: 100 }), async (total, size) => {
        const all = Array.from({ length: total }, (_, index) => record(`r${index}`));
        const listing = await pagesByNumber(size, async (number) => ({
          kind: 'ok',
          value: { records: all.slice((number - 1) * size, number * size), total },
        }));
        assert.deepEqual(listing, {
          kind: 'ok',
          records: all,
          complete: true,
          calls: Math.max(1, Math.ceil(total / size)),
        });
      }),
    ));
});

describe('pagesByToken', () => {
  const cases = [
    { why: 'no token on the first page: it is the last', pages: [page('a')], ids: 'a', complete: true },
    {
      why: 'tokens are followed to the end',
      pages: [page('a', { next: '1' }), page('b', { next: '2' }), page('c', { next: '' })],
      ids: 'a b c',
      complete: true,
    },
    {
      why: 'a count that is told beside tokens must fit',
      pages: [page('a', { next: '1', total: 3 }), page('b', { total: 3 })],
      ids: 'a b',
      complete: false,
    },
    {
      why: 'a count that is told beside tokens and fits',
      pages: [page('a', { next: '1', total: 2 }), page('b', { total: 2 })],
      ids: 'a b',
      complete: true,
    },
    {
      why: 'a ring of tokens would never end',
      pages: [page('a', { next: '1' }), page('b', { next: '2' }), page('c', { next: '1' })],
      ids: 'a b c',
      complete: false,
    },
    {
      why: 'a token handed out twice would never end',
      pages: [page('a', { next: '1' }), page('b', { next: '1' })],
      ids: 'a b',
      complete: false,
    },
    { why: 'an item that came twice', pages: [page('a', { next: '1' }), page('a')], ids: 'a', complete: false },
  ];
  for (const { why, pages, ids, complete } of cases) {
    it(why, async () => {
      const listing = await pagesByToken(async (token) => ({
        kind: 'ok',
        value: pages[Number(token ?? 0)] ?? page(''),
      }));
      assert.ok(listing.kind === 'ok');
      assert.deepEqual(listing.records.map((item) => item.id).join(' '), ids);
      assert.equal(listing.complete, complete);
      assert.equal(listing.calls, pages.length);
    });
  }

  it('fails as a whole when a page fails', async () => {
    const listing = await pagesByToken<CloudRecord>(async (token) =>
      token === undefined ? { kind: 'ok', value: page('a', { next: '1' }) } : { kind: 'error', error: refusal },
    );
    assert.deepEqual(listing, { kind: 'error', error: refusal });
  });
});

describe('a cloud that hands out pages without end', () => {
  let asked = 0;
  const another = (more: Partial<Page<CloudRecord>>) => {
    asked += 1;
    return { kind: 'ok', value: page(`r${asked}`, more) } as const;
  };
  beforeEach(() => (asked = 0));

  it('is not believed after a thousand numbered pages', async () => {
    const listing = await pagesByNumber(1, async () => another({ total: 5000 }));
    assert.deepEqual([listing.kind === 'ok' && listing.complete, asked], [false, 1000]);
  });

  it('is not believed after a thousand tokens', async () => {
    const listing = await pagesByToken(async () => another({ next: `t${asked}` }));
    assert.deepEqual([listing.kind === 'ok' && listing.complete, asked], [false, 1000]);
  });

  it('is believed when the thousandth page is the last', async () => {
    const listing = await pagesByNumber(1, async () => another({ total: 1000 }));
    assert.deepEqual([listing.kind === 'ok' && listing.complete, asked], [true, 1000]);
  });
});

import assert from 'node:assert/strict';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { OwnWrites } from './own-writes.ts';

const object = (resourceVersion: string, uid = 'u1') => ({ metadata: { name: 'x', uid, resourceVersion } });

describe('own writes', () => {
  const cases = [
    { why: 'the cache is older than the write', cached: object('9'), fresh: false },
    { why: 'the cache shows the write', cached: object('10'), fresh: true },
    { why: 'the cache shows a later change', cached: object('11'), fresh: true },
    { why: 'versions are compared as numbers, not as texts', cached: object('100'), fresh: true },
    { why: 'the cache lacks the object: only the server knows why', cached: undefined, fresh: false },
    { why: 'a version that is no number must be equal', cached: object('abc'), fresh: false },
    {
      why: 'a successor of the same name has a newer version and is what there is',
      cached: object('12', 'u2'),
      fresh: true,
    },
  ];
  for (const { why, cached, fresh } of cases) {
    it(`${fresh ? 'fresh' : 'stale'}: ${why}`, () => {
      const writes = new OwnWrites(new VirtualClock());
      writes.remember('x', object('10'));
      assert.equal(writes.isFresh('x', cached), fresh);
    });
  }

  it('has no doubt about what was never written', () => {
    assert.equal(new OwnWrites(new VirtualClock()).isFresh('x', undefined), true);
  });

  it('trusts no cache after a write whose answer was lost, until the object is read live', () => {
    const writes = new OwnWrites(new VirtualClock());
    writes.doubt('x');
    assert.equal(writes.isFresh('x', object('99')), false);
    writes.remember('x', object('12'));
    assert.equal(writes.isFresh('x', object('11')), false);
    assert.equal(writes.isFresh('x', object('12')), true);
  });

  it('knows for how long a write has not been seen', async () => {
    const clock = new VirtualClock();
    const writes = new OwnWrites(clock);
    writes.remember('x', object('10'));
    await clock.advance(3000);
    assert.equal(writes.waitingMs('x'), 3000);
    writes.isFresh('x', object('10'));
    assert.equal(writes.waitingMs('x'), undefined);
  });
});

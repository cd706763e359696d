// Where an object is read: from the cache when that shows our last write, else from the server.
import assert from 'node:assert/strict';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import { storeOf } from '../../test/support/stores.ts';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import type { KubeObject, ResourceKind } from './kube-types.ts';
import { ObjectReader } from './object-reader.ts';
import { OwnWrites } from './own-writes.ts';

const KIND: ResourceKind = { group: 'test.io', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };
const REF = { namespace: 'ns', name: 'a' };
const KEY = 'ns/a';

/** A server that has the object, and a cache that shows it as it is now, or nothing. */
function setUp(cached: boolean) {
  const kube = new MemoryKube();
  const ownWrites = new OwnWrites(new VirtualClock());
  const first = kube.put(KIND, { metadata: REF });
  const store = storeOf<KubeObject>(cached ? [first] : []);
  const reader = new ObjectReader<KubeObject>({ kube, kind: KIND, store, ownWrites });
  const write = () => {
    const written = kube.put(KIND, { metadata: { ...REF, labels: { a: 'b' } } });
    ownWrites.remember(KEY, written);
    return written;
  };
  return { kube, ownWrites, reader, first, write };
}

describe('object reader', () => {
  it('asks nobody while this process wrote nothing: what is cached, or that it is not there', async () => {
    const there = setUp(true);
    assert.deepEqual(await there.reader.read(REF), { kind: 'ok', value: there.first });
    const none = setUp(false);
    assert.deepEqual(await none.reader.read(REF), { kind: 'not-found', message: 'ns/a is not cached' });
    assert.deepEqual([there.kube.operations, none.kube.operations], [[], []]);
  });

  it('asks the server while the cache does not show the last write, also when it does not show the object at all', async () => {
    for (const cached of [true, false]) {
      const { reader, write, kube } = setUp(cached);
      const written = write();
      assert.deepEqual(await reader.read(REF), { kind: 'ok', value: written });
      assert.equal(kube.operations.length, 1);
    }
  });

  it('hands on that the server cannot be asked: the cache is no answer then', async () => {
    const { reader, write, kube } = setUp(true);
    write();
    const failure = { kind: 'unavailable', message: 'cut off' } as const;
    kube.interfere = () => failure;
    assert.deepEqual(await reader.read(REF), failure);
    assert.deepEqual(await reader.read(REF), failure, 'and it is not forgotten that the cache is old');
  });

  it('believes no cache older than what it read live', async () => {
    const { reader, kube, first, ownWrites } = setUp(true);
    kube.put(KIND, { metadata: { ...REF, labels: { by: 'somebody else' } } });
    await reader.readLive(REF);
    assert.equal(ownWrites.isFresh(KEY, first), false);
  });

  it('believes the cache again once the server says that the object is gone', async () => {
    const { reader, kube, write } = setUp(false);
    write();
    kube.erase(KIND, KEY);
    assert.equal((await reader.read(REF)).kind, 'not-found');
    const before = kube.operations.length;
    assert.deepEqual(await reader.read(REF), { kind: 'not-found', message: 'ns/a is not cached' });
    assert.equal(kube.operations.length, before);
  });
});

import assert from 'node:assert/strict';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import { VirtualClock, seededRandom } from '../../test/support/virtual-clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { Finalizers } from './finalizers.ts';
import type { KubeFailure } from './kube.ts';
import type { KubeObject, ResourceKind } from './kube-types.ts';
import { ObjectReader } from './object-reader.ts';
import { OwnWrites } from './own-writes.ts';
import { StatusWriter } from './status-writer.ts';

type Status = { readonly ids?: readonly string[]; readonly note?: string };
interface Thing extends KubeObject {
  readonly status?: Status;
}
const KIND: ResourceKind<Thing> = {
  group: 'test.io',
  version: 'v1',
  plural: 'things',
  kind: 'Thing',
  namespaced: true,
};
const REF = { namespace: 'ns', name: 'a' };
const outage: KubeFailure = { kind: 'unavailable', message: 'cut off' };

const rebase = (live: Thing): Status => ({ ...live.status, ids: ['i-1'] });

function setUp() {
  const clock = new VirtualClock();
  const kube = new MemoryKube();
  const ownWrites = new OwnWrites(clock);
  const writer = new StatusWriter({ kube, kind: KIND, ownWrites, clock, random: seededRandom(1), log: silentLogger });
  const read = kube.put(KIND, { metadata: REF, spec: {}, status: { note: 'old' } });
  return { clock, kube, ownWrites, writer, read };
}

describe('status writer', () => {
  it('sends the difference, with the version that was read', async () => {
    const { kube, writer, read } = setUp();
    const result = await writer.write(read, { ids: ['i-1'] });
    assert.equal(result.kind === 'written' && result.object.metadata.resourceVersion, '102');
    assert.deepEqual(kube.operations[0]?.body, {
      kind: 'merge',
      body: {
        metadata: { uid: 'uid-1', resourceVersion: '101' },
        status: { ids: ['i-1'], note: null },
      },
    });
    assert.deepEqual(kube.peek(KIND, 'ns/a')?.status, { ids: ['i-1'] });
  });

  it('sends nothing when nothing changed, members in another order included', async () => {
    const { kube, writer, read } = setUp();
    assert.equal((await writer.write(read, { note: 'old', ids: undefined })).kind, 'unchanged');
    assert.equal(kube.operations.length, 0);
  });

  it('believes the cache after a refusal: nothing was applied', async () => {
    const { kube, ownWrites, writer, read } = setUp();
    kube.interfere = () => outage;
    assert.equal((await writer.write(read, { ids: ['i-1'] })).kind, 'failed');
    assert.equal(ownWrites.isFresh('ns/a', read), true);
  });

  it('writes the first status of an object that has none, and hands the signal on', async () => {
    const { kube, writer } = setUp();
    const bare = kube.put(KIND, { metadata: { namespace: 'ns', name: 'bare' }, spec: {} });
    const options: unknown[] = [];
    const patch = kube.patch.bind(kube);
    kube.patch = (target, body, call) => {
      options.push(call);
      return patch(target, body, call);
    };
    const { signal } = new AbortController();
    assert.equal((await writer.write(bare, { ids: ['i-1'] }, signal)).kind, 'written');
    assert.equal((await writer.write(bare, { ids: ['i-2'] })).kind, 'conflict');
    assert.deepEqual(options, [{ subresource: 'status', signal }, { subresource: 'status' }]);
  });

  it('is a conflict when somebody else wrote', async () => {
    const { kube, writer, read } = setUp();
    kube.put(KIND, { metadata: { ...REF, labels: { x: 'y' } } });
    assert.equal((await writer.write(read, { ids: ['i-1'] })).kind, 'conflict');
    assert.deepEqual(kube.peek(KIND, 'ns/a')?.status, { note: 'old' });
  });

  it('does not reach an object that took the place of the one that was read', async () => {
    const { kube, writer, read } = setUp();
    kube.erase(KIND, 'ns/a');
    assert.equal((await writer.write(read, { ids: ['i-1'] })).kind, 'gone');
    kube.put(KIND, { metadata: REF, spec: {} });
    assert.equal((await writer.write(read, { ids: ['i-1'] })).kind, 'conflict');
  });

  it('trusts no cache after a lost answer until the object is read live', async () => {
    const { kube, ownWrites, writer, read } = setUp();
    kube.interfere = ({ verb }) => (verb === 'patch' ? 'lose-answer' : undefined);
    assert.equal((await writer.write(read, { ids: ['i-1'] })).kind, 'failed');
    const store = {
      get: () => read,
      list: () => [read],
      byIndex: () => [],
      addIndex: () => undefined,
      synced: true,
      size: 1,
    };
    const reader = new ObjectReader<Thing>({ kube, kind: KIND, store, ownWrites });
    const live = await reader.read(REF);
    assert.deepEqual(live.kind === 'ok' && live.value.status, { ids: ['i-1'] });
  });

  describe('insisting on a record', () => {
    const insistence = (read: Thing, mayGoOn = () => true) => ({ wanted: rebase(read), rebase, mayGoOn });

    it('stops when somebody else may be in charge, and leaves what they wrote', async () => {
      const { clock, kube, writer, read } = setUp();
      kube.put(KIND, { metadata: REF, status: { note: 'theirs' } });
      const result = writer.insist(
        read,
        insistence(read, () => false),
      );
      await clock.advance(60_000);
      assert.equal((await result).kind, 'conflict');
      assert.deepEqual(kube.peek(KIND, 'ns/a')?.status, { note: 'theirs' });
    });

    const faults: readonly { why: string; failures: readonly (KubeFailure | 'lose-answer')[]; writes: number }[] = [
      { why: 'the server is away for a while', failures: [outage, outage, outage], writes: 4 },
      { why: 'the answer is lost though it was stored: it is not stored twice', failures: ['lose-answer'], writes: 1 },
      { why: 'an error left it open', failures: [{ kind: 'unknown-outcome', message: '500' }], writes: 2 },
      {
        why: 'the server asks for a pause',
        failures: [{ kind: 'throttled', message: '429', retryAfterMs: 7000 }],
        writes: 2,
      },
    ];
    for (const { why, failures, writes } of faults) {
      it(`records when ${why}`, async () => {
        const { clock, kube, ownWrites, writer, read } = setUp();
        const left = [...failures];
        kube.interfere = ({ verb }) => (verb === 'patch' ? left.shift() : undefined);
        const result = writer.insist(read, insistence(read));
        await clock.advance(30_000);
        assert.match((await result).kind, /written|unchanged/);
        assert.deepEqual(kube.peek(KIND, 'ns/a')?.status, { note: 'old', ids: ['i-1'] });
        assert.equal(kube.operations.filter(({ verb }) => verb === 'patch').length, writes);
        assert.equal(ownWrites.isFresh('ns/a', read), false);
      });
    }

    it('puts the record on top of what others wrote', async () => {
      const { clock, kube, writer, read } = setUp();
      kube.put(KIND, { metadata: REF, status: { note: 'theirs' } });
      const result = writer.insist(read, insistence(read));
      await clock.advance(1000);
      assert.equal((await result).kind, 'written');
      assert.deepEqual(kube.peek(KIND, 'ns/a')?.status, { note: 'theirs', ids: ['i-1'] });
    });

    it('ends when the object is gone, was replaced, or refuses the record', async () => {
      for (const act of [
        (kube: MemoryKube) => kube.erase(KIND, 'ns/a'),
        (kube: MemoryKube) => {
          kube.erase(KIND, 'ns/a');
          kube.put(KIND, { metadata: REF, spec: {} });
        },
      ]) {
        const { clock, kube, writer, read } = setUp();
        act(kube);
        const result = writer.insist(read, insistence(read));
        await clock.advance(60_000);
        assert.equal((await result).kind, 'gone');
      }
      const { kube, writer, read } = setUp();
      kube.interfere = () => ({ kind: 'invalid', message: 'too long' });
      assert.equal((await writer.insist(read, insistence(read))).kind, 'failed');
    });

    it('is refused for good when the server forbids it', async () => {
      const { kube, writer, read } = setUp();
      kube.interfere = () => ({ kind: 'forbidden', message: 'no', namespaceTerminating: false });
      assert.equal((await writer.insist(read, insistence(read))).kind, 'failed');
      assert.equal(kube.operations.length, 1);
    });

    it('waits ever longer between its attempts, five seconds and a little at most, and as long as the server asks for', async () => {
      const { clock, kube, writer, read } = setUp();
      const at: number[] = [];
      kube.interfere = ({ verb }) => {
        if (verb === 'patch') at.push(clock.monotonic());
        return at.length === 1 ? { kind: 'throttled', message: '429', retryAfterMs: 7000 } : outage;
      };
      const result = writer.insist(read, insistence(read));
      await clock.advance(70_000);
      await result;
      const waits = at.slice(1).map((ms, index) => ms - (at[index] ?? 0));
      assert.equal(waits[0], 7000);
      assert.ok((waits[1] ?? 0) >= 200 && (waits[1] ?? 0) < 400, waits.join());
      assert.ok(
        waits.slice(2).every((ms) => ms >= 400 && ms < 10_000),
        waits.join(),
      );
      assert.ok((at.at(-1) ?? 0) <= 60_000 && (at.at(-1) ?? 0) > 45_000, at.join());
    });

    it('says that it writes again, and what became of the attempt before', async () => {
      const lines: unknown[] = [];
      const { clock, kube, ownWrites, read } = setUp();
      const log = { ...silentLogger, warn: (...line: readonly unknown[]) => void lines.push(line) };
      const writer = new StatusWriter({ kube, kind: KIND, ownWrites, clock, random: seededRandom(1), log });
      kube.put(KIND, { metadata: REF, status: { note: 'theirs' } });
      const result = writer.insist(read, insistence(read));
      await clock.advance(1000);
      await result;
      assert.deepEqual(lines, [['Writing a record again', { ...REF, result: 'conflict' }]]);
    });

    it('trusts no cache older than what it read in between', async () => {
      const { clock, kube, ownWrites, writer, read } = setUp();
      kube.put(KIND, { metadata: REF, status: { note: 'theirs', ids: ['i-1'] } });
      const result = writer.insist(read, insistence(read));
      await clock.advance(1000);
      assert.equal((await result).kind, 'unchanged', 'it was there already');
      assert.equal(ownWrites.isFresh('ns/a', read), false);
    });

    it('gives up after a minute', async () => {
      const { clock, kube, writer, read } = setUp();
      kube.interfere = () => outage;
      const result = writer.insist(read, insistence(read));
      await clock.advance(60_000);
      assert.deepEqual(await result, { kind: 'failed', failure: outage });
    });
  });
});

describe('finalizer writes', () => {
  const FINALIZER = 'test.io/cleanup';

  it('are one request to add, none when there, and end the object when the last one goes', async () => {
    const { kube, ownWrites, read } = setUp();
    const finalizers = new Finalizers({ kube, kind: KIND, finalizer: FINALIZER, ownWrites });
    const added = await finalizers.add(read);
    assert.deepEqual(added.kind === 'ok' && added.value.metadata.finalizers, [FINALIZER]);
    assert.equal(ownWrites.isFresh('ns/a', read), false);
    if (added.kind !== 'ok') return;
    await finalizers.add(added.value);
    assert.equal(kube.operations.length, 1);
    kube.erase(KIND, 'ns/a');
    const marked = kube.peek(KIND, 'ns/a');
    assert.ok(marked !== undefined);
    assert.equal((await finalizers.remove(marked)).kind, 'ok');
    assert.equal(kube.peek(KIND, 'ns/a'), undefined);
  });

  it('are conflicts when the object has changed, and plain refusals when it has not', async () => {
    const { kube, ownWrites, read } = setUp();
    const finalizers = new Finalizers({ kube, kind: KIND, finalizer: FINALIZER, ownWrites });
    kube.put(KIND, { metadata: { ...REF, finalizers: ['other.io/x'] } });
    assert.equal((await finalizers.add(read)).kind, 'conflict');
    assert.deepEqual(kube.peek(KIND, 'ns/a')?.metadata.finalizers, ['other.io/x']);
    kube.interfere = ({ verb }) => (verb === 'patch' ? { kind: 'invalid', message: 'policy' } : undefined);
    const current = kube.peek(KIND, 'ns/a');
    assert.ok(current !== undefined);
    assert.equal((await finalizers.add(current)).kind, 'invalid');
  });

  it('end what is remembered of the object when ours was the last, and trust no cache after a lost answer', async () => {
    const { kube, ownWrites, read } = setUp();
    const finalizers = new Finalizers({ kube, kind: KIND, finalizer: FINALIZER, ownWrites });
    const added = await finalizers.add(read);
    assert.ok(added.kind === 'ok');
    assert.notEqual(ownWrites.waitingMs('ns/a'), undefined);
    await finalizers.remove(added.value);
    assert.equal(ownWrites.waitingMs('ns/a'), undefined);
    kube.interfere = ({ verb }) => (verb === 'patch' ? 'lose-answer' : undefined);
    const current = kube.peek(KIND, 'ns/a');
    assert.ok(current !== undefined);
    assert.equal((await finalizers.add(current)).kind, 'unknown-outcome');
    assert.equal(ownWrites.isFresh('ns/a', kube.peek(KIND, 'ns/a')), false);
  });

  it('that are refused leave the cache believed, and what is remembered', async () => {
    const { kube, ownWrites, read } = setUp();
    const finalizers = new Finalizers({ kube, kind: KIND, finalizer: FINALIZER, ownWrites });
    const added = await finalizers.add(read);
    assert.ok(added.kind === 'ok');
    kube.interfere = () => outage;
    assert.equal((await finalizers.remove(added.value)).kind, 'unavailable');
    assert.notEqual(ownWrites.waitingMs('ns/a'), undefined);
    assert.equal(ownWrites.isFresh('ns/a', added.value), true);
  });

  it('that do not apply because the object is gone say so, and stay refused when nobody can tell', async () => {
    const { kube, ownWrites, read } = setUp();
    const finalizers = new Finalizers({ kube, kind: KIND, finalizer: FINALIZER, ownWrites });
    const refusal: KubeFailure = { kind: 'invalid', message: 'the test failed' };
    kube.interfere = ({ verb }) => (verb === 'patch' ? refusal : outage);
    assert.deepEqual(await finalizers.add(read), refusal);
    kube.interfere = ({ verb }) => (verb === 'patch' ? refusal : undefined);
    kube.erase(KIND, 'ns/a');
    assert.equal((await finalizers.add(read)).kind, 'not-found');
  });
});

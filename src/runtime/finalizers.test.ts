import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { addFinalizerPatch, removeFinalizerPatch } from './finalizers.ts';
import type { JsonPatchOperation } from './kube.ts';

const OURS = 'example.io/cleanup';

type Meta = { name: string; resourceVersion: string; finalizers?: string[] };

/** RFC 6902 as a server applies it to metadata; undefined when a test fails or a path is not there. */
function apply(metadata: Meta, operations: readonly JsonPatchOperation[]): Meta | undefined {
  const next: Meta = structuredClone(metadata);
  return operations.every((operation) => applyOne(next, operation)) ? next : undefined;
}

function applyOne(meta: Meta, operation: JsonPatchOperation): boolean {
  const [, , field, index] = operation.path.split('/');
  const list = meta.finalizers;
  if (operation.op === 'test') {
    return operation.value === (field === 'resourceVersion' ? meta.resourceVersion : list?.[Number(index)]);
  }
  if (operation.op === 'remove') return list?.splice(Number(index), 1).length === 1;
  if (index === '-') return (list?.push(String(operation.value)) ?? 0) > 0;
  meta.finalizers = [operation.value].flat().map(String);
  return true;
}

const foreign = fc.uniqueArray(
  fc.constantFrom<string[]>('a.io/x', 'b.io/y', 'c.io/z', `${OURS}-2`, 'foregroundDeletion'),
);
const withOurs = fc
  .tuple(foreign, fc.nat(5), fc.boolean())
  .map(([list, at, there]) => (there ? list.toSpliced(at, 0, OURS) : list));

describe('finalizers', () => {
  it('adds ours once and leaves all others where they were', () => {
    fc.assert(
      fc.property(withOurs, fc.boolean(), (list, absent) => {
        const metadata: Meta = {
          name: 'x',
          resourceVersion: '7',
          ...(list.length > 0 || !absent ? { finalizers: list } : {}),
        };
        const patch = addFinalizerPatch({ metadata }, OURS);
        if (list.includes(OURS)) return assert.equal(patch, undefined);
        assert.deepEqual(apply(metadata, patch ?? [])?.finalizers, [...list, OURS]);
      }),
    );
  });

  it('removes ours and nobody else’s', () => {
    fc.assert(
      fc.property(withOurs, (list) => {
        const metadata = { name: 'x', resourceVersion: '7', finalizers: list };
        const patch = removeFinalizerPatch({ metadata }, OURS);
        if (!list.includes(OURS)) return assert.equal(patch, undefined);
        assert.deepEqual(
          apply(metadata, patch ?? [])?.finalizers,
          list.filter((finalizer) => finalizer !== OURS),
        );
      }),
    );
  });

  it('does nothing at all when the object has changed since it was read', () => {
    fc.assert(
      fc.property(withOurs, withOurs, (read, live) => {
        const before = { metadata: { name: 'x', resourceVersion: '7', finalizers: read } };
        const now = { name: 'x', resourceVersion: '8', finalizers: live };
        for (const patch of [addFinalizerPatch(before, OURS), removeFinalizerPatch(before, OURS)]) {
          if (patch !== undefined) assert.equal(apply(now, patch), undefined);
        }
      }),
    );
  });
});

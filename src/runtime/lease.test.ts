// The pure part of an election: what is seen of a lease, when it is free, and what a claim and a release make of it.
import assert from 'node:assert/strict';
import { formatMicroTime } from '../kernel/timestamp.ts';
import { type Lease, type LeaseSpec, claim, heldByOther, observe, release } from './lease.ts';

const lease = (spec: LeaseSpec): Lease => ({ metadata: { namespace: 'sys', name: 'op' }, spec });
const held: LeaseSpec = {
  holderIdentity: 'b',
  leaseDurationSeconds: 60,
  renewTime: 'r1',
  acquireTime: 'a1',
  leaseTransitions: 3,
};
const NOW = Date.UTC(2026, 0, 1);
const TIME = formatMicroTime(NOW);

describe('a lease as it is seen', () => {
  it('keeps the time of the first sight while nothing in it changes, and gets a new one with each renewal', () => {
    const first = observe(undefined, lease(held), 100);
    assert.equal(first.at, 100);
    assert.equal(observe(first, lease({ ...held }), 200).at, 100);
    assert.equal(observe(first, lease({ ...held, renewTime: 'r2' }), 200).at, 200);
  });

  it('takes a lease without a content for one', () => {
    const bare: Lease = { metadata: { namespace: 'sys', name: 'op' } };
    assert.equal(observe(observe(undefined, bare, 100), bare, 200).at, 100);
  });

  const rows: readonly { readonly why: string; readonly spec: LeaseSpec; readonly at: number; readonly is: boolean }[] =
    [
      { why: 'another holds it until its time is over', spec: held, at: 60_099, is: true },
      { why: 'its time is over in the very millisecond', spec: held, at: 60_100, is: false },
      { why: 'our own is never in our way', spec: { ...held, holderIdentity: 'a' }, at: 100, is: false },
      { why: 'it was given back', spec: { ...held, holderIdentity: '' }, at: 100, is: false },
      { why: 'nobody ever had it', spec: { ...held, holderIdentity: null }, at: 100, is: false },
      {
        why: 'a lease of no duration holds nobody back',
        spec: { ...held, leaseDurationSeconds: null },
        at: 100,
        is: false,
      },
    ];
  for (const { why, spec, at, is } of rows) {
    it(`${is ? 'is held by another' : 'is free'}: ${why}`, () =>
      assert.equal(heldByOther({ lease: lease(spec), at: 100 }, 'a', at), is));
  }
});

describe('a claim', () => {
  const claimed = (spec: LeaseSpec, leaseMs = 60_000) => claim(lease(spec), { identity: 'a', leaseMs, now: NOW }).spec;
  const rows: readonly { readonly why: string; readonly before: LeaseSpec; readonly after: Partial<LeaseSpec> }[] = [
    {
      why: 'of a lease that nobody had is no transition',
      before: {},
      after: { leaseTransitions: 0, acquireTime: TIME },
    },
    {
      why: 'of one that was given back is none',
      before: { ...held, holderIdentity: '' },
      after: { leaseTransitions: 3, acquireTime: TIME },
    },
    { why: 'of one that another had is one', before: held, after: { leaseTransitions: 4, acquireTime: TIME } },
    {
      why: 'of our own is a renewal',
      before: { ...held, holderIdentity: 'a' },
      after: { leaseTransitions: 3, acquireTime: 'a1' },
    },
    {
      why: 'of our own whose beginning is not on record dates it now',
      before: { ...held, holderIdentity: 'a', acquireTime: null },
      after: { leaseTransitions: 3, acquireTime: TIME },
    },
  ];
  for (const { why, before, after } of rows) {
    it(why, () =>
      assert.deepEqual(claimed(before), { holderIdentity: 'a', leaseDurationSeconds: 60, renewTime: TIME, ...after }),
    );
  }

  for (const [leaseMs, seconds] of [
    [60_001, 61],
    [1000, 1],
    [1, 1],
    [0, 1],
  ] as const) {
    it(`of ${leaseMs} ms is never shorter than that, nor than a second`, () =>
      assert.equal(claimed({}, leaseMs)?.leaseDurationSeconds, seconds));
  }

  it('keeps what others put beside it', () => {
    const labels = { a: 'b' };
    const before: Lease = { metadata: { namespace: 'sys', name: 'op', labels }, spec: held };
    assert.deepEqual(claim(before, { identity: 'a', leaseMs: 1000, now: NOW }).metadata, before.metadata);
  });
});

describe('a release', () => {
  it('leaves nobody as holder, for a second, and the count of transitions as it was', () => {
    assert.deepEqual(release(lease(held), NOW).spec, {
      holderIdentity: '',
      leaseDurationSeconds: 1,
      acquireTime: TIME,
      renewTime: TIME,
      leaseTransitions: 3,
    });
  });
});

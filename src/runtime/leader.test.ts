import assert from 'node:assert/strict';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import { VirtualClock, flush, seededRandom } from '../../test/support/virtual-clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { KubeFailure } from './kube.ts';
import { LeaderElector } from './leader.ts';
import { LEASES } from './lease.ts';
import { createMetrics } from './metrics.ts';

const TIMINGS = { leaseMs: 60_000, renewDeadlineMs: 40_000, retryMs: 10_000 };
const NAME = 'sys/op';
const outage: KubeFailure = { kind: 'unavailable', message: 'cut off' };

class Candidate {
  readonly elector: LeaderElector;
  readonly kube: MemoryKube;
  readonly stop = new AbortController();
  end: string | undefined;

  constructor(identity: string, server: MemoryKube, clock: Clock, metrics = createMetrics({ platform: false })) {
    this.kube = server;
    const common = { clock, random: seededRandom(identity.length), log: silentLogger, meter: metrics.meter };
    this.elector = new LeaderElector({ ...common, kube: server, namespace: 'sys', name: 'op', identity, ...TIMINGS });
  }

  start(): this {
    void this.elector
      .acquire(this.stop.signal)
      .then(() => this.elector.keep(this.stop.signal))
      .then((end) => {
        this.end = end;
      });
    return this;
  }
}

/** A door to the server that one candidate's requests go through. */
function door(server: MemoryKube): MemoryKube & { open: boolean } {
  const view = Object.create(server, {
    open: { value: true, writable: true },
  });
  for (const verb of ['get', 'create', 'replace'] as const) {
    Object.defineProperty(view, verb, {
      value: (...parameters: Parameters<MemoryKube['get']>) =>
        view.open ? Reflect.apply(server[verb], server, parameters) : Promise.resolve(outage),
    });
  }
  return view;
}

describe('leader election', () => {
  let clock: VirtualClock;
  let server: MemoryKube;
  beforeEach(() => {
    clock = new VirtualClock();
    server = new MemoryKube();
  });
  const spec = () => server.peek(LEASES, NAME)?.spec;

  it('creates the lease, renews it, and is valid for between 50 and 60 s', async () => {
    const metrics = createMetrics({ platform: false });
    const a = new Candidate('a', server, clock, metrics).start();
    assert.equal(a.elector.validForMs(), 0);
    await clock.advance(0);
    assert.equal(a.elector.leading, true);
    assert.equal(spec()?.holderIdentity, 'a');
    assert.equal(spec()?.leaseDurationSeconds, 60);
    for (let second = 0; second < 300; second++) {
      await clock.advance(1000);
      assert.ok(a.elector.validForMs() >= 50_000 && a.elector.validForMs() <= 60_000);
    }
    assert.equal(spec()?.leaseTransitions, 0);
    assert.match((await metrics.render()).body, /leader_election_master_status\{name="op"\} 1/);
  });

  it('lets exactly one of two candidates lead, and the other follow once the lease has run out', async () => {
    const doorOfA = door(server);
    const a = new Candidate('a', doorOfA, clock).start();
    await clock.advance(0);
    const b = new Candidate('b', server, clock).start();
    await clock.advance(120_000);
    assert.deepEqual([a.elector.leading, b.elector.leading], [true, false]);
    doorOfA.open = false;
    let overlap = 0;
    let gap = 0;
    while (!b.elector.leading) {
      await clock.advance(100);
      if (a.elector.leading && b.elector.leading) overlap++;
      gap++;
      assert.ok(gap < 800, 'b never led');
    }
    assert.equal(overlap, 0);
    assert.equal(a.end, 'lost');
    assert.equal(a.elector.validForMs(), 0);
    assert.equal(spec()?.holderIdentity, 'b');
    assert.equal(spec()?.leaseTransitions, 1);
  });

  it('steps down at the renew deadline when cut off, having closed the gate of 25 s before', async () => {
    const doorOfA = door(server);
    const a = new Candidate('a', doorOfA, clock).start();
    await clock.advance(0);
    await clock.advance(10_000);
    doorOfA.open = false;
    await clock.advance(35_500);
    assert.equal(a.elector.leading, true);
    assert.ok(a.elector.validForMs() < 25_000);
    await clock.advance(5000);
    assert.equal(a.end, 'lost');
    assert.equal(a.elector.leading, false);
  });

  it('goes on when the server comes back before the deadline', async () => {
    const doorOfA = door(server);
    const a = new Candidate('a', doorOfA, clock).start();
    await clock.advance(0);
    doorOfA.open = false;
    await clock.advance(35_000);
    doorOfA.open = true;
    await clock.advance(60_000);
    assert.equal(a.end, undefined);
    assert.ok(a.elector.validForMs() >= 50_000);
  });

  it('counts validity from before the renewal was sent, not from its answer', async () => {
    const a = new Candidate('a', server, clock).start();
    await clock.advance(0);
    server.delayMs = 8000;
    server.clock = clock;
    await clock.advance(10_000);
    await clock.advance(8000);
    assert.equal(a.elector.validForMs(), 52_000);
  });

  it('recognises its own renewal whose answer was lost', async () => {
    const a = new Candidate('a', server, clock).start();
    await clock.advance(0);
    let lost = 0;
    server.interfere = ({ verb }) => (verb === 'replace' && lost++ === 0 ? 'lose-answer' : undefined);
    await clock.advance(30_000);
    assert.equal(a.end, undefined);
    assert.equal(spec()?.leaseTransitions, 0);
    assert.ok(a.elector.validForMs() >= 50_000);
  });

  it('retakes its own lease at once after a restart, without a transition', async () => {
    const a = new Candidate('a', server, clock).start();
    await clock.advance(5000);
    a.stop.abort();
    await clock.advance(1000);
    const again = new Candidate('a', server, clock).start();
    await clock.advance(0);
    assert.equal(again.elector.leading, true);
    assert.equal(spec()?.leaseTransitions, 0);
  });

  it('gives the lease back, so that the next candidate leads at its next look', async () => {
    const a = new Candidate('a', server, clock).start();
    await clock.advance(0);
    const b = new Candidate('b', server, clock).start();
    await clock.advance(1000);
    a.stop.abort();
    await flush();
    await a.elector.release();
    assert.equal(a.elector.leading, false);
    assert.equal(spec()?.holderIdentity, '');
    await clock.advance(12_000);
    assert.equal(b.elector.leading, true);
  });

  it('gives the lease back when its end cut off a renewal that was applied', async () => {
    const a = new Candidate('a', server, clock).start();
    await clock.advance(0);
    server.put(LEASES, {
      ...server.peek(LEASES, NAME),
      metadata: { namespace: 'sys', name: 'op' },
      spec: { ...spec() },
    });
    a.stop.abort();
    await flush();
    await a.elector.release();
    assert.equal(spec()?.holderIdentity, '');
  });

  it('leaves a lease alone that another took while it ended', async () => {
    const a = new Candidate('a', server, clock).start();
    await clock.advance(0);
    server.put(LEASES, { metadata: { namespace: 'sys', name: 'op' }, spec: { ...spec(), holderIdentity: 'b' } });
    a.stop.abort();
    await flush();
    await a.elector.release();
    assert.equal(spec()?.holderIdentity, 'b');
  });

  it('does not give back what it no longer has', async () => {
    const a = new Candidate('a', server, clock).start();
    await clock.advance(0);
    server.put(LEASES, { metadata: { namespace: 'sys', name: 'op' }, spec: { ...spec(), holderIdentity: 'b' } });
    await clock.advance(10_000);
    assert.equal(a.end, 'lost');
    await a.elector.release();
    assert.equal(spec()?.holderIdentity, 'b');
  });

  it('makes the lease anew when somebody deleted it', async () => {
    const a = new Candidate('a', server, clock).start();
    await clock.advance(0);
    server.erase(LEASES, NAME);
    await clock.advance(10_000);
    assert.equal(a.elector.leading, true);
    assert.equal(spec()?.holderIdentity, 'a');
  });

  it('waits for a lease by its own clock from first sight, whatever times are written in it', async () => {
    const old = { holderIdentity: 'x', leaseDurationSeconds: 60, renewTime: '2001-01-01T00:00:00.000000Z' };
    server.put(LEASES, { metadata: { namespace: 'sys', name: 'op' }, spec: old });
    const b = new Candidate('b', server, clock).start();
    await clock.advance(59_000);
    assert.equal(b.elector.leading, false);
    await clock.advance(14_000);
    assert.equal(b.elector.leading, true);
  });

  it('says lost, without asking, when the process slept past its deadline', async () => {
    const a = new Candidate('a', server, clock).start();
    await clock.advance(0);
    const before = server.operations.length;
    const asleep = Object.assign(Object.create(clock), { monotonic: () => clock.monotonic() + 70_000 });
    const sleeper = new Candidate('a', server, asleep);
    assert.equal(sleeper.elector.validForMs(), 0);
    // The same elector cannot change its clock: a wall clock that moved on by 70 s is what a suspended machine shows.
    clock.jumpWall(70_000);
    assert.equal(a.elector.validForMs(), 0);
    assert.equal(server.operations.length, before);
    await clock.advance(10_000);
    assert.ok(a.elector.validForMs() >= 50_000, 'the next renewal makes it valid again');
  });

  it('is not made valid for longer by a wall clock that is set back', async () => {
    const a = new Candidate('a', server, clock).start();
    await clock.advance(0);
    await clock.advance(9000);
    clock.jumpWall(-3_600_000);
    assert.equal(a.elector.validForMs(), 51_000);
  });

  it('ends a hanging renewal in time for another attempt', async () => {
    const a = new Candidate('a', server, clock).start();
    await clock.advance(0);
    await clock.advance(50_000);
    const deadlines = server.operations.map(({ deadlineMs }) => deadlineMs ?? Infinity);
    assert.ok(deadlines.length > 5 && deadlines.every((ms) => ms <= 10_000), deadlines.join());
    assert.equal(a.end, undefined);
  });

  it('steps down at once when asked after a stall longer than the deadline', async () => {
    class SkippingClock extends VirtualClock {
      skipped = 0;
      override monotonic(): number {
        return super.monotonic() + this.skipped;
      }
    }
    const skipping = new SkippingClock();
    const a = new Candidate('a', server, skipping).start();
    await skipping.advance(0);
    assert.equal(a.elector.stepDownIfExpired(), false);
    skipping.skipped = 45_000;
    assert.equal(a.elector.stepDownIfExpired(), true);
    assert.equal(a.elector.leading, false);
    const before = server.operations.length;
    await skipping.advance(10_000);
    assert.equal(a.end, 'lost');
    assert.equal(server.operations.length, before);
  });
});

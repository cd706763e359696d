import assert from 'node:assert/strict';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import { VirtualClock, flush, seededRandom } from '../../test/support/virtual-clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Logger, silentLogger } from '../kernel/logger.ts';
import type { KubeFailure } from './kube.ts';
import { LeaderElector, soleCandidate } from './leader.ts';
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

  constructor(
    identity: string,
    server: MemoryKube,
    clock: Clock,
    metrics = createMetrics({ platform: false }),
    log: Logger = silentLogger,
  ) {
    this.kube = server;
    const common = { clock, random: seededRandom(identity.length), log, meter: metrics.meter };
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
function door(server: MemoryKube, hear: (options: unknown) => void = () => undefined): MemoryKube & { open: boolean } {
  const view = Object.create(server, {
    open: { value: true, writable: true },
  });
  for (const verb of ['get', 'create', 'replace'] as const) {
    Object.defineProperty(view, verb, {
      value: (...parameters: Parameters<MemoryKube['get']>) => {
        hear(parameters[2]);
        return view.open ? Reflect.apply(server[verb], server, parameters) : Promise.resolve(outage);
      },
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

  it('asks sooner and sooner towards the deadline, and no request outlasts it', async () => {
    const a = new Candidate('a', server, clock).start();
    await clock.advance(10_000); // the renewal that everything below counts from
    const asked: (readonly [number, number | undefined])[] = [];
    server.interfere = ({ verb, deadlineMs }) => {
      if (verb === 'replace') asked.push([clock.monotonic(), deadlineMs]);
      return outage;
    };
    await clock.advance(60_000);
    assert.deepEqual(asked, [
      [20_000, 10_000],
      [30_000, 10_000],
      [40_000, 10_000],
      [45_000, 5000],
      [47_500, 2500],
      [48_750, 1250],
      [49_750, 250],
    ]);
    assert.equal(a.end, 'lost');
  });

  it('gives a candidate that came late as long for its requests as any other', async () => {
    await clock.advance(100_000);
    new Candidate('a', server, clock).start();
    await clock.advance(0);
    assert.deepEqual(
      server.operations.map(({ verb, deadlineMs }) => `${verb} ${deadlineMs}`),
      ['get 10000', 'create 10000'],
    );
  });

  it('spreads the looks of a candidate that waits over a fifth of the interval', async () => {
    new Candidate('a', server, clock).start();
    await clock.advance(0);
    const looks: number[] = [];
    server.interfere = ({ verb }) => {
      if (verb === 'get') looks.push(clock.monotonic()); // the leader only writes
      return undefined;
    };
    new Candidate('b', server, clock).start();
    await clock.advance(200_000);
    const waits = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
    assert.ok(waits.length > 10 && waits.every((ms) => ms >= 10_000 && ms <= 12_000), waits.join());
    assert.ok(new Set(waits).size > 5, 'not in step');
  });

  it('asks nothing more once it was stopped', async () => {
    const a = new Candidate('a', server, clock).start();
    await clock.advance(15_000);
    const before = server.operations.length;
    a.stop.abort();
    await clock.advance(60_000);
    assert.deepEqual([a.end, server.operations.length], ['stopped', before]);
  });

  it('does not take back what it has just given back', async () => {
    const a = new Candidate('a', server, clock).start();
    await clock.advance(0);
    await a.elector.release();
    await clock.advance(60_000);
    assert.deepEqual([a.end, spec()?.holderIdentity], ['lost', '']);
  });

  it('has nothing to give back and nothing to step down from before it leads', async () => {
    const a = new Candidate('a', server, clock);
    await a.elector.release();
    assert.deepEqual([a.elector.stepDownIfExpired(), server.operations], [false, []]);
  });

  it('lets no throttling delay a request for the lease', async () => {
    const urgent = new Set<unknown>();
    const watched = door(server, (options) => urgent.add(Reflect.get(Object(options), 'urgent')));
    const a = new Candidate('a', watched, clock).start();
    await clock.advance(30_000);
    server.put(LEASES, { ...server.peek(LEASES, NAME), metadata: { namespace: 'sys', name: 'op' } });
    await a.elector.release();
    assert.deepEqual(urgent, new Set([true]));
    assert.deepEqual(
      server.operations.slice(-3).map(({ verb, deadlineMs }) => `${verb} ${deadlineMs}`),
      ['replace 5000', 'get 5000', 'replace 5000'],
    );
  });

  it('shows in its metric whether it leads: not before, while, and not after', async () => {
    const metrics = createMetrics({ platform: false });
    const shown = async () =>
      /leader_election_master_status\{name="op"\} (\d)/.exec((await metrics.render()).body)?.[1];
    const a = new Candidate('a', server, clock, metrics);
    assert.equal(await shown(), '0');
    a.start();
    await clock.advance(0);
    assert.equal(await shown(), '1');
    await a.elector.release();
    assert.equal(await shown(), '0');
  });

  describe('says in the log', () => {
    const lines: string[] = [];
    const log = {
      ...silentLogger,
      info: (message: string, fields?: object) => lines.push(`info ${message} ${JSON.stringify(fields)}`),
      warn: (message: string, fields?: object) => lines.push(`warn ${message} ${JSON.stringify(fields)}`),
      error: (message: string, fields?: object) => lines.push(`error ${message} ${JSON.stringify(fields)}`),
    };
    const talking = (identity: string) => {
      lines.length = 0;
      return new Candidate(identity, server, clock, createMetrics({ platform: false }), log);
    };

    it('that it leads, and how its lease ended', async () => {
      const a = talking('a').start();
      await clock.advance(0);
      await a.elector.release();
      assert.deepEqual(lines, [
        'info Became the leader {"lease":"op","identity":"a"}',
        'info Released the lease {"lease":"op"}',
      ]);
      const again = talking('a').start();
      await clock.advance(10_000);
      server.interfere = () => outage;
      const before = server.operations.length;
      await again.elector.release();
      assert.equal(lines.at(-1), 'info Left the lease to run out {"lease":"op"}');
      assert.equal(server.operations.length - before, 1, 'the end of the process waits for no second request');
    });

    it('who has it now when it was lost', async () => {
      talking('a').start();
      await clock.advance(0);
      server.put(LEASES, { metadata: { namespace: 'sys', name: 'op' }, spec: { ...spec(), holderIdentity: 'b' } });
      await clock.advance(10_000);
      assert.deepEqual(lines.slice(1), ['error Lost the lease {"lease":"op","holder":"b"}']);
    });

    it('no holder when the lease was lost to time alone', async () => {
      talking('a').start();
      await clock.advance(0);
      server.interfere = () => outage;
      await clock.advance(60_000);
      assert.equal(lines.at(-1), 'error Lost the lease {"lease":"op"}');
    });

    it('once for each holder that it waits, for whom, and how long at most', async () => {
      const spoken = () => lines.filter((line) => line.startsWith('info'));
      const held = (holderIdentity: string, renewTime: string) =>
        server.put(LEASES, {
          metadata: { namespace: 'sys', name: 'op' },
          spec: { holderIdentity, leaseDurationSeconds: 60, renewTime },
        });
      held('x', '1');
      talking('b').start();
      await clock.advance(30_000);
      held('x', '2');
      await clock.advance(30_000);
      const waits = 'info Waits for the lease that another holds; takes it when it is not renewed for so long';
      assert.deepEqual(spoken(), [`${waits} {"lease":"op","holder":"x","seconds":60}`]);
      held('y', '3');
      await clock.advance(90_000);
      assert.deepEqual(spoken().slice(1), [
        `${waits} {"lease":"op","holder":"y","seconds":60}`,
        'info Became the leader {"lease":"op","identity":"b"}',
      ]);
    });

    it('what could not be asked, and nothing of a conflict, which is how elections are', async () => {
      talking('a').start();
      await clock.advance(0);
      server.interfere = () => outage;
      await clock.advance(10_000);
      assert.deepEqual(lines.slice(1), [
        'warn Could not write the lease {"lease":"op","error":"cut off"}',
        'warn Could not read the lease {"lease":"op","error":"cut off"}',
      ]);
      server.interfere = ({ verb }) => (verb === 'replace' ? { kind: 'conflict', message: '' } : undefined);
      await clock.advance(10_000);
      assert.equal(lines.length, 3);
    });
  });
});

describe('no election', () => {
  it('leads for ever, until it is stopped', async () => {
    const stop = new AbortController();
    await soleCandidate.acquire(stop.signal);
    assert.deepEqual([soleCandidate.leading, soleCandidate.validForMs()], [true, Infinity]);
    assert.equal(soleCandidate.stepDownIfExpired(), false);
    let end: string | undefined;
    void soleCandidate.keep(stop.signal).then((how) => (end = how));
    await flush();
    assert.equal(end, undefined);
    stop.abort();
    await flush();
    assert.equal(end, 'stopped');
    await soleCandidate.release();
  });
});

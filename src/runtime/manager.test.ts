import assert from 'node:assert/strict';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import { VirtualClock, flush, seededRandom } from '../../test/support/virtual-clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { KubeFailure } from './kube.ts';
import type { ResourceKind } from './kube-types.ts';
import { LEASES } from './lease.ts';
import { type ManagerOptions, createManager } from './manager.ts';
import type { Manager, ManagerEnd, ReconcileContext } from './manager-types.ts';
import { createMetrics } from './metrics.ts';
import { type Outcome, done } from './outcome.ts';

const KIND: ResourceKind = { group: 'test.io', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };
const PARTS: ResourceKind = { group: 'test.io', version: 'v1', plural: 'parts', kind: 'Part', namespaced: true };
const outage: KubeFailure = { kind: 'unavailable', message: 'cut off' };
const timings = { leaseMs: 60_000, renewDeadlineMs: 40_000, retryMs: 10_000 };

class World {
  readonly clock = new VirtualClock();
  readonly kube = new MemoryKube();
  readonly stop = new AbortController();
  readonly visits: string[] = [];
  readonly manager: Manager;
  ports = { health: 0, metrics: 0 };
  end: ManagerEnd | undefined;
  run: Promise<void> | undefined;
  visit: (name: string, context: ReconcileContext) => Promise<Outcome> = async () => done;

  constructor(options: Partial<ManagerOptions> = {}) {
    this.manager = createManager({
      kube: this.kube,
      clock: this.clock,
      random: seededRandom(1),
      log: silentLogger,
      metrics: createMetrics({ platform: false }),
      leader: { namespace: 'sys', name: 'op', identity: 'a', ...timings },
      health: { host: '127.0.0.1', port: 0 },
      metricsEndpoint: { host: '127.0.0.1', port: 0, auth: false },
      namespaces: [],
      onListening: (ports) => {
        this.ports = ports;
      },
      ...options,
    });
    this.manager.addController({
      name: 'thing',
      kind: KIND,
      reconcile: async ({ name }, context) => {
        this.visits.push(name);
        return this.visit(name, context);
      },
      watches: [{ kind: PARTS, keysOf: ({ object }) => [`ns/of-${object.metadata.name}`] }],
    });
  }

  start(): this {
    this.run = this.manager.run(this.stop.signal).then((end) => {
      this.end = end;
    });
    return this;
  }

  /** Started, listening and leading. */
  async led(): Promise<this> {
    this.start();
    await this.until(() => this.ports.health > 0);
    await this.until(() => this.manager.leadership.leading);
    await this.clock.advance(100);
    return this;
  }

  async until(condition: () => boolean): Promise<void> {
    for (let turn = 0; turn < 2000 && !condition(); turn++) {
      await flush();
      await this.clock.advance(1);
    }
    assert.ok(condition());
  }

  async fetch(port: number, path: string): Promise<{ status: number; body: string }> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, body: await response.text() };
  }
}

describe('manager', () => {
  let world: World;
  afterEach(async () => {
    world.stop.abort();
    for (let turn = 0; turn < 50 && world.end === undefined; turn++) await world.clock.advance(1000);
    await world.run;
  });

  it('visits what is there, what changes, and what other kinds point at', async () => {
    world = new World();
    world.kube.put(KIND, { metadata: { namespace: 'ns', name: 'x' } });
    await world.led();
    assert.deepEqual(world.visits, ['x']);
    world.kube.put(KIND, { metadata: { namespace: 'ns', name: 'y' } });
    world.kube.put(PARTS, { metadata: { namespace: 'ns', name: 'p' } });
    await world.until(() => world.visits.length === 3);
    assert.deepEqual(world.visits, ['x', 'y', 'of-p']);
    world.manager.enqueue('thing', 'ns/x');
    await world.until(() => world.visits.length === 4);
    assert.throws(() => world.manager.enqueue('other', 'x'), /No controller other/);
    assert.equal(world.manager.store(KIND).size, 2);
  });

  it('follows without acting while another leads, and acts once it leads', async () => {
    world = new World();
    const other = { holderIdentity: 'other', leaseDurationSeconds: 60 };
    world.kube.put(LEASES, { metadata: { namespace: 'sys', name: 'op' }, spec: other });
    world.kube.put(KIND, { metadata: { namespace: 'ns', name: 'x' } });
    const ran: string[] = [];
    world.manager.addRunnable({ name: 'sweep', when: 'leader', run: async () => void ran.push('sweep') });
    world.manager.addRunnable({ name: 'tell', when: 'always', run: async () => void ran.push('tell') });
    world.start();
    await world.until(() => world.manager.store(KIND).synced);
    assert.deepEqual(ran, ['tell']);
    assert.deepEqual(world.visits, []);
    assert.equal((await world.fetch(world.ports.health, '/readyz')).status, 200);
    await world.clock.advance(80_000);
    assert.deepEqual(world.visits, ['x']);
    assert.deepEqual(ran, ['tell', 'sweep']);
  });

  it('says on /readyz what is not listed yet, and on /metrics what happens', async () => {
    world = new World();
    world.kube.interfere = ({ kind }) => (kind.plural === 'parts' ? outage : undefined);
    world.manager.addReadyCheck('crds', () => 'CRDOutdated');
    await world.led();
    const { status, body } = await world.fetch(world.ports.health, '/readyz');
    assert.equal(status, 503);
    assert.equal(
      body,
      '[+]cache-things.test.io ok\n[-]cache-parts.test.io failed: parts are not listed yet\n[-]crds failed: CRDOutdated\nfailed\n',
    );
    assert.deepEqual(await world.fetch(world.ports.health, '/healthz'), { status: 200, body: '[+]lease ok\nok\n' });
    const metrics = await world.fetch(world.ports.metrics, '/metrics');
    assert.match(metrics.body, /leader_election_master_status\{name="op"\} 1/);
    assert.match(metrics.body, /operator_informer_healthy\{kind="Part"\} 0/);
    assert.equal((await world.fetch(world.ports.metrics, '/other')).status, 404);
  });

  it('stops in order: drained, then the lease given back', async () => {
    world = await new World().led();
    const order: string[] = [];
    world.visit = async () => {
      await world.clock.sleep(5000);
      order.push(`visit ended, leading ${world.manager.leadership.leading}`);
      return done;
    };
    world.kube.put(KIND, { metadata: { namespace: 'ns', name: 'x' } });
    await world.until(() => world.visits.length === 1);
    world.stop.abort();
    await world.clock.advance(4000);
    assert.equal(world.end, undefined);
    assert.equal(world.kube.peek(LEASES, 'sys/op')?.spec?.holderIdentity, 'a');
    await world.clock.advance(1000);
    await world.until(() => world.end !== undefined);
    assert.deepEqual(order, ['visit ended, leading true']);
    assert.deepEqual(world.end, { kind: 'stopped' });
    assert.equal(world.kube.peek(LEASES, 'sys/op')?.spec?.holderIdentity, '');
    await assert.rejects(world.fetch(world.ports.health, '/healthz'));
  });

  it('keeps renewing the lease while a slow visit is drained, and tells it to stop after 30 s', async () => {
    world = await new World().led();
    const end = { atMs: 0, valid: 0 };
    world.visit = async (_name, { signal }) => {
      await world.clock.sleep(3_600_000, signal);
      end.atMs = world.clock.monotonic();
      end.valid = world.manager.leadership.validForMs();
      return done;
    };
    world.kube.put(KIND, { metadata: { namespace: 'ns', name: 'x' } });
    await world.until(() => world.visits.length === 1);
    const stoppedAt = world.clock.monotonic();
    world.stop.abort();
    await world.clock.advance(31_000);
    await world.until(() => world.end !== undefined);
    assert.equal(Math.round((end.atMs - stoppedAt) / 1000), 30);
    assert.ok(end.valid >= 50_000);
  });

  it('ends as lease-lost and stops all visits when it is cut off', async () => {
    world = await new World().led();
    let reason = '';
    world.visit = async (_name, { signal }) => {
      await world.clock.sleep(3_600_000, signal);
      reason = String(signal.reason);
      return done;
    };
    world.kube.put(KIND, { metadata: { namespace: 'ns', name: 'x' } });
    await world.until(() => world.visits.length === 1);
    world.kube.interfere = () => outage;
    await world.clock.advance(50_000);
    await world.until(() => world.end !== undefined);
    assert.deepEqual(world.end, { kind: 'lease-lost' });
    assert.equal(reason, 'Error: lease lost');
  });

  it('stops while still waiting for the lease or for the first list', async () => {
    world = new World();
    world.kube.interfere = () => outage;
    world.start();
    await world.until(() => world.ports.health > 0);
    world.stop.abort();
    await world.until(() => world.end !== undefined);
    assert.deepEqual(world.end, { kind: 'stopped' });
    assert.equal(world.clock.pending, 0);
  });

  it('starts a runnable again that failed', async () => {
    world = new World();
    let runs = 0;
    world.manager.addRunnable({
      name: 'sweep',
      when: 'leader',
      run: async () => {
        if (++runs < 3) throw new Error('defect');
      },
    });
    await world.led();
    await world.clock.advance(20_000);
    assert.equal(runs, 3);
  });

  it('fails, and says so, when its port is taken', async () => {
    const first = (world = await new World().led());
    const second = new World({ health: { host: '127.0.0.1', port: first.ports.health } });
    second.start();
    await second.run;
    assert.equal(second.end?.kind, 'failed');
    assert.match(second.end?.kind === 'failed' ? String(second.end.error) : '', /EADDRINUSE/);
  });

  it('leads alone when there is no election', async () => {
    const { leader: _none, ...rest } = { leader: undefined };
    world = new World();
    const alone = createManager({
      kube: world.kube,
      clock: world.clock,
      random: seededRandom(1),
      log: silentLogger,
      metrics: createMetrics({ platform: false }),
      health: { host: '127.0.0.1', port: 0 },
      metricsEndpoint: { host: '127.0.0.1', port: 0, auth: false },
      namespaces: [],
      ...rest,
    });
    assert.equal(alone.leadership.leading, true);
    assert.equal(alone.leadership.validForMs(), Infinity);
    const stop = new AbortController();
    const end = alone.run(stop.signal);
    await flush();
    stop.abort();
    assert.deepEqual(await end, { kind: 'stopped' });
    world.start();
  });
});

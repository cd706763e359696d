// The runtime against a real API server: what the loopback server of the unit tests only imitates.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { silentLogger } from '../../src/kernel/logger.ts';
import { silentMeter } from '../../src/kernel/meter.ts';
import { systemClock, systemRandom } from '../../src/runtime/clock.ts';
import { ApiEventRecorder } from '../../src/runtime/events.ts';
import { Finalizers } from '../../src/runtime/finalizers.ts';
import { createKube } from '../../src/runtime/kube-api.ts';
import { connect } from '../../src/runtime/kube-client.ts';
import { createMetrics } from '../../src/runtime/metrics.ts';
import { OwnWrites } from '../../src/runtime/own-writes.ts';
import { StatusWriter } from '../../src/runtime/status-writer.ts';
import { type Kube, type KubeObject, type ResourceKind, keyOf } from '../../src/runtime/index.ts';
import { openEndpoints } from '../../src/runtime/endpoints.ts';
import { Informer } from '../../src/runtime/informer.ts';
import { LeaderElector } from '../../src/runtime/leader.ts';
import { LEASES } from '../../src/runtime/lease.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/control-plane.ts';
import { CONTROL_PLANE_TIMEOUT_MS, testNamespace, useControlPlane } from '../support/shared-control-plane.ts';
import { until } from '../support/virtual-clock.ts';

interface Thing extends KubeObject {
  readonly spec?: { readonly size?: number };
  readonly status?: { readonly ids?: readonly string[]; readonly note?: string };
}
const THINGS: ResourceKind<Thing> = {
  group: 'runtime.test',
  version: 'v1',
  plural: 'things',
  kind: 'Thing',
  namespaced: true,
};
const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.runtime.test' },
  spec: {
    group: 'runtime.test',
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: { type: 'integer', maximum: 10 } } },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
};

async function clientFor(kubeconfig: string): Promise<Kube> {
  const connection = await connect({ kind: 'kubeconfig', path: kubeconfig }, systemClock);
  return createKube({ connection, clock: systemClock, meter: silentMeter });
}

async function installKind(plane: ControlPlane): Promise<void> {
  const applied = await plane.kubectl(['apply', '-f', '-'], { input: JSON.stringify(CRD) });
  assert.equal(applied.code, 0, applied.stderr);
  const waited = await plane.kubectl(['wait', '--for=condition=Established', 'crd/things.runtime.test']);
  assert.equal(waited.code, 0, waited.stderr);
}

const thing = (namespace: string, name: string, size = 1): Thing => ({ metadata: { namespace, name }, spec: { size } });

/** What a test started and must not outlive it, whether it passes or not. */
const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function follow(kube: Kube, namespace: string) {
  const common = { clock: systemClock, random: systemRandom, log: silentLogger, meter: silentMeter };
  const informer = new Informer({ ...common, kube, kind: THINGS, namespaces: [namespace] });
  const changes: string[] = [];
  informer.onChange(({ kind, object }) => changes.push(`${kind} ${object.metadata.name}`));
  const stop = new AbortController();
  const running = informer.run(stop.signal);
  cleanups.push(async () => {
    stop.abort();
    await running;
  });
  return { informer, changes };
}

function expectOk<T>(result: { readonly kind: string; readonly value?: T }): T {
  assert.equal(result.kind, 'ok', JSON.stringify(result));
  assert.ok(result.value !== undefined);
  return result.value;
}

describe('runtime on a real API server', () => {
  const plane = useControlPlane();
  let kube: Kube;
  let namespace: string;
  before(async function () {
    this.timeout(CONTROL_PLANE_TIMEOUT_MS);
    await installKind(plane());
    namespace = await testNamespace('runtime');
    kube = await clientFor(plane().kubeconfigPath);
  });

  it('reads, writes, and tells the ends of writes apart', async () => {
    const ref = { namespace, name: 'ends' };
    assert.equal((await kube.get(THINGS, ref)).kind, 'not-found');
    const made = expectOk(await kube.create(THINGS, thing(namespace, 'ends')));
    assert.equal((await kube.create(THINGS, thing(namespace, 'ends'))).kind, 'already-exists');
    assert.equal((await kube.create(THINGS, thing(namespace, 'big', 11))).kind, 'invalid');
    const replaced = expectOk(await kube.replace(THINGS, { ...made, spec: { size: 2 } }));
    assert.equal(replaced.metadata.generation, 2);
    assert.equal((await kube.replace(THINGS, { ...made, spec: { size: 3 } })).kind, 'conflict');
    assert.equal((await kube.remove(THINGS, ref, { uid: 'another' })).kind, 'conflict');
    assert.equal((await kube.remove(THINGS, ref, { uid: made.metadata.uid ?? '' })).kind, 'ok');
    assert.equal((await kube.get(THINGS, ref)).kind, 'not-found');
  });

  it('is forbidden what its user may not, and unauthorized as nobody', async () => {
    const bob = await clientFor(plane().kubeconfigOf('bob'));
    assert.equal((await bob.list(THINGS, { namespace })).kind, 'forbidden');
    const ca = await readFile(plane().caFile, 'utf8');
    const connection = await connect({ kind: 'address', url: plane().url, token: 'invented', ca }, systemClock);
    const nobody = createKube({ connection, clock: systemClock, meter: silentMeter });
    assert.equal((await nobody.list(THINGS, { namespace })).kind, 'unauthorized');
  });

  it('writes status by difference, as a conflict when others wrote, and never into a successor', async () => {
    const ownWrites = new OwnWrites(systemClock);
    const common = { clock: systemClock, random: systemRandom, log: silentLogger };
    const writer = new StatusWriter<Thing>({ kube, kind: THINGS, ownWrites, ...common });
    const made = expectOk(await kube.create(THINGS, thing(namespace, 'status')));
    const first = await writer.write(made, { ids: ['i-1'], note: 'x' });
    assert.ok(first.kind === 'written');
    assert.equal(first.object.metadata.generation, 1);
    assert.equal((await writer.write(made, { ids: ['i-2'] })).kind, 'conflict');
    const second = await writer.write(first.object, { ids: ['i-1', 'i-2'] });
    assert.deepEqual(second.kind === 'written' && second.object.status, { ids: ['i-1', 'i-2'] });
    assert.equal(
      (await writer.write(second.kind === 'written' ? second.object : made, { ids: ['i-1', 'i-2'] })).kind,
      'unchanged',
    );
    await kube.remove(THINGS, { namespace, name: 'status' });
    assert.equal((await writer.write(first.object, { ids: [] })).kind, 'gone');
    await kube.create(THINGS, thing(namespace, 'status'));
    assert.equal((await writer.write(first.object, { ids: [] })).kind, 'conflict');
  });

  it('puts its finalizer on and off beside those of others', async () => {
    const ownWrites = new OwnWrites(systemClock);
    const finalizers = new Finalizers<Thing>({ kube, kind: THINGS, finalizer: 'runtime.test/ours', ownWrites });
    const made = expectOk(await kube.create(THINGS, thing(namespace, 'final')));
    const ours = expectOk(await finalizers.add(made));
    assert.deepEqual(ours.metadata.finalizers, ['runtime.test/ours']);
    assert.equal((await finalizers.add(made)).kind, 'conflict');
    const body = { metadata: { finalizers: ['other.test/theirs', 'runtime.test/ours'] } };
    const ref = { namespace, name: 'final' };
    const both = expectOk(await kube.patch({ kind: THINGS, ref }, { kind: 'merge', body }));
    assert.equal((await finalizers.remove(ours)).kind, 'conflict');
    const theirs = expectOk(await finalizers.remove(both));
    assert.deepEqual(theirs.metadata.finalizers, ['other.test/theirs']);
    await kube.remove(THINGS, ref);
    const dying = expectOk(await kube.get(THINGS, ref));
    assert.equal((await finalizers.add(dying)).kind, 'invalid', 'a dying object takes no new finalizer');
    const last = [{ op: 'remove', path: '/metadata/finalizers/0' }] as const;
    expectOk(await kube.patch({ kind: THINGS, ref }, { kind: 'json', operations: last }));
  });

  it('hears of changes within milliseconds, over a list of several pages', async function () {
    this.timeout(60_000);
    const crowd = await testNamespace('runtime-crowd');
    const names = Array.from({ length: 1100 }, (_, index) => `t${index}`);
    for (let start = 0; start < names.length; start += 50) {
      await Promise.all(names.slice(start, start + 50).map((name) => kube.create(THINGS, thing(crowd, name))));
    }
    const { informer, changes } = follow(kube, crowd);
    await until(() => informer.size === 1100 && informer.synced, 20_000);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const latencies: number[] = [];
    for (let n = 0; n < 50; n++) {
      const before = changes.length;
      const ref = { namespace: crowd, name: `t${n}` };
      expectOk(await kube.patch({ kind: THINGS, ref }, { kind: 'merge', body: { spec: { size: 2 } } }));
      const answered = performance.now();
      await until(() => changes.length > before);
      latencies.push(performance.now() - answered);
    }
    latencies.sort((a, b) => a - b);
    assert.ok((latencies[25] ?? Infinity) < 100, `median ${latencies[25]} ms`);
    assert.deepEqual(changes.slice(1100, 1102), ['updated t0', 'updated t1']);
  });

  it('finds nothing missed when it compares with the server', async () => {
    const { informer } = follow(kube, namespace);
    await until(() => informer.synced);
    await kube.create(THINGS, thing(namespace, 'audit'));
    const [result] = await informer.audit(new AbortController().signal);
    assert.deepEqual(result, { kind: 'audited', misses: [] });
  });

  it('elects one of two, and hands over at once when the lease is given back', async function () {
    this.timeout(30_000);
    const timings = { leaseMs: 6000, renewDeadlineMs: 4000, retryMs: 500 };
    const common = {
      kube,
      clock: systemClock,
      random: systemRandom,
      log: silentLogger,
      meter: silentMeter,
      ...timings,
    };
    const [a, b] = ['a', 'b'].map((identity) => new LeaderElector({ ...common, namespace, name: 'lease', identity }));
    assert.ok(a !== undefined && b !== undefined);
    const [stopA, stopB] = [new AbortController(), new AbortController()];
    cleanups.push(() => [stopA, stopB].forEach((stop) => stop.abort()));
    await a.acquire(stopA.signal);
    const keptA = a.keep(stopA.signal);
    const gotB = b.acquire(stopB.signal).then(() => performance.now());
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.deepEqual([a.leading, b.leading], [true, false]);
    assert.ok(a.validForMs() > 5000);
    stopA.abort();
    assert.equal(await keptA, 'stopped');
    const released = performance.now();
    await a.release();
    assert.ok((await gotB) - released < 3000);
    const lease = expectOk(await kube.get(LEASES, { namespace, name: 'lease' }));
    assert.equal(lease.spec?.holderIdentity, 'b');
  });

  it('writes events that the server accepts, series and cluster-scoped objects included', async () => {
    const metrics = createMetrics({ platform: false });
    const stop = new AbortController();
    const recorder = new ApiEventRecorder({
      kube,
      clock: systemClock,
      random: systemRandom,
      log: silentLogger,
      meter: metrics.meter,
      controller: 'runtime.test/op',
      instance: 'pod-1',
    });
    cleanups.push(() => stop.abort());
    const running = recorder.run(stop.signal);
    const made = expectOk(await kube.create(THINGS, thing(namespace, 'events')));
    const note = { type: 'Warning', reason: 'BackendsAbnormal', action: 'CheckHealth', note: 'One backend' } as const;
    for (let n = 0; n < 3; n++) recorder.record(THINGS, made, note);
    const nodeLike: ResourceKind = { ...THINGS, kind: 'ClusterThing', namespaced: false };
    recorder.record(nodeLike, { metadata: { name: 'cluster-wide', uid: 'u' } }, note);
    stop.abort();
    await running;
    const seen = await plane().kubectl(['get', 'events.events.k8s.io', '-n', namespace, '-o', 'json']);
    const items: { regarding: { name: string }; series?: { count: number } }[] = JSON.parse(seen.stdout).items;
    const mine = items.filter(({ regarding }) => regarding.name === 'events');
    assert.deepEqual(
      mine.map(({ series }) => series?.count),
      [3],
    );
    assert.ok(!(await metrics.render()).body.includes('operator_events_dropped_total{'), 'nothing dropped');
  });

  it('shows metrics to whom the server lets, and to nobody else', async () => {
    const kubectl = (args: readonly string[], input = '') => plane().kubectl(args, { input });
    const rule = { nonResourceURLs: ['/metrics'], verbs: ['get'] };
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: namespace },
      rules: [rule],
    };
    await kubectl(['apply', '-f', '-'], JSON.stringify(role));
    await kubectl(['create', 'clusterrolebinding', namespace, `--clusterrole=${namespace}`, `--user=carol`]);
    const address = { host: '127.0.0.1', port: 0 };
    const probes = { live: () => [], ready: () => [] };
    const endpoints = await openEndpoints({
      health: address,
      metricsEndpoint: { ...address, auth: true },
      kube,
      clock: systemClock,
      log: silentLogger,
      metrics: createMetrics({ platform: false }),
      ...probes,
    });
    cleanups.push(() => endpoints.close());
    const scrape = async (kubeconfig: string | undefined): Promise<number> => {
      const token = kubeconfig === undefined ? undefined : await tokenIn(kubeconfig);
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return (await fetch(`http://127.0.0.1:${endpoints.metrics}/metrics`, { headers })).status;
    };
    assert.equal(await scrape(undefined), 401);
    assert.equal(await scrape(plane().kubeconfigOf('bob')), 403);
    assert.equal(await scrape(plane().kubeconfigOf('carol')), 200);
  });
});

async function tokenIn(kubeconfig: string): Promise<string | undefined> {
  return /token"?: *"?([^"\s,}]+)/.exec(await readFile(kubeconfig, 'utf8'))?.[1];
}

describe('runtime while the API server dies', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let kube: Kube;
  before(async function () {
    this.timeout(CONTROL_PLANE_TIMEOUT_MS);
    if (process.env['USE_EXISTING_CLUSTER'] === 'true') return this.skip();
    plane = await startControlPlane();
    await installKind(plane);
    kube = await clientFor(plane.kubeconfigPath);
  });
  after(() => plane?.stop());

  it('follows on after kills of API server and etcd and after a compaction, and misses nothing', async () => {
    const { informer, changes } = follow(kube, 'default');
    await until(() => informer.synced);
    await makeAtLast(kube, 'before');
    await until(() => changes.length === 1);

    await plane.killApiServer();
    assert.equal((await kube.create(THINGS, thing('default', 'never'))).kind, 'unavailable');
    await plane.restartApiServer();
    await makeAtLast(kube, 'after');
    await until(() => informer.get('default/after') !== undefined, 40_000);

    await plane.killEtcd();
    await plane.restartEtcd();
    await until(() => informer.trouble() === undefined, 40_000);
    await makeAtLast(kube, 'again');
    await until(() => informer.get('default/again') !== undefined, 40_000);

    await plane.kubectl(['delete', 'things.runtime.test', 'before', '-n', 'default']);
    await compact(plane);
    await until(() => informer.get('default/before') === undefined, 40_000);
    const [result] = await informer.audit(new AbortController().signal);
    assert.deepEqual(result, { kind: 'audited', misses: [] });
    const list = expectOk(await kube.list(THINGS, { namespace: 'default' }));
    const names = list.items.map(({ metadata }) => keyOf(metadata)).toSorted();
    assert.deepEqual(
      informer
        .list()
        .map(({ metadata }) => keyOf(metadata))
        .toSorted(),
      names,
    );
  });
});

/** Creates an object on a server that has just come back: busy, or not there for some of its parts yet. */
async function makeAtLast(kube: Kube, name: string): Promise<void> {
  for (let attempt = 0; attempt < 30; attempt++) {
    const made = await kube.create(THINGS, thing('default', name), { deadlineMs: 3000 });
    if (made.kind === 'ok' || made.kind === 'already-exists') return;
    assert.match(made.kind, /throttled|unavailable|unknown-outcome/);
    await systemClock.sleep(500);
  }
  assert.fail(`${name} could not be created`);
}

/** Compacts etcd to its head through its JSON gateway. */
async function compact(plane: ControlPlane): Promise<void> {
  const call = async (path: string, body: object): Promise<{ header: { revision: string } }> => {
    const response = await fetch(`${plane.etcdUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return JSON.parse(await response.text());
  };
  const { header } = await call('/v3/kv/range', { key: 'AA==' });
  await call('/v3/kv/compaction', { revision: header.revision, physical: true });
}

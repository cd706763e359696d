// The control plane with its real programs.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '../support/eventually.ts';
import { isAlive } from '../support/process-table.ts';
import { CONTROL_PLANE_TIMEOUT_MS, testNamespace, useControlPlane } from '../support/shared-control-plane.ts';
import { ensureAssets } from './assets.ts';
import { DEFAULT_KUBE_VERSION } from './binaries.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { createPrograms } from './programs.ts';
import { provision } from './provision.ts';
import { createDataFolder, sweep } from './sweep.ts';

const SILENT = (): void => undefined;

const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gauges.test.example.com' },
  spec: {
    group: 'test.example.com',
    names: { kind: 'Gauge', plural: 'gauges', singular: 'gauge', listKind: 'GaugeList' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { level: { type: 'integer', default: 7 } },
                'x-kubernetes-validations': [{ rule: 'self.level < 10', message: 'level is below 10' }],
              },
            },
          },
        },
      },
    ],
  },
};

function gauge(name: string, spec: object): string {
  return JSON.stringify({ apiVersion: 'test.example.com/v1', kind: 'Gauge', metadata: { name }, spec });
}

async function ok(plane: ControlPlane, args: readonly string[], input?: string): Promise<string> {
  const result = await plane.kubectl(args, input === undefined ? {} : { input });
  assert.equal(result.code, 0, `kubectl ${args.join(' ')}: ${result.stderr}`);
  return result.stdout;
}

describe('the shared control plane', function () {
  this.timeout(30_000);
  const plane = useControlPlane();

  it('serves a custom resource with defaults and rules of its own', async () => {
    const namespace = await testNamespace('gauges');
    await ok(plane(), ['apply', '-f', '-'], JSON.stringify(CRD));
    await ok(plane(), ['wait', '--for=condition=Established', 'crd/gauges.test.example.com', '--timeout=10s']);
    await ok(plane(), ['apply', '-n', namespace, '-f', '-'], gauge('a', {}));
    assert.equal(await ok(plane(), ['get', '-n', namespace, 'gauge', 'a', '-o', 'jsonpath={.spec.level}']), '7');
    const refused = await plane().kubectl(['apply', '-n', namespace, '-f', '-'], { input: gauge('b', { level: 10 }) });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /level is below 10/);
  });

  it('applies RBAC to everybody but the administrator', async () => {
    const namespace = await testNamespace('rbac');
    const may = async (as: string): Promise<string> =>
      (await plane().kubectl(['auth', 'can-i', 'list', 'configmaps', '-n', namespace], { as })).stdout.trim();
    await plane().addUser('dora', ['auditors']);
    for (const user of ['operator', 'alice', 'dora']) assert.equal(await may(user), 'no', user);
    assert.equal(await may('admin'), 'yes');
    // Not the role `view`: it is put together by the controller manager, which does not run here.
    await ok(plane(), ['create', 'role', 'reader', '-n', namespace, '--verb=list', '--resource=configmaps']);
    const bind = ['create', 'rolebinding', '-n', namespace, '--role=reader'];
    await ok(plane(), [...bind, 'auditors', '--group=auditors']);
    await ok(plane(), [...bind, 'operator', '--serviceaccount=finance-cloud-system:finance-cloud-operator']);
    for (const user of ['operator', 'dora']) {
      await eventually(async () => (await may(user)) === 'yes', { what: `${user} may list`, timeoutMs: 10_000 });
    }
    assert.equal(await may('alice'), 'no');
    await assert.rejects(plane().kubectl(['version'], { as: 'nobody' }), /no user nobody; there are admin, operator/);
  });

  it('is what USE_EXISTING_CLUSTER finds through the kubeconfig, with users impersonated', async () => {
    const env = { ...process.env, USE_EXISTING_CLUSTER: 'true', KUBECONFIG: plane().kubeconfigPath };
    const existing = await startControlPlane({ env, say: SILENT });
    assert.deepEqual([existing.kind, existing.url], ['existing', plane().url]);
    await existing.addUser('erin', ['auditors']);
    const who = await existing.kubectl(['auth', 'whoami', '-o', 'json'], { as: 'erin' });
    const { status }: { status: { userInfo: object } } = JSON.parse(who.stdout);
    assert.deepEqual(status.userInfo, { username: 'erin', groups: ['auditors', 'system:authenticated'] });
    assert.equal(readFileSync(existing.caFile, 'utf8'), readFileSync(plane().caFile, 'utf8'));
    await assert.rejects(existing.killApiServer(), /not ours to break/);
    await existing.stop();
    assert.ok(!existsSync(existing.dataDir));
    await ok(plane(), ['version']);
  });
});

describe('a control plane of its own', function () {
  this.timeout(60_000);
  let root = '';
  before(() => {
    root = mkdtempSync(path.join(tmpdir(), 'planes-'));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  it('keeps its data when API server and etcd are killed and started again, and leaves nothing when stopped', async function () {
    this.timeout(CONTROL_PLANE_TIMEOUT_MS);
    const plane = await startControlPlane({ dir: root, controllerManager: 'if-found', say: SILENT });
    const manager = plane.hasControllers ? (['kube-controller-manager'] as const) : [];
    const pids = (['etcd', 'kube-apiserver', ...manager] as const).map((name) => plane.pid(name) ?? 0);
    assert.ok(pids.every(isAlive));
    // A namespace that ends is the work of the controller manager.
    if (plane.hasControllers) {
      await ok(plane, ['create', 'namespace', 'ended']);
      await ok(plane, ['delete', 'namespace', 'ended', '--timeout=30s']);
    }
    await ok(plane, ['create', 'namespace', 'kept']);
    await plane.killApiServer();
    assert.equal((await plane.kubectl(['get', 'namespace', 'kept'])).code, 1, 'the API server is gone');
    await plane.killEtcd();
    await plane.restartEtcd();
    await plane.restartApiServer();
    await ok(plane, ['get', 'namespace', 'kept']);
    pids.push(plane.pid('etcd') ?? 0, plane.pid('kube-apiserver') ?? 0);
    await plane.stop();
    assert.deepEqual(pids.filter(isAlive), []);
    assert.deepEqual(readdirSync(root), []);
  });

  it('dies with a parent that is killed, and the next start sweeps its folder', async () => {
    const main = path.join(import.meta.dirname, 'main.ts');
    const env = { ...process.env, TMPDIR: root };
    const parent = spawn(process.execPath, [main, 'run'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    const [chunk]: unknown[] = await once(parent.stdout, 'data');
    const dataDir = path.dirname(String(chunk).trim());
    const { children }: { children: readonly number[] } = JSON.parse(
      readFileSync(path.join(dataDir, 'owner.json'), 'utf8'),
    );
    assert.deepEqual(children.map(isAlive), [true, true]);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await eventually(() => !children.some(isAlive), { what: 'etcd and API server are gone', timeoutMs: 5_000 });
    assert.deepEqual(sweep(root), [dataDir]);
  });

  it('stops at SIGTERM and cleans up', async () => {
    const main = path.join(import.meta.dirname, 'main.ts');
    const env = { ...process.env, TMPDIR: root };
    const parent = spawn(process.execPath, [main, 'run'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    await once(parent.stdout, 'data');
    parent.kill('SIGTERM');
    assert.deepEqual(await once(parent, 'exit'), [0, null]);
    assert.deepEqual(readdirSync(root), []);
  });

  for (const [name, port] of [
    ['etcd', 'etcdUrl'],
    ['kube-apiserver', 'url'],
  ] as const) {
    it(`says in words that are known when ${name} has lost its port, so that other ports are tried`, async () => {
      const dataDir = createDataFolder(root);
      const given = await provision(dataDir);
      const env = process.env;
      const assets = await ensureAssets({
        kubeVersion: DEFAULT_KUBE_VERSION,
        binaries: ['etcd', name],
        env,
        say: SILENT,
      });
      const programs = createPrograms(assets, given);
      const thief = createServer((socket) => socket.destroy());
      thief.listen(Number(new URL(given.layout[port]).port), '127.0.0.1');
      await once(thief, 'listening');
      try {
        if (name !== 'etcd') await programs.start('etcd');
        await assert.rejects(programs.start(name), /address already in use/);
      } finally {
        await programs.killAll();
        thief.close();
      }
      rmSync(dataDir, { recursive: true });
    });
  }
});

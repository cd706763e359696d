import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoopbackApi } from '../../test/support/loopback-api.ts';
import { type Fault, hang, json, refuse, reset } from '../../test/support/loopback-wire.ts';
import { VirtualClock, until } from '../../test/support/virtual-clock.ts';
import type { Kube } from './kube.ts';
import { createKube } from './kube-api.ts';
import { type KubeSource, connect } from './kube-client.ts';
import { createMetrics } from './metrics.ts';

const KIND = { group: 'test.io', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };
const PATH = '/apis/test.io/v1/namespaces/ns/things';
const REF = { namespace: 'ns', name: 'a' };
const OBJECT = { metadata: { namespace: 'ns', name: 'a' } };

const answerHtml: Fault = (_request, response) => void response.end('<html>');
const cutBody: Fault = (_request, response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"metadata":');
  setImmediate(() => response.socket?.resetAndDestroy());
};
const terminating: Fault = (_request, response) =>
  json(response, 403, {
    reason: 'Forbidden',
    message: 'no',
    details: { causes: [{ reason: 'NamespaceTerminating' }] },
  });

describe('API client', () => {
  let api: LoopbackApi;
  let clock: VirtualClock;
  let kube: Kube;
  const metrics = createMetrics({ platform: false });

  async function client(source: KubeSource): Promise<Kube> {
    return createKube({ connection: await connect(source, clock), clock, meter: metrics.meter });
  }

  beforeEach(async () => {
    api = await LoopbackApi.start();
    clock = new VirtualClock();
    kube = await client({ kind: 'address', url: api.url });
  });
  afterEach(() => api.stop());

  const cases: readonly { why: string; fault: Fault; read: string; write: string }[] = [
    { why: 'a conflict: nothing was applied', fault: refuse(409, 'Conflict'), read: 'conflict', write: 'conflict' },
    { why: 'the name is taken', fault: refuse(409, 'AlreadyExists'), read: 'already-exists', write: 'already-exists' },
    { why: 'not there', fault: refuse(404, 'NotFound'), read: 'not-found', write: 'not-found' },
    { why: 'too old', fault: refuse(410, 'Expired'), read: 'gone', write: 'gone' },
    { why: 'no right', fault: refuse(403, 'Forbidden'), read: 'forbidden', write: 'forbidden' },
    { why: 'refused by the schema', fault: refuse(422, 'Invalid'), read: 'invalid', write: 'invalid' },
    {
      why: 'overload is refused before anything is stored',
      fault: refuse(429, 'TooManyRequests'),
      read: 'throttled',
      write: 'throttled',
    },
    {
      why: 'a server error may come after the write was stored',
      fault: refuse(500, 'InternalError'),
      read: 'unavailable',
      write: 'unknown-outcome',
    },
    { why: 'so may a gateway’s', fault: refuse(504, 'Timeout'), read: 'unavailable', write: 'unknown-outcome' },
    { why: 'a reset says nothing', fault: reset, read: 'unavailable', write: 'unknown-outcome' },
    { why: 'a page of HTML says nothing', fault: answerHtml, read: 'unavailable', write: 'unknown-outcome' },
    { why: 'half an answer says nothing', fault: cutBody, read: 'unavailable', write: 'unknown-outcome' },
  ];
  for (const { why, fault, read, write } of cases) {
    it(`${why}: a read is ${read}, a write ${write}`, async () => {
      api.fail('get', fault);
      assert.equal((await kube.get(KIND, REF)).kind, read);
      await clock.advance(2000);
      api.fail('POST', fault);
      assert.equal((await kube.create(KIND, OBJECT)).kind, write);
    });
  }

  it('ends every request that is not answered within its deadline', async () => {
    api.fail(() => true, hang, Infinity);
    const read = kube.get(KIND, REF);
    const write = kube.create(KIND, OBJECT, { deadlineMs: 2999.25 });
    await until(() => api.requests.length === 2);
    await clock.advance(3000);
    assert.deepEqual(await write, { kind: 'unknown-outcome', message: `POST ${PATH}: no answer within 3000 ms` });
    await clock.advance(12_000);
    assert.deepEqual(await read, { kind: 'unavailable', message: `GET ${PATH}/a: no answer within 15000 ms` });
    assert.equal(clock.pending, 0);
  });

  it('ends a request when its caller gives up', async () => {
    api.fail(() => true, hang);
    const abort = new AbortController();
    const read = kube.get(KIND, REF, { signal: abort.signal });
    await until(() => api.requests.length === 1);
    abort.abort();
    assert.equal((await read).kind, 'unavailable');
    assert.equal((await kube.get(KIND, REF, { signal: abort.signal })).kind, 'unavailable');
  });

  it('is certain that a write did nothing when nobody listened', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await until(() => server.listening);
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const nobody = await client({ kind: 'address', url: `http://127.0.0.1:${port}` });
    assert.equal((await nobody.create(KIND, OBJECT)).kind, 'unavailable');
  });

  it('pauses all requests but urgent ones while a 429 lasts', async () => {
    api.put(PATH, OBJECT);
    api.fail('get', refuse(429, 'TooManyRequests', { 'retry-after': '5' }));
    assert.deepEqual(await kube.get(KIND, REF), {
      kind: 'throttled',
      message: '429: TooManyRequests on command',
      retryAfterMs: 5000,
    });
    await clock.advance(1000);
    const held = await kube.get(KIND, REF);
    assert.equal(held.kind === 'throttled' && Math.round(held.retryAfterMs), 4000);
    assert.equal(api.requests.length, 1);
    assert.equal((await kube.get(KIND, REF, { urgent: true })).kind, 'ok');
    await clock.advance(4000);
    assert.equal((await kube.get(KIND, REF)).kind, 'ok');
  });

  it('names a namespace that is terminating', async () => {
    api.fail('POST', terminating);
    const answer = await kube.create(KIND, OBJECT);
    assert.equal(answer.kind === 'forbidden' && answer.namespaceTerminating, true);
  });

  it('sends what each operation needs', async () => {
    api.put(PATH, OBJECT);
    await kube.patch({ kind: KIND, ref: REF }, { kind: 'merge', body: { spec: { x: 1 } } }, { subresource: 'status' });
    await kube.patch(
      { kind: KIND, ref: REF },
      { kind: 'json', operations: [{ op: 'test', path: '/spec/x', value: 1 }] },
    );
    await kube.replace(KIND, OBJECT);
    await kube.remove(KIND, REF, { uid: 'u' });
    await kube.create(KIND, OBJECT);
    const sent = api.requests.map(({ method, path, headers }) => `${method} ${path} ${headers['content-type']}`);
    assert.deepEqual(sent, [
      `PATCH ${PATH}/a/status application/merge-patch+json`,
      `PATCH ${PATH}/a application/json-patch+json`,
      `PUT ${PATH}/a application/json`,
      `DELETE ${PATH}/a application/json`,
      `POST ${PATH} application/json`,
    ]);
    assert.deepEqual(JSON.parse(api.requests[3]?.body ?? ''), {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      preconditions: { uid: 'u' },
    });
    assert.deepEqual(JSON.parse(api.requests[4]?.body ?? ''), { ...OBJECT, apiVersion: 'test.io/v1', kind: 'Thing' });
  });

  it('lists whole, over expiring pages, and gives up on a server that never gets to the end', async () => {
    for (let n = 0; n < 600; n++) api.put(PATH, { metadata: { namespace: 'ns', name: `t${n}` } });
    api.fail(({ query }) => query.has('continue'), refuse(410, 'Expired'));
    const list = await kube.list(KIND, { namespace: 'ns' });
    assert.equal(list.kind === 'ok' && list.value.items.length, 600);
    api.fail(({ query }) => query.has('continue'), refuse(410, 'Expired'), Infinity);
    assert.equal((await kube.list(KIND, { namespace: 'ns' })).kind, 'gone');
  });

  it('counts requests under the names of client-go', async () => {
    const { body } = await metrics.render();
    assert.match(body, /rest_client_requests_total\{code="409",method="POST",host="127\.0\.0\.1:\d+"\} \d+/);
    assert.match(body, /rest_client_requests_total\{code="<error>",method="GET",host="127\.0\.0\.1:\d+"\} \d+/);
    assert.match(body, /rest_client_request_duration_seconds_bucket\{le="0\.025",verb="GET",host=/);
  });

  describe('credentials', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'kube-client-'));
      api.put(PATH, OBJECT);
    });
    afterEach(() => rm(folder, { recursive: true }));

    async function jsonConfig(user: object): Promise<string> {
      const path = join(folder, 'config');
      const config = {
        'current-context': 'x',
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: api.url } }],
        users: [{ name: 'u', user }],
      };
      await writeFile(path, JSON.stringify(config));
      return path;
    }

    it('reads a token file again after a 401 and after a minute', async () => {
      await writeFile(join(folder, 'token'), 'one\n');
      const path = await jsonConfig({ tokenFile: 'token' });
      kube = await client({ kind: 'kubeconfig', path });
      await kube.get(KIND, REF);
      await writeFile(join(folder, 'token'), 'two\n');
      await kube.get(KIND, REF);
      await clock.advance(60_000);
      await kube.get(KIND, REF);
      await writeFile(join(folder, 'token'), 'three\n');
      api.fail('get', refuse(401, 'Unauthorized'));
      assert.equal((await kube.get(KIND, REF)).kind, 'ok');
      assert.deepEqual(
        api.requests.map(({ headers }) => headers.authorization),
        ['Bearer one', 'Bearer one', 'Bearer two', 'Bearer two', 'Bearer three'],
      );
    });

    it('says unauthorized when the token read again is refused too, and tries again later', async () => {
      const path = await jsonConfig({ token: 'one' });
      kube = await client({ kind: 'kubeconfig', path });
      api.fail('get', refuse(401, 'Unauthorized'), 2);
      assert.equal((await kube.get(KIND, REF)).kind, 'unauthorized');
      assert.equal((await kube.get(KIND, REF)).kind, 'ok');
    });

    it('is unavailable, not dead, while the token file cannot be read', async () => {
      const path = await jsonConfig({ tokenFile: 'missing' });
      kube = await client({ kind: 'kubeconfig', path });
      assert.equal((await kube.get(KIND, REF)).kind, 'unavailable');
      await writeFile(join(folder, 'missing'), 'late');
      assert.equal((await kube.get(KIND, REF)).kind, 'ok');
    });

    it('leaves YAML and sign-in plugins to the client library', async () => {
      const path = join(folder, 'config.yaml');
      const exec = `{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-exec"}}`;
      await writeFile(
        path,
        [
          'apiVersion: v1',
          'kind: Config',
          'current-context: x',
          'contexts: [{name: x, context: {cluster: c, user: u}}, {name: y, context: {cluster: c, user: plain}}]',
          `clusters: [{name: c, cluster: {server: "${api.url}", insecure-skip-tls-verify: true}}]`,
          'users:',
          '- {name: plain, user: {token: from-yaml}}',
          `- {name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: echo, args: ['${exec}']}}}`,
        ].join('\n'),
      );
      kube = await client({ kind: 'kubeconfig', path });
      assert.equal((await kube.get(KIND, REF)).kind, 'ok');
      kube = await client({ kind: 'kubeconfig', path, context: 'y' });
      assert.equal((await kube.get(KIND, REF)).kind, 'ok');
      assert.deepEqual(
        api.requests.map(({ headers }) => headers.authorization),
        ['Bearer from-exec', 'Bearer from-yaml'],
      );
    });

    it('refuses to start in a pod without a service account', async () => {
      const source = { kind: 'in-cluster', host: '::1', port: '443', directory: folder } as const;
      await assert.rejects(connect(source, clock), /ca\.crt/);
    });

    it('finds the service account of a pod, also over IPv6', async () => {
      await writeFile(join(folder, 'ca.crt'), '');
      await writeFile(join(folder, 'token'), 'pod-token\n');
      const connection = await connect({ kind: 'in-cluster', host: '::1', port: '6443', directory: folder }, clock);
      assert.equal(connection.url.href, 'https://[::1]:6443/');
      assert.deepEqual((await connection.credentials(false)).headers, { authorization: 'Bearer pod-token' });
    });
  });
});

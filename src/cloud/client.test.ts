// The whole client on a real socket: what it makes of every way in which a server can answer, and what it sends again.
import assert from 'node:assert/strict';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { Clock } from '../kernel/clock.ts';
import { silentMeter } from '../kernel/meter.ts';
import { systemClock, systemRandom } from '../runtime/clock.ts';
import type { Answer, Call, Gate, WriteAnswer } from './call.ts';
import { type CallRecord, createCloudClient } from './client.ts';
import { Limiter } from './limiter.ts';
import { createCallMeter } from './metrics.ts';
import { createSdk } from './sdk-core.ts';
import { parseHttpDate, readServerTime } from './server-time.ts';

type Reply = (request: IncomingMessage, response: ServerResponse) => void;

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
const raw =
  (status: number, body: string): Reply =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'text/html' });
    response.end(body);
  };
const fine = json(200, { RequestId: 'R-1', VpcId: 'vpc-1' });
const refusal = (status: number, code: string, headers?: Record<string, string>) =>
  json(status, { RequestId: 'R-2', Code: code, Message: `About ${code}` }, headers);
const reset: Reply = (request) => request.socket.resetAndDestroy();
const hang: Reply = () => undefined;
const truncated: Reply = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
  response.write('{"RequestId":"R-3","Vp');
  setImmediate(() => response.socket?.destroy());
};

const create: Call = {
  service: 'vpc',
  action: 'CreateVpc',
  params: { RegionId: 'r', Tag: [{ Key: 'k', Value: "v '(*)!~" }] },
};
const describe_: Call = { service: 'vpc', action: 'DescribeVpcs', params: { RegionId: 'r' } };

interface Seen {
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that gives these replies in turn (the last one for ever) and keeps what it was asked. */
async function listen(replies: readonly Reply[]) {
  const seen: Seen[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { headers } = request;
      if (request.method !== 'HEAD') seen.push({ url: new URL(request.url ?? '/', 'http://cloud'), headers, body });
      const reply = replies[Math.min(Math.max(seen.length, 1), replies.length) - 1];
      if (request.method === 'HEAD') response.end();
      else reply?.(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const { port } = address;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { seen, port, close };
}

const open: Gate = () => ({ open: true });

const limit = () => new Limiter({ clock: systemClock, callsPerMinute: 60_000 });
/** Real time, but what waits between tries does not wait long. */
const hurried: Clock = { ...systemClock, sleep: (ms) => systemClock.sleep(ms / 50) };

function clientOf(port: number, { gate = open, records = [] as CallRecord[] } = {}) {
  const endpoint = () => ({ protocol: 'http', host: `127.0.0.1:${port}` }) as const;
  const credential = { type: 'AccessKey', id: 'LTAIkeyid', secret: 'secret-canary' } as const;
  return createCloudClient({
    send: createSdk({ credential, region: 'r', endpoint, clock: systemClock, userAgent: 'test' }),
    limiter: limit(),
    probeLimiter: limit(),
    gate,
    clock: hurried,
    random: systemRandom,
    meter: createCallMeter(silentMeter),
    timeouts: { readCall: 600, mutatingCall: 600 },
    serverTime: () => readServerTime(endpoint(), 1000),
    onCall: (record) => records.push(record),
  });
}

const outcome = (answer: Answer | WriteAnswer): string => {
  if (answer.kind !== 'error') return answer.kind;
  const { code, class: named, mayHaveHappened } = answer.error;
  return `${code} ${named}${mayHaveHappened ? ' unsettled' : ''}`;
};

interface Case {
  readonly name: string;
  readonly replies: readonly Reply[];
  readonly write: string;
  readonly writes: number;
  readonly read?: string;
  readonly reads?: number;
}

const cases: readonly Case[] = [
  { name: 'a success', replies: [fine], write: 'ok', writes: 1, read: 'ok', reads: 1 },
  {
    name: 'a reset',
    replies: [reset, fine],
    write: 'Network.ECONNRESET transient unsettled',
    writes: 1,
    read: 'ok',
    reads: 2,
  },
  { name: 'silence', replies: [hang, fine], write: 'Timeout transient unsettled', writes: 1, read: 'ok', reads: 2 },
  {
    name: 'a gateway’s HTML',
    replies: [raw(502, '<html>'), fine],
    write: 'UnreadableAnswer transient unsettled',
    writes: 1,
    read: 'ok',
    reads: 2,
  },
  { name: 'an HTML 404', replies: [raw(404, '<html>')], write: 'UnreadableAnswer transient unsettled', writes: 1 },
  {
    name: 'an empty 200',
    replies: [raw(200, ''), fine],
    write: 'UnreadableAnswer transient unsettled',
    writes: 1,
    read: 'ok',
    reads: 2,
  },
  {
    name: 'a 200 of somebody else',
    replies: [json(200, {}), fine],
    write: 'UnreadableAnswer transient unsettled',
    writes: 1,
    read: 'ok',
    reads: 2,
  },
  {
    name: 'a JSON null',
    replies: [json(500, null), fine],
    write: 'UnreadableAnswer transient unsettled',
    writes: 1,
    read: 'ok',
    reads: 2,
  },
  {
    name: 'JSON without a code',
    replies: [json(503, { RequestId: 'R' }), fine],
    write: 'UnreadableAnswer transient unsettled',
    writes: 1,
    read: 'ok',
    reads: 2,
  },
  {
    name: 'half an answer',
    replies: [truncated, fine],
    write: 'Network.ECONNRESET transient unsettled',
    writes: 1,
    read: 'ok',
    reads: 2,
  },
  {
    name: 'a server error',
    replies: [refusal(500, 'InternalError'), fine],
    write: 'InternalError transient unsettled',
    writes: 1,
    read: 'ok',
    reads: 2,
  },
  {
    name: 'an endpoint without the action',
    replies: [refusal(501, 'ActionNotThere'), fine],
    write: 'ActionNotThere unknown unsettled',
    writes: 1,
    read: 'ActionNotThere unknown',
    reads: 1,
  },
  {
    name: 'a throttle',
    replies: [refusal(400, 'Throttling.User', { 'x-acs-retry-after': '10' }), fine],
    write: 'ok',
    writes: 2,
    read: 'ok',
    reads: 2,
  },
  {
    name: 'a refusal',
    replies: [refusal(400, 'QuotaExceeded.Vpc')],
    write: 'QuotaExceeded.Vpc quota',
    writes: 1,
    read: 'QuotaExceeded.Vpc quota',
    reads: 1,
  },
  {
    name: 'the same token at work',
    replies: [refusal(400, 'TOKEN_PROCESSING')],
    write: 'TOKEN_PROCESSING in-progress unsettled',
    writes: 1,
  },
  {
    name: 'a busy parent',
    replies: [refusal(400, 'TaskConflict'), fine],
    write: 'TaskConflict busy',
    writes: 1,
    read: 'ok',
    reads: 2,
  },
  {
    name: 'a wrong clock',
    replies: [refusal(400, 'InvalidTimeStamp.Expired'), fine],
    write: 'ok',
    writes: 2,
    read: 'ok',
    reads: 2,
  },
  {
    name: 'a dead key',
    replies: [refusal(404, 'InvalidAccessKeyId.NotFound')],
    write: 'InvalidAccessKeyId.NotFound credential',
    writes: 1,
    read: 'InvalidAccessKeyId.NotFound credential',
    reads: 1,
  },
];

describe('cloud client', function () {
  this.timeout(20_000); // loads the SDK, and throttles wait a second

  for (const row of cases) {
    it(`writes after ${row.name}: ${row.write}, in ${row.writes} request(s)`, async () => {
      const cloud = await listen(row.replies);
      try {
        const answer = await clientOf(cloud.port).write(create, { token: 't-1', lane: 'user' });
        assert.equal(outcome(answer), row.write);
        assert.equal(cloud.seen.length, row.writes);
      } finally {
        await cloud.close();
      }
    });
    if (row.read === undefined) continue;
    it(`reads after ${row.name}: ${row.read}, in ${row.reads} request(s)`, async () => {
      const cloud = await listen(row.replies);
      try {
        assert.equal(outcome(await clientOf(cloud.port).read(describe_, 'poll')), row.read);
        assert.equal(cloud.seen.length, row.reads);
      } finally {
        await cloud.close();
      }
    });
  }

  it('sends a throttled write again with the same token and a new nonce', async () => {
    const cloud = await listen([refusal(429, 'Throttling.Api', { 'x-acs-retry-after': '10' }), fine]);
    try {
      await clientOf(cloud.port).write(create, { token: 't-1', lane: 'user' });
      const [first, second] = cloud.seen;
      assert.equal(first?.url.searchParams.get('ClientToken'), 't-1');
      assert.equal(second?.url.searchParams.get('ClientToken'), 't-1');
      assert.notEqual(first?.headers['x-acs-signature-nonce'], second?.headers['x-acs-signature-nonce']);
      assert.equal(first?.url.searchParams.get('Tag.1.Value'), "v '(*)!~");
      assert.equal(first?.headers['x-acs-version'], '2016-04-28');
    } finally {
      await cloud.close();
    }
  });

  it('gives no token to an action that takes none', async () => {
    const cloud = await listen([fine]);
    try {
      await clientOf(cloud.port).write({ ...create, action: 'DeleteVpc' }, { token: 't-1', lane: 'user' });
      assert.equal(cloud.seen[0]?.url.searchParams.get('ClientToken'), null);
    } finally {
      await cloud.close();
    }
  });

  it('sends long parameters in the body, because a query of tens of KiB is refused on the way', async () => {
    const cloud = await listen([fine]);
    try {
      const UserData = 'A'.repeat(16_000);
      await clientOf(cloud.port).write({ ...create, params: { UserData } }, { token: 't-1', lane: 'user' });
      assert.equal(cloud.seen[0]?.url.search, '');
      assert.equal(new URLSearchParams(cloud.seen[0]?.body).get('UserData'), UserData);
    } finally {
      await cloud.close();
    }
  });

  it('asks the gate right before every try and sends nothing through a shut one', async () => {
    const cloud = await listen([refusal(400, 'Throttling', { 'x-acs-retry-after': '10' }), fine]);
    try {
      let asked = 0;
      const gate: Gate = () => (asked++ === 0 ? { open: true } : { open: false, reason: 'Frozen' });
      const client = clientOf(cloud.port, { gate });
      assert.deepEqual(await client.write(create, { lane: 'user' }), { kind: 'held', reason: 'Frozen' });
      assert.deepEqual(await client.run(create, { token: 't' }), { kind: 'held', reason: 'Frozen' });
      assert.equal(cloud.seen.length, 1);
      assert.equal(outcome(await client.read(describe_, 'sweep')), 'ok', 'reading goes on');
    } finally {
      await cloud.close();
    }
  });

  it('knows that a refused connection sent nothing, and tells no parameter in its error', async () => {
    const cloud = await listen([fine]);
    await cloud.close();
    const answer = await clientOf(cloud.port).write({ ...create, params: { UserData: 'canary' } }, { lane: 'user' });
    assert.equal(outcome(answer), 'Network.ECONNREFUSED transient');
    assert.doesNotMatch(JSON.stringify(answer), /canary/);
  });

  it('records every try with its request id, and never a secret', async () => {
    const cloud = await listen([refusal(500, 'InternalError'), fine]);
    try {
      const records: CallRecord[] = [];
      await clientOf(cloud.port, { records }).read(describe_, 'slow');
      assert.deepEqual(
        records.map(({ code, attempt, requestId }) => [code, attempt, requestId]),
        [
          ['InternalError', 1, 'R-2'],
          ['OK', 2, 'R-1'],
        ],
      );
      assert.doesNotMatch(JSON.stringify(records), /canary/);
    } finally {
      await cloud.close();
    }
  });
});

describe('HTTP dates', () => {
  it('are read', () => {
    assert.equal(parseHttpDate('Tue, 24 Nov 2026 10:57:00 GMT'), Date.UTC(2026, 10, 24, 10, 57));
    assert.equal(parseHttpDate('yesterday'), undefined);
  });
});

// Whose key it is decides everything: what may be asked, seen and written with it.
import assert from 'node:assert/strict';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { systemClock, systemRandom } from '../../runtime/clock.ts';
import { silentMeter } from '../../kernel/meter.ts';
import { createInventory } from '../inventory/create.ts';
import { createInventoryMeter } from '../inventory/metrics.ts';
import { createCallMeter } from '../metrics.ts';
import { type AccountConfig, createCloudAccounts } from './index.ts';

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ RequestId: 'R', ...body }));
}

/** A cloud that knows keys: those of account 1 and of account 2, a forbidden one, and no other; everything else succeeds. */
async function listen() {
  const seen: string[] = [];
  const owners = new Map([
    ['one', '1'],
    ['one-rotated', '1'],
    ['two', '2'],
  ]);
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const key = /Credential=([^,]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const action = String(request.headers['x-acs-action']);
    seen.push(`${action} ${key}`);
    const owner = owners.get(key);
    if (key === 'forbidden') return reply(response, 403, { Code: 'NoPermission', Message: '' });
    if (owner === undefined) return reply(response, 404, { Code: 'InvalidAccessKeyId.NotFound', Message: '' });
    return reply(response, 200, { AccountId: owner, Arn: `acs:ram::${owner}:user/x` });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { seen, url: `http://127.0.0.1:${address.port}`, close };
}

const settings = {
  sweepSeconds: 60,
  slowSeconds: 600,
  pollMs: 1000,
  absenceGraceSeconds: 30,
  visibilityGraceSeconds: 900,
};

function registry() {
  const shared = { clock: systemClock, random: systemRandom };
  return createCloudAccounts({
    ...shared,
    meter: createCallMeter(silentMeter),
    timeouts: { readCall: 2000, mutatingCall: 2000 },
    gate: () => ({ open: true }),
    userAgent: 'test',
    probesPerMinute: 60,
    identityMs: 600_000,
    inventory: ({ account, region, reader }) =>
      createInventory({
        ...shared,
        listers: [],
        details: [],
        reader,
        region,
        settings,
        onChange: () => undefined,
        meter: createInventoryMeter(silentMeter, { account, region }),
      }),
    onCall: () => undefined,
  });
}

const REGION = 'cn-shanghai-finance-1';
const read = { service: 'ecs', action: 'DescribeInstances', params: {} } as const;
const write = { service: 'vpc', action: 'DeleteVpc', params: {} } as const;

describe('accounts', function () {
  this.timeout(20_000); // loads the SDK
  let cloud: Awaited<ReturnType<typeof listen>>;
  let accounts: ReturnType<typeof registry>;
  const config = (id: string, more: Partial<AccountConfig> = {}): AccountConfig => ({
    name: 'bank',
    accountId: '1',
    credential: { type: 'AccessKey', id, secret: 's' },
    endpoints: { sts: cloud.url, ecs: cloud.url, vpc: cloud.url },
    callsPerMinute: 60_000,
    writes: 'Enabled',
    ...more,
  });

  beforeEach(async () => {
    cloud = await listen();
    accounts = registry();
  });
  afterEach(async () => {
    accounts.close();
    await cloud.close();
  });

  for (const [key, kind, why] of [
    ['one', 'ok', 'the declared account'],
    ['two', 'wrong-account', 'a key of another account works, and must show us nothing'],
    ['nobody', 'dead-key', 'no such key'],
    ['forbidden', 'no-permission', 'a policy without the one right that everybody has'],
  ] as const) {
    it(`connects with key ${key}: ${kind}, ${why}`, async () => {
      assert.equal((await accounts.connect(config(key))).kind, kind);
      assert.equal(accounts.place('bank', REGION) !== undefined, kind === 'ok');
    });
  }

  it('is unreachable when nobody answers', async () => {
    await cloud.close();
    assert.equal((await accounts.connect(config('one'))).kind, 'unreachable');
    assert.equal(accounts.place('bank', REGION), undefined);
  });

  it('asks once, however many want to know, and believes the answer for a while', async () => {
    await Promise.all([accounts.connect(config('one')), accounts.connect(config('one'))]);
    await accounts.connect(config('one'));
    assert.deepEqual(cloud.seen, ['GetCallerIdentity one']);
  });

  it('keeps client and inventory when the key is rotated, and signs with the new one', async () => {
    await accounts.connect(config('one'));
    const before = accounts.place('bank', REGION);
    await accounts.connect(config('one-rotated'));
    assert.equal(accounts.place('bank', REGION), before);
    assert.equal((await before?.client.read(read, 'user'))?.kind, 'ok');
    assert.equal(cloud.seen.at(-1), 'DescribeInstances one-rotated');
  });

  it('sends nothing with a new key before it was verified, and nothing at all when it is somebody else’s', async () => {
    await accounts.connect(config('one'));
    const place = accounts.place('bank', REGION);
    const connecting = accounts.connect(config('two'));
    assert.equal(accounts.place('bank', REGION), undefined);
    const early = await place?.client.read(read, 'user');
    await connecting;
    const late = await place?.client.write(write, { lane: 'user' });
    for (const answer of [early, late]) assert.ok(answer?.kind === 'error' && answer.error.class === 'credential');
    assert.ok(!cloud.seen.some((call) => call.startsWith('De')), cloud.seen.join());
  });

  it('freezes writes with the declaration itself, and goes on reading', async () => {
    await accounts.connect(config('one'));
    const place = accounts.place('bank', REGION);
    void accounts.connect(config('one', { writes: 'Frozen' }));
    assert.equal((await place?.client.write(write, { lane: 'user' }))?.kind, 'held');
    assert.equal((await place?.client.read(read, 'user'))?.kind, 'ok');
    void accounts.connect(config('one'));
    assert.equal((await place?.client.write(write, { lane: 'user' }))?.kind, 'ok');
  });

  it('turns callers away when it is released', async () => {
    await accounts.connect(config('one'));
    const place = accounts.place('bank', REGION);
    accounts.release('bank');
    assert.equal(accounts.place('bank', REGION), undefined);
    assert.equal((await place?.client.read(read, 'user'))?.kind, 'error');
  });
});

// The client and the inventory on the emulator's wire: what happens once stays once, and a sweep costs what it must.
import assert from 'node:assert/strict';
import { createCloudAccounts } from '../../src/cloud/accounts/index.ts';
import type { Answer, Call, CloudClient, WriteAnswer } from '../../src/cloud/call.ts';
import type { CallRecord } from '../../src/cloud/client.ts';
import { accessKey } from '../../src/cloud/credentials.ts';
import { serverLister } from '../../src/cloud/ecs/observe.ts';
import { createInventory } from '../../src/cloud/inventory/create.ts';
import { createInventoryMeter } from '../../src/cloud/inventory/metrics.ts';
import { createCallMeter } from '../../src/cloud/metrics.ts';
import { silentMeter } from '../../src/kernel/meter.ts';
import { systemClock, systemRandom } from '../../src/runtime/clock.ts';
import { type EmulatorProcess, startEmulatorProcess } from '../support/emulator-process.ts';
import { until } from '../support/virtual-clock.ts';

const REGION = 'cn-shanghai-finance-1';
const ZONE = 'cn-shanghai-finance-1f';
const UID = 'financecloud.io/uid';

/** Sweeps every second and judges after one: the rules are those of the shipped settings. */
const settings = { sweepSeconds: 1, slowSeconds: 600, pollMs: 200, absenceGraceSeconds: 1, visibilityGraceSeconds: 1 };
const records: CallRecord[] = [];
const heard: string[] = [];

const accounts = createCloudAccounts({
  clock: systemClock,
  random: systemRandom,
  meter: createCallMeter(silentMeter),
  timeouts: { readCall: 5000, mutatingCall: 1500 },
  gate: () => ({ open: true }),
  userAgent: 'test',
  probesPerMinute: 60,
  identityMs: 600_000,
  inventory: ({ account, region, reader }) =>
    createInventory({
      listers: [serverLister],
      details: [],
      reader,
      region,
      clock: systemClock,
      random: systemRandom,
      settings,
      meter: createInventoryMeter(silentMeter, { account, region }),
      onChange: (keys) => heard.push(...keys),
    }),
  onCall: (_, __, record) => records.push(record),
});

let emulator: EmulatorProcess;
let cloud: CloudClient;

function connect(name: string, accountId: string) {
  const credential = accessKey(emulator.accessKey.id, emulator.accessKey.secret);
  assert.ok(credential !== undefined);
  const endpoints = { vpc: emulator.url, ecs: emulator.url, slb: emulator.url, sts: emulator.url };
  return accounts.connect({ name, accountId, credential, endpoints, callsPerMinute: 60_000, writes: 'Enabled' });
}

function placeOf(name: string) {
  const place = accounts.place(name, REGION);
  assert.ok(place !== undefined);
  return place;
}

const createVpc: Call = { service: 'vpc', action: 'CreateVpc', params: { RegionId: REGION, CidrBlock: '10.0.0.0/8' } };

function created(answer: Answer | WriteAnswer, member: string): string {
  assert.ok(answer.kind === 'ok', JSON.stringify(answer));
  const id = answer.body[member];
  assert.ok(typeof id === 'string' && id !== '');
  return id;
}

/** Writes until the cloud is no longer busy with what came before. */
async function make(call: Call, token: string): Promise<Answer> {
  for (;;) {
    const answer = await cloud.write(call, { token, lane: 'user' });
    assert.ok(answer.kind !== 'held');
    if (answer.kind === 'ok' || answer.error.class !== 'busy') return answer;
    await systemClock.sleep(20);
  }
}

describe('cloud client on the wire', function () {
  this.timeout(60_000);

  before(async () => {
    emulator = await startEmulatorProcess({ clock: 'scaled:600', config: { quotas: { 'vpc.vpcs': 100 } } });
    assert.equal((await connect('bank', '1234567890123456')).kind, 'ok');
    cloud = placeOf('bank').client;
  });
  after(async () => {
    accounts.close();
    await emulator?.stop();
  });

  it('refuses a key of another account', async () => {
    assert.deepEqual(await connect('other', '999'), {
      kind: 'wrong-account',
      expected: '999',
      found: '1234567890123456',
    });
  });

  for (const [what, position] of [
    ['reset', 'before'],
    ['reset', 'after-commit'],
    ['reset', 'answer-lost'],
    ['hang', 'before'],
    ['hang', 'after-commit'],
    ['html502', 'after-commit'],
    ['empty200', 'after-commit'],
    ['truncated', 'after-commit'],
    ['error', 'before'],
    ['error', 'after-commit'],
  ] as const) {
    it(`sends a write once when its answer is a ${what} (${position}), and a replay of its token makes no second one`, async () => {
      const vpcs = async () => (await emulator.resources()).filter(({ type }) => /vpc/i.test(type)).length;
      const [before, calls] = [await vpcs(), records.length];
      await emulator.control('POST', 'faults', { match: { action: 'CreateVpc' }, count: 1, what, position });
      const token = `token-${what}-${position}`;
      const first = await cloud.write(createVpc, { token, lane: 'user' });
      assert.ok(first.kind === 'error' && first.error.mayHaveHappened, JSON.stringify(first));
      assert.equal(records.length, calls + 1, 'no blind retry');
      const replayed = created(await make(createVpc, token), 'VpcId');
      assert.equal(created(await make(createVpc, token), 'VpcId'), replayed);
      assert.equal((await vpcs()) - before, 1);
    });
  }

  it('waits out a throttle and sends the same token again', async () => {
    const what = { kind: 'throttle', retryAfterMs: 300 };
    await emulator.control('POST', 'faults', { match: { action: 'CreateVpc' }, count: 1, what });
    const calls = records.length;
    created(await cloud.write(createVpc, { token: 'throttled', lane: 'user' }), 'VpcId');
    assert.deepEqual(
      records.slice(calls).map(({ code }) => code),
      ['Throttling.User', 'OK'],
    );
  });

  it('sweeps a thousand servers of ten owners in ten calls, sees drift, and judges an absence', async () => {
    const VpcId = created(await make(createVpc, 'vpc'), 'VpcId');
    const region = { RegionId: REGION };
    const vSwitch: Call = {
      service: 'vpc',
      action: 'CreateVSwitch',
      params: { ...region, VpcId, ZoneId: ZONE, CidrBlock: '10.1.0.0/16' },
    };
    const VSwitchId = created(await make(vSwitch, 'vswitch'), 'VSwitchId');
    const group: Call = { service: 'ecs', action: 'CreateSecurityGroup', params: { ...region, VpcId } };
    const SecurityGroupId = created(await make(group, 'group'), 'SecurityGroupId');
    for (let owner = 0; owner < 10; owner++) {
      const Tag = [{ Key: UID, Value: `uid-${owner}` }];
      const template = {
        InstanceType: 'ecs.g7.large',
        ImageId: 'aliyun_3_x64_20G_alibase_20240528.vhd',
        SecurityGroupId,
        VSwitchId,
        Amount: 100,
      };
      const answer = await make(
        { service: 'ecs', action: 'RunInstances', params: { ...region, ...template, Tag } },
        `run-${owner}`,
      );
      assert.equal(answer.kind, 'ok', JSON.stringify(answer));
    }
    const { inventory } = placeOf('bank');
    for (let owner = 0; owner < 10; owner++)
      inventory.track({ key: `zone/${owner}`, uid: `uid-${owner}`, ids: [], details: [] });
    const swept = records.length;
    await until(() => inventory.synced(), 20_000);
    const pages = records.slice(swept).filter(({ action, lane }) => action === 'DescribeInstances' && lane === 'sweep');
    assert.ok(pages.length >= 10 && pages.length < 20, `${pages.length} pages up to the first whole sweep`);
    assert.equal(inventory.records('Server').length, 1000);

    const mine = inventory.tagged('Server', { [UID]: 'uid-3' });
    assert.equal(mine.length, 100);
    inventory.track({ key: 'zone/3', uid: 'uid-3', ids: mine.map(({ id }) => ({ type: 'Server', id })), details: [] });
    const victim = mine[0]?.id ?? '';
    await until(() => {
      const seen = inventory.get('Server', victim);
      return seen.kind === 'present' && seen.record.state === 'Running';
    }, 20_000);
    await systemClock.sleep(settings.visibilityGraceSeconds * 1000 + 100);
    heard.length = 0;
    const doomed = {
      service: 'ecs',
      action: 'DeleteInstances',
      params: { ...region, InstanceId: [victim], Force: true },
    };
    assert.equal((await cloud.write({ ...doomed, service: 'ecs' }, { lane: 'user' })).kind, 'ok');
    await until(() => inventory.get('Server', victim).kind === 'absent', 20_000);
    assert.ok(heard.includes('zone/3'));
    assert.ok(!heard.includes('zone/4'));
    assert.equal(inventory.doubt(), undefined);
  });
});

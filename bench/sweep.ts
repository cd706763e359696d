// A sweep of many servers in this process, the cloud in another one and real time: calls, stalls of the event loop, memory and
// processor time. The account, its client and inventory are the shipped ones; the cloud's own part of the time is not counted.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Answer } from '../src/cloud/call.ts';
import { type AccountTools, createCloudAccounts } from '../src/cloud/accounts/index.ts';
import { createInventory } from '../src/cloud/inventory/create.ts';
import { createInventoryMeter } from '../src/cloud/inventory/metrics.ts';
import { createCallMeter } from '../src/cloud/metrics.ts';
import { details, listers } from '../src/controllers/services.ts';
import { silentMeter } from '../src/kernel/meter.ts';
import { systemClock, systemRandom } from '../src/runtime/clock.ts';
import { type EmulatorProcess, startEmulatorProcess } from '../test/support/emulator-process.ts';

const REGION = 'cn-shanghai-finance-1';
const ACCOUNT = '1234567890123456';
const WATCHER = 'FinanceCloudEnvironment|bench/bench';
const PER_REQUEST = 100;
const READ_MS = 10_000;
/** A security group takes 2,000 servers. */
const PER_GROUP = 1000;

/** What one sweep of `servers` took. */
export interface SweepFigures {
  readonly servers: number;
  readonly describeInstances: number;
  readonly calls: number;
  /** Milliseconds that the event loop stood still, beyond its own resolution. */
  readonly stallP99: number;
  readonly stallMax: number;
  readonly cpuSeconds: number;
  /** What is given back when the inventory forgets what it saw. */
  readonly bytesPerServer: number;
}

/** Fills an emulator with servers and sweeps them once. */
export async function sweepOnce(servers: number): Promise<SweepFigures> {
  const emulator = await startEmulatorProcess({
    config: { lifecycle: { 'vpc.vpc.pending': 'immediate', 'vpc.vswitch.pending': 'immediate' } },
  });
  const calls: string[] = [];
  const accounts = createCloudAccounts(toolsOf(calls));
  try {
    await accounts.connect({
      name: 'bench',
      accountId: ACCOUNT,
      credential: { type: 'AccessKey', ...emulator.accessKey },
      endpoints: endpointsOf(emulator),
      callsPerMinute: 1_000_000,
      writes: 'Enabled',
    });
    const place = accounts.place('bench', REGION);
    if (place === undefined) throw new Error('the emulator does not know the account');
    await fill(place.client, servers);
    const [cpu, delay] = [process.cpuUsage(), monitorEventLoopDelay({ resolution: 1 })];
    calls.length = 0;
    delay.enable();
    place.inventory.track({ key: WATCHER, uid: 'bench', ids: [], details: [] });
    while (!place.inventory.synced()) await systemClock.sleep(20);
    delay.disable();
    const used = process.cpuUsage(cpu);
    await ended(calls);
    if (place.inventory.records('Server').length !== servers) throw new Error('the sweep did not see all servers');
    const full = await collected();
    place.inventory.forget(WATCHER);
    const bytes = full - (await collected());
    return {
      servers,
      describeInstances: calls.filter((action) => action === 'DescribeInstances').length,
      calls: calls.length,
      stallP99: Math.max(0, delay.percentile(99) / 1e6 - 1),
      stallMax: Math.max(0, delay.max / 1e6 - 1),
      cpuSeconds: (used.user + used.system) / 1e6,
      bytesPerServer: bytes / servers,
    };
  } finally {
    accounts.close();
    await emulator.stop();
  }
}

/** What ends by itself is no memory of servers: slow lists hold their pages until they end, and the SDK a request for its time-out. */
async function ended(calls: readonly string[]): Promise<void> {
  for (let before = -1; before !== calls.length; await systemClock.sleep(READ_MS + 1000)) before = calls.length;
}

function toolsOf(calls: string[]): AccountTools {
  const settings = {
    sweepSeconds: 3600,
    slowSeconds: 3600,
    absenceGraceSeconds: 30,
    visibilityGraceSeconds: 900,
    pollMs: 1000,
  };
  return {
    clock: systemClock,
    random: systemRandom,
    meter: createCallMeter(silentMeter),
    timeouts: { readCall: READ_MS, mutatingCall: 20_000 },
    userAgent: 'bench',
    probesPerMinute: 60,
    identityMs: 3_600_000,
    gate: () => ({ open: true }),
    inventory: ({ account, region, reader }) =>
      createInventory({
        listers,
        details,
        reader,
        region,
        settings,
        clock: systemClock,
        random: systemRandom,
        meter: createInventoryMeter(silentMeter, { account, region }),
        onChange: () => undefined,
      }),
    onCall: (_account, _region, { action }) => calls.push(action),
  };
}

function endpointsOf({ url }: EmulatorProcess) {
  return { ecs: url, vpc: url, slb: url, sts: url };
}

type Client = NonNullable<ReturnType<ReturnType<typeof createCloudAccounts>['place']>>['client'];

async function fill(client: Client, servers: number): Promise<void> {
  const write = async (service: 'ecs' | 'vpc', action: string, params: object): Promise<Record<string, unknown>> => {
    const answer = await client.write({ service, action, params: { RegionId: REGION, ...params } }, { lane: 'user' });
    return bodyOf(action, answer);
  };
  const vpc = await write('vpc', 'CreateVpc', { CidrBlock: '10.0.0.0/8' });
  const zone = { VpcId: vpc['VpcId'], ZoneId: `${REGION}f`, CidrBlock: '10.0.0.0/16' };
  const subnet = await write('vpc', 'CreateVSwitch', zone);
  let group: Record<string, unknown> = {};
  for (let made = 0; made < servers; made += PER_REQUEST) {
    if (made % PER_GROUP === 0) group = await write('ecs', 'CreateSecurityGroup', { VpcId: vpc['VpcId'] });
    await write('ecs', 'RunInstances', {
      Amount: Math.min(PER_REQUEST, servers - made),
      InstanceType: 'ecs.g6.large',
      ImageId: 'centos_7_9_x64_20G_alibase_20240628.vhd',
      VSwitchId: subnet['VSwitchId'],
      SecurityGroupId: group['SecurityGroupId'],
      Tag: [{ Key: 'financecloud.io/object', Value: `FinanceCloudEnvironment/team-${made}/bank` }],
    });
  }
}

function bodyOf(action: string, answer: Answer | { readonly kind: 'held' }): Record<string, unknown> {
  if (answer.kind === 'ok') return { ...answer.body };
  throw new Error(`${action}: ${answer.kind === 'error' ? `${answer.error.code} ${answer.error.message}` : 'held'}`);
}

/** Bytes of the heap after full collections, until one more finds nothing: what ends in a later turn is not collected in the first. */
async function collected(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('no collector');
  for (let before = Number.POSITIVE_INFINITY; ; await systemClock.sleep(200)) {
    collect();
    const { heapUsed } = process.memoryUsage();
    if (before - heapUsed < 20_000) return heapUsed;
    before = heapUsed;
  }
}

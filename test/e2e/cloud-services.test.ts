// Every lister, reader and action of the cloud services once on the real wire: the operator's own client against the emulator
// as a process of its own, from an empty account to an empty account.
import assert from 'node:assert/strict';
import type { Answer, CloudClient } from '../../src/cloud/call.ts';
import { createCloudClient } from '../../src/cloud/client.ts';
import { answers, ask, ecsListers, ecsService } from '../../src/cloud/ecs/index.ts';
import { groupRules, securityGroupLister as groups, serverLister as servers } from '../../src/cloud/ecs/observe.ts';
import {
  adjustRule,
  type EcsAction,
  type GuestQuestion,
  ruleKey,
  type SecurityGroupRule,
} from '../../src/cloud/ecs/model.ts';
import { endpointOf } from '../../src/cloud/endpoints.ts';
import { Limiter } from '../../src/cloud/limiter.ts';
import { createCallMeter } from '../../src/cloud/metrics.ts';
import { createSdk } from '../../src/cloud/sdk-core.ts';
import type { Applied, CloudRecord, CloudService, DetailReader, Lister, Tags } from '../../src/cloud/service.ts';
import { slbListers, slbService } from '../../src/cloud/slb/index.ts';
import {
  listenerLister as listeners,
  loadBalancerLister as balancers,
  loadBalancerParts,
} from '../../src/cloud/slb/observe.ts';
import {
  adjustListener,
  adjustLoadBalancer,
  listenerFields,
  type ListenerSpec,
  loadBalancerFields,
  type SlbAction,
} from '../../src/cloud/slb/model.ts';
import { vpcListers, vpcService } from '../../src/cloud/vpc/index.ts';
import { vpcLister as vpcs, vSwitchLister as vSwitches } from '../../src/cloud/vpc/observe.ts';
import { accessKey } from '../../src/cloud/credentials.ts';
import type { VpcAction } from '../../src/cloud/vpc/model.ts';
import { silentMeter } from '../../src/kernel/meter.ts';
import { diffFields } from '../../src/plan/fields.ts';
import { systemClock, systemRandom } from '../../src/runtime/clock.ts';
import { type EmulatorProcess, startEmulatorProcess } from '../support/emulator-process.ts';
import { eventually } from '../support/eventually.ts';

const REGION = 'cn-shanghai-finance-1';
const ZONES = [`${REGION}f`, `${REGION}g`] as const;
const UNIT = 'bank-web.service';
const tags: Tags = { 'financecloud.io/uid': 'uid-1', 'financecloud.io/attempt': '1' };
const userData = Buffer.from(`#!/bin/sh\nsystemctl enable --now ${UNIT}\n`).toString('base64');

let emulator: EmulatorProcess;
let cloud: CloudClient;
let tokens = 0;

const context = () => ({ region: REGION, reader: cloud, writer: cloud });

/** Applies an action; what is busy is tried again, as a planner would. */
async function apply<A>(service: CloudService<A>, action: A, secret?: string): Promise<readonly string[]> {
  const frozen = service.freeze(action, REGION);
  const ticket =
    frozen === undefined
      ? {}
      : { frozen, token: `token-${(tokens += 1)}`, ...(secret === undefined ? {} : { userData: secret }) };
  return eventually<readonly string[]>(async () => idsOf(await service.apply(action, ticket, context())), {
    what: JSON.stringify(action),
    timeoutMs: 20_000,
    everyMs: 100,
  });
}

function idsOf(end: Applied): readonly string[] | undefined {
  if (end.kind === 'done') return end.ids;
  if (end.kind === 'failed' && end.error.class === 'busy') return undefined;
  throw new Error(JSON.stringify(end));
}

const vpc = (action: VpcAction) => apply(vpcService, action);
const ecs = (action: EcsAction, secret?: string) => apply(ecsService, action, secret);
const slb = (action: SlbAction) => apply(slbService, action);

const all: readonly Lister[] = [...vpcListers, ...ecsListers, ...slbListers];

async function read<R extends CloudRecord>(lister: Lister<R>, ids: readonly string[]): Promise<readonly R[]> {
  const listing = await lister.byIds(cloud, REGION, ids);
  assert.ok(listing.kind === 'ok', JSON.stringify(listing));
  return listing.records;
}

const settled = <R extends CloudRecord>(
  lister: Lister<R>,
  ids: readonly string[],
  state: string,
): Promise<readonly R[]> =>
  eventually<readonly R[]>(
    async () => {
      const records = await read(lister, ids);
      return records.length === ids.length && records.every((record) => record.state === state) ? records : undefined;
    },
    { what: `${lister.type} ${ids.join()} ${state}`, timeoutMs: 20_000 },
  );

async function parts<P>(reader: DetailReader<P>, id: string): Promise<P> {
  const detail = await reader.read(cloud, REGION, id);
  assert.ok(detail.kind === 'ok', JSON.stringify(detail));
  return detail.parts;
}
const rulesOf = (id: string) => parts(groupRules, id);
const partsOf = (id: string) => parts(loadBalancerParts, id);

/** Lists whose order means nothing, in one order. */
const sorted = <T>(items: readonly T[]): readonly T[] =>
  items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

async function classOf(answer: Promise<Answer>): Promise<string> {
  const end = await answer;
  return end.kind === 'error' ? end.error.class : end.kind;
}

/** What a colleague does in the console. */
const console_ = (service: string, action: string, params: object) =>
  emulator.control('POST', 'drift', { service, action, params: { RegionId: REGION, ...params } });

async function answered(question: GuestQuestion) {
  const asked = await ask(question, { region: REGION, reader: cloud, prober: cloud, token: `token-${(tokens += 1)}` });
  assert.ok(asked.kind === 'asked', JSON.stringify(asked));
  return eventually(
    async () => {
      const got = await answers(asked.invocation, { region: REGION, reader: cloud });
      return got.kind === 'ok' && got.answers.every((answer) => answer.kind !== 'pending') ? got.answers : undefined;
    },
    { what: question.kind, timeoutMs: 20_000 },
  );
}

const written: readonly SecurityGroupRule[] = [
  {
    protocol: 'TCP',
    ports: '8080/8080',
    source: { kind: 'cidr', cidr: '100.64.0.0/10' },
    policy: 'accept',
    priority: 1,
    description: 'from load balancers',
  },
  {
    protocol: 'ICMP',
    ports: '-1/-1',
    source: { kind: 'cidr', cidr: '10.0.0.0/8' },
    policy: 'accept',
    priority: 100,
    description: '',
  },
  {
    protocol: 'TCP',
    ports: '8000-8100',
    source: { kind: 'cidr', cidr: '10.20.0.0/16' },
    policy: 'drop',
    priority: 2,
    description: '',
  },
];
const rules = written.map(adjustRule);

const web: ListenerSpec = adjustListener('http', {
  backendPort: 8080,
  bandwidthMbps: -1,
  scheduler: 'rr',
  stickySession: 'insert',
  stickySeconds: 1800,
  healthCheck: 'on',
  healthType: 'http',
  healthPath: '/app/health',
  healthDomain: '',
  healthPort: 0,
  healthIntervalSeconds: 2,
  healthTimeoutSeconds: 5,
  healthyThreshold: 3,
  unhealthyThreshold: 3,
  healthCodes: ['http_2xx'],
  forwardedFor: true,
});
const serverTemplate = {
  instanceType: 'ecs.g7.large',
  imageId: 'aliyun_3_x64_20G_alibase_20240528.vhd',
  keyPairName: 'ops',
  systemDisk: { category: 'cloud_essd', sizeGiB: 40 },
  internetBandwidthMbps: 0,
  displayName: 'web',
  description: '',
  hasUserData: true,
};
const made = { vpcId: '', vSwitchIds: [''], groupId: '', otherId: '', serverIds: [''], balancerId: '' };
const webRef = () => ({ loadBalancerId: made.balancerId, protocol: 'http', port: 80 }) as const;
const ssh = () => ({ loadBalancerId: made.balancerId, protocol: 'tcp', port: 2800 }) as const;
const dns = () => ({ loadBalancerId: made.balancerId, protocol: 'udp', port: 5353 }) as const;
const idOfListener = (ref: { readonly protocol: string; readonly port: number }) =>
  `${made.balancerId}_${ref.protocol}_${ref.port}`;

describe('cloud services on the wire', function () {
  this.timeout(60_000);

  before(async () => {
    const guests = { units: { [UNIT]: { serves: [{ port: 8080, paths: { '/app/health': 200 }, default: 404 }] } } };
    emulator = await startEmulatorProcess({ clock: 'scaled:60', seed: 7, config: { guests }, guestShell: true });
    const overrides = { vpc: emulator.url, ecs: emulator.url, slb: emulator.url, sts: emulator.url };
    const clock = systemClock;
    const credential = accessKey(emulator.accessKey.id, emulator.accessKey.secret);
    assert.ok(credential !== undefined);
    const limits = { clock, callsPerMinute: 100_000 };
    cloud = createCloudClient({
      send: createSdk({
        credential,
        region: REGION,
        endpoint: (service) => endpointOf(service, REGION, overrides),
        clock,
        userAgent: 'test',
      }),
      limiter: new Limiter(limits),
      probeLimiter: new Limiter(limits),
      gate: () => ({ open: true }),
      clock,
      random: systemRandom,
      meter: createCallMeter(silentMeter),
      timeouts: { readCall: 10_000, mutatingCall: 20_000 },
    });
  });
  after(() => emulator?.stop());

  it('lists an empty account as whole and empty', async () => {
    for (const lister of all) {
      assert.deepEqual(
        await lister.sweep(cloud, REGION),
        { kind: 'ok', records: [], complete: true, calls: 1 },
        lister.type,
      );
    }
  });

  it('makes a VPC once, however often its intent is replayed', async () => {
    const action: VpcAction = {
      kind: 'CreateVpc',
      spec: { cidr: '10.20.0.0/16', displayName: 'bank', description: 'core' },
      tags,
    };
    const frozen = vpcService.freeze(action, REGION);
    assert.ok(frozen !== undefined);
    const first = await vpcService.apply(action, { frozen, token: 'vpc-token' }, context());
    const again = await vpcService.apply(action, { frozen, token: 'vpc-token' }, context());
    assert.ok(first.kind === 'done' && again.kind === 'done', JSON.stringify([first, again]));
    assert.deepEqual(first.ids, again.ids);
    made.vpcId = first.ids[0] ?? '';
    const [record] = await settled(vpcs, [made.vpcId], 'Available');
    assert.deepEqual(record, {
      id: made.vpcId,
      state: 'Available',
      tags,
      cidr: '10.20.0.0/16',
      displayName: 'bank',
      description: 'core',
    });
  });

  it('makes a vSwitch in each zone', async () => {
    const ids: string[] = [];
    for (const [index, zone] of ZONES.entries()) {
      const spec = { zone, cidr: `10.20.${index}.0/24`, displayName: `web-${index}`, description: '' };
      ids.push(...(await vpc({ kind: 'CreateVSwitch', vpcId: made.vpcId, spec, tags })));
    }
    made.vSwitchIds = ids;
    for (const id of ids) await settled(vSwitches, [id], 'Available');
    const listing = await vSwitches.byTags(cloud, REGION, tags);
    assert.deepEqual(
      listing.kind === 'ok' && sorted(listing.records.map((record) => [record.zone, record.cidr, record.vpcId])),
      [
        [ZONES[0], '10.20.0.0/24', made.vpcId],
        [ZONES[1], '10.20.1.0/24', made.vpcId],
      ],
    );
  });

  it('makes groups, and rules that read back as declared', async () => {
    const create = (displayName: string) =>
      ecs({ kind: 'CreateSecurityGroup', vpcId: made.vpcId, spec: { displayName, description: '' }, tags });
    made.groupId = (await create('web'))[0] ?? '';
    made.otherId = (await create('bastion'))[0] ?? '';
    assert.deepEqual((await read(groups, [made.groupId]))[0], {
      id: made.groupId,
      state: '',
      tags,
      vpcId: made.vpcId,
      displayName: 'web',
      description: '',
    });
    const declared: readonly SecurityGroupRule[] = [
      ...rules,
      {
        protocol: 'TCP',
        ports: '22/22',
        source: { kind: 'group', groupId: made.otherId },
        policy: 'accept',
        priority: 1,
        description: 'ssh',
      },
    ];
    await ecs({ kind: 'AuthorizeRules', groupId: made.groupId, rules: declared });
    await ecs({ kind: 'AuthorizeRules', groupId: made.groupId, rules: declared });
    const live = (await rulesOf(made.groupId)).rules;
    assert.deepEqual(live.map(ruleKey).toSorted(), declared.map(ruleKey).toSorted());
    assert.ok(live.every((rule) => rule.ruleId !== ''));
  });

  it('makes two servers a zone with their first-boot script', async () => {
    const ids: string[] = [];
    for (const [index, zone] of ZONES.entries()) {
      const vSwitchId = made.vSwitchIds[index] ?? '';
      const template = { ...serverTemplate, zone, vSwitchId, securityGroupId: made.groupId };
      ids.push(...(await ecs({ kind: 'RunServers', count: 2, template, tags }, userData)));
    }
    made.serverIds = ids.toSorted();
    const running = await settled(servers, made.serverIds, 'Running');
    assert.deepEqual(running.map((server) => server.zone).toSorted(), [ZONES[0], ZONES[0], ZONES[1], ZONES[1]]);
    const [first] = running;
    assert.deepEqual(
      {
        ...first,
        tags,
        groupIds: [made.groupId],
        keyPairName: 'ops',
        internetBandwidthMbps: 0,
        publicIp: '',
        prepaid: false,
        osType: 'linux',
        vpcId: made.vpcId,
      },
      first,
    );
    assert.match(first?.privateIp ?? '', /^10\.20\./);
    const listing = await servers.sweep(cloud, REGION);
    assert.deepEqual(
      listing.kind === 'ok' && [listing.records.map((record) => record.id).toSorted(), listing.complete, listing.calls],
      [made.serverIds, true, 1],
    );
  });

  it('asks inside guests: units run, and the listener’s request is answered', async () => {
    const question = { kind: 'CheckUnits', serverIds: made.serverIds, units: [UNIT] } as const;
    const up = made.serverIds.map((serverId) => ({
      kind: 'answered',
      serverId,
      units: [{ unit: UNIT, enabled: true, active: true }],
    }));
    await eventually(async () => assert.deepEqual(await answered(question), up) === undefined, {
      what: 'units up',
      timeoutMs: 20_000,
    });
    const request = { method: 'GET', host: '', port: 8080, path: '/app/health' } as const;
    const local = await answered({ kind: 'RequestLocally', serverIds: made.serverIds, units: [], request });
    assert.deepEqual(
      local.map((answer) => answer.kind === 'answered' && answer.httpStatus),
      [200, 200, 200, 200],
    );
    const wrong = await answered({
      kind: 'RequestLocally',
      serverIds: made.serverIds.slice(0, 1),
      units: [],
      request: { ...request, path: '/' },
    });
    assert.deepEqual(
      wrong.map((answer) => answer.kind === 'answered' && answer.httpStatus),
      [404],
    );
  });

  it('repairs a unit that was switched off', async () => {
    const [id = ''] = made.serverIds;
    await emulator.control('POST', `guests/${id}`, { units: { [UNIT]: { enabled: false, active: false } } });
    const state = async (kind: GuestQuestion['kind']) =>
      (await answered({ kind, serverIds: [id], units: [UNIT] })).map(
        (answer) => answer.kind === 'answered' && answer.units,
      );
    assert.deepEqual(await state('CheckUnits'), [[{ unit: UNIT, enabled: false, active: false }]]);
    assert.deepEqual(await state('EnableUnits'), [[{ unit: UNIT, enabled: true, active: false }]]);
    assert.deepEqual(await state('EnableAndStartUnits'), [[{ unit: UNIT, enabled: true, active: true }]]);
  });

  it('tells an agent that is offline', async () => {
    const [id = '', other = ''] = made.serverIds;
    await emulator.control('POST', `guests/${id}`, { agent: false });
    const got = await eventually(
      async () => {
        const list = await answered({ kind: 'CheckUnits', serverIds: [id, other], units: [UNIT] });
        return list.some((answer) => answer.kind === 'agent-offline') ? list : undefined;
      },
      { what: 'the agent is missed', timeoutMs: 20_000 },
    );
    assert.deepEqual(
      sorted(got.map((answer) => [answer.serverId, answer.kind])),
      sorted([
        [id, 'agent-offline'],
        [other, 'answered'],
      ]),
    );
    await emulator.control('POST', `guests/${id}`, { agent: true });
  });

  it('makes a public load balancer that shows no difference', async () => {
    const spec = adjustLoadBalancer({
      displayName: 'web',
      addressType: 'internet',
      masterZone: ZONES[0],
      slaveZone: ZONES[1],
      vpcId: '',
      vSwitchId: '',
      instanceSpec: 'slb.s1.small',
      chargeType: 'paybybandwidth',
      bandwidthMbps: 5,
    });
    made.balancerId = (await slb({ kind: 'CreateLoadBalancer', spec, tags }))[0] ?? '';
    const [record] = await settled(balancers, [made.balancerId], 'active');
    assert.ok(record !== undefined);
    assert.deepEqual(diffFields(loadBalancerFields, spec, record), []);
    assert.deepEqual([record.tags, record.deleteProtection, record.prepaid], [tags, false, false]);
    assert.deepEqual(await partsOf(made.balancerId), { backends: [], health: [] });
  });

  const layer4: ListenerSpec = { ...web, stickySession: 'source', stickySeconds: 900 };
  const specs = [
    { why: 'HTTP', ref: webRef, spec: web },
    { why: 'TCP checked by HTTP', ref: ssh, spec: adjustListener('tcp', layer4) },
    { why: 'UDP', ref: dns, spec: adjustListener('udp', layer4) },
  ];
  for (const { why, ref, spec } of specs) {
    it(`makes and starts a listener that shows no difference: ${why}`, async () => {
      await slb({ kind: 'CreateListener', ref: ref(), spec });
      const [record] = await settled(listeners, [idOfListener(ref())], 'stopped');
      assert.deepEqual(diffFields(listenerFields, spec, adjustListener(ref().protocol, record ?? spec)), []);
      await slb({ kind: 'StartListener', ref: ref() });
      await settled(listeners, [idOfListener(ref())], 'running');
    });
  }

  it('leaves a listener that is there already alone, and does not take a port twice', async () => {
    await slb({ kind: 'CreateListener', ref: webRef(), spec: web });
    const rival: SlbAction = { kind: 'CreateListener', ref: { ...webRef(), protocol: 'tcp' }, spec: layer4 };
    const end = await slbService.apply(rival, {}, context());
    assert.equal(end.kind === 'failed' && end.error.class, 'bad-request', JSON.stringify(end));
  });

  it('sets every kept field of each protocol back in one call', async () => {
    for (const { ref, spec } of specs) {
      const other = adjustListener(ref().protocol, {
        ...spec,
        bandwidthMbps: 3,
        scheduler: 'wlc',
        stickySession: 'off',
        healthPath: '/other',
        healthDomain: 'x.example.com',
        healthPort: 22,
        healthIntervalSeconds: 9,
        healthTimeoutSeconds: 8,
        healthyThreshold: 7,
        unhealthyThreshold: 6,
        healthCodes: ['http_3xx'],
        forwardedFor: true,
      });
      for (const wished of [other, spec]) {
        await slb({ kind: 'UpdateListener', ref: ref(), spec: wished, set: {} });
        const [record] = await settled(listeners, [idOfListener(ref())], 'running');
        assert.deepEqual(
          diffFields(listenerFields, wished, adjustListener(ref().protocol, record ?? spec)),
          [],
          JSON.stringify(ref()),
        );
      }
    }
  });

  it('takes servers into service, and they become healthy', async () => {
    await slb({ kind: 'DeleteListener', ref: dns() });
    await slb({ kind: 'DeleteListener', ref: dns() });
    await slb({
      kind: 'AddBackends',
      id: made.balancerId,
      backends: made.serverIds.map((serverId) => ({ serverId, weight: 1 })),
    });
    await slb({
      kind: 'SetWeights',
      id: made.balancerId,
      backends: made.serverIds.map((serverId) => ({ serverId, weight: 100 })),
    });
    await slb({
      kind: 'AddBackends',
      id: made.balancerId,
      backends: made.serverIds.map((serverId) => ({ serverId, weight: 1 })),
    });
    const healthy = await eventually(
      async () => {
        const { backends, health } = await partsOf(made.balancerId);
        return health.length === 8 && health.every((one) => one.state === 'normal') ? { backends, health } : undefined;
      },
      { what: 'all backends are normal', timeoutMs: 20_000 },
    );
    assert.deepEqual(
      sorted(healthy.backends.map(({ serverId, weight }) => [serverId, weight])),
      made.serverIds.map((id) => [id, 100]),
    );
    assert.ok(healthy.health.every((one) => one.backendPort === 8080));
  });

  it('sees what a colleague changes on a listener, and sets it back', async () => {
    await console_('slb', 'SetLoadBalancerHTTPListenerAttribute', {
      LoadBalancerId: made.balancerId,
      ListenerPort: 80,
      HealthCheckURI: '/',
      HealthyThreshold: 9,
    });
    const [drifted] = await settled(listeners, [idOfListener(webRef())], 'running');
    assert.deepEqual(
      diffFields(listenerFields, web, drifted ?? web).map((field) => field.path),
      ['healthPath', 'healthyThreshold'],
    );
    await slb({ kind: 'UpdateListener', ref: webRef(), spec: web, set: { healthPath: web.healthPath } });
    const [repaired] = await settled(listeners, [idOfListener(webRef())], 'running');
    assert.deepEqual(diffFields(listenerFields, web, repaired ?? web), []);
    await console_('slb', 'StopLoadBalancerListener', { LoadBalancerId: made.balancerId, ListenerPort: 80 });
    await settled(listeners, [idOfListener(webRef())], 'stopped');
    await slb({ kind: 'StartListener', ref: webRef() });
    await settled(listeners, [idOfListener(webRef())], 'running');
  });

  it('sees a rule that opens a port to the world, and takes away nothing else', async () => {
    const before = (await rulesOf(made.groupId)).rules;
    await console_('ecs', 'AuthorizeSecurityGroup', {
      SecurityGroupId: made.groupId,
      IpProtocol: 'tcp',
      PortRange: '22/22',
      SourceCidrIp: '0.0.0.0/0',
    });
    const opened = (await rulesOf(made.groupId)).rules.filter(
      (rule) => !before.some((known) => ruleKey(known) === ruleKey(rule)),
    );
    assert.deepEqual(opened.map(ruleKey), ['TCP|22/22|0.0.0.0/0|accept|1']);
    await ecs({ kind: 'RevokeRules', groupId: made.groupId, rules: opened });
    await ecs({ kind: 'RevokeRules', groupId: made.groupId, rules: opened });
    assert.deepEqual((await rulesOf(made.groupId)).rules, before);
    // Old rules have no id: then the natural key finds them, and only them.
    const icmp = rules.find((rule) => rule.protocol === 'ICMP');
    assert.ok(icmp !== undefined);
    await ecs({ kind: 'RevokeRules', groupId: made.groupId, rules: [icmp] });
    await ecs({ kind: 'RevokeRules', groupId: made.groupId, rules: [icmp] });
    assert.deepEqual(
      (await rulesOf(made.groupId)).rules,
      before.filter((rule) => rule.protocol !== 'ICMP'),
    );
  });

  it('starts a server that was stopped', async () => {
    const [id = ''] = made.serverIds;
    await console_('ecs', 'StopInstances', { InstanceId: [id], ForceStop: true });
    await settled(servers, [id], 'Stopped');
    await ecs({ kind: 'StartServers', ids: [id] });
    await settled(servers, [id], 'Running');
  });

  it('sets names, groups, tags and maintenance of a server', async () => {
    const [id = ''] = made.serverIds;
    await ecs({
      kind: 'UpdateServer',
      id,
      set: { displayName: 'web-1', description: 'first', groupIds: [made.groupId, made.otherId] },
    });
    await ecs({ kind: 'TagEcsResource', type: 'Server', ids: [id], tags: { team: 'core' } });
    await ecs({ kind: 'SetMaintenance', ids: made.serverIds, action: 'AutoRecover' });
    const [server] = await read(servers, [id]);
    assert.deepEqual(
      [server?.displayName, server?.description, server?.groupIds, server?.tags],
      ['web-1', 'first', [made.groupId, made.otherId].toSorted(), { ...tags, team: 'core' }],
    );
  });

  it('sets names and tags of a group', async () => {
    await ecs({ kind: 'UpdateSecurityGroup', id: made.groupId, set: { displayName: 'web2', description: 'the web' } });
    await ecs({ kind: 'TagEcsResource', type: 'SecurityGroup', ids: [made.groupId], tags: { team: 'core' } });
    const [group] = await read(groups, [made.groupId]);
    assert.deepEqual(
      [group?.displayName, group?.description, group?.tags],
      ['web2', 'the web', { ...tags, team: 'core' }],
    );
  });

  it('sets names and tags of a VPC', async () => {
    await vpc({ kind: 'UpdateVpc', id: made.vpcId, set: { displayName: 'bank2', description: 'core bank' } });
    await vpc({ kind: 'TagVpcResource', type: 'VPC', id: made.vpcId, tags: { team: 'core' } });
    const [network] = await read(vpcs, [made.vpcId]);
    assert.deepEqual(
      [network?.displayName, network?.description, network?.tags],
      ['bank2', 'core bank', { ...tags, team: 'core' }],
    );
  });

  it('sets names and tags of a vSwitch', async () => {
    const [subnetId = ''] = made.vSwitchIds;
    await vpc({ kind: 'UpdateVSwitch', id: subnetId, set: { displayName: 'web2', description: 'first zone' } });
    await vpc({ kind: 'TagVpcResource', type: 'VSwitch', id: subnetId, tags: { team: 'core' } });
    const [subnet] = await read(vSwitches, [subnetId]);
    assert.deepEqual(
      [subnet?.displayName, subnet?.description, subnet?.tags],
      ['web2', 'first zone', { ...tags, team: 'core' }],
    );
  });

  it('sets name, bill, size and tags of a load balancer, and starts it', async () => {
    const [live] = await read(balancers, [made.balancerId]);
    assert.ok(live !== undefined);
    const set = {
      displayName: 'web2',
      chargeType: 'paybytraffic',
      bandwidthMbps: -1,
      instanceSpec: 'slb.s2.small',
    } as const;
    await slb({ kind: 'UpdateLoadBalancer', id: made.balancerId, live, set });
    await slb({ kind: 'TagLoadBalancer', id: made.balancerId, tags: { team: 'core' } });
    const [balancer] = await read(balancers, [made.balancerId]);
    assert.deepEqual(balancer, { ...live, ...set, tags: { ...tags, team: 'core' } });
    await console_('slb', 'SetLoadBalancerStatus', { LoadBalancerId: made.balancerId, LoadBalancerStatus: 'inactive' });
    await settled(balancers, [made.balancerId], 'inactive');
    await slb({ kind: 'StartLoadBalancer', id: made.balancerId });
    await settled(balancers, [made.balancerId], 'active');
  });

  it('refuses what is in use, and says so as busy', async () => {
    const end = await vpcService.apply({ kind: 'DeleteVpc', id: made.vpcId }, {}, context());
    assert.equal(end.kind === 'failed' && end.error.class, 'busy', JSON.stringify(end));
  });

  it('deletes everything in order, and what is gone once more', async () => {
    await slb({ kind: 'RemoveBackends', id: made.balancerId, serverIds: made.serverIds });
    assert.deepEqual((await partsOf(made.balancerId)).backends, []);
    for (const action of [
      { kind: 'DeleteListener', ref: webRef() },
      { kind: 'DeleteLoadBalancer', id: made.balancerId },
    ] as const)
      await slb(action);
    await slb({ kind: 'DeleteLoadBalancer', id: made.balancerId });
    await ecs({ kind: 'DeleteServers', ids: made.serverIds.slice(0, 1) });
    await eventually(async () => (await read(servers, made.serverIds)).length === 3, {
      what: 'a server is gone',
      timeoutMs: 20_000,
    });
    await ecs({ kind: 'DeleteServers', ids: made.serverIds });
    await eventually(async () => (await read(servers, made.serverIds)).length === 0, {
      what: 'servers are gone',
      timeoutMs: 20_000,
    });
    for (const id of [made.groupId, made.otherId, made.groupId]) await ecs({ kind: 'DeleteSecurityGroup', id });
    for (const id of [...made.vSwitchIds, ...made.vSwitchIds]) await vpc({ kind: 'DeleteVSwitch', id });
    for (const id of [made.vpcId, made.vpcId]) await vpc({ kind: 'DeleteVpc', id });
    for (const lister of all) {
      await eventually(
        async () => {
          const listing = await lister.sweep(cloud, REGION);
          return listing.kind === 'ok' && listing.complete && listing.records.length === 0;
        },
        { what: `no ${lister.type} is left`, timeoutMs: 20_000 },
      );
    }
  });

  it('leaves nothing behind in the ledger, and made nothing twice', async () => {
    const resources = await emulator.resources();
    assert.deepEqual(
      resources.filter((resource) => resource.deletedAt !== null).length,
      resources.length,
      JSON.stringify(resources),
    );
    const count = (type: string) => resources.filter((resource) => resource.type === type).length;
    const made = { vpc: 1, vswitch: 2, securityGroup: 2, instance: 4, loadbalancer: 1, listener: 3 };
    assert.deepEqual(Object.fromEntries(Object.keys(made).map((type) => [type, count(type)])), made);
  });

  it('reads a list of several pages whole, in the least number of calls', async () => {
    const network = { cidr: '10.30.0.0/16', displayName: 'pages', description: '' };
    const [vpcId = ''] = await vpc({ kind: 'CreateVpc', spec: network, tags });
    await settled(vpcs, [vpcId], 'Available');
    const subnet = { zone: ZONES[0], cidr: '10.30.0.0/20', displayName: 'pages', description: '' };
    const [vSwitchId = ''] = await vpc({ kind: 'CreateVSwitch', vpcId, spec: subnet, tags });
    await settled(vSwitches, [vSwitchId], 'Available');
    const [securityGroupId = ''] = await ecs({
      kind: 'CreateSecurityGroup',
      vpcId,
      spec: { displayName: 'pages', description: '' },
      tags,
    });
    const template = { ...serverTemplate, zone: ZONES[0], vSwitchId, securityGroupId, hasUserData: false };
    const run = (count: number) => ecs({ kind: 'RunServers', count, template, tags });
    const ids = [...(await run(100)), ...(await run(100)), ...(await run(50))];
    const listing = await servers.sweep(cloud, REGION);
    assert.ok(listing.kind === 'ok');
    assert.deepEqual([listing.complete, listing.calls], [true, 3]);
    assert.deepEqual(sorted(listing.records.map((record) => record.id)), sorted(ids));
    const tagged = await servers.byTags(cloud, REGION, tags);
    assert.equal(tagged.kind === 'ok' && tagged.records.length, 250);
    const named = await servers.byIds(cloud, REGION, ids.slice(0, 100));
    assert.deepEqual(named.kind === 'ok' && [named.records.length, named.calls], [100, 1]);
  });

  it('reads as absent what never was', async () => {
    const absent = [
      cloud.read(
        {
          service: 'ecs',
          action: 'DescribeSecurityGroupAttribute',
          params: { RegionId: REGION, SecurityGroupId: 'sg-none', NicType: 'intranet' },
        },
        'slow',
      ),
      cloud.read(
        {
          service: 'slb',
          action: 'DescribeLoadBalancerAttribute',
          params: { RegionId: REGION, LoadBalancerId: 'lb-none' },
        },
        'slow',
      ),
    ];
    assert.deepEqual(await Promise.all(absent.map(classOf)), ['absent', 'absent']);
  });
});

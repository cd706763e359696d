// The control API: who may use it, and that the world can be kept, put back, exported and judged.

import assert from 'node:assert/strict';
import { type Bench, layGround, REGION, runOn, startBench, ZONE_F, ZONE_G } from './test-client.ts';

describe('the control API', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench();
  });
  afterEach(() => bench.stop());

  const token = 'control-token-of-tests';
  const strangers = [
    { why: 'no token', headers: {}, status: 401 },
    { why: 'a wrong token', headers: { 'x-emulator-token': 'x'.repeat(token.length) }, status: 401 },
    {
      why: 'a name that was rebound to this address',
      headers: { 'x-emulator-token': token, host: 'evil.example' },
      status: 421,
    },
    {
      why: "a page in somebody's browser",
      headers: { 'x-emulator-token': token, origin: 'http://evil.example' },
      status: 403,
    },
  ];
  for (const { why, headers, status } of strangers) {
    it(`turns away ${why}`, async () =>
      assert.equal((await bench.control('GET', 'health', undefined, headers)).status, status));
  }
  it('takes the token as a bearer too', async () => {
    assert.equal(
      (await bench.control('GET', 'health', undefined, { authorization: `Bearer ${token}` })).json.status,
      'ok',
    );
  });

  const wrong: readonly {
    readonly why: string;
    readonly ask: readonly [method: string, path: string, body?: unknown];
    readonly status: number;
    readonly says?: RegExp;
  }[] = [
    { why: 'time does not run backwards', ask: ['POST', 'clock', { set: '2025-01-01T00:00:00Z' }], status: 400 },
    { why: 'a path that is not well encoded', ask: ['GET', 'guests/%zz'], status: 400 },
    { why: 'nothing to do', ask: ['POST', 'clock', {}], status: 400 },
    { why: 'an unknown effect', ask: ['POST', 'faults', { what: 'explode' }], status: 400 },
    {
      why: 'a fault whose match is misspelt would meet everything',
      ask: ['POST', 'faults', { what: 'reset', match: { acton: 'CreateVpc' } }],
      status: 400,
    },
    { why: 'an unknown position', ask: ['POST', 'faults', { what: 'reset', position: 'sideways' }], status: 400 },
    {
      why: 'an action that is none',
      ask: ['POST', 'faults', { what: 'reset', match: { service: 'ecs', action: 'RunInstance' } }],
      status: 400,
      says: /match\.action.*"RunInstance".*RunInstances/,
    },
    {
      why: 'an action that is not implemented never gets as far as a fault',
      ask: ['POST', 'faults', { what: 'reset', match: { action: 'CreateSnapshot' } }],
      status: 400,
      says: /match\.action.*"CreateSnapshot"/,
    },
    {
      why: 'an action of another service',
      ask: ['POST', 'faults', { what: 'reset', action: 'CreateVpc', service: 'ecs' }],
      status: 400,
      says: /^action.*"CreateVpc"/,
    },
    {
      why: 'a service that is none',
      ask: ['POST', 'faults', { what: 'reset', match: { service: 'ecss' } }],
      status: 400,
      says: /match\.service.*"ecss".*sts, vpc, ecs, slb/,
    },
    {
      why: 'an account that is none',
      ask: ['POST', 'faults', { what: 'reset', match: { account: '1' } }],
      status: 400,
      says: /match\.account.*"1".*1234567890123456/,
    },
    {
      why: 'a match that is no object would meet everything',
      ask: ['POST', 'faults', { what: 'reset', match: 'CreateVpc' }],
      status: 400,
      says: /match: an object.*"CreateVpc"/,
    },
    {
      why: 'a count in quotes',
      ask: ['POST', 'faults', { what: 'reset', count: '2' }],
      status: 400,
      says: /count: a whole number from 0.*"2"/,
    },
    {
      why: 'a name of an effect that does not have it',
      ask: ['POST', 'faults', { what: { kind: 'slow', seconds: 3 } }],
      status: 400,
      says: /what: "seconds".*ms/,
    },
    { why: 'no effect', ask: ['POST', 'faults', {}], status: 400, says: /what: nothing is not known.*reset/ },
    {
      why: 'time that runs backwards by seconds',
      ask: ['POST', 'clock', { advance: -5 }],
      status: 400,
      says: /advance \(seconds\): a number from 0.*-5/,
    },
    {
      why: 'a factor in words',
      ask: ['POST', 'clock', { scale: 'fast' }],
      status: 400,
      says: /scale.*a number from 0.*"fast"/,
    },
    { why: 'two levers at once', ask: ['POST', 'clock', { advance: 1, scale: 2 }], status: 400, says: /One of/ },
    { why: 'a seed in words', ask: ['POST', 'reset', { seed: 'x' }], status: 400, says: /seed.*"x"/ },
    { why: 'nothing to restore', ask: ['POST', 'restore', {}], status: 400, says: /\{id\}/ },
    { why: 'guests without an id', ask: ['GET', 'guests', undefined], status: 404, says: /guests\/\{instanceId\}/ },
    { why: 'no name', ask: ['GET', '', undefined], status: 404, says: /known are health, .*guests/ },
    {
      why: 'a place in the ledger in words',
      ask: ['GET', 'ledger?since=x', undefined],
      status: 400,
      says: /since.*"x"/,
    },
    {
      why: 'a stock in words',
      ask: ['POST', `zones/${ZONE_F}/soldout`, { left: 'x' }],
      status: 400,
      says: /left.*"x"/,
    },
    { why: 'a zone without an act', ask: ['POST', `zones/${ZONE_F}`, {}], status: 404, says: /outage, restore/ },
    {
      why: 'a drift by an action that is none',
      ask: ['POST', 'drift', { service: 'ecs', action: 'Foo' }],
      status: 400,
      says: /action: Foo.*RunInstances/,
    },
    { why: 'an unknown zone', ask: ['POST', 'zones/cn-x/outage', {}], status: 404 },
    { why: 'an unknown act', ask: ['POST', `zones/${ZONE_F}/explode`, {}], status: 404 },
    { why: 'no such snapshot', ask: ['POST', 'restore', { id: 'none' }], status: 404 },
    { why: 'a state of something else', ask: ['POST', 'restore', { state: { places: 1 } }], status: 400 },
    { why: 'a drift that nobody knows', ask: ['POST', 'drift', { kind: 'unicorn' }], status: 400 },
    { why: 'the wrong method', ask: ['DELETE', 'world', undefined], status: 405 },
    { why: 'no such path', ask: ['GET', 'nowhere', undefined], status: 404 },
  ];
  for (const { why, ask, status, says } of wrong) {
    it(`says what is wrong: ${why}`, async () => {
      const got = await bench.control(ask[0], ask[1], ask[2]);
      assert.equal(got.status, status);
      assert.match(got.json.error, says ?? /.{6}/);
      assert.deepEqual(bench.complaints, []);
    });
  }

  it('its root is not the API of the cloud, with a slash or without', async () => {
    for (const path of ['/_emulator', '/_emulator/']) {
      const answer = await fetch(`http://${bench.emulator.endpoint}${path}`, {
        headers: { 'x-emulator-token': token },
      });
      assert.match(JSON.stringify(await answer.json()), /known are health/);
    }
  });

  it('keeps and restores, exports and imports the whole world', async () => {
    const ground = await layGround(bench);
    await bench.control('POST', 'snapshot', { id: 'before' });
    const { state } = (await bench.control('GET', 'world?form=state')).json;
    await bench.must('ecs', 'RunInstances', runOn(ground));
    const count = async (): Promise<number> =>
      (await bench.must('ecs', 'DescribeInstances', { RegionId: REGION })).TotalCount;
    assert.equal(await count(), 1);
    await bench.control('POST', 'restore', { id: 'before' });
    assert.equal(await count(), 0);
    await bench.must('ecs', 'RunInstances', runOn(ground));
    await bench.control('POST', 'reset');
    assert.equal((await bench.must('vpc', 'DescribeVpcs', { RegionId: REGION })).TotalCount, 0);
    await bench.control('POST', 'restore', { state });
    assert.equal((await bench.must('vpc', 'DescribeVpcs', { RegionId: REGION })).Vpcs.Vpc[0].VpcId, ground.vpc);
    await bench.must('ecs', 'RunInstances', runOn(ground));
    assert.equal(await count(), 1);
  });

  it('the ledger proves what lives, what lived, who made it, and gives its calls in pages', async () => {
    const ground = await layGround(bench);
    const run = runOn(ground, {
      ClientToken: 'mine',
      'Tag.1.Key': 'owner',
      'Tag.1.Value': 'me',
      UserData: 'c2VjcmV0',
      Password: 'Sup3rSecret',
    });
    const { InstanceIdSets, RequestId } = await bench.must('ecs', 'RunInstances', run);
    const id = InstanceIdSets.InstanceIdSet[0];
    await bench.advance(100);
    await bench.must('ecs', 'DeleteInstance', { InstanceId: id, Force: true });
    await bench.advance(100);
    const ledger = (await bench.control('GET', 'ledger')).json;
    const entry = ledger.resources.find((resource: { id: string }) => resource.id === id);
    assert.deepEqual(entry.createdBy, { accessKeyId: 'emulator', requestId: RequestId, clientToken: 'mine' });
    assert.deepEqual(
      [entry.service, entry.type, entry.region, entry.zone, entry.tags],
      ['ecs', 'instance', REGION, ZONE_F, { owner: 'me' }],
    );
    assert.equal(entry.deletedBy.accessKeyId, 'emulator', 'who asked for it, though the server went later');
    assert.ok(entry.deletedAt > entry.createdAt);
    assert.ok(entry.seconds > 100 && entry.seconds < 200);
    assert.equal(ledger.resourceSeconds['ecs.instance'], entry.seconds);
    const made = ledger.calls.find((call: { requestId: string }) => call.requestId === RequestId);
    assert.deepEqual([made.mutating, made.effect, made.resourceIds.includes(id)], [true, 'committed', true]);
    assert.ok(
      !JSON.stringify(ledger).includes('c2VjcmV0') && !JSON.stringify(ledger).includes('Sup3rSecret'),
      'no secret',
    );
    const page = (await bench.control('GET', 'ledger?since=2&limit=2&resources=none')).json;
    assert.deepEqual(
      [page.calls.map((call: { n: number }) => call.n), page.next, page.more, page.resources],
      [[3, 4], 4, true, undefined],
    );
  });

  it('shows the world without user data', async () => {
    const ground = await layGround(bench);
    await bench.must('ecs', 'RunInstances', runOn(ground, { UserData: 'c2VjcmV0' }));
    const world = await bench.control('GET', 'world');
    assert.equal(Object.keys(world.json.places[0].tables['ecs.instance']).length, 1);
    assert.ok(!world.text.includes('c2VjcmV0'));
  });

  it('an out-of-band edit is done as a colleague would, past faults and throttles, and marked so', async () => {
    const ground = await layGround(bench);
    await bench.control('POST', 'faults', { match: { service: 'ecs' }, what: 'error', count: 0 });
    const edit = {
      service: 'ecs',
      action: 'AuthorizeSecurityGroup',
      params: {
        RegionId: REGION,
        SecurityGroupId: ground.group,
        Permissions: [{ IpProtocol: 'tcp', PortRange: '22/22', SourceCidrIp: '0.0.0.0/0' }],
      },
    };
    assert.equal((await bench.control('POST', 'drift', edit)).status, 200);
    const refused = await bench.control('POST', 'drift', {
      service: 'ecs',
      action: 'DeleteSecurityGroup',
      params: { RegionId: REGION, SecurityGroupId: 'sg-none' },
    });
    assert.deepEqual([refused.status, refused.json.refused.code], [409, 'InvalidSecurityGroup.NotFound']);
    const { calls, resources } = (await bench.control('GET', 'ledger')).json;
    assert.deepEqual(
      calls.slice(-2).map((call: { accessKeyId: string; effect: string }) => [call.accessKeyId, call.effect]),
      [
        ['console', 'committed'],
        ['console', 'none'],
      ],
    );
    assert.deepEqual(resources.at(-1).attributes.rules, ['ingress Accept TCP 22/22 0.0.0.0/0 1']);
  });

  it('a server turns up in another zone', async () => {
    const ground = await layGround(bench);
    await bench.must('vpc', 'CreateVSwitch', {
      RegionId: REGION,
      VpcId: ground.vpc,
      ZoneId: ZONE_G,
      CidrBlock: '10.0.16.0/20',
    });
    const { InstanceIdSets } = await bench.must('ecs', 'RunInstances', runOn(ground));
    const instanceId = InstanceIdSets.InstanceIdSet[0];
    assert.equal(
      (await bench.control('POST', 'drift', { kind: 'serverInOtherZone', instanceId, zone: `${REGION}z` })).status,
      409,
      'no vSwitch there',
    );
    const moved = await bench.control('POST', 'drift', { kind: 'serverInOtherZone', instanceId, zone: ZONE_G });
    assert.equal(moved.json.answer.ZoneId, ZONE_G);
    const [row] = (await bench.must('ecs', 'DescribeInstances', { RegionId: REGION, ZoneId: ZONE_G })).Instances
      .Instance;
    assert.deepEqual([row.InstanceId, row.VpcAttributes.VSwitchId], [instanceId, moved.json.answer.VSwitchId]);
    const entry = (await bench.control('GET', 'ledger')).json.resources.find(
      (resource: { id: string }) => resource.id === instanceId,
    );
    assert.deepEqual(
      entry.moves.map((move: { from: string; to: string }) => [move.from, move.to]),
      [[ZONE_F, ZONE_G]],
    );
  });
});

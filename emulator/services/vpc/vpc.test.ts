// VPC over the wire: states, busy codes, order of deletion, blocks, quotas, shapes.

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { type Bench, layGround, REGION, runOn, startBench, ZONE_F, ZONE_G } from '../../test-client.ts';
import { contains, formatIp, overlaps, parseBlock, parseIp, sizeOf } from './cidr.ts';

describe('vpc', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench({ quotas: { 'vpc.vpcs': 3, 'vpc.vswitches': 3 } });
  });
  afterEach(async () => {
    assert.deepEqual(bench.complaints, []);
    await bench.stop();
  });

  const code = async (action: string, params: Record<string, string | number>): Promise<string> => {
    const got = await bench.ask('vpc', action, { RegionId: REGION, ...params });
    return got.status === 200 ? 'ok' : `${got.status} ${got.json.Code}`;
  };
  const makeVpc = async (CidrBlock = '10.0.0.0/16'): Promise<string> => {
    const { VpcId } = await bench.must('vpc', 'CreateVpc', { RegionId: REGION, CidrBlock });
    await bench.advance(10);
    return VpcId;
  };

  const blocks = [
    { cidr: '10.0.0.0/8', end: 'ok', why: 'the widest' },
    { cidr: '172.16.0.0/12', end: 'ok', why: 'the standard' },
    { cidr: '192.168.0.0/16', end: 'ok', why: 'the third' },
    { cidr: '100.64.0.0/10', end: '400 InvalidParameter', why: "the cloud's own" },
    { cidr: '10.0.0.1/16', end: '400 InvalidParameter', why: 'host bits' },
    { cidr: '10.0.0.0/29', end: '400 InvalidParameter', why: 'too small' },
    { cidr: '10.0.0.0', end: '400 InvalidParameter', why: 'no length' },
    { cidr: '10.0.300.0/24', end: '400 InvalidParameter', why: 'no address' },
  ];
  for (const { cidr, end, why } of blocks)
    it(`CreateVpc ${cidr}: ${why}`, async () => assert.equal(await code('CreateVpc', { CidrBlock: cidr }), end));

  it('comes up Pending, with router and route table, and is Available after a while', async () => {
    const made = await bench.must('vpc', 'CreateVpc', {
      RegionId: REGION,
      VpcName: 'core',
      'Tag.1.Key': 'a',
      'Tag.1.Value': 'b',
    });
    const read = async (): Promise<Record<string, unknown>> =>
      (await bench.must('vpc', 'DescribeVpcs', { RegionId: REGION, VpcId: made.VpcId })).Vpcs.Vpc[0];
    assert.equal((await read())['Status'], 'Pending');
    await bench.advance(10);
    const row = await read();
    assert.deepEqual(
      [
        row['Status'],
        row['CidrBlock'],
        row['VRouterId'],
        row['Tags'],
        row['RouterTableIds'],
        row['VSwitchIds'],
        row['CreationTime'],
      ],
      [
        'Available',
        '172.16.0.0/12',
        made.VRouterId,
        { Tag: [{ Key: 'a', Value: 'b' }] },
        { RouterTableIds: [made.RouteTableId] },
        { VSwitchId: [] },
        '2026-01-01T00:00:00Z',
      ],
    );
    const tables = await bench.must('vpc', 'DescribeRouteTableList', { RegionId: REGION, VpcId: made.VpcId });
    assert.deepEqual(
      [tables.TotalCount, tables.RouterTableList.RouterTableListType[0].RouteTableId],
      [1, made.RouteTableId],
    );
  });

  it('a child waits for its VPC, and for its sibling', async () => {
    const { VpcId } = await bench.must('vpc', 'CreateVpc', { RegionId: REGION, CidrBlock: '10.0.0.0/16' });
    const child = (CidrBlock: string): Promise<string> => code('CreateVSwitch', { VpcId, ZoneId: ZONE_F, CidrBlock });
    assert.equal(await child('10.0.1.0/24'), '400 IncorrectVpcStatus');
    await bench.advance(10);
    assert.equal(await child('10.0.1.0/24'), 'ok');
    assert.equal(await child('10.0.2.0/24'), '400 IncorrectVSwitchStatus', 'one at a time in a VPC');
    await bench.advance(10);
    assert.equal(await child('10.0.2.0/24'), 'ok');
  });

  it('refuses what does not fit', async () => {
    const VpcId = await makeVpc();
    const make = (more: Record<string, string>): Promise<string> =>
      code('CreateVSwitch', { VpcId, ZoneId: ZONE_F, CidrBlock: '10.0.1.0/24', ...more });
    assert.equal(await make({ CidrBlock: '10.1.0.0/24' }), '400 InvalidParameter', 'outside the VPC');
    assert.equal(
      await make({ CidrBlock: '10.0.0.0/30' }),
      '400 InvalidCirdrBlock.MaskLength',
      'the misspelling is real',
    );
    assert.equal(await make({ CidrBlock: 'x' }), '400 InvalidCidrBlock.Malformed');
    assert.equal(await make({ ZoneId: 'cn-nowhere-a' }), '404 InvalidZoneId.NotFound');
    assert.equal(await make({ VpcId: 'vpc-none' }), '404 InvalidVpcId.NotFound');
    assert.equal(await make({ ZoneId: '' }), '400 MissingZoneId');
    await bench.control('POST', `zones/${ZONE_F}/outage`);
    assert.equal(await make({}), '400 ResourceNotAvailable', 'the zone is down');
    assert.equal(await make({ ZoneId: ZONE_G }), 'ok');
    await bench.advance(10);
    assert.equal(await make({ ZoneId: ZONE_G, CidrBlock: '10.0.1.128/25' }), '400 InvalidCidrBlock.Overlapped');
  });

  it('quotas end', async () => {
    for (let i = 0; i < 3; i += 1) await makeVpc();
    assert.equal(await code('CreateVpc', {}), '400 QuotaExceeded.Vpc');
  });

  it('goes in order: servers, group, vSwitch, VPC', async () => {
    const ground = await layGround(bench);
    const { InstanceIdSets } = await bench.must('ecs', 'RunInstances', runOn(ground));
    await bench.advance(60);
    assert.equal(await code('DeleteVpc', { VpcId: ground.vpc }), '400 DependencyViolation.VSwitch');
    assert.equal(await code('DeleteVSwitch', { VSwitchId: ground.vswitch }), '400 DependencyViolation');
    await bench.must('ecs', 'DeleteInstance', { InstanceId: InstanceIdSets.InstanceIdSet[0], Force: true });
    assert.equal(
      await code('DeleteVSwitch', { VSwitchId: ground.vswitch }),
      '400 DependencyViolation',
      'the server is still going',
    );
    await bench.advance(60);
    assert.equal(await code('DeleteVSwitch', { VSwitchId: ground.vswitch }), 'ok');
    assert.equal(await code('DeleteVpc', { VpcId: ground.vpc }), '400 DependencyViolation.SecurityGroup');
    await bench.must('ecs', 'DeleteSecurityGroup', { RegionId: REGION, SecurityGroupId: ground.group });
    assert.equal(await code('DeleteVpc', { VpcId: ground.vpc, DryRun: 'true' }), '400 DryRunOperation', 'it stays');
    assert.equal(await code('DeleteVpc', { VpcId: ground.vpc }), 'ok');
    assert.equal(await code('DeleteVpc', { VpcId: ground.vpc }), '404 InvalidVpcId.NotFound');
    assert.equal(await code('DeleteVSwitch', { VSwitchId: ground.vswitch }), '404 InvalidVSwitchId.NotFound');
  });

  it('lists answer with nothing for an unknown id, attributes with an error', async () => {
    assert.deepEqual((await bench.must('vpc', 'DescribeVpcs', { RegionId: REGION, VpcId: 'vpc-none' })).Vpcs, {
      Vpc: [],
    });
    assert.deepEqual(
      (await bench.must('vpc', 'DescribeVSwitches', { RegionId: REGION, VSwitchId: 'vsw-none' })).VSwitches,
      { VSwitch: [] },
    );
    assert.equal(await code('DescribeVpcAttribute', { VpcId: 'vpc-none' }), '404 InvalidVpcId.NotFound');
    assert.equal(await code('DescribeVSwitchAttributes', { VSwitchId: 'vsw-none' }), '400 InvalidVSwitchId.NotFound');
  });

  it('pages by number and filters by tag', async () => {
    const VpcId = await makeVpc();
    for (const n of [1, 2, 3]) {
      await bench.must('vpc', 'CreateVSwitch', {
        RegionId: REGION,
        VpcId,
        ZoneId: ZONE_F,
        CidrBlock: `10.0.${n}.0/24`,
        'Tag.1.Key': 'n',
        'Tag.1.Value': n,
      });
      await bench.advance(10);
    }
    assert.equal(
      await code('CreateVSwitch', { VpcId, ZoneId: ZONE_F, CidrBlock: '10.0.9.0/24' }),
      '400 QuotaExceeded.VSwitch',
    );
    const page = await bench.must('vpc', 'DescribeVSwitches', { RegionId: REGION, VpcId, PageSize: 2, PageNumber: 2 });
    assert.deepEqual([page.TotalCount, page.PageNumber, page.PageSize, page.VSwitches.VSwitch.length], [3, 2, 2, 1]);
    const tagged = await bench.must('vpc', 'DescribeVSwitches', {
      RegionId: REGION,
      'Tag.1.Key': 'n',
      'Tag.1.Value': 2,
    });
    assert.deepEqual(
      tagged.VSwitches.VSwitch.map((row: { CidrBlock: string; AvailableIpAddressCount: number }) => [
        row.CidrBlock,
        row.AvailableIpAddressCount,
      ]),
      [['10.0.2.0/24', 252]],
    );
  });

  it('tags are set, listed and taken away (UnTagResources with a capital T)', async () => {
    const id = await makeVpc();
    await bench.must('vpc', 'TagResources', {
      RegionId: REGION,
      ResourceType: 'VPC',
      'ResourceId.1': id,
      'Tag.1.Key': 'a',
      'Tag.1.Value': '1',
      'Tag.2.Key': 'b',
    });
    const list = await bench.must('vpc', 'ListTagResources', {
      RegionId: REGION,
      ResourceType: 'VPC',
      'ResourceId.1': id,
    });
    assert.deepEqual(list.TagResources.TagResource, [
      { ResourceId: id, ResourceType: 'VPC', TagKey: 'a', TagValue: '1' },
      { ResourceId: id, ResourceType: 'VPC', TagKey: 'b', TagValue: '' },
    ]);
    await bench.must('vpc', 'UnTagResources', {
      RegionId: REGION,
      ResourceType: 'VPC',
      'ResourceId.1': id,
      'TagKey.1': 'a',
    });
    assert.equal((await bench.must('vpc', 'DescribeVpcs', { RegionId: REGION, 'Tag.1.Key': 'a' })).TotalCount, 0);
    const set = (more: Record<string, string>): Promise<string> =>
      code('TagResources', { ResourceType: 'VPC', 'ResourceId.1': id, 'Tag.1.Key': 'x', ...more });
    assert.equal(await set({ 'Tag.1.Key': 'acs:x' }), '400 InvalidTagKey');
    assert.equal(await set({ ResourceType: 'UNICORN' }), '400 InvalidInstanceType.NotFound');
    assert.equal(await set({ 'ResourceId.1': 'vpc-none' }), '400 InvalidInstanceIds.NotFound');
    assert.equal(await code('ListTagResources', { ResourceType: 'VPC' }), '400 BothEmpty.TagsAndResources');
  });

  it('a vSwitch can outlast its last resource, held by its interface', async () => {
    const own = await startBench({
      lifecycle: { 'vpc.address.released': { kind: 'uniform', minSeconds: 100, maxSeconds: 100 } },
    });
    const ground = await layGround(own);
    const { InstanceIdSets } = await own.must('ecs', 'RunInstances', runOn(ground));
    await own.advance(60);
    await own.must('ecs', 'DeleteInstance', { InstanceId: InstanceIdSets.InstanceIdSet[0], Force: true });
    await own.advance(60);
    assert.equal(
      (await own.ask('vpc', 'DeleteVSwitch', { VSwitchId: ground.vswitch })).json.Code,
      'DependencyViolation.NetworkInterface',
    );
    await own.advance(100);
    await own.must('vpc', 'DeleteVSwitch', { VSwitchId: ground.vswitch });
    await own.stop();
  });
});

describe('blocks', () => {
  const block = fc
    .tuple(fc.nat(0xffff_ffff), fc.integer({ min: 1, max: 32 }))
    .map(([ip, bits]) => `${formatIp(ip - (ip % 2 ** (32 - bits)))}/${bits}`);
  it('two blocks overlap exactly when one contains the other', () => {
    fc.assert(
      fc.property(block, block, (left, right) => {
        const [a, b] = [parseBlock(left), parseBlock(right)];
        assert.ok(a !== undefined && b !== undefined);
        assert.equal(overlaps(a, b), contains(a, b) || contains(b, a));
        assert.ok(sizeOf(a) >= 1);
      }),
    );
  });
  it('an address survives its text', () => {
    fc.assert(fc.property(fc.nat(0xffff_ffff), (ip) => assert.equal(parseIp(formatIp(ip)), ip)));
  });
});

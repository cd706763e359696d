// Servers over the wire: creation, states, batches, release, zones, stock, pages, attributes.

import assert from 'node:assert/strict';
import {
  type Bench,
  type Ground,
  layGround,
  REGION,
  runOn,
  startBench,
  type Wire,
  ZONE_F,
  ZONE_G,
} from '../../test-client.ts';
import { numberedName } from './run.ts';

let bench: Bench;
let ground: Ground;

const code = async (action: string, params: Wire): Promise<string> => {
  const got = await bench.ask('ecs', action, params);
  return got.status === 200 ? 'ok' : `${got.status} ${got.json.Code}`;
};
const run = async (more: Wire = {}): Promise<readonly string[]> =>
  (await bench.must('ecs', 'RunInstances', runOn(ground, more))).InstanceIdSets.InstanceIdSet;
const running = async (more: Wire = {}): Promise<readonly string[]> => {
  const ids = await run(more);
  await bench.advance(60);
  return ids;
};
// oxlint-disable-next-line typescript/no-explicit-any -- tests look deep into answers
const show = async (id: string): Promise<any> =>
  (await bench.must('ecs', 'DescribeInstances', { RegionId: REGION, InstanceIds: JSON.stringify([id]) })).Instances
    .Instance[0];
const status = async (id: string): Promise<unknown> => (await show(id))?.['Status'];
const numbered = (name: string, values: readonly string[]): Wire =>
  Object.fromEntries(values.map((value, i) => [`${name}.${i + 1}`, value]));

const fresh = (settings: Parameters<typeof startBench>[0] = {}): void => {
  beforeEach(async () => {
    bench = await startBench(settings);
    ground = await layGround(bench);
  });
  afterEach(async () => {
    assert.deepEqual(bench.complaints, []);
    await bench.stop();
  });
};

describe('RunInstances', () => {
  fresh({ keyPairs: ['ops'] });

  it('comes up Pending, Starting, Running, with everything it was given', async () => {
    const [id = ''] = await run({
      InstanceName: 'web',
      KeyPairName: 'ops',
      RamRoleName: 'role',
      InternetMaxBandwidthOut: 5,
      'SystemDisk.Category': 'cloud_efficiency',
      'SystemDisk.Size': 60,
      DeletionProtection: true,
      AutoReleaseTime: '2027-01-01T00:00:30Z',
      'Tag.1.Key': 'k',
      'Tag.1.Value': 'v',
    });
    assert.equal(await status(id), 'Pending');
    await bench.advance(6.5);
    assert.equal(await status(id), 'Starting');
    await bench.advance(45);
    const row = await show(id);
    assert.deepEqual(
      [
        row['Status'],
        row['InstanceName'],
        row['KeyPairName'],
        row['DeletionProtection'],
        row['ZoneId'],
        row['Cpu'],
        row['Memory'],
        row['InstanceTypeFamily'],
        row['OSType'],
        row['InstanceNetworkType'],
      ],
      ['Running', 'web', 'ops', true, ZONE_F, 2, 8192, 'ecs.g6', 'linux', 'vpc'],
    );
    assert.equal(row['CreationTime'], '2026-01-01T00:00Z', 'no seconds');
    assert.equal(row['AutoReleaseTime'], '2027-01-01T00:00Z', 'accepted with seconds, shown without');
    assert.deepEqual(row['VpcAttributes'], {
      VpcId: ground.vpc,
      VSwitchId: ground.vswitch,
      NatIpAddress: '',
      PrivateIpAddress: { IpAddress: ['10.0.0.1'] },
    });
    assert.deepEqual(
      [row['Tags'], row['SecurityGroupIds']],
      [{ Tag: [{ TagKey: 'k', TagValue: 'v' }] }, { SecurityGroupId: [ground.group] }],
    );
    assert.match(row.PublicIpAddress.IpAddress[0], /^47\./);
    assert.match(id, /^i-uf6[a-z0-9]{17}$/);
    const disks = await bench.must('ecs', 'DescribeDisks', { RegionId: REGION, InstanceId: id });
    assert.deepEqual(
      [disks.Disks.Disk[0].Size, disks.Disks.Disk[0].Category, disks.Disks.Disk[0].Type],
      [60, 'cloud_efficiency', 'system'],
    );
    const eni = await bench.must('ecs', 'DescribeNetworkInterfaces', { RegionId: REGION, InstanceId: id });
    assert.equal(eni.NetworkInterfaceSets.NetworkInterfaceSet[0].PrivateIpAddress, '10.0.0.1');
    const role = await bench.must('ecs', 'DescribeInstanceRamRole', {
      RegionId: REGION,
      InstanceIds: JSON.stringify([id]),
    });
    assert.equal(role.InstanceRamRoleSets.InstanceRamRoleSet[0].RamRoleName, 'role');
    assert.ok(!JSON.stringify(row).includes('null'), 'the API shows no nulls');
  });

  const refusals: readonly { readonly why: string; readonly more: Wire; readonly end: string }[] = [
    { why: 'an unknown type', more: { InstanceType: 'ecs.unicorn' }, end: '400 InvalidInstanceType.ValueNotSupported' },
    { why: 'no type', more: { InstanceType: '' }, end: '400 MissingParameter' },
    { why: 'an unknown image', more: { ImageId: 'nothing' }, end: '404 InvalidImageId.NotFound' },
    { why: 'an unknown vSwitch', more: { VSwitchId: 'vsw-none' }, end: '404 InvalidVSwitchId.NotFound' },
    { why: 'an unknown group', more: { SecurityGroupId: 'sg-none' }, end: '404 InvalidSecurityGroupId.NotFound' },
    { why: 'no group', more: { SecurityGroupId: '' }, end: '400 MissingParameter' },
    { why: 'a zone that the vSwitch is not in', more: { ZoneId: ZONE_G }, end: '400 InvalidParameter.Mismatch' },
    { why: 'an unknown zone', more: { ZoneId: 'cn-x' }, end: '404 InvalidZoneId.NotFound' },
    { why: 'a key pair that is not listed', more: { KeyPairName: 'mine' }, end: '404 InvalidKeyPairName.NotFound' },
    {
      why: 'a way to pay that nobody knows',
      more: { InstanceChargeType: 'Later' },
      end: '404 InvalidInstanceChargeType.NotFound',
    },
    { why: 'more than 100 at once', more: { Amount: 101 }, end: '403 InvalidParam.Amount' },
    { why: 'more than the schema allows', more: { Amount: 1001 }, end: '400 InvalidParameter' },
    { why: 'a minimum above the amount', more: { Amount: 1, MinAmount: 2 }, end: '400 InvalidMinAmount.Malformed' },
    { why: 'an address outside', more: { PrivateIpAddress: '10.9.0.1' }, end: '400 InvalidPrivateIpAddress' },
    {
      why: 'user data that is no base64',
      more: { UserData: '#!/bin/sh' },
      end: '400 InvalidUserData.Base64FormatInvalid',
    },
    {
      why: 'user data of more than 32 KiB',
      more: { UserData: Buffer.alloc(32 * 1024 + 1).toString('base64') },
      end: '400 InvalidUserData.SizeExceeded',
    },
    {
      why: 'a disk that is too small',
      more: { 'SystemDisk.Size': 10 },
      end: '400 InvalidSystemDiskSize.ValueNotSupported',
    },
    { why: 'a reserved tag', more: { 'Tag.1.Key': 'aliyun.x' }, end: '400 InvalidTagKey.Malformed' },
    { why: 'a tag twice', more: { 'Tag.1.Key': 'x', 'Tag.2.Key': 'x' }, end: '400 Duplicate.TagKey' },
    { why: 'a dry run is an error', more: { DryRun: true }, end: '400 DryRunOperation' },
    {
      why: 'a bandwidth out of range',
      more: { InternetMaxBandwidthOut: 101 },
      end: '400 InvalidInternetMaxBandwidthOut.Malformed',
    },
  ];
  for (const { why, more, end } of refusals) {
    it(`refuses ${why}`, async () => {
      assert.equal(await code('RunInstances', runOn(ground, more)), end);
      assert.equal(
        (await bench.must('ecs', 'DescribeInstances', { RegionId: REGION })).TotalCount,
        0,
        'nothing was made',
      );
    });
  }

  it('gives each server its own address, and the wanted one once', async () => {
    await run({ PrivateIpAddress: '10.0.0.2' });
    assert.equal(
      await code('RunInstances', runOn(ground, { PrivateIpAddress: '10.0.0.2' })),
      '400 InvalidPrivateIpAddress.Duplicated',
    );
    const ids = await run({ Amount: 3 });
    const ips = await Promise.all(ids.map(async (id) => (await show(id)).VpcAttributes.PrivateIpAddress.IpAddress[0]));
    assert.deepEqual(ips, ['10.0.0.1', '10.0.0.3', '10.0.0.4']);
  });

  it('the addresses of a vSwitch end', async () => {
    const { VSwitchId } = await bench.must('vpc', 'CreateVSwitch', {
      RegionId: REGION,
      VpcId: ground.vpc,
      ZoneId: ZONE_F,
      CidrBlock: '10.0.32.0/29',
    });
    await bench.advance(10);
    assert.equal((await run({ VSwitchId, Amount: 4 })).length, 4, 'eight less the first and the last three');
    assert.equal(await code('RunInstances', runOn(ground, { VSwitchId })), '400 QuotaExceeded.PrivateIpAddress');
  });

  it('names by pattern and suffix', () => {
    assert.deepEqual(
      [
        numberedName('web-[7,3]-a', 1, false),
        numberedName('web', 0, true),
        numberedName('web', 4, false),
        numberedName('n[,]', 2, false),
      ],
      ['web-008-a', 'web001', 'web', 'n000002'],
    );
  });
});

describe('stock', () => {
  fresh();
  it('without a minimum all or nothing, with one as many as there are', async () => {
    await bench.control('POST', `zones/${ZONE_F}/soldout`, { types: ['ecs.g6.large'], left: 3 });
    assert.equal(await code('RunInstances', runOn(ground, { Amount: 5 })), '403 OperationDenied.NoStock');
    assert.equal(await code('RunInstances', runOn(ground, { Amount: 5, MinAmount: 4 })), '403 OperationDenied.NoStock');
    assert.equal((await run({ Amount: 5, MinAmount: 2 })).length, 3);
    assert.equal(await code('RunInstances', runOn(ground)), '403 OperationDenied.NoStock', 'and then they are gone');
    assert.equal((await run({ InstanceType: 'ecs.c6.large' })).length, 1, 'another type is not concerned');
    const answer = await bench.must('ecs', 'DescribeAvailableResource', {
      RegionId: REGION,
      DestinationResource: 'InstanceType',
      InstanceType: 'ecs.g6.large',
    });
    assert.deepEqual(
      answer.AvailableZones.AvailableZone.map((zone: { ZoneId: string; Status: string }) => [
        zone.ZoneId.at(-1),
        zone.Status,
      ]),
      [
        ['f', 'SoldOut'],
        ['g', 'Available'],
        ['k', 'Available'],
        ['z', 'Available'],
      ],
    );
    await bench.control('POST', `zones/${ZONE_F}/instock`);
    assert.equal((await run()).length, 1);
  });

  it('a server stopped without charging may not start again, and loses its public address', async () => {
    const [id = ''] = await running({ InternetMaxBandwidthOut: 1 });
    await bench.must('ecs', 'StopInstance', { InstanceId: id, StoppedMode: 'StopCharging' });
    await bench.advance(60);
    assert.deepEqual(
      [(await show(id))['StoppedMode'], (await show(id))['PublicIpAddress']],
      ['StopCharging', { IpAddress: [] }],
    );
    await bench.control('POST', `zones/${ZONE_F}/soldout`);
    assert.equal(await code('StartInstance', { InstanceId: id }), '403 OperationDenied.NoStock');
  });
});

describe('power', () => {
  fresh();
  it('each operation wants its state, and takes its time', async () => {
    const [id = ''] = await run();
    for (const action of ['StartInstance', 'StopInstance', 'RebootInstance'])
      assert.equal(await code(action, { InstanceId: id }), '403 IncorrectInstanceStatus', `${action} while Pending`);
    await bench.advance(60);
    assert.equal(await code('StartInstance', { InstanceId: id }), '403 IncorrectInstanceStatus');
    await bench.must('ecs', 'StopInstance', { InstanceId: id });
    assert.equal(await status(id), 'Stopping');
    assert.equal(await code('StartInstance', { InstanceId: id }), '403 IncorrectInstanceStatus');
    await bench.advance(40);
    assert.equal(await status(id), 'Stopped');
    await bench.must('ecs', 'StartInstance', { InstanceId: id });
    assert.equal(await status(id), 'Starting');
    await bench.advance(60);
    await bench.must('ecs', 'RebootInstance', { InstanceId: id });
    assert.equal(await status(id), 'Starting');
    await bench.advance(60);
    assert.equal(await status(id), 'Running');
    assert.equal(await code('StopInstance', { InstanceId: 'i-none' }), '404 InvalidInstanceId.NotFound');
  });

  it('a batch is all or nothing, or as far as it goes', async () => {
    const ids = await running({ Amount: 2 });
    const [first = ''] = ids;
    await bench.must('ecs', 'StopInstance', { InstanceId: first, ForceStop: true });
    await bench.advance(20);
    assert.equal(
      await code('StopInstances', { RegionId: REGION, ...numbered('InstanceId', ids) }),
      '403 IncorrectInstanceStatus',
    );
    // The documented text of the batch is an insertion and nothing else.
    const refused = await bench.ask('ecs', 'StopInstances', { RegionId: REGION, ...numbered('InstanceId', ids) });
    assert.equal(refused.json.Message, 'The current status of the resource does not support this operation.');
    assert.equal(await status(ids[1] ?? ''), 'Running');
    const got = await bench.must('ecs', 'StopInstances', {
      RegionId: REGION,
      BatchOptimization: 'SuccessFirst',
      ...numbered('InstanceId', ids),
    });
    assert.deepEqual(
      got.InstanceResponses.InstanceResponse.map((row: Record<string, string>) => [
        row['Code'],
        row['PreviousStatus'],
        row['CurrentStatus'],
      ]),
      [
        ['IncorrectInstanceStatus', 'Stopped', 'Stopped'],
        ['200', 'Running', 'Stopping'],
      ],
    );
    assert.equal(
      await code('StartInstances', { RegionId: REGION, DryRun: true, 'InstanceId.1': first }),
      '400 DRYRUN.SUCCESS',
    );
  });
});

describe('release', () => {
  fresh();
  it('protection, running and absence are refused', async () => {
    const [id = ''] = await running({ DeletionProtection: true });
    assert.equal(
      await code('DeleteInstance', { InstanceId: id, Force: true }),
      '403 InvalidOperation.DeletionProtection',
    );
    await bench.must('ecs', 'ModifyInstanceAttribute', { InstanceId: id, DeletionProtection: false });
    assert.equal(await code('DeleteInstance', { InstanceId: id }), '403 IncorrectInstanceStatus');
    await bench.must('ecs', 'DeleteInstance', { InstanceId: id, Force: true });
    assert.equal(await status(id), 'Stopping');
    assert.equal(await code('DeleteInstance', { InstanceId: id, Force: true }), 'ok', 'it is going already');
    assert.equal(await code('StartInstance', { InstanceId: id }), '403 IncorrectInstanceStatus');
    await bench.advance(60);
    assert.equal(await status(id), undefined, 'lists are empty');
    assert.equal(
      await code('DescribeInstanceAttribute', { InstanceId: id }),
      '404 InvalidInstanceId.NotFound',
      'attributes are not',
    );
    assert.equal(await code('DeleteInstance', { InstanceId: id }), '404 InvalidInstanceId.NotFound');
  });

  it('a batch with one that may not go lets all stay', async () => {
    const ids = [...(await running()), ...(await running({ DeletionProtection: true }))];
    assert.equal(
      await code('DeleteInstances', { RegionId: REGION, Force: true, ...numbered('InstanceId', ids) }),
      '403 InvalidOperation.DeletionProtection',
    );
    await bench.advance(60);
    assert.equal((await bench.must('ecs', 'DescribeInstances', { RegionId: REGION })).TotalCount, 2);
  });
});

describe('zone outage', () => {
  fresh();
  it('stops the zone, refuses new servers, and restores what it stopped', async () => {
    const [down = '', manual = ''] = await running({ Amount: 2 });
    await bench.must('ecs', 'StopInstance', { InstanceId: manual });
    await bench.advance(60);
    const [pending = ''] = await run();
    await bench.control('POST', `zones/${ZONE_F}/outage`);
    assert.deepEqual([await status(down), await status(pending)], ['Stopped', 'Stopped']);
    assert.equal(await code('StartInstance', { InstanceId: down }), '503 ServiceUnavailable');
    assert.equal(await code('RunInstances', runOn(ground)), '403 Zone.NotOnSale');
    await bench.advance(600);
    assert.equal(await status(pending), 'Stopped', 'the step that was under way is void');
    await bench.control('POST', `zones/${ZONE_F}/restore`);
    assert.equal(await status(down), 'Starting');
    await bench.advance(60);
    assert.deepEqual(
      [await status(down), await status(pending), await status(manual)],
      ['Running', 'Running', 'Stopped'],
      'what a person stopped stays so',
    );
  });
});

describe('reading servers', () => {
  fresh({ quotas: { 'ecs.instancesPerGroup': 20_000 } });
  it('pages by number and by token, and no deletion in between hides a server', async () => {
    const ids = await running({ Amount: 25 });
    const first = await bench.must('ecs', 'DescribeInstances', { RegionId: REGION });
    assert.deepEqual(
      [first.TotalCount, first.PageNumber, first.PageSize, first.Instances.Instance.length],
      [25, 1, 10, 10],
    );
    const third = await bench.must('ecs', 'DescribeInstances', { RegionId: REGION, PageNumber: 3, PageSize: 10 });
    assert.equal(third.Instances.Instance.length, 5);
    let token = (await bench.must('ecs', 'DescribeInstances', { RegionId: REGION, MaxResults: 10 })).NextToken;
    await bench.must('ecs', 'DeleteInstance', { InstanceId: ids[0] ?? '', Force: true });
    await bench.advance(60);
    const rest: string[] = [];
    while (token !== '') {
      const page = await bench.must('ecs', 'DescribeInstances', { RegionId: REGION, MaxResults: 10, NextToken: token });
      rest.push(...page.Instances.Instance.map((row: { InstanceId: string }) => row.InstanceId));
      token = page.NextToken;
    }
    assert.deepEqual(rest, ids.slice(10));
    const drifted = await bench.must('ecs', 'DescribeInstances', { RegionId: REGION, PageNumber: 2, PageSize: 10 });
    assert.equal(drifted.Instances.Instance[0].InstanceId, ids[11], 'numbered pages drift');
  });

  it('filters', async () => {
    const [a = '', b = ''] = [
      ...(await run({ InstanceName: 'web-1', 'Tag.1.Key': 't', 'Tag.1.Value': '1' })),
      ...(await run({ InstanceName: 'db-1', InstanceType: 'ecs.r6.large', 'Tag.1.Key': 't', 'Tag.1.Value': '2' })),
    ];
    const find = async (more: Wire): Promise<string[]> =>
      (await bench.must('ecs', 'DescribeInstances', { RegionId: REGION, ...more })).Instances.Instance.map(
        (row: { InstanceId: string }) => row.InstanceId,
      );
    assert.deepEqual(await find({ 'Tag.1.Key': 't' }), [a, b]);
    assert.deepEqual(await find({ 'Tag.1.Key': 't', 'Tag.1.Value': '2' }), [b]);
    assert.deepEqual(await find({ InstanceName: 'web*' }), [a]);
    assert.deepEqual(await find({ InstanceName: 'web' }), []);
    assert.deepEqual(await find({ VpcId: ground.vpc, InstanceType: 'ecs.r6.large' }), [b]);
    assert.deepEqual(await find({ Status: 'Running' }), []);
    assert.deepEqual(await find({ PrivateIpAddresses: '["10.0.0.2"]' }), [b]);
    assert.deepEqual(await find({ InstanceIds: '["i-none"]' }), []);
    assert.deepEqual(await find({ ZoneId: ZONE_G }), []);
    assert.equal(await code('DescribeInstances', { RegionId: REGION, InstanceIds: 'i-1' }), '400 InvalidParameter');
    assert.equal(
      await code('DescribeInstances', {
        RegionId: REGION,
        InstanceIds: JSON.stringify(Array.from({ length: 101 }, String)),
      }),
      '403 InvalidParameter.TooManyInstanceIds',
    );
    const tooMany = { RegionId: REGION, ...numbered('InstanceId', Array<string>(101).fill('i-none')) };
    const since = (Key: string, Value: string): Promise<string> =>
      code('DescribeInstances', { RegionId: REGION, 'Filter.3.Key': Key, 'Filter.3.Value': Value });
    const created = { 'Filter.3.Key': 'CreationStartTime', 'Filter.3.Value': '2026-01-02T00:00Z' };
    assert.deepEqual(await find(created), [], 'a filter that is passed over would show too much');
    assert.deepEqual(await find({ ...created, 'Filter.3.Key': 'CreationEndTime' }), [a, b]);
    assert.equal(await since('Created', '2026-01-02T00:00Z'), '404 InvalidFilterKey.NotFound');
    assert.equal(await since('CreationStartTime', 'yesterday'), '404 InvalidFilterValue');
    for (const none of [{ EipAddresses: '["1.2.3.4"]' }, { ResourceGroupId: 'rg-1' }, { 'Ipv6Address.1': '::1' }])
      assert.deepEqual(await find(none), []);
    assert.equal(await code('DescribeInstances', { RegionId: REGION, Status: 'Asleep' }), '404 InvalidStatus.NotFound');
    assert.equal(
      await code('DescribeInstances', { RegionId: REGION, InstanceChargeType: 'Gift' }),
      '404 InvalidInstanceChargeType.NotFound',
    );
    for (const action of ['DescribeInstanceStatus', 'StartInstances', 'DeleteInstances'])
      assert.equal(await code(action, tooMany), '403 InvalidParameter.TooManyInstanceIds', action);
    const states = await bench.must('ecs', 'DescribeInstanceStatus', { RegionId: REGION, 'InstanceId.1': b });
    assert.deepEqual(states.InstanceStatuses.InstanceStatus, [{ InstanceId: b, Status: 'Pending' }]);
  });
});

describe('changing servers', () => {
  fresh();
  it('names, protection and groups', async () => {
    const [id = ''] = await running();
    const { SecurityGroupId: other } = await bench.must('ecs', 'CreateSecurityGroup', {
      RegionId: REGION,
      VpcId: ground.vpc,
      SecurityGroupName: 'other',
    });
    await bench.must('ecs', 'ModifyInstanceAttribute', {
      InstanceId: id,
      InstanceName: 'renamed',
      'SecurityGroupIds.1': other,
    });
    const row = await show(id);
    assert.deepEqual([row['InstanceName'], row['SecurityGroupIds']], ['renamed', { SecurityGroupId: [other] }]);
    assert.equal(
      await code('ModifyInstanceAttribute', { InstanceId: id, 'SecurityGroupIds.1': 'sg-none' }),
      '404 InvalidSecurityGroupId.NotFound',
    );
    await bench.must('ecs', 'RebootInstance', { InstanceId: id });
    assert.equal(
      await code('ModifyInstanceAttribute', { InstanceId: id, InstanceName: 'again' }),
      '403 IncorrectInstanceStatus',
    );
  });

  it('maintenance', async () => {
    const [id = ''] = await run();
    const ask = { RegionId: REGION, 'InstanceId.1': id };
    await bench.must('ecs', 'ModifyInstanceMaintenanceAttributes', {
      ...ask,
      ActionOnMaintenance: 'AutoRedeploy',
      'MaintenanceWindow.1.StartTime': '02:00:00',
      'MaintenanceWindow.1.EndTime': '04:00:00',
    });
    const [row] = (await bench.must('ecs', 'DescribeInstanceMaintenanceAttributes', ask)).MaintenanceAttributes
      .MaintenanceAttribute;
    assert.deepEqual(
      [row.ActionOnMaintenance.Value, row.MaintenanceWindows.MaintenanceWindow],
      ['AutoRedeploy', [{ StartTime: '02:00:00', EndTime: '04:00:00' }]],
    );
    assert.equal(
      await code('ModifyInstanceMaintenanceAttributes', { ...ask, ActionOnMaintenance: 'Explode' }),
      '403 InvalidParameter',
    );
    assert.equal(
      await code('ModifyInstanceMaintenanceAttributes', {
        RegionId: REGION,
        'InstanceId.1': 'i-none',
        ActionOnMaintenance: 'Stop',
      }),
      '404 InvalidInstanceId.NotFound',
    );
  });

  it('tags', async () => {
    const [id = ''] = await run();
    const what = { RegionId: REGION, ResourceType: 'instance', 'ResourceId.1': id };
    await bench.must('ecs', 'TagResources', { ...what, 'Tag.1.Key': 'a', 'Tag.1.Value': 'b' });
    assert.equal(
      (await bench.must('ecs', 'DescribeInstances', { RegionId: REGION, 'Tag.1.Key': 'a', 'Tag.1.Value': 'b' }))
        .TotalCount,
      1,
    );
    assert.deepEqual((await bench.must('ecs', 'ListTagResources', what)).TagResources.TagResource, [
      { ResourceId: id, ResourceType: 'instance', TagKey: 'a', TagValue: 'b' },
    ]);
    await bench.must('ecs', 'UntagResources', { ...what, All: true });
    assert.equal(
      (await bench.must('ecs', 'DescribeInstances', { RegionId: REGION, 'Tag.1.Key': 'a', 'Tag.1.Value': 'b' }))
        .TotalCount,
      0,
    );
    assert.equal(
      await code('TagResources', { ...what, 'ResourceId.1': 'i-none', 'Tag.1.Key': 'a' }),
      '404 InvalidResourceId.NotFound',
    );
  });
});

describe('what is on offer', () => {
  fresh();
  it('regions, zones, types, images, key pairs', async () => {
    const zones = (await bench.must('ecs', 'DescribeZones', { RegionId: REGION })).Zones.Zone;
    assert.deepEqual(
      zones.map((zone: { ZoneId: string }) => zone.ZoneId.at(-1)),
      ['f', 'g', 'k', 'z'],
    );
    assert.ok(zones[0].AvailableInstanceTypes.InstanceTypes.includes('ecs.g6.large'));
    const types = await bench.must('ecs', 'DescribeInstanceTypes', { 'InstanceTypes.1': 'ecs.g6.large' });
    assert.deepEqual([types.InstanceTypes.InstanceType.length, types.InstanceTypes.InstanceType[0].MemorySize], [1, 8]);
    const images = await bench.must('ecs', 'DescribeImages', {
      RegionId: REGION,
      ImageId: 'ubuntu_24_04_x64_20G_alibase_20990101.vhd',
    });
    assert.deepEqual([images.TotalCount, images.Images.Image[0].OSType], [1, 'linux']);
    assert.equal(
      (await bench.must('ecs', 'DescribeKeyPairs', { RegionId: REGION, KeyPairName: 'any' })).KeyPairs.KeyPair[0]
        .KeyPairName,
      'any',
    );
    assert.equal(
      await code('DescribeAvailableResource', { RegionId: REGION, DestinationResource: 'Unicorn' }),
      '404 Invalid.DestinationResource',
    );
  });
});

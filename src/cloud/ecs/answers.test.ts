import assert from 'node:assert/strict';
import { ok, recordedCloud, refused } from '../../../test/support/recorded-cloud.ts';
import { createdIds, readGroups, readServers } from './answers.ts';
import { ecsListers } from './index.ts';
import { groupRules, maintenanceLister } from './observe.ts';

const call = { service: 'ecs', action: 'DescribeInstances', params: {} } as const;

/** From the documented answer of DescribeInstances. */
const documented = {
  CreationTime: '2017-12-10T04:04Z',
  Status: 'Running',
  KeyPairName: 'testKeyPairName',
  Description: 'testDescription',
  InstanceName: 'InstanceNameTest',
  ImageId: 'm-bp67acfmxazb4p',
  DeletionProtection: false,
  InstanceId: 'i-bp67acfmxazb4p',
  InternetMaxBandwidthOut: 5,
  InstanceType: 'ecs.g5.large',
  InstanceChargeType: 'PostPaid',
  RegionId: 'cn-hangzhou',
  StartTime: '2017-12-10T04:04Z',
  ZoneId: 'cn-hangzhou-g',
  ISP: 'null',
  OSType: 'linux',
  Memory: 16384,
  OperationLocks: { LockReason: [{ LockMsg: 'locked', LockReason: 'Recycling' }] },
  Tags: { Tag: [{ TagValue: 'TestValue', TagKey: 'TestKey' }] },
  SecurityGroupIds: { SecurityGroupId: ['sg-bp67acfmxazb4p', 'sg-a'] },
  PublicIpAddress: { IpAddress: ['121.40.0.1'] },
  VpcAttributes: {
    VpcId: 'vpc-2zeuphj',
    NatIpAddress: '172.17.0.9',
    VSwitchId: 'vsw-2zeh0r1',
    PrivateIpAddress: { IpAddress: ['172.17.0.8'] },
  },
  EipAddress: { IpAddress: '42.112.0.1', Bandwidth: 5, AllocationId: 'eip-2ze88m67qx5z' },
};

const serverOf = (wire: object) => {
  const read = readServers(call, ok({ TotalCount: 1, NextToken: 'caeba0bb', Instances: { Instance: [wire] } }));
  assert.ok(read.kind === 'ok');
  return read.value.records[0];
};
const page = (permissions: readonly object[], next = '') =>
  ok({ Permissions: { Permission: permissions }, NextToken: next });

describe('readServers', () => {
  it('reads the documented server', () => {
    assert.deepEqual(serverOf(documented), {
      id: 'i-bp67acfmxazb4p',
      state: 'Running',
      tags: { TestKey: 'TestValue' },
      zone: 'cn-hangzhou-g',
      vpcId: 'vpc-2zeuphj',
      vSwitchId: 'vsw-2zeh0r1',
      groupIds: ['sg-a', 'sg-bp67acfmxazb4p'],
      displayName: 'InstanceNameTest',
      description: 'testDescription',
      instanceType: 'ecs.g5.large',
      imageId: 'm-bp67acfmxazb4p',
      keyPairName: 'testKeyPairName',
      internetBandwidthMbps: 5,
      privateIp: '172.17.0.8',
      publicIp: '121.40.0.1',
      createdAt: '2017-12-10T04:04Z',
      startedAt: '2017-12-10T04:04Z',
      prepaid: false,
      deletionProtection: false,
      osType: 'linux',
    });
  });

  it('reads a server that is being made: nothing but an id and a state', () => {
    const server = serverOf({ InstanceId: 'i-1', Status: 'Pending' });
    assert.deepEqual(
      [server?.id, server?.state, server?.groupIds, server?.privateIp, server?.osType],
      ['i-1', 'Pending', [], '', 'unknown'],
    );
  });

  it('does not compare a count that means nothing beside tokens', () => {
    const read = readServers(call, ok({ TotalCount: 99, NextToken: '', Instances: { Instance: [documented] } }));
    assert.deepEqual(read.kind === 'ok' && [read.value.total, read.value.next], [undefined, '']);
  });

  it('shows the elastic address of a server without a public one, and what must not be released', () => {
    const server = serverOf({
      ...documented,
      PublicIpAddress: { IpAddress: [] },
      InstanceChargeType: 'PrePaid',
      DeletionProtection: 'true',
      OSType: 'Windows',
    });
    assert.deepEqual(
      [server?.publicIp, server?.prepaid, server?.deletionProtection, server?.osType],
      ['42.112.0.1', true, true, 'windows'],
    );
  });
});

describe('readGroups', () => {
  it('reads the documented group', () => {
    const wire = {
      SecurityGroupId: 'sg-1',
      SecurityGroupName: 'SGTestName',
      Description: 'TestDescription',
      SecurityGroupType: 'normal',
      VpcId: 'vpc-1',
      EcsCount: 0,
      Tags: { Tag: [{ TagValue: 'v', TagKey: 'k' }] },
    };
    const read = readGroups(
      call,
      ok({ NextToken: 'e71d8a535bd9cc11', SecurityGroups: { SecurityGroup: [wire] }, TotalCount: 20 }),
    );
    assert.deepEqual(read, {
      kind: 'ok',
      value: {
        next: 'e71d8a535bd9cc11',
        records: [
          {
            id: 'sg-1',
            state: '',
            tags: { k: 'v' },
            vpcId: 'vpc-1',
            displayName: 'SGTestName',
            description: 'TestDescription',
          },
        ],
      },
    });
  });
});

describe('groupRules', () => {
  const permission = {
    SecurityGroupRuleId: 'sgr-1',
    Direction: 'ingress',
    SourceGroupId: '',
    SourceCidrIp: '0.0.0.0/0',
    Ipv6SourceCidrIp: '',
    IpProtocol: 'TCP',
    Priority: '1',
    NicType: 'intranet',
    Policy: 'Accept',
    Description: 'Description Sample 01',
    PortRange: '80/80',
  };
  it('reads ingress rules of all pages, 1,000 a page', async () => {
    const cloud = recordedCloud([
      page([permission, { ...permission, Direction: 'egress' }], 'T1'),
      page([
        {
          ...permission,
          SourceCidrIp: '',
          SourceGroupId: 'sg-2',
          Policy: 'Drop',
          Priority: 100,
          SecurityGroupRuleId: undefined,
        },
      ]),
    ]);
    assert.deepEqual(await groupRules.read(cloud, 'r1', 'sg-1'), {
      kind: 'ok',
      parts: {
        rules: [
          {
            ruleId: 'sgr-1',
            protocol: 'TCP',
            ports: '80/80',
            source: { kind: 'cidr', cidr: '0.0.0.0/0' },
            policy: 'accept',
            priority: 1,
            description: 'Description Sample 01',
          },
          {
            ruleId: '',
            protocol: 'TCP',
            ports: '80/80',
            source: { kind: 'group', groupId: 'sg-2' },
            policy: 'drop',
            priority: 100,
            description: 'Description Sample 01',
          },
        ],
      },
    });
    const asked = {
      RegionId: 'r1',
      SecurityGroupId: 'sg-1',
      NicType: 'intranet',
      Direction: 'ingress',
      MaxResults: 1000,
    };
    assert.deepEqual(
      cloud.asked.map((one) => one.call.params),
      [asked, { ...asked, NextToken: 'T1' }],
    );
  });

  const sources = [
    { why: 'an IPv6 source', wire: { SourceCidrIp: '', Ipv6SourceCidrIp: '2001:DB8::/32' }, cidr: '2001:DB8::/32' },
    { why: 'a prefix list', wire: { SourceCidrIp: '', SourcePrefixListId: 'pl-x1' }, cidr: 'pl-x1' },
    {
      why: 'an address in its own spelling, so that a revoke finds it',
      wire: { SourceCidrIp: '1.2.3.4' },
      cidr: '1.2.3.4',
    },
  ];
  for (const { why, wire, cidr } of sources) {
    it(`shows ${why}`, async () => {
      const detail = await groupRules.read(recordedCloud([page([{ ...permission, ...wire }])]), 'r1', 'sg-1');
      assert.deepEqual(detail.kind === 'ok' && detail.parts.rules[0]?.source, { kind: 'cidr', cidr });
    });
  }

  it('takes a protocol it does not know for the widest', async () => {
    const detail = await groupRules.read(recordedCloud([page([{ ...permission, IpProtocol: 'SCTP' }])]), 'r1', 'sg-1');
    assert.equal(detail.kind === 'ok' && detail.parts.rules[0]?.protocol, 'ALL');
  });

  it('hands on what the cloud refuses, and does not follow tokens for ever', async () => {
    const absent = await groupRules.read(recordedCloud([refused('absent')]), 'r1', 'sg-1');
    assert.equal(absent.kind === 'error' && absent.error.class, 'absent');
    const endless = await groupRules.read(
      recordedCloud(() => page([permission], 'T')),
      'r1',
      'sg-1',
    );
    assert.equal(endless.kind === 'error' && endless.error.code, 'UnreadableAnswer');
  });
});

describe('ecs lists', () => {
  it('page 100 by tokens, and name ids as JSON', async () => {
    const cloud = recordedCloud(() => ok({ Instances: { Instance: [] }, SecurityGroups: { SecurityGroup: [] } }));
    for (const lister of ecsListers.filter(({ tier }) => tier !== 'slow')) {
      await lister.sweep(cloud, 'r1');
      await lister.byIds(cloud, 'r1', ['x-1', 'x-2']);
    }
    const paging = { RegionId: 'r1', MaxResults: 100 };
    assert.deepEqual(
      cloud.asked.map((one) => [one.call.action, one.call.params]),
      [
        ['DescribeSecurityGroups', paging],
        ['DescribeSecurityGroups', { ...paging, SecurityGroupIds: '["x-1","x-2"]' }],
        ['DescribeInstances', paging],
        ['DescribeInstances', { ...paging, InstanceIds: '["x-1","x-2"]' }],
      ],
    );
  });
});

const maintained = (id: string, action: unknown) => ({ InstanceId: id, ActionOnMaintenance: action });
const maintenancePage = (rows: readonly unknown[], total = rows.length) =>
  ok({ TotalCount: total, MaintenanceAttributes: { MaintenanceAttribute: rows } });
const offers = (...names: readonly string[]) => ({ SupportedValues: { SupportedValue: names } });

describe('maintenance actions', () => {
  it('are listed 100 a page in the slow lane, and only what would stay down is kept', async () => {
    const full = Array.from({ length: 100 }, (_, index) => maintained(`i-${index}`, { Value: 'AutoRecover' }));
    const cloud = recordedCloud([
      maintenancePage(full, 101),
      maintenancePage([maintained('i-100', { Value: 'Stop' })], 101),
    ]);
    const listing = await maintenanceLister.sweep(cloud, 'r1');
    assert.deepEqual(listing, {
      kind: 'ok',
      records: [{ id: 'i-100', state: '', tags: {}, action: 'Stop', canRecover: true }],
      complete: true,
      calls: 2,
    });
    assert.deepEqual(
      cloud.asked.map((one) => [one.lane, one.call.params]),
      [1, 2].map((number) => ['slow', { RegionId: 'r1', PageNumber: number, PageSize: 100 }]),
    );
  });

  it('are read by id, and a server that was not asked for is not believed', async () => {
    const cloud = recordedCloud([
      maintenancePage([maintained('i-1', { Value: 'Stop' }), maintained('i-9', { Value: 'Stop' })]),
    ]);
    const listing = await maintenanceLister.byIds(cloud, 'r1', ['i-1', 'i-2']);
    assert.deepEqual(listing.kind === 'ok' && listing.records.map(({ id }) => id), ['i-1']);
    assert.deepEqual(cloud.asked[0]?.call.params['InstanceId'], ['i-1', 'i-2']);
  });

  const rows = [
    { why: 'a redeployment is automatic too', action: { Value: 'AutoRedeploy' }, is: [] },
    { why: 'what the cloud does not tell is no exception', action: undefined, is: [] },
    { why: 'recovery is offered', action: { Value: 'Stop', ...offers('Stop', 'AutoRecover') }, is: [true] },
    { why: 'recovery is not offered', action: { Value: 'Stop', ...offers('Stop') }, is: [false] },
    { why: 'a word we do not know is not taken for automatic', action: { Value: 'Hibernate' }, is: [true] },
  ];
  for (const { why, action, is } of rows) {
    it(why, async () => {
      const listing = await maintenanceLister.sweep(
        recordedCloud([maintenancePage([maintained('i-1', action)])]),
        'r1',
      );
      assert.deepEqual(listing.kind === 'ok' && listing.records.map(({ canRecover }) => canRecover), is);
    });
  }
});

describe('ids of creates', () => {
  it('are sorted, so that ordinals do not depend on the order of an answer', () => {
    assert.deepEqual(createdIds('RunInstances', ok({ InstanceIdSets: { InstanceIdSet: ['i-b', 'i-a'] } })), [
      'i-a',
      'i-b',
    ]);
    assert.deepEqual(createdIds('RunInstances', ok({})), []);
    assert.deepEqual(createdIds('CreateSecurityGroup', ok({ SecurityGroupId: 'sg-1' })), ['sg-1']);
  });
});

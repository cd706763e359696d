import assert from 'node:assert/strict';
import { ok, recordedCloud, refused, type Script } from '../../../test/support/recorded-cloud.ts';
import { ecsService } from './index.ts';
import type { EcsAction, LiveRule, SecurityGroupRule, ServerTemplate } from './model.ts';

const template: ServerTemplate = {
  zone: 'r1-f',
  vSwitchId: 'vsw-1',
  securityGroupId: 'sg-1',
  instanceType: 'ecs.g7.large',
  imageId: 'aliyun_3.vhd',
  keyPairName: 'ops',
  systemDisk: { category: 'cloud_essd', sizeGiB: 40 },
  internetBandwidthMbps: 0,
  displayName: 'web',
  description: '',
  hasUserData: false,
};
const rule: SecurityGroupRule = {
  protocol: 'TCP',
  ports: '22/22',
  policy: 'accept',
  priority: 1,
  description: 'ssh',
  source: { kind: 'cidr', cidr: '10.0.0.0/8' },
};
const live = (ruleId: string): LiveRule => ({ ...rule, ruleId });
const named = Array.from({ length: 101 }, (_, index): string => `i-${index}`);

async function applied(action: EcsAction, script: Script) {
  const cloud = recordedCloud(script);
  const end = await ecsService.apply(action, {}, { region: 'r1', reader: cloud, writer: cloud });
  return { end, calls: cloud.asked.map((one) => one.call) };
}
const params = async (action: EcsAction) =>
  (await applied(action, () => ok())).calls.map((call) => [call.action, call.params]);

describe('ecs creates', () => {
  it('freezes a group inside its VPC', () => {
    const frozen = ecsService.freeze(
      {
        kind: 'CreateSecurityGroup',
        vpcId: 'vpc-1',
        spec: { displayName: 'web', description: 'x y' },
        tags: { a: '1' },
      },
      'r1',
    );
    assert.deepEqual(frozen?.params, {
      RegionId: 'r1',
      VpcId: 'vpc-1',
      SecurityGroupType: 'normal',
      SecurityGroupName: 'web',
      Description: 'x y',
      Tag: [{ Key: 'a', Value: '1' }],
    });
  });

  it('freezes equal servers as one request without MinAmount and without user data', () => {
    const frozen = ecsService.freeze(
      { kind: 'RunServers', count: 3, template: { ...template, hasUserData: true }, tags: {} },
      'r1',
    );
    assert.deepEqual(frozen, {
      service: 'ecs',
      action: 'RunInstances',
      params: {
        RegionId: 'r1',
        ZoneId: 'r1-f',
        VSwitchId: 'vsw-1',
        SecurityGroupId: 'sg-1',
        InstanceType: 'ecs.g7.large',
        ImageId: 'aliyun_3.vhd',
        Amount: 3,
        InstanceChargeType: 'PostPaid',
        InternetMaxBandwidthOut: 0,
        SystemDisk: { Category: 'cloud_essd', Size: 40 },
        KeyPairName: 'ops',
        InstanceName: 'web',
        Tag: [],
      },
    });
  });

  it('refuses to make servers whose first-boot script is missing, or that should have none', async () => {
    const action = { kind: 'RunServers', count: 1, template: { ...template, hasUserData: true }, tags: {} } as const;
    const cloud = recordedCloud([]);
    const context = { region: 'r1', reader: cloud, writer: cloud };
    const frozen = ecsService.freeze(action, 'r1');
    assert.ok(frozen !== undefined);
    await assert.rejects(ecsService.apply(action, { frozen, token: 't' }, context), /user data/);
    await assert.rejects(
      ecsService.apply({ ...action, template }, { frozen, token: 't', userData: 'IyE=' }, context),
      /user data/,
    );
  });

  it('pays by traffic only when there is public bandwidth', () => {
    const frozen = ecsService.freeze(
      { kind: 'RunServers', count: 1, template: { ...template, internetBandwidthMbps: 5 }, tags: {} },
      'r1',
    );
    assert.deepEqual(
      [frozen?.params['InternetMaxBandwidthOut'], frozen?.params['InternetChargeType']],
      [5, 'PayByTraffic'],
    );
  });
});

describe('ecs rules', () => {
  const permission = {
    IpProtocol: 'TCP',
    PortRange: '22/22',
    SourceCidrIp: '10.0.0.0/8',
    Policy: 'accept',
    Priority: '1',
    NicType: 'intranet',
  };

  it('authorises 100 rules a call', async () => {
    const rules = Array.from({ length: 150 }, (_, index) => ({ ...rule, ports: `${index}/${index}` }));
    const { calls } = await applied({ kind: 'AuthorizeRules', groupId: 'sg-1', rules }, () => ok());
    assert.deepEqual(
      calls.map((call) => Array.isArray(call.params['Permissions']) && call.params['Permissions'].length),
      [100, 50],
    );
    assert.deepEqual(await params({ kind: 'AuthorizeRules', groupId: 'sg-1', rules: [rule] }), [
      [
        'AuthorizeSecurityGroup',
        { RegionId: 'r1', SecurityGroupId: 'sg-1', Permissions: [{ ...permission, Description: 'ssh' }] },
      ],
    ]);
  });

  const { SourceCidrIp: _cidr, ...anywhere } = permission;
  const sources = [
    { why: 'a group', source: { kind: 'group', groupId: 'sg-2' }, want: { SourceGroupId: 'sg-2' } },
    {
      why: 'an IPv6 network',
      source: { kind: 'cidr', cidr: '2001:db8::/32' },
      want: { Ipv6SourceCidrIp: '2001:db8::/32' },
    },
    { why: 'a prefix list', source: { kind: 'cidr', cidr: 'pl-1' }, want: { SourcePrefixListId: 'pl-1' } },
  ] as const;
  for (const { why, source, want } of sources) {
    it(`revokes a rule without an id by its whole natural key: ${why}`, async () => {
      assert.deepEqual(await params({ kind: 'RevokeRules', groupId: 'sg-1', rules: [{ ...rule, source }] }), [
        ['RevokeSecurityGroup', { RegionId: 'r1', SecurityGroupId: 'sg-1', Permissions: [{ ...anywhere, ...want }] }],
      ]);
    });
  }

  it('revokes rules with ids by id, the others by key', async () => {
    assert.deepEqual(
      await params({ kind: 'RevokeRules', groupId: 'sg-1', rules: [live('sgr-1'), live(''), live('sgr-2')] }),
      [
        ['RevokeSecurityGroup', { RegionId: 'r1', SecurityGroupId: 'sg-1', SecurityGroupRuleId: ['sgr-1', 'sgr-2'] }],
        ['RevokeSecurityGroup', { RegionId: 'r1', SecurityGroupId: 'sg-1', Permissions: [permission] }],
      ],
    );
  });

  it('takes a rule that is gone for revoked', async () => {
    const { end } = await applied({ kind: 'RevokeRules', groupId: 'sg-1', rules: [rule] }, [refused('absent')]);
    assert.equal(end.kind, 'done');
  });
});

describe('ecs servers', () => {
  it('deletes 100 a call, by force, and never a subscription', async () => {
    const { calls } = await applied({ kind: 'DeleteServers', ids: named }, () => ok());
    assert.deepEqual(calls[1], {
      service: 'ecs',
      action: 'DeleteInstances',
      params: { RegionId: 'r1', InstanceId: ['i-100'], Force: true, TerminateSubscription: false },
    });
    assert.equal(calls.length, 2);
  });

  it('starts each server for itself, and tells which one was refused', async () => {
    const responses = [
      { InstanceId: 'i-1', Code: '200', Message: 'success' },
      { InstanceId: 'i-2', Code: 'OperationDenied.NoStock', Message: 'sold out' },
    ];
    const { end, calls } = await applied({ kind: 'StartServers', ids: ['i-1', 'i-2'] }, [
      ok({ InstanceResponses: { InstanceResponse: responses } }),
    ]);
    assert.ok(end.kind === 'failed');
    assert.deepEqual(
      [end.error.class, end.error.message, end.error.requestId],
      ['stock', 'i-2: sold out', 'REQUEST-1'],
    );
    assert.deepEqual(calls[0]?.params, {
      RegionId: 'r1',
      InstanceId: ['i-1', 'i-2'],
      BatchOptimization: 'SuccessFirst',
    });
  });

  it('replaces the groups of a server at once, so that it is never without one', async () => {
    assert.deepEqual(
      await params({ kind: 'UpdateServer', id: 'i-1', set: { groupIds: ['sg-1', 'sg-2'], displayName: 'web' } }),
      [
        [
          'ModifyInstanceAttribute',
          { RegionId: 'r1', InstanceId: 'i-1', InstanceName: 'web', SecurityGroupIds: ['sg-1', 'sg-2'] },
        ],
      ],
    );
  });

  it('sets maintenance and tags in the parts that each call takes', async () => {
    const maintenance = await applied({ kind: 'SetMaintenance', ids: named, action: 'AutoRecover' }, () => ok());
    assert.deepEqual(
      maintenance.calls.map((call) => call.action),
      ['ModifyInstanceMaintenanceAttributes', 'ModifyInstanceMaintenanceAttributes'],
    );
    const tagged = await applied({ kind: 'TagEcsResource', type: 'Server', ids: named, tags: { a: '1' } }, () => ok());
    assert.deepEqual(
      tagged.calls.map((call) => Array.isArray(call.params['ResourceId']) && call.params['ResourceId'].length),
      [50, 50, 1],
    );
    assert.deepEqual(tagged.end.kind === 'done' && tagged.end.ids, named);
  });

  it('renames a group, deletes it, and takes a missing one for deleted', async () => {
    assert.deepEqual(
      await params({ kind: 'UpdateSecurityGroup', id: 'sg-1', set: { displayName: 'web', description: 'a b' } }),
      [
        [
          'ModifySecurityGroupAttribute',
          { RegionId: 'r1', SecurityGroupId: 'sg-1', SecurityGroupName: 'web', Description: 'a b' },
        ],
      ],
    );
    const { end } = await applied({ kind: 'DeleteSecurityGroup', id: 'sg-1' }, [refused('absent')]);
    assert.equal(end.kind, 'done');
  });
});

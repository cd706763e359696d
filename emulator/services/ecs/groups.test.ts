// Security groups over the wire: rules in both forms, identity, references, membership, order of deletion.

import assert from 'node:assert/strict';
import { type Bench, type Ground, layGround, REGION, runOn, startBench, type Wire } from '../../test-client.ts';

describe('security groups', () => {
  let bench: Bench;
  let ground: Ground;
  beforeEach(async () => {
    bench = await startBench({
      quotas: { 'ecs.rulesPerGroup': 5, 'ecs.securityGroups': 4, 'ecs.groupsPerInstance': 2 },
    });
    ground = await layGround(bench);
  });
  afterEach(async () => {
    assert.deepEqual(bench.complaints, []);
    await bench.stop();
  });

  const code = async (action: string, params: Wire): Promise<string> => {
    const got = await bench.ask('ecs', action, { RegionId: REGION, ...params });
    return got.status === 200 ? 'ok' : `${got.status} ${got.json.Code}`;
  };
  const make = async (more: Wire = {}): Promise<string> =>
    (await bench.must('ecs', 'CreateSecurityGroup', { RegionId: REGION, VpcId: ground.vpc, ...more })).SecurityGroupId;
  const rules = async (group = ground.group): Promise<readonly Record<string, string>[]> =>
    (await bench.must('ecs', 'DescribeSecurityGroupAttribute', { RegionId: REGION, SecurityGroupId: group }))
      .Permissions.Permission;
  const find = async (more: Wire): Promise<string[]> =>
    (await bench.must('ecs', 'DescribeSecurityGroups', { RegionId: REGION, ...more })).SecurityGroups.SecurityGroup.map(
      (row: { SecurityGroupId: string }) => row.SecurityGroupId,
    );
  const https = { IpProtocol: 'tcp', PortRange: '443/443', SourceCidrIp: '0.0.0.0/0' };
  const authorize = (rule: Wire, group = ground.group): Promise<string> =>
    code('AuthorizeSecurityGroup', { SecurityGroupId: group, ...rule });

  it('rules come in both forms, and are shown in upper case with their priority as text', async () => {
    assert.equal(await authorize(https), 'ok');
    assert.equal(
      await authorize({
        'Permissions.1.IpProtocol': 'UDP',
        'Permissions.1.PortRange': '53/53',
        'Permissions.1.SourceCidrIp': '10.0.0.0/8',
        'Permissions.1.Policy': 'drop',
        'Permissions.1.Priority': '7',
        'Permissions.1.Description': 'names',
      }),
      'ok',
    );
    const [first, second] = await rules();
    assert.deepEqual(
      [first, second].map((rule) => [
        rule?.['IpProtocol'],
        rule?.['PortRange'],
        rule?.['SourceCidrIp'],
        rule?.['Policy'],
        rule?.['Priority'],
        rule?.['Direction'],
        rule?.['NicType'],
        rule?.['Description'],
      ]),
      [
        ['TCP', '443/443', '0.0.0.0/0', 'Accept', '1', 'ingress', 'intranet', ''],
        ['UDP', '53/53', '10.0.0.0/8', 'Drop', '7', 'ingress', 'intranet', 'names'],
      ],
    );
    assert.match(first?.['SecurityGroupRuleId'] ?? '', /^sgr-/);
  });

  it('an identical rule succeeds and adds nothing', async () => {
    await authorize(https);
    assert.equal(await authorize({ ...https, Description: 'the same in other words' }), 'ok');
    assert.equal((await rules()).length, 1);
    const { calls } = (await bench.control('GET', 'ledger')).json;
    assert.equal(calls.at(-2).effect, 'none');
  });

  const refused: readonly { readonly why: string; readonly rule: Wire; readonly end: string }[] = [
    {
      why: 'no protocol',
      rule: { PortRange: '1/1', SourceCidrIp: '10.0.0.0/8' },
      end: '400 InvalidIpProtocol.ValueNotSupported',
    },
    {
      why: 'an unknown protocol',
      rule: { ...https, IpProtocol: 'carrier-pigeon' },
      end: '400 InvalidIpProtocol.ValueNotSupported',
    },
    { why: 'ports upside down', rule: { ...https, PortRange: '90/80' }, end: '400 InvalidIpProtocol.Malformed' },
    { why: 'a port range without a slash', rule: { ...https, PortRange: '80' }, end: '400 InvalidParam.PortRange' },
    { why: 'ports of a protocol that has none', rule: { ...https, IpProtocol: 'icmp' }, end: '400 OperationDenied' },
    { why: 'no peer', rule: { IpProtocol: 'tcp', PortRange: '1/1' }, end: '400 MissingParameter.Source' },
    {
      why: 'a peer that is no block',
      rule: { ...https, SourceCidrIp: '10.0.0.0/33' },
      end: '400 InvalidSourceCidrIp.Malformed',
    },
    {
      why: 'an unknown group',
      rule: { IpProtocol: 'tcp', PortRange: '1/1', SourceGroupId: 'sg-none' },
      end: '404 InvalidSourceGroupId.NotFound',
    },
    { why: 'a priority of 0', rule: { ...https, Priority: 0 }, end: '400 InvalidPriority.ValueNotSupported' },
    { why: 'a priority of 101', rule: { ...https, Priority: 101 }, end: '400 InvalidPriority.ValueNotSupported' },
    { why: 'an unknown policy', rule: { ...https, Policy: 'maybe' }, end: '400 InvalidPolicy.Malformed' },
    {
      why: 'both forms at once',
      rule: { ...https, 'Permissions.1.IpProtocol': 'tcp' },
      end: '400 InvalidParam.SourceIp',
    },
    {
      why: 'an unknown group to hold it',
      rule: { ...https, SecurityGroupId: 'sg-none' },
      end: '404 InvalidSecurityGroupId.NotFound',
    },
  ];
  for (const { why, rule, end } of refused) {
    it(`refuses ${why}`, async () =>
      assert.equal(await authorize(rule, String(rule['SecurityGroupId'] ?? ground.group)), end));
  }

  it('a whole request is refused for one bad rule', async () => {
    assert.equal(
      await authorize({
        'Permissions.1.IpProtocol': 'tcp',
        'Permissions.1.PortRange': '1/1',
        'Permissions.1.SourceCidrIp': '10.0.0.0/8',
        'Permissions.2.IpProtocol': 'tcp',
      }),
      '400 InvalidParam.PortRange',
    );
    assert.equal((await rules()).length, 0);
  });

  it('a group does not name itself, nor one of another VPC, and rules end at the quota', async () => {
    assert.equal(
      await authorize({ IpProtocol: 'tcp', PortRange: '1/1', SourceGroupId: ground.group }),
      '403 InvalidParamter.Conflict',
    );
    const other = await layGround(bench);
    assert.equal(
      await authorize({ IpProtocol: 'tcp', PortRange: '1/1', SourceGroupId: other.group }),
      '400 InvalidSourceGroupId.Mismatch',
    );
    for (let port = 1; port <= 5; port += 1) await authorize({ ...https, PortRange: `${port}/${port}` });
    assert.equal(await authorize(https), '403 AuthorizationLimitExceed');
  });

  it('revokes by rule, by id, and says when there is none', async () => {
    await authorize(https);
    await authorize({ ...https, PortRange: '80/80' });
    assert.equal(
      await code('RevokeSecurityGroup', { SecurityGroupId: ground.group, ...https, Priority: 2 }),
      '403 InvalidGroupAuthItem.NotFound',
      'the priority is part of a rule',
    );
    assert.equal(await code('RevokeSecurityGroup', { SecurityGroupId: ground.group, ...https }), 'ok');
    const [left] = await rules();
    assert.equal(left?.['PortRange'], '80/80');
    const byId = { SecurityGroupId: ground.group, 'SecurityGroupRuleId.1': left?.['SecurityGroupRuleId'] ?? '' };
    assert.equal(await code('RevokeSecurityGroup', byId), 'ok');
    assert.equal(await code('RevokeSecurityGroup', byId), '404 InvalidSecurityGroupRuleId.NotFound');
  });

  it('modifies a rule by id and leaves what is not named', async () => {
    await authorize({ ...https, Description: 'one' });
    const [rule] = await rules();
    const change = {
      SecurityGroupId: ground.group,
      SecurityGroupRuleId: rule?.['SecurityGroupRuleId'] ?? '',
      SourceCidrIp: '10.0.0.0/8',
    };
    assert.equal(await code('ModifySecurityGroupRule', change), 'ok');
    const [after] = await rules();
    assert.deepEqual(
      [after?.['SourceCidrIp'], after?.['PortRange'], after?.['Description'], after?.['SecurityGroupRuleId']],
      ['10.0.0.0/8', '443/443', 'one', rule?.['SecurityGroupRuleId']],
    );
  });

  it('egress is its own direction', async () => {
    assert.equal(
      await code('AuthorizeSecurityGroupEgress', {
        SecurityGroupId: ground.group,
        IpProtocol: 'all',
        PortRange: '-1/-1',
        DestCidrIp: '0.0.0.0/0',
        Policy: 'drop',
      }),
      'ok',
    );
    const [rule] = await rules();
    assert.deepEqual(
      [rule?.['Direction'], rule?.['DestCidrIp'], rule?.['SourceCidrIp'], rule?.['IpProtocol']],
      ['egress', '0.0.0.0/0', '', 'ALL'],
    );
    const inward = await bench.must('ecs', 'DescribeSecurityGroupAttribute', {
      RegionId: REGION,
      SecurityGroupId: ground.group,
      Direction: 'ingress',
    });
    assert.deepEqual(inward.Permissions.Permission, []);
  });

  it('shows who names whom, and goes only when nobody is inside and nobody names it', async () => {
    const db = await make({ SecurityGroupName: 'db' });
    await authorize({ IpProtocol: 'tcp', PortRange: '3306/3306', SourceGroupId: ground.group }, db);
    const { SecurityGroupReferences } = await bench.must('ecs', 'DescribeSecurityGroupReferences', {
      RegionId: REGION,
      'SecurityGroupId.1': ground.group,
    });
    assert.equal(
      SecurityGroupReferences.SecurityGroupReference[0].ReferencingSecurityGroups.ReferencingSecurityGroup[0]
        .SecurityGroupId,
      db,
    );
    assert.equal((await rules(db))[0]?.['SourceGroupId'], ground.group);
    assert.equal(await code('DeleteSecurityGroup', { SecurityGroupId: ground.group }), '403 DependencyViolation');
    assert.equal(await code('DeleteSecurityGroup', { SecurityGroupId: db }), 'ok');
    await bench.must('ecs', 'RunInstances', runOn(ground));
    assert.equal(
      await code('DeleteSecurityGroup', { SecurityGroupId: ground.group }),
      '403 DependencyViolation',
      'a server is inside',
    );
    assert.equal(await code('DeleteSecurityGroup', { SecurityGroupId: db }), '404 InvalidSecurityGroup.NotFound');
  });

  it('servers join and leave, one group stays', async () => {
    const [two, three] = [await make(), await make()];
    const { InstanceIdSets } = await bench.must('ecs', 'RunInstances', runOn(ground));
    const InstanceId = InstanceIdSets.InstanceIdSet[0];
    const join = (SecurityGroupId: string): Promise<string> =>
      code('JoinSecurityGroup', { InstanceId, SecurityGroupId });
    const leave = (SecurityGroupId: string): Promise<string> =>
      code('LeaveSecurityGroup', { InstanceId, SecurityGroupId });
    assert.equal(await join(two), '403 Forbidden.InstanceIsBeingCreated');
    await bench.advance(60);
    assert.equal(await join(two), 'ok');
    assert.equal(await join(two), '403 InvalidInstanceId.AlreadyExists');
    assert.equal(await join(three), '403 InstanceSecurityGroupLimitExceeded');
    assert.equal(await leave(three), '403 InstanceNotInSecurityGroup');
    assert.equal(await leave(ground.group), 'ok');
    assert.equal(await leave(two), '403 InstanceLastSecurityGroup');
    await bench.must('ecs', 'RebootInstance', { InstanceId });
    assert.equal(await join(three), '403 IncorrectInstanceStatus');
  });

  it('lists with filters and counts, and ends at the quota', async () => {
    const web = await make({ SecurityGroupName: 'web', 'Tag.1.Key': 'tier', 'Tag.1.Value': 'dmz' });
    assert.deepEqual(await find({ 'Tag.1.key': 'tier', 'Tag.1.value': 'dmz' }), [web], 'lower-case tags are taken too');
    assert.deepEqual(await find({ SecurityGroupName: 'web' }), [web]);
    assert.deepEqual(await find({ SecurityGroupIds: JSON.stringify([web, 'sg-none']) }), [web]);
    assert.deepEqual(await find({ VpcId: ground.vpc, MaxResults: 1 }), [ground.group]);
    await make();
    await make();
    assert.equal(await code('CreateSecurityGroup', { VpcId: ground.vpc }), '403 QuotaExceed.SecurityGroup');
    assert.equal(await code('CreateSecurityGroup', {}), '403 InvalidVpcId.NotFound', 'no classic network any more');
  });
});

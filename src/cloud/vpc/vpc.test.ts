import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ok, recordedCloud, refused } from '../../../test/support/recorded-cloud.ts';
import { diffFields } from '../../plan/fields.ts';
import { createdIds, readVpcs, readVSwitches } from './api.ts';
import { vpcListers, vpcService } from './index.ts';
import { adjustVpc, adjustVSwitch, type VpcAction, vpcFields, type VSwitchSpec } from './model.ts';

const call = { service: 'vpc', action: 'DescribeVpcs', params: {} } as const;
const tags = { owner: 'o1', attempt: '1' };
const vpc = { cidr: '10.20.0.0/16', displayName: 'bank', description: '' };
const subnet: VSwitchSpec = {
  zone: 'cn-shanghai-finance-1f',
  cidr: '10.20.1.0/24',
  displayName: 'dmz-f',
  description: 'DMZ',
};
const actions: readonly VpcAction[] = [
  { kind: 'UpdateVpc', id: 'vpc-1', set: { displayName: 'bank' } },
  { kind: 'DeleteVpc', id: 'vpc-1' },
  { kind: 'UpdateVSwitch', id: 'vsw-1', set: { displayName: 'dmz', description: '' } },
  { kind: 'DeleteVSwitch', id: 'vsw-1' },
  { kind: 'TagVpcResource', type: 'VSwitch', id: 'vsw-1', tags },
];

describe('vpc requests', () => {
  it('freezes creates with their tags, and leaves an empty description out', () => {
    assert.deepEqual(vpcService.freeze({ kind: 'CreateVpc', spec: vpc, tags }, 'r1'), {
      service: 'vpc',
      action: 'CreateVpc',
      params: {
        RegionId: 'r1',
        CidrBlock: '10.20.0.0/16',
        VpcName: 'bank',
        Tag: [
          { Key: 'attempt', Value: '1' },
          { Key: 'owner', Value: 'o1' },
        ],
      },
    });
    const frozen = vpcService.freeze({ kind: 'CreateVSwitch', vpcId: 'vpc-1', spec: subnet, tags: {} }, 'r1');
    assert.deepEqual(frozen?.params, {
      RegionId: 'r1',
      ZoneId: 'cn-shanghai-finance-1f',
      VpcId: 'vpc-1',
      CidrBlock: '10.20.1.0/24',
      VSwitchName: 'dmz-f',
      Description: 'DMZ',
      Tag: [],
    });
  });

  it('sends each other action as one call', async () => {
    const cloud = recordedCloud(() => ok());
    for (const action of actions) {
      assert.equal(vpcService.freeze(action, 'r1'), undefined);
      const end = await vpcService.apply(action, {}, { region: 'r1', reader: cloud, writer: cloud });
      assert.equal(end.kind, 'done');
    }
    assert.deepEqual(
      cloud.asked.map((one) => [one.call.action, one.call.params]),
      [
        ['ModifyVpcAttribute', { RegionId: 'r1', VpcId: 'vpc-1', VpcName: 'bank' }],
        ['DeleteVpc', { RegionId: 'r1', VpcId: 'vpc-1' }],
        ['ModifyVSwitchAttribute', { RegionId: 'r1', VSwitchId: 'vsw-1', VSwitchName: 'dmz' }],
        ['DeleteVSwitch', { RegionId: 'r1', VSwitchId: 'vsw-1' }],
        [
          'TagResources',
          {
            RegionId: 'r1',
            ResourceType: 'VSWITCH',
            ResourceId: ['vsw-1'],
            Tag: [
              { Key: 'attempt', Value: '1' },
              { Key: 'owner', Value: 'o1' },
            ],
          },
        ],
      ],
    );
  });

  const gone = [
    { why: 'a deleted VPC may be gone already', action: actions[1], end: 'done' },
    { why: 'a deleted vSwitch may be gone already', action: actions[3], end: 'done' },
    { why: 'nothing is set on what is gone', action: actions[0], end: 'failed' },
  ];
  for (const { why, action, end } of gone) {
    it(why, async () => {
      const cloud = recordedCloud([refused('absent')]);
      assert.ok(action !== undefined);
      assert.equal((await vpcService.apply(action, {}, { region: 'r1', reader: cloud, writer: cloud })).kind, end);
    });
  }
});

describe('vpc answers', () => {
  it('reads the documented VPC', () => {
    const wire = {
      CreationTime: '2021-04-18T15:02:37Z',
      Status: 'Available',
      VpcId: 'vpc-bp1qpo0kug3a20qqe',
      IsDefault: false,
      VpcName: 'vpc1',
      CidrBlock: '192.168.0.0/16',
      Description: 'This is my VPC.',
      OwnerId: 253460731706911260,
      Tags: { Tag: [{ Key: 'FinanceDept', Value: 'FinanceJoshua' }] },
      VSwitchIds: { VSwitchId: ['vsw-bp1nhbnpv2blyz8dl'] },
    };
    assert.deepEqual(readVpcs(call, ok({ PageSize: 10, PageNumber: 1, TotalCount: 2, Vpcs: { Vpc: [wire] } })), {
      kind: 'ok',
      value: {
        total: 2,
        records: [
          {
            id: 'vpc-bp1qpo0kug3a20qqe',
            state: 'Available',
            tags: { FinanceDept: 'FinanceJoshua' },
            cidr: '192.168.0.0/16',
            displayName: 'vpc1',
            description: 'This is my VPC.',
          },
        ],
      },
    });
  });

  it('reads the documented vSwitch, numbers as text too', () => {
    const wire = {
      VpcId: 'vpc-257gcdcdq64',
      Status: 'Available',
      AvailableIpAddressCount: '1',
      VSwitchId: 'vsw-25bcdxs7pv1',
      CidrBlock: '172.16.0.0/24',
      Description: 'VSwitchDescription',
      ZoneId: 'cn-hangzhou-d',
      VSwitchName: 'vSwitch',
      Tags: { Tag: [{ Key: 'department', Value: 'dev' }] },
      RouteTable: { RouteTableId: 'vrt-bp145q7glnuzdv' },
    };
    const read = readVSwitches(call, ok({ TotalCount: 1, VSwitches: { VSwitch: [wire] } }));
    assert.deepEqual(read.kind === 'ok' && read.value.records[0], {
      id: 'vsw-25bcdxs7pv1',
      state: 'Available',
      tags: { department: 'dev' },
      vpcId: 'vpc-257gcdcdq64',
      zone: 'cn-hangzhou-d',
      cidr: '172.16.0.0/24',
      displayName: 'vSwitch',
      description: 'VSwitchDescription',
      availableAddresses: 1,
    });
  });

  it('finds the id of a create', () => {
    assert.deepEqual(createdIds('CreateVpc', ok({ VpcId: 'vpc-1', VRouterId: 'vrt-1' })), ['vpc-1']);
    assert.deepEqual(createdIds('CreateVSwitch', ok({ VSwitchId: 'vsw-1' })), ['vsw-1']);
    assert.deepEqual(createdIds('CreateVSwitch', ok({})), []);
    assert.deepEqual(createdIds('DeleteVpc', ok({ VpcId: 'vpc-1' })), []);
  });
});

describe('vpc lists', () => {
  it('pages 50 in order, and names as many ids as are documented', async () => {
    const cloud = recordedCloud(() => ok({ TotalCount: 0, Vpcs: { Vpc: [] }, VSwitches: { VSwitch: [] } }));
    for (const lister of vpcListers) {
      await lister.sweep(cloud, 'r1');
      await lister.byIds(cloud, 'r1', ['x-1', 'x-2'].slice(0, lister.idsPerRead));
    }
    const paging = { RegionId: 'r1', PageNumber: 1, PageSize: 50 };
    assert.deepEqual(
      cloud.asked.map((one) => [one.call.action, one.call.params]),
      [
        ['DescribeVpcs', paging],
        ['DescribeVpcs', { ...paging, VpcId: 'x-1,x-2' }],
        ['DescribeVSwitches', paging],
        ['DescribeVSwitches', { ...paging, VSwitchId: 'x-1' }],
      ],
    );
  });
});

describe('adjustVpc, adjustVSwitch', () => {
  it('change nothing the second time', () => {
    const spec = fc.record({
      zone: fc.string(),
      cidr: fc.oneof(fc.ipV4(), fc.string()),
      displayName: fc.string(),
      description: fc.string(),
    });
    fc.assert(
      fc.property(spec, (wished) => {
        const once = { ...wished, ...adjustVSwitch(wished) };
        assert.deepEqual(adjustVSwitch(once), adjustVSwitch(wished));
        assert.deepEqual(adjustVpc(once), adjustVpc(wished));
      }),
    );
  });

  it('do not judge a description that cannot be set back to nothing', () => {
    const live = { ...vpc, description: 'somebody wrote this' };
    assert.deepEqual(diffFields(vpcFields, adjustVpc(vpc), live), []);
  });
});

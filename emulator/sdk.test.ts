// Alibaba's own typed SDKs read every answer: a field of another type throws there, and a field that they do not know is dropped.

import assert from 'node:assert/strict';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import * as dara from '@darabonba/typescript';
import ecsSdk, * as ecsModels from '@alicloud/ecs20140526';
import vpcSdk, * as vpcModels from '@alicloud/vpc20160428';
import { type Bench, type Ground, layGround, REGION, runOn, startBench, type Wire } from './test-client.ts';

/** Paths of all fields in a value, list items merged. */
const paths = (value: unknown, at = ''): readonly string[] => {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => paths(item, `${at}[]`)))];
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([name, item]) => paths(item, `${at}.${name}`));
};

interface Model {
  readonly toMap: () => unknown;
}

const modelOf = (models: object, action: string): ((map: unknown) => Model) => {
  const found: unknown = Reflect.get(models, `${action}ResponseBody`);
  assert.ok(typeof found === 'function', `the SDK knows ${action}`);
  return (map) => dara.cast(map, Reflect.construct(found, [{}]));
};

describe('typed SDKs', () => {
  let bench: Bench;
  let ground: Ground;
  let id: string;
  before(async () => {
    bench = await startBench();
    ground = await layGround(bench);
    const run = runOn(ground, {
      InternetMaxBandwidthOut: 1,
      KeyPairName: 'ops',
      RamRoleName: 'role',
      'Tag.1.Key': 'k',
      'Tag.1.Value': 'v',
      'DataDisk.1.Size': 100,
    });
    id = (await bench.must('ecs', 'RunInstances', run)).InstanceIdSets.InstanceIdSet[0];
    await bench.advance(60);
    const other = (await bench.must('ecs', 'CreateSecurityGroup', { RegionId: REGION, VpcId: ground.vpc }))
      .SecurityGroupId;
    await bench.must('ecs', 'AuthorizeSecurityGroup', {
      RegionId: REGION,
      SecurityGroupId: other,
      IpProtocol: 'tcp',
      PortRange: '1/2',
      SourceGroupId: ground.group,
    });
    await bench.must('ecs', 'AuthorizeSecurityGroup', {
      RegionId: REGION,
      SecurityGroupId: ground.group,
      IpProtocol: 'tcp',
      PortRange: '1/2',
      SourceCidrIp: '10.0.0.0/8',
    });
  });
  after(() => bench.stop());

  const reads: readonly (readonly [service: 'ecs' | 'vpc', action: string, params: () => Wire])[] = [
    ['ecs', 'DescribeInstances', () => ({})],
    ['ecs', 'DescribeInstanceStatus', () => ({})],
    ['ecs', 'DescribeInstanceAttribute', () => ({ InstanceId: id })],
    ['ecs', 'DescribeInstanceMaintenanceAttributes', () => ({})],
    ['ecs', 'DescribeInstanceRamRole', () => ({ RamRoleName: 'role' })],
    ['ecs', 'DescribeUserData', () => ({ InstanceId: id })],
    ['ecs', 'DescribeDisks', () => ({})],
    ['ecs', 'DescribeNetworkInterfaces', () => ({})],
    ['ecs', 'DescribeSecurityGroups', () => ({})],
    ['ecs', 'DescribeSecurityGroupAttribute', () => ({ SecurityGroupId: ground.group })],
    ['ecs', 'DescribeSecurityGroupReferences', () => ({ 'SecurityGroupId.1': ground.group })],
    ['ecs', 'DescribeRegions', () => ({})],
    ['ecs', 'DescribeZones', () => ({})],
    ['ecs', 'DescribeAvailableResource', () => ({ DestinationResource: 'InstanceType' })],
    ['ecs', 'DescribeAvailableResource', () => ({ DestinationResource: 'SystemDisk' })],
    ['ecs', 'DescribeInstanceTypes', () => ({})],
    ['ecs', 'DescribeImages', () => ({})],
    ['ecs', 'DescribeKeyPairs', () => ({ KeyPairName: 'ops' })],
    ['ecs', 'ListTagResources', () => ({ ResourceType: 'instance', 'ResourceId.1': id })],
    ['vpc', 'DescribeVpcs', () => ({})],
    ['vpc', 'DescribeVpcAttribute', () => ({ VpcId: ground.vpc })],
    ['vpc', 'DescribeVSwitches', () => ({})],
    ['vpc', 'DescribeVSwitchAttributes', () => ({ VSwitchId: ground.vswitch })],
    ['vpc', 'DescribeRouteTableList', () => ({})],
    ['vpc', 'DescribeRegions', () => ({})],
    ['vpc', 'DescribeZones', () => ({})],
  ];
  for (const [service, action, params] of reads) {
    it(`${service}:${action} loses nothing on its way through the SDK's model`, async () => {
      const raw = await bench.must(service, action, { RegionId: REGION, ...params() });
      const model = modelOf(service === 'ecs' ? ecsModels : vpcModels, action);
      assert.deepEqual(paths(model(raw).toMap()).toSorted(), paths(raw).toSorted());
    });
  }

  it('their clients work unmodified', async () => {
    const config = new $OpenApiUtil.Config({
      endpoint: bench.emulator.endpoint,
      protocol: 'http',
      regionId: REGION,
      accessKeyId: 'emulator',
      accessKeySecret: 'emulator-secret',
    });
    const servers = await new ecsSdk.default(config).describeInstances(
      new ecsModels.DescribeInstancesRequest({ regionId: REGION, tag: [{ key: 'k', value: 'v' }] }),
    );
    assert.equal(servers.body?.instances?.instance?.[0]?.instanceId, id);
    const networks = await new vpcSdk.default(config).describeVpcs(
      new vpcModels.DescribeVpcsRequest({ regionId: REGION }),
    );
    assert.equal(networks.body?.vpcs?.vpc?.[0]?.vpcId, ground.vpc);
    await assert.rejects(
      new ecsSdk.default(config).describeInstanceAttribute(
        new ecsModels.DescribeInstanceAttributeRequest({ instanceId: 'i-none' }),
      ),
      {
        code: 'InvalidInstanceId.NotFound',
        statusCode: 404,
      },
    );
  });
});

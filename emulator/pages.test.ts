// Lists as an unknown client meets them: wrappers also when nothing is there, largest pages, and tokens that are none.

import assert from 'node:assert/strict';
import { type Bench, startBench, type Wire } from './test-client.ts';

const EMPTY_REGION = 'cn-shenzhen-finance-1';

describe('lists', () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
  });
  after(() => bench.stop());

  const lists: readonly (readonly [service: string, action: string, wrapper: string, params?: Wire])[] = [
    ['ecs', 'DescribeInstances', 'Instances.Instance'],
    ['ecs', 'DescribeInstanceStatus', 'InstanceStatuses.InstanceStatus'],
    ['ecs', 'DescribeInstanceMaintenanceAttributes', 'MaintenanceAttributes.MaintenanceAttribute'],
    ['ecs', 'DescribeDisks', 'Disks.Disk'],
    ['ecs', 'DescribeNetworkInterfaces', 'NetworkInterfaceSets.NetworkInterfaceSet'],
    ['ecs', 'DescribeSecurityGroups', 'SecurityGroups.SecurityGroup'],
    ['ecs', 'DescribeKeyPairs', 'KeyPairs.KeyPair'],
    ['ecs', 'DescribeCommands', 'Commands.Command'],
    ['ecs', 'DescribeInvocations', 'Invocations.Invocation'],
    ['ecs', 'DescribeInvocationResults', 'Invocation.InvocationResults.InvocationResult'],
    ['ecs', 'DescribeCloudAssistantStatus', 'InstanceCloudAssistantStatusSet.InstanceCloudAssistantStatus'],
    ['ecs', 'ListTagResources', 'TagResources.TagResource', { ResourceType: 'instance', 'ResourceId.1': 'i-none' }],
    ['vpc', 'DescribeVpcs', 'Vpcs.Vpc'],
    ['vpc', 'DescribeVSwitches', 'VSwitches.VSwitch'],
    ['vpc', 'DescribeRouteTableList', 'RouterTableList.RouterTableListType'],
    ['vpc', 'ListTagResources', 'TagResources.TagResource', { ResourceType: 'VPC', 'ResourceId.1': 'vpc-none' }],
    ['slb', 'DescribeLoadBalancers', 'LoadBalancers.LoadBalancer'],
    ['slb', 'DescribeLoadBalancerListeners', 'Listeners'],
    ['slb', 'ListTagResources', 'TagResources.TagResource', { ResourceType: 'instance', 'ResourceId.1': 'lb-none' }],
  ];
  for (const [service, action, wrapper, params] of lists) {
    it(`${service}:${action} keeps its wrapper when nothing is there`, async () => {
      const body = await bench.must(service, action, { RegionId: EMPTY_REGION, ...params });
      const list = wrapper.split('.').reduce((at: Record<string, never>, name) => at[name] ?? {}, body);
      assert.deepEqual(list, []);
    });
  }

  const largest: readonly (readonly [service: string, action: string, params: Readonly<Record<string, number>>])[] = [
    ['ecs', 'DescribeInstances', { PageSize: 100, MaxResults: 100 }],
    ['ecs', 'DescribeInstanceStatus', { PageSize: 50 }],
    ['ecs', 'DescribeInstanceMaintenanceAttributes', { PageSize: 100 }],
    ['ecs', 'DescribeDisks', { PageSize: 100, MaxResults: 500 }],
    ['ecs', 'DescribeNetworkInterfaces', { PageSize: 500, MaxResults: 500 }],
    ['ecs', 'DescribeSecurityGroups', { PageSize: 100, MaxResults: 100 }],
    ['ecs', 'DescribeImages', { PageSize: 100 }],
    ['ecs', 'DescribeInvocations', { PageSize: 50, MaxResults: 50 }],
    ['vpc', 'DescribeVpcs', { PageSize: 50 }],
    ['vpc', 'DescribeVSwitches', { PageSize: 50 }],
    ['vpc', 'DescribeRouteTableList', { PageSize: 50 }],
    ['slb', 'DescribeLoadBalancers', { PageSize: 100 }],
    ['slb', 'DescribeLoadBalancerListeners', { MaxResults: 100 }],
  ];
  for (const [service, action, params] of largest) {
    it(`${service}:${action} refuses pages beyond its largest and below one, and never shortens them`, async () => {
      const ask = async (name: string, value: number): Promise<number> =>
        (await bench.ask(service, action, { RegionId: EMPTY_REGION, [name]: value })).status;
      for (const [name, most] of Object.entries(params)) {
        const answers = [await ask(name, most), await ask(name, most + 1), await ask(name, 0)];
        assert.deepEqual(answers, [200, 400, 400], name);
      }
    });
  }

  const dry: readonly (readonly [service: string, action: string])[] = [
    ['ecs', 'DescribeInstances'],
    ['ecs', 'DescribeDisks'],
    ['ecs', 'DescribeImages'],
    ['ecs', 'DescribeSecurityGroups'],
    ['vpc', 'DescribeVpcs'],
    ['vpc', 'DescribeVSwitches'],
  ];
  for (const [service, action] of dry) {
    it(`${service}:${action} that is only tried ends as an error`, async () => {
      const got = await bench.ask(service, action, { RegionId: EMPTY_REGION, DryRun: true });
      assert.equal(`${got.status} ${got.json.Code}`, '400 DryRunOperation');
    });
  }

  const strange: readonly (readonly [service: string, action: string, code: string, params?: Wire])[] = [
    ['ecs', 'DescribeInstances', '400 InvalidParameter'],
    ['ecs', 'DescribeSecurityGroups', '400 InValidParameter.NextToken'],
    ['ecs', 'DescribeInvocations', '400 InvalidParameter.NextToken'],
    ['ecs', 'ListTagResources', '403 Invalid.NextToken', { ResourceType: 'instance', 'ResourceId.1': 'i-none' }],
    ['slb', 'ListTagResources', '400 InvalidParam.NextToken', { ResourceType: 'instance', 'ResourceId.1': 'lb-none' }],
    ['slb', 'DescribeLoadBalancerListeners', '400 IllegalParam.NextToken'],
  ];
  for (const [service, action, code, params] of strange) {
    it(`${service}:${action} knows its own tokens only: ${code}`, async () => {
      const got = await bench.ask(service, action, { RegionId: EMPTY_REGION, NextToken: 'none-of-ours', ...params });
      assert.equal(`${got.status} ${got.json.Code}`, code);
      assert.match(got.json.Message, /NextToken/);
    });
  }
});

// Every action we call, by service: what the error tables are generated for, and versions of the products.
import type { ServiceName } from './call.ts';

/** Versions of the products' APIs, sent as `x-acs-version`. */
export const apiVersions: { readonly [service in ServiceName]: string } = {
  vpc: '2016-04-28',
  ecs: '2014-05-26',
  slb: '2014-05-15',
  sts: '2015-04-01',
};

const byService: { readonly [service in ServiceName]: string } = {
  sts: 'GetCallerIdentity',
  vpc: `
    CreateVpc ModifyVpcAttribute DeleteVpc DescribeVpcs DescribeVpcAttribute CreateVSwitch
    ModifyVSwitchAttribute DeleteVSwitch DescribeVSwitches DescribeVSwitchAttributes TagResources
    ListTagResources`,
  ecs: `
    CreateSecurityGroup ModifySecurityGroupAttribute DeleteSecurityGroup DescribeSecurityGroups
    DescribeSecurityGroupAttribute DescribeSecurityGroupReferences AuthorizeSecurityGroup RevokeSecurityGroup
    ModifySecurityGroupRule JoinSecurityGroup LeaveSecurityGroup RunInstances StartInstances StartInstance
    DeleteInstances DeleteInstance DescribeInstances ModifyInstanceAttribute DescribeInstanceAttribute
    DescribeInstanceStatus DescribeZones ModifyInstanceMaintenanceAttributes
    DescribeInstanceMaintenanceAttributes TagResources ListTagResources RunCommand DescribeInvocations
    DescribeInvocationResults DescribeCloudAssistantStatus DescribeAvailableResource`,
  slb: `
    CreateLoadBalancer DeleteLoadBalancer DescribeLoadBalancers DescribeLoadBalancerAttribute
    SetLoadBalancerName SetLoadBalancerStatus ModifyLoadBalancerInternetSpec DescribeZones
    ModifyLoadBalancerInstanceSpec ModifyLoadBalancerInstanceChargeType SetLoadBalancerDeleteProtection
    CreateLoadBalancerHTTPListener CreateLoadBalancerTCPListener CreateLoadBalancerUDPListener
    SetLoadBalancerHTTPListenerAttribute SetLoadBalancerTCPListenerAttribute
    SetLoadBalancerUDPListenerAttribute StartLoadBalancerListener StopLoadBalancerListener
    DeleteLoadBalancerListener DescribeLoadBalancerListeners DescribeLoadBalancerHTTPListenerAttribute
    DescribeLoadBalancerTCPListenerAttribute DescribeLoadBalancerUDPListenerAttribute AddBackendServers
    SetBackendServers RemoveBackendServers DescribeHealthStatus TagResources ListTagResources`,
};

/** All actions we call as `service/Action`. An action that is missing here works, but its refusals count as unknown outcomes. */
export const calledActions: readonly string[] = Object.entries(byService).flatMap(([service, actions]) =>
  actions
    .trim()
    .split(/\s+/)
    .map((action) => `${service}/${action}`),
);

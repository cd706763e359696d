// Actions that the generated metadata lacks, from the public pages of the API.

import type { ActionMeta } from './types.ts';

/** Required by the generated metadata and optional by the API's present pages: service -> action -> parameter. */
export const optional: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  slb: { CreateLoadBalancerHTTPListener: 'StickySession', CreateLoadBalancerHTTPSListener: 'StickySession' },
};

/** Limits of pages that the generated metadata lacks and the API's pages give: service -> action -> parameter -> largest. */
export const pageLimits: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>> = {
  ecs: {
    DescribeInstanceMaintenanceAttributes: { PageSize: 100 },
    DescribeNetworkInterfaces: { PageSize: 500, MaxResults: 500 },
  },
  vpc: { DescribeRouteTableList: { PageSize: 50 } },
};

/** Lists of ids whose length the action itself refuses, with a code of its own: service -> actions whose InstanceId.N it is. */
export const countedByAction: Readonly<Record<string, readonly string[]>> = {
  ecs: [
    'DescribeCloudAssistantStatus',
    'DescribeInstanceStatus',
    'StartInstances',
    'StopInstances',
    'RebootInstances',
    'DeleteInstances',
  ],
};

/** Service -> action -> parameters. */
export const extraActions: Readonly<Record<string, Readonly<Record<string, ActionMeta>>>> = {
  ecs: {
    DescribeUserData: { RegionId: { r: 1 }, InstanceId: { r: 1 } },
    DescribeKeyPairs: {
      RegionId: { r: 1 },
      KeyPairName: {},
      KeyPairFingerPrint: {},
      PageNumber: { t: 'integer', min: 1 },
      PageSize: { t: 'integer', min: 1, max: 50 },
    },
  },
  vpc: {
    ModifyVSwitchAttribute: { VSwitchId: { r: 1 }, VSwitchName: {}, Description: {}, RegionId: {} },
  },
};

// Regions, zones and route tables: what is there without anybody creating it.

import { isoSeconds } from '../../clock.ts';
import { numberedPage } from '../../paging.ts';
import type { Answer, Call, Operation } from '../../service.ts';
import { type Vpc, vpcs, vswitches } from './tables.ts';
import { tagList } from './tagging.ts';

const describeRegions = (call: Call): Answer => ({
  Regions: {
    Region: Object.keys(call.settings.regions).map((id) => ({
      RegionId: id,
      LocalName: id,
      RegionEndpoint: `vpc.${id}.aliyuncs.com`,
    })),
  },
});

const describeZones = (call: Call): Answer => ({
  Zones: {
    Zone: (call.settings.regions[call.region] ?? []).map((id) => ({
      ZoneId: id,
      LocalName: id,
      ZoneType: 'AvailabilityZone',
    })),
  },
});

const systemTable = (call: Call, row: Vpc): Answer => ({
  VpcId: row.id,
  RouteTableId: row.routeTableId,
  RouteTableName: '',
  RouteTableType: 'System',
  RouterId: row.routerId,
  RouterType: 'VRouter',
  Status: row.status,
  AssociateType: 'VSwitch',
  Description: '',
  CreationTime: isoSeconds(row.createdAt),
  OwnerId: Number(call.account),
  ResourceGroupId: '',
  RoutePropagationEnable: true,
  Tags: tagList({}),
  VSwitchIds: {
    VSwitchId: call
      .table(vswitches)
      .bySeen('vpc', row.id)
      .map(({ id }) => id),
  },
  GatewayIds: { GatewayIds: [] },
});

const describeRouteTableList = (call: Call): Answer => {
  const { params } = call;
  const [vpcId, tableId, routerId] = [params.text('VpcId'), params.text('RouteTableId'), params.text('RouterId')];
  const rows = call
    .table(vpcs)
    .listSeen()
    .filter(
      (row) =>
        (vpcId === undefined || row.id === vpcId) &&
        (tableId === undefined || row.routeTableId === tableId) &&
        (routerId === undefined || row.routerId === routerId) &&
        params.text('RouteTableType') !== 'Custom',
    );
  const page = numberedPage(call, rows);
  return { ...page.fields, RouterTableList: { RouterTableListType: page.items.map((row) => systemTable(call, row)) } };
};

/** Actions that only read places. */
export const placeOperations: Readonly<Record<string, Operation>> = {
  DescribeRegions: { effect: 'read', coverage: 'full', run: describeRegions },
  DescribeZones: { effect: 'read', coverage: 'full', run: describeZones },
  DescribeRouteTableList: {
    effect: 'read',
    coverage: 'partial',
    note: 'system route tables only',
    run: describeRouteTableList,
  },
};

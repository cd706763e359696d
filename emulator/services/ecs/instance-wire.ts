// A server as the API shows it, in the legacy wrappers (`{Tag: [...]}`) and without nulls.

import { isoMinutes } from '../../clock.ts';
import type { Answer, Scope } from '../../service.ts';
import { findImage, instanceType } from './catalogue.ts';
import type { Instance } from './tables.ts';

const FAR_END = '2099-12-31T15:59Z';

/** Tags in ECS's form. */
export const tagList = (tags: Instance['tags']): Answer => ({
  Tag: Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
});

/** Fields that DescribeInstances and DescribeInstanceAttribute share. */
const common = (scope: Scope, row: Instance): Answer => {
  const type = instanceType(row.type);
  return {
    InstanceId: row.id,
    InstanceName: row.name,
    Description: row.description,
    HostName: row.hostName,
    ImageId: row.imageId,
    RegionId: scope.region,
    ZoneId: row.zone,
    ClusterId: '',
    VlanId: '',
    InstanceType: row.type,
    Cpu: type?.cpu ?? 0,
    Memory: (type?.memoryGiB ?? 0) * 1024,
    Status: row.status,
    SerialNumber: row.serial,
    CreationTime: isoMinutes(row.createdAt),
    ExpiredTime: FAR_END,
    InstanceNetworkType: 'vpc',
    InstanceChargeType: row.chargeType,
    InternetChargeType: row.internetChargeType,
    InternetMaxBandwidthIn: row.bandwidthIn,
    InternetMaxBandwidthOut: row.bandwidthOut,
    StoppedMode: row.status === 'Stopped' ? row.stoppedMode : 'Not-applicable',
    CreditSpecification: '',
    SecurityGroupIds: { SecurityGroupId: row.groupIds },
    PublicIpAddress: { IpAddress: row.publicIp === undefined ? [] : [row.publicIp] },
    InnerIpAddress: { IpAddress: [] },
    VpcAttributes: {
      VpcId: row.vpcId,
      VSwitchId: row.vswitchId,
      NatIpAddress: '',
      PrivateIpAddress: { IpAddress: [row.privateIp] },
    },
    OperationLocks: { LockReason: row.locks.map((LockReason) => ({ LockReason, LockMsg: '' })) },
  };
};

const interfaces = (row: Instance): Answer => ({
  NetworkInterface: [
    {
      NetworkInterfaceId: row.eniId,
      Type: 'Primary',
      MacAddress: row.mac,
      PrimaryIpAddress: row.privateIp,
      PrivateIpSets: { PrivateIpSet: [{ PrivateIpAddress: row.privateIp, Primary: true }] },
      Ipv6Sets: { Ipv6Set: [] },
      Ipv4PrefixSets: { Ipv4PrefixSet: [] },
      Ipv6PrefixSets: { Ipv6PrefixSet: [] },
    },
  ],
});

// What this emulator has nothing of: shown empty, as the API does.
const NOTHING_OF = {
  ResourceGroupId: '',
  DeploymentSetId: '',
  HpcClusterId: '',
  SaleCycle: '',
  SpotPriceLimit: 0,
  SpotDuration: 0,
  GPUAmount: 0,
  GPUSpec: '',
  LocalStorageAmount: 0,
  LocalStorageCapacity: 0,
  ISP: '',
  RdmaIpAddress: { IpAddress: [] },
  EipAddress: { AllocationId: '', IpAddress: '', InternetChargeType: '', IsSupportUnassociate: false, Bandwidth: 0 },
  HibernationOptions: { Configured: false },
  EcsCapacityReservationAttr: { CapacityReservationId: '', CapacityReservationPreference: '' },
  DedicatedHostAttribute: { DedicatedHostId: '', DedicatedHostName: '', DedicatedHostClusterId: '' },
  DedicatedInstanceAttribute: { Affinity: '', Tenancy: '' },
  MetadataOptions: { HttpEndpoint: '', HttpTokens: '', HttpPutResponseHopLimit: 0 },
  ImageOptions: { LoginAsNonRoot: false },
} as const;

const system = (scope: Scope, row: Instance): Answer => {
  const image = findImage(scope.settings, row.imageId);
  const platform = image?.platform ?? '';
  return { OSType: image?.os ?? 'linux', OSName: platform, OSNameEn: platform };
};

const hardware = (row: Instance): Answer => {
  const type = instanceType(row.type);
  return {
    InstanceTypeFamily: type?.family ?? '',
    CpuOptions: { CoreCount: Math.max(1, (type?.cpu ?? 1) / 2), ThreadsPerCore: 2, Numa: '', TopologyType: '' },
  };
};

/** An entry of DescribeInstances. */
export const listedInstance = (scope: Scope, row: Instance): Answer => ({
  ...common(scope, row),
  ...system(scope, row),
  ...hardware(row),
  ...NOTHING_OF,
  IoOptimized: true,
  DeviceAvailable: true,
  DeletionProtection: row.deletionProtection,
  Recyclable: false,
  StartTime: row.startedAt === undefined ? '' : isoMinutes(row.startedAt),
  AutoReleaseTime: row.autoReleaseTime ?? '',
  KeyPairName: row.keyPairName ?? '',
  SpotStrategy: row.spotStrategy,
  Tags: tagList(row.tags),
  NetworkInterfaces: interfaces(row),
});

/** The answer of DescribeInstanceAttribute, where IoOptimized is a text. */
export const instanceAttribute = (scope: Scope, row: Instance): Answer => ({
  ...common(scope, row),
  IoOptimized: 'optimized',
  DedicatedHostAttribute: { DedicatedHostId: '', DedicatedHostName: '' },
  EipAddress: { AllocationId: '', IpAddress: '', InternetChargeType: '', Bandwidth: 0 },
  EnableJumboFrame: false,
});

// Regions, zones, stock, instance types, images, key pairs: what is on offer.

import { eitherPage, numberedPage } from '../../paging.ts';
import type { Answer, Call, Operation } from '../../service.ts';
import { findImage, type Image, instanceTypes, listImages } from './catalogue.ts';

const DISKS = ['cloud_essd', 'cloud_efficiency', 'cloud_ssd', 'cloud_auto'];
const zonesOf = (call: Call): readonly string[] => call.settings.regions[call.region] ?? [];

const describeRegions = (call: Call): Answer => ({
  Regions: {
    Region: Object.keys(call.settings.regions).map((id) => ({
      RegionId: id,
      LocalName: id,
      RegionEndpoint: `ecs.${id}.aliyuncs.com`,
      Status: 'available',
    })),
  },
});

const describeZones = (call: Call): Answer => {
  const verbose = call.params.flag('Verbose') !== false;
  const types = instanceTypes.map(({ id }) => id);
  const families = [...new Set(instanceTypes.map(({ family }) => family))];
  const resources = {
    IoOptimized: true,
    SystemDiskCategories: { supportedSystemDiskCategory: DISKS },
    DataDiskCategories: { supportedDataDiskCategory: DISKS },
    InstanceGenerations: { supportedInstanceGeneration: ['ecs-5', 'ecs-6', 'ecs-7', 'ecs-8'] },
    InstanceTypeFamilies: { supportedInstanceTypeFamily: families },
    InstanceTypes: { supportedInstanceType: types },
    NetworkTypes: { supportedNetworkCategory: ['vpc'] },
  };
  const zone = (ZoneId: string): Answer => ({
    ZoneId,
    LocalName: ZoneId,
    ZoneType: 'AvailabilityZone',
    ...(verbose
      ? {
          AvailableResourceCreation: { ResourceTypes: ['Instance', 'Disk', 'VSwitch', 'IoOptimized'] },
          AvailableDiskCategories: { DiskCategories: DISKS },
          AvailableInstanceTypes: { InstanceTypes: types },
          AvailableVolumeCategories: { VolumeCategories: [] },
          AvailableDedicatedHostTypes: { DedicatedHostType: [] },
          DedicatedHostGenerations: { DedicatedHostGeneration: [] },
          AvailableResources: { ResourcesInfo: [resources] },
        }
      : {}),
  });
  return { Zones: { Zone: zonesOf(call).map(zone) } };
};

/** Whether the zone sells this type; `options.stockAnswers: "optimistic"` lets the answer be wrong, as it is in a race. */
const inStock = (call: Call, zone: string, type: string): boolean => {
  if (call.settings.options['stockAnswers'] === 'optimistic') return true;
  const { outage, soldOut } = call.zone(zone);
  return !outage && !soldOut.includes('*') && !soldOut.includes(type);
};

const stockOf = (available: boolean): Answer => ({
  Status: available ? 'Available' : 'SoldOut',
  StatusCategory: available ? 'WithStock' : 'WithoutStock',
});

const describeAvailableResource = (call: Call): Answer => {
  const { params } = call;
  const destination = params.required('DestinationResource');
  if (!['Zone', 'IoOptimized', 'InstanceType', 'SystemDisk', 'DataDisk', 'Network', 'ddh'].includes(destination))
    call.refuse('Invalid.DestinationResource');
  const wanted = params.text('InstanceType');
  const types = instanceTypes.filter(({ id }) => wanted === undefined || id === wanted).map(({ id }) => id);
  const zones = zonesOf(call).filter((zone) => params.text('ZoneId') === undefined || params.text('ZoneId') === zone);
  const resources = (zone: string): Answer => {
    if (destination === 'InstanceType') {
      return {
        Type: destination,
        SupportedResources: {
          SupportedResource: types.map((Value) => ({ Value, ...stockOf(inStock(call, zone, Value)) })),
        },
      };
    }
    const disks = destination === 'SystemDisk' || destination === 'DataDisk';
    const supported = disks ? DISKS.map((Value) => ({ Value, Min: 20, Max: 2048, Unit: 'GiB', ...stockOf(true) })) : [];
    return { Type: destination, SupportedResources: { SupportedResource: supported } };
  };
  const shown = zones.map((zone) => ({
    ZoneId: zone,
    RegionId: call.region,
    ...stockOf(types.some((type) => inStock(call, zone, type))),
    AvailableResources: { AvailableResource: destination === 'Zone' ? [] : [resources(zone)] },
  }));
  return { AvailableZones: { AvailableZone: shown } };
};

const between = (value: number, least: number | undefined, most: number | undefined): boolean =>
  value >= (least ?? 0) && value <= (most ?? Number.POSITIVE_INFINITY);

const describeInstanceTypes = (call: Call): Answer => {
  const { params } = call;
  const ids = params.texts('InstanceTypes');
  const rows = instanceTypes.filter(
    (type) =>
      (ids.length === 0 || ids.includes(type.id)) &&
      (params.text('InstanceTypeFamily') ?? type.family) === type.family &&
      between(type.cpu, params.int('MinimumCpuCoreCount'), params.int('MaximumCpuCoreCount')) &&
      between(type.memoryGiB, params.int('MinimumMemorySize'), params.int('MaximumMemorySize')),
  );
  const page = eitherPage(call, rows, { seq: (type) => instanceTypes.indexOf(type) + 1, standardSize: 1600 });
  const shown = page.items.map((type) => ({
    InstanceTypeId: type.id,
    InstanceTypeFamily: type.family,
    CpuCoreCount: type.cpu,
    MemorySize: type.memoryGiB,
    CpuArchitecture: 'X86',
    InstanceFamilyLevel: 'EnterpriseLevel',
    GPUAmount: 0,
    GPUSpec: '',
    EniQuantity: 2,
    LocalStorageCategory: '',
    SupportedBootModes: { SupportedBootMode: ['BIOS', 'UEFI'] },
    NetworkCards: { NetworkCardInfo: [] },
  }));
  return { InstanceTypes: { InstanceType: shown }, NextToken: page.fields['NextToken'] ?? '' };
};

const shownImage = (image: Image): Answer => ({
  ImageId: image.id,
  ImageName: image.name,
  ImageFamily: '',
  ImageVersion: '',
  ImageOwnerAlias: image.owner,
  Description: '',
  OSType: image.os,
  OSName: image.platform,
  OSNameEn: image.platform,
  Platform: image.platform,
  Architecture: 'x86_64',
  Status: 'Available',
  Progress: '100%',
  Size: 20,
  Usage: 'instance',
  CreationTime: '2024-07-01T00:00:00Z',
  BootMode: 'BIOS',
  IsSupportCloudinit: true,
  IsSupportIoOptimized: true,
  IsCopied: false,
  IsSubscribed: false,
  IsSelfShared: '',
  IsPublic: image.owner === 'system',
  ProductCode: '',
  ResourceGroupId: '',
  DiskDeviceMappings: { DiskDeviceMapping: [] },
  Tags: { Tag: [] },
});

const describeImages = (call: Call): Answer => {
  const { params } = call;
  const ids = params.text('ImageId')?.split(',');
  const all =
    ids === undefined
      ? listImages(call.settings)
      : ids.map((id) => findImage(call.settings, id)).filter((image) => image !== undefined);
  const rows = all.filter(
    (image) =>
      (params.text('OSType') ?? image.os) === image.os &&
      (params.text('ImageOwnerAlias') ?? image.owner) === image.owner &&
      (params.text('ImageName') ?? image.name) === image.name,
  );
  const page = numberedPage(call, rows);
  return { RegionId: call.region, ...page.fields, Images: { Image: page.items.map(shownImage) } };
};

const describeKeyPairs = (call: Call): Answer => {
  const asked = call.params.text('KeyPairName');
  const listed = call.settings.keyPairs ?? (asked === undefined ? [] : [asked]);
  const rows = listed.filter(
    (name) => asked === undefined || asked === name || (asked.endsWith('*') && name.startsWith(asked.slice(0, -1))),
  );
  const page = numberedPage(call, rows);
  const shown = page.items.map((KeyPairName) => ({
    KeyPairName,
    KeyPairFingerPrint: '',
    CreationTime: '2024-07-01T00:00:00Z',
    ResourceGroupId: '',
    Tags: { Tag: [] },
  }));
  return { ...page.fields, KeyPairs: { KeyPair: shown } };
};

/** Actions that read what is on offer. */
export const placeOperations: Readonly<Record<string, Operation>> = {
  DescribeRegions: { effect: 'read', coverage: 'full', run: describeRegions },
  DescribeZones: { effect: 'read', coverage: 'partial', note: 'every zone sells every type', run: describeZones },
  DescribeAvailableResource: {
    effect: 'read',
    coverage: 'partial',
    note: 'stock by instance type only',
    run: describeAvailableResource,
  },
  DescribeInstanceTypes: {
    effect: 'read',
    coverage: 'partial',
    note: 'common families, main fields',
    run: describeInstanceTypes,
  },
  DescribeImages: {
    effect: 'read',
    coverage: 'partial',
    note: 'any public image id of the usual form exists; Filter.N and Tag.N are ignored',
    run: describeImages,
  },
  DescribeKeyPairs: {
    effect: 'read',
    coverage: 'partial',
    note: 'any name exists unless the configuration lists key pairs',
    run: describeKeyPairs,
  },
};

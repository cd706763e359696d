// What the cloud sells: instance types and images. Any public image id of the usual form exists, so that nobody needs to list them first.

import type { Settings } from '../../settings.ts';

/** One instance type. */
export interface InstanceType {
  readonly id: string;
  readonly family: string;
  readonly cpu: number;
  readonly memoryGiB: number;
}

const FAMILIES: Readonly<Record<string, number>> = {
  'ecs.g5': 4,
  'ecs.c5': 2,
  'ecs.r5': 8,
  'ecs.g6': 4,
  'ecs.c6': 2,
  'ecs.r6': 8,
  'ecs.g6e': 4,
  'ecs.c6e': 2,
  'ecs.g7': 4,
  'ecs.c7': 2,
  'ecs.r7': 8,
  'ecs.g8i': 4,
  'ecs.c8i': 2,
  'ecs.r8i': 8,
};
const SIZES: Readonly<Record<string, number>> = {
  large: 2,
  xlarge: 4,
  '2xlarge': 8,
  '3xlarge': 12,
  '4xlarge': 16,
  '6xlarge': 24,
  '8xlarge': 32,
};

const SMALL: readonly InstanceType[] = [
  { id: 'ecs.t5-lc1m1.small', family: 'ecs.t5', cpu: 1, memoryGiB: 1 },
  { id: 'ecs.t6-c1m1.large', family: 'ecs.t6', cpu: 2, memoryGiB: 2 },
  { id: 'ecs.t6-c1m2.large', family: 'ecs.t6', cpu: 2, memoryGiB: 4 },
  { id: 'ecs.xn4.small', family: 'ecs.xn4', cpu: 1, memoryGiB: 1 },
  { id: 'ecs.n4.small', family: 'ecs.n4', cpu: 1, memoryGiB: 2 },
  { id: 'ecs.n4.large', family: 'ecs.n4', cpu: 2, memoryGiB: 4 },
  { id: 'ecs.mn4.large', family: 'ecs.mn4', cpu: 2, memoryGiB: 8 },
  { id: 'ecs.sn2ne.large', family: 'ecs.sn2ne', cpu: 2, memoryGiB: 8 },
];

/** All types, in a fixed order. */
export const instanceTypes: readonly InstanceType[] = [
  ...Object.entries(FAMILIES).flatMap(([family, ratio]) =>
    Object.entries(SIZES).map(([size, cpu]) => ({ id: `${family}.${size}`, family, cpu, memoryGiB: cpu * ratio })),
  ),
  ...SMALL,
];

const byId = new Map(instanceTypes.map((type) => [type.id, type]));

/** The type of this id. */
export const instanceType = (id: string): InstanceType | undefined => byId.get(id);

/** One image. */
export interface Image {
  readonly id: string;
  readonly os: 'linux' | 'windows';
  readonly platform: string;
  readonly name: string;
  readonly owner: 'system' | 'self';
}

const PLATFORMS: readonly (readonly [RegExp, string])[] = [
  [/^win/, 'Windows Server 2022'],
  [/^aliyun/, 'Aliyun'],
  [/^centos/, 'CentOS'],
  [/^ubuntu/, 'Ubuntu'],
  [/^debian/, 'Debian'],
  [/^rockylinux/, 'Rocky Linux'],
  [/^anolis/, 'Anolis'],
];

const KNOWN = [
  'aliyun_3_x64_20G_alibase_20240528.vhd',
  'aliyun_2_1903_x64_20G_alibase_20240628.vhd',
  'centos_7_9_x64_20G_alibase_20240628.vhd',
  'ubuntu_22_04_x64_20G_alibase_20240710.vhd',
  'debian_12_6_x64_20G_alibase_20240711.vhd',
  'win2022_21H2_x64_dtc_zh-cn_40G_alibase_20240710.vhd',
];

const imageOf = (id: string): Image => {
  const platform = PLATFORMS.find(([form]) => form.test(id))?.[1] ?? 'Customized Linux';
  return {
    id,
    platform,
    os: platform.startsWith('Windows') ? 'windows' : 'linux',
    name: id,
    owner: id.startsWith('m-') ? 'self' : 'system',
  };
};

/** The image of this id; `options.images` of the configuration limits which exist. */
export const findImage = (settings: Settings, id: string): Image | undefined => {
  const listed = settings.options['images'];
  const exists = Array.isArray(listed) ? listed.includes(id) : /^[\w.-]+\.vhd$/.test(id) || /^m-[a-z0-9]+$/.test(id);
  return exists ? imageOf(id) : undefined;
};

/** The images that a list without ids shows. */
export const listImages = (settings: Settings): readonly Image[] => {
  const listed = settings.options['images'];
  return (Array.isArray(listed) ? listed.map(String) : KNOWN).map(imageOf);
};

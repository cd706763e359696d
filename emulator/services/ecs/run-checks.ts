// What RunInstances checks before anything is made. Order: what is malformed, what does not exist, what does not fit, what is used up.

import { refuseDryRun } from '../../refusal.ts';
import type { Call } from '../../service.ts';
import { acceptTags } from '../../tags.ts';
import { findAddresses, readyVSwitch } from '../vpc/addresses.ts';
import type { VSwitch } from '../vpc/tables.ts';
import { findImage, type InstanceType, instanceType } from './catalogue.ts';
import { ECS_TAG_CODES } from './tagging.ts';
import { type SecurityGroup, instances, securityGroups } from './tables.ts';

const MAX_AMOUNT = 100;
const MAX_USER_DATA = 32 * 1024;

/** All that a new server is made of. */
export interface Plan {
  readonly amount: number;
  readonly type: InstanceType;
  readonly imageId: string;
  readonly vswitch: VSwitch;
  readonly groupIds: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly ips: readonly string[];
}

const missing = (call: Call, name: string): never =>
  call.refuse('MissingParameter', {
    status: 400,
    message: `The input parameter "${name}" that is mandatory for processing this request is not supplied.`,
  });

const checkUserData = (call: Call): void => {
  const text = call.params.text('UserData');
  if (text === undefined) return;
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) call.refuse('InvalidUserData.Base64FormatInvalid');
  if (Buffer.from(text, 'base64').length > MAX_USER_DATA) call.refuse('InvalidUserData.SizeExceeded');
};

const checkName = (call: Call): void => {
  const name = call.params.text('InstanceName');
  if (name === undefined) return;
  if (name.length < 2 || name.length > 128 || /^https?:\/\//.test(name)) call.refuse('InvalidInstanceName.Malformed');
};

const checkNumbers = (call: Call): void => {
  const bandwidth = call.params.int('InternetMaxBandwidthOut') ?? 0;
  if (bandwidth < 0 || bandwidth > 100) call.refuse('InvalidInternetMaxBandwidthOut.Malformed');
  const size = call.params.int('SystemDisk.Size') ?? 40;
  if (!(size >= 20 && size <= 2048)) {
    call.refuse('InvalidSystemDiskSize.ValueNotSupported', {
      message: 'The specified parameter "SystemDisk.Size" is not valid.',
    });
  }
};

const checkChargeType = (call: Call): void => {
  const given = call.params.text('InstanceChargeType') ?? 'PostPaid';
  if (!['PostPaid', 'PrePaid'].includes(given))
    call.refuse('InvalidInstanceChargeType.NotFound', {
      status: 404,
      message: 'The InstanceChargeType does not exist in our records.',
    });
};

const checkPassword = (call: Call): void => {
  const password = call.params.text('Password');
  if (password !== undefined && !/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{8,30}$/.test(password))
    call.refuse('InvalidPassword.Malformed');
};

const CATEGORIES = ['cloud', 'cloud_efficiency', 'cloud_ssd', 'cloud_essd', 'cloud_auto', 'cloud_essd_entry'];

const checkReferences = (call: Call): { type: InstanceType; imageId: string } => {
  const { params } = call;
  const type =
    instanceType(params.text('InstanceType') ?? missing(call, 'InstanceType')) ??
    call.refuse('InvalidInstanceType.ValueNotSupported');
  const imageId = params.text('ImageId') ?? missing(call, 'ImageId');
  if (findImage(call.settings, imageId) === undefined) call.refuse('InvalidImageId.NotFound');
  const keyPair = params.text('KeyPairName');
  if (keyPair !== undefined && call.settings.keyPairs?.includes(keyPair) === false)
    call.refuse('InvalidKeyPairName.NotFound', { status: 404 });
  const category = params.text('SystemDisk.Category') ?? 'cloud_essd';
  if (!CATEGORIES.includes(category)) call.refuse('InvalidSystemDiskCategory.ValueNotSupported');
  return { type, imageId };
};

const checkGroups = (call: Call, vswitch: VSwitch): readonly string[] => {
  const single = call.params.text('SecurityGroupId');
  const many = call.params.texts('SecurityGroupIds');
  if (single !== undefined && many.length > 0)
    call.refuse('InvalidSecurityGroupId.SingleIdAndMultiIdConflict', {
      message: 'SecurityGroupId and SecurityGroupIds cannot be used together.',
    });
  const ids = single === undefined ? many : [single];
  if (ids.length === 0) missing(call, 'SecurityGroupId');
  if (new Set(ids).size < ids.length) call.refuse('InvalidParameter.SecurityGroupIdRepeated');
  if (ids.length > call.quota('ecs.groupsPerInstance', 5))
    call.refuse('InstanceSecurityGroupLimitExceeded', { status: 400 });
  const groups: readonly SecurityGroup[] = ids.map(
    (id) => call.table(securityGroups).get(id) ?? call.refuse('InvalidSecurityGroupId.NotFound', { status: 404 }),
  );
  if (groups.some(({ vpcId }) => vpcId !== vswitch.vpcId)) {
    call.refuse('InvalidParameter.Mismatch', {
      message: 'Specified security group and virtual switch are not in the same VPC.',
    });
  }
  return ids;
};

const checkPlace = (call: Call): VSwitch => {
  const zone = call.params.text('ZoneId');
  if (zone !== undefined && call.settings.regions[call.region]?.includes(zone) !== true)
    call.refuse('InvalidZoneId.NotFound');
  const vswitch = readyVSwitch(call, call.params.text('VSwitchId') ?? missing(call, 'VSwitchId'));
  if (vswitch === 'absent') return call.refuse('InvalidVSwitchId.NotFound', { status: 404 });
  if (vswitch === 'busy') return call.refuse('IncorrectVSwitchStatus');
  if (zone !== undefined && zone !== vswitch.zone) {
    call.refuse('InvalidParameter.Mismatch', { message: 'Specified virtual switch is not in the specified zone.' });
  }
  return vswitch;
};

/** How many servers the stock allows: all that were asked, or with MinAmount fewer. */
const checkStock = (call: Call, zone: string, type: string): number => {
  const amount = call.params.int('Amount') ?? 1;
  const least = call.params.int('MinAmount') ?? amount;
  if (amount > MAX_AMOUNT) call.refuse('InvalidParam.Amount', { message: `Amount is 1 to ${MAX_AMOUNT}.` });
  if (least > amount) call.refuse('InvalidMinAmount.Malformed');
  const { stock, outage } = call.zone(zone);
  if (outage) {
    call.refuse('Zone.NotOnSale', {
      status: 403,
      message:
        'The resource in the specified zone is no longer available for sale. Please try other regions and zones.',
    });
  }
  const left = Math.min(stock[type] ?? amount, stock['*'] ?? amount, amount);
  if (left < least) {
    call.refuse('OperationDenied.NoStock', {
      status: 403,
      message:
        'The requested resource is sold out in the specified zone; try other types of resources or other regions and zones.',
    });
  }
  return left;
};

const checkLimits = (call: Call, amount: number, groupIds: readonly string[]): void => {
  if (call.settings.options['arrears'] === true)
    call.refuse('InvalidAccountStatus.NotEnoughBalance', {
      status: 403,
      message: 'Your account does not have enough balance.',
    });
  const table = call.table(instances);
  if (table.size() + amount > call.quota('ecs.instances', Number.POSITIVE_INFINITY))
    call.refuse('QuotaExceed.ElasticQuota', { status: 403 });
  const members = call.quota('ecs.instancesPerGroup', 2000);
  if (groupIds.some((id) => table.count('group', id) + amount > members)) {
    call.refuse('SecurityGroupInstanceLimitExceed', {
      status: 403,
      message: 'The maximum number of instances in a security group is exceeded.',
    });
  }
};

const checkIps = (call: Call, vswitch: VSwitch, amount: number): readonly string[] => {
  const ip = call.params.text('PrivateIpAddress');
  if (ip !== undefined && amount > 1)
    call.refuse('InvalidParameter', {
      status: 400,
      message: 'The specified parameter "PrivateIpAddress" is not valid.',
    });
  const taken = findAddresses(call, vswitch, { count: amount, ip });
  if (taken.kind === 'ok') return taken.ips;
  if (taken.kind === 'outside') call.refuse('InvalidPrivateIpAddress');
  if (taken.kind === 'used') call.refuse('InvalidPrivateIpAddress.Duplicated');
  return call.refuse('QuotaExceeded.PrivateIpAddress', {
    status: 400,
    message: "Don't have enough private IPs in this switch.",
  });
};

/** The plan of this call, or a refusal. */
export const checkRun = (call: Call): Plan => {
  checkName(call);
  checkNumbers(call);
  checkChargeType(call);
  checkPassword(call);
  checkUserData(call);
  const { type, imageId } = checkReferences(call);
  const vswitch = checkPlace(call);
  const groupIds = checkGroups(call, vswitch);
  const tags = acceptTags(call, ECS_TAG_CODES);
  const amount = checkStock(call, vswitch.zone, type.id);
  checkLimits(call, amount, groupIds);
  const ips = checkIps(call, vswitch, amount);
  if (call.params.flag('DryRun') === true) {
    refuseDryRun();
  }
  return { amount, type, imageId, vswitch, groupIds, tags, ips };
};

// Which field of the declaration a refusal of the cloud is about. Pure.
import type { CloudError } from '../cloud/call.ts';

/** The field of a fleet of servers that a refusal of RunInstances is about, by the start of its code. */
const SERVER_FIELDS: readonly (readonly [RegExp, string])[] = [
  [/^(InvalidInstanceType|Invalid\.InstanceType|InstanceType)\b/, 'instanceType'],
  [/^(InvalidImage|InvalidMarketImage|Image|IncorrectImageStatus|OperationDenied\.ImageNotValid)/, 'image.id'],
  [/^InvalidKeyPairName\b/, 'keyPairName'],
  [/^InvalidRamRole\b/, 'ramRoleName'],
  [/^(InvalidSystemDiskSize|InvalidDiskSize|InvalidDisk\.SystemDiskSize)\b/, 'systemDisk.sizeGiB'],
  [/^(InvalidSystemDiskCategory|InvalidDiskCategory)\b/, 'systemDisk.category'],
  [/^InvalidUserData\b/, 'userDataFrom'],
  [/^InvalidTag(Key|Value|Count)?\b/, 'tags'],
];

/** The field of the declaration that the cloud refused, where its code says so. */
export function refusedField({ action, code }: Pick<CloudError, 'action' | 'code'>): string | undefined {
  return action === 'RunInstances' ? SERVER_FIELDS.find(([codes]) => codes.test(code))?.[1] : undefined;
}

// VPC and vSwitch as we declare and see them. Pure; wire names end in api.ts.
import type { FieldTable } from '../../plan/fields.ts';
import { canonicalCidr } from '../cidr.ts';
import type { CloudRecord, Tags } from '../service.ts';

/** Declared VPC (NET-1, NET-4): CIDR is fixed for life. */
export interface VpcSpec {
  readonly cidr: string;
  readonly displayName: string;
  readonly description: string;
}

/** Live VPC; state Pending | Available. */
export interface VpcRecord extends CloudRecord, VpcSpec {}

/** Declared vSwitch (NET-2): zone and CIDR are fixed for life. */
export interface VSwitchSpec {
  readonly zone: string;
  readonly cidr: string;
  readonly displayName: string;
  readonly description: string;
}

/** Live vSwitch; state Pending | Available. */
export interface VSwitchRecord extends CloudRecord, VSwitchSpec {
  readonly vpcId: string;
  readonly availableAddresses: number;
}

/** Every mutating action of this service. Creates carry their tags; `id` is always an id on record. */
export type VpcAction =
  | { readonly kind: 'CreateVpc'; readonly spec: VpcSpec; readonly tags: Tags }
  | { readonly kind: 'UpdateVpc'; readonly id: string; readonly set: Partial<Omit<VpcSpec, 'cidr'>> }
  | { readonly kind: 'DeleteVpc'; readonly id: string }
  | { readonly kind: 'CreateVSwitch'; readonly vpcId: string; readonly spec: VSwitchSpec; readonly tags: Tags }
  | { readonly kind: 'UpdateVSwitch'; readonly id: string; readonly set: Partial<Omit<VSwitchSpec, 'cidr' | 'zone'>> }
  | { readonly kind: 'DeleteVSwitch'; readonly id: string }
  | { readonly kind: 'TagVpcResource'; readonly type: 'VPC' | 'VSwitch'; readonly id: string; readonly tags: Tags };

export const vpcFields: FieldTable<VpcSpec> = {
  cidr: { rule: 'forbidden', impact: 'Forbidden', blueprint: 'NET-1' },
  displayName: { rule: 'mutable', impact: 'Safe', blueprint: 'NET-4' },
  description: { rule: 'mutable', impact: 'Safe', blueprint: 'NET-4' },
};

export const vSwitchFields: FieldTable<VSwitchSpec> = {
  zone: { rule: 'forbidden', impact: 'Forbidden', blueprint: 'NET-2' },
  cidr: { rule: 'forbidden', impact: 'Forbidden', blueprint: 'NET-2' },
  displayName: { rule: 'mutable', impact: 'Safe', blueprint: 'NET-4' },
  description: { rule: 'mutable', impact: 'Safe', blueprint: 'NET-4' },
};

interface Named {
  readonly displayName?: string;
  readonly description?: string;
}

// Once set, a name cannot be set to nothing again (the cloud takes 1 to 256 characters): an empty one is not judged.
const named = (spec: Required<Named>): Named => ({
  ...(spec.displayName === '' ? {} : { displayName: spec.displayName }),
  ...(spec.description === '' ? {} : { description: spec.description }),
});

/** Canonical form of a wished VPC for the diff against a record: CIDR by its network, what cannot be set left out. */
export function adjustVpc(spec: VpcSpec): Partial<VpcSpec> {
  return { cidr: canonicalCidr(spec.cidr), ...named(spec) };
}

/** Canonical form of a wished vSwitch for the diff against a record. */
export function adjustVSwitch(spec: VSwitchSpec): Partial<VSwitchSpec> {
  return { zone: spec.zone, cidr: canonicalCidr(spec.cidr), ...named(spec) };
}

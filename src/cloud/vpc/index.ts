// The VPC product: networks and their subnets.
import type { CloudService, DetailReader, Lister } from '../service.ts';
import { createdIds } from './api.ts';
import { applyVpc, freezeVpc } from './apply.ts';
import type { VpcAction } from './model.ts';
import { vpcLister, vSwitchLister } from './observe.ts';

/** Sends changes of VPCs and vSwitches. */
export const vpcService: CloudService<VpcAction> = {
  name: 'vpc',
  freeze: freezeVpc,
  apply: applyVpc,
  idsOf: createdIds,
};

/** What the inventory sweeps of this product. */
export const vpcListers: readonly Lister[] = [vpcLister, vSwitchLister];

/** Nothing of this product needs a read per parent. */
export const vpcDetails: readonly DetailReader<unknown>[] = [];

// How the inventory lists VPCs and vSwitches: pages of 50, in order (this product throttles skipped pages).
import { createLister } from '../lister.ts';
import type { Lister } from '../service.ts';
import { readVpcs, readVSwitches } from './api.ts';
import type { VpcRecord, VSwitchRecord } from './model.ts';

/** VPCs; one read may name 20 ids. */
export const vpcLister: Lister<VpcRecord> = createLister({
  type: 'VPC',
  service: 'vpc',
  action: 'DescribeVpcs',
  paging: 'number',
  pageSize: 50,
  idsPerRead: 20,
  byIds: (ids) => ({ VpcId: ids.join(',') }),
  page: readVpcs,
});

/** vSwitches; a read is documented to name one id only. */
export const vSwitchLister: Lister<VSwitchRecord> = createLister({
  type: 'VSwitch',
  service: 'vpc',
  action: 'DescribeVSwitches',
  paging: 'number',
  pageSize: 50,
  idsPerRead: 1,
  byIds: (ids) => ({ VSwitchId: ids.join(',') }),
  page: readVSwitches,
});

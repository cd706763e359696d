// The SLB product: classic load balancers, their listeners and backends.
import type { CloudService, DetailReader, Lister } from '../service.ts';
import { createdIds } from './answers.ts';
import { applySlb, freezeSlb } from './apply.ts';
import type { SlbAction } from './model.ts';
import { listenerLister, loadBalancerLister, loadBalancerParts } from './observe.ts';

/** Sends changes of load balancers, listeners and backends. */
export const slbService: CloudService<SlbAction> = {
  name: 'slb',
  freeze: freezeSlb,
  apply: applySlb,
  idsOf: createdIds,
};

/** What the inventory sweeps of this product. */
export const slbListers: readonly Lister[] = [loadBalancerLister, listenerLister];

/** What the slow tier reads of this product. */
export const slbDetails: readonly DetailReader<unknown>[] = [loadBalancerParts];

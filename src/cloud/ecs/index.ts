// The ECS product: security groups, servers, and questions inside them.
import type { CloudService, DetailReader, Lister } from '../service.ts';
import { createdIds } from './answers.ts';
import { applyEcs, freezeEcs } from './apply.ts';
import type { EcsAction } from './model.ts';
import { groupRules, maintenanceLister, securityGroupLister, serverLister } from './observe.ts';

export { answers, ask } from './guest.ts';

/** Sends changes of groups, rules and servers. */
export const ecsService: CloudService<EcsAction> = {
  name: 'ecs',
  freeze: freezeEcs,
  apply: applyEcs,
  idsOf: createdIds,
};

/** What the inventory sweeps of this product. */
export const ecsListers: readonly Lister[] = [securityGroupLister, serverLister, maintenanceLister];

/** What the slow tier reads of this product. */
export const ecsDetails: readonly DetailReader<unknown>[] = [groupRules];

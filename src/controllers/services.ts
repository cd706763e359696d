// The one place that knows which service an action belongs to.
import type { Answer, Call } from '../cloud/call.ts';
import { ecsDetails, ecsListers, ecsService } from '../cloud/ecs/index.ts';
import type { Applied, ApplyContext, DetailReader, Lister } from '../cloud/service.ts';
import { slbDetails, slbListers, slbService } from '../cloud/slb/index.ts';
import { vpcDetails, vpcListers, vpcService } from '../cloud/vpc/index.ts';
import type { CloudAction } from './model.ts';

/** Everything the inventory sweeps. */
export const listers: readonly Lister[] = [...vpcListers, ...ecsListers, ...slbListers];

/** Everything the slow tier reads. */
export const details: readonly DetailReader<unknown>[] = [...vpcDetails, ...ecsDetails, ...slbDetails];

/** The request of a create, to be frozen. */
export function freeze(of: CloudAction, region: string): Call | undefined {
  switch (of.service) {
    case 'vpc':
      return vpcService.freeze(of.action, region);
    case 'ecs':
      return ecsService.freeze(of.action, region);
    case 'slb':
      return slbService.freeze(of.action, region);
    default:
      return of satisfies never;
  }
}

/** Sends an action that is no create. */
export function apply(of: CloudAction, context: ApplyContext): Promise<Applied> {
  switch (of.service) {
    case 'vpc':
      return vpcService.apply(of.action, {}, context);
    case 'ecs':
      return ecsService.apply(of.action, {}, context);
    case 'slb':
      return slbService.apply(of.action, {}, context);
    default:
      return of satisfies never;
  }
}

/** The ids that a create made. */
export function idsOf(call: Call, answer: Answer): readonly string[] {
  switch (call.service) {
    case 'vpc':
      return vpcService.idsOf(call.action, answer);
    case 'ecs':
      return ecsService.idsOf(call.action, answer);
    case 'slb':
      return slbService.idsOf(call.action, answer);
    case 'sts':
      return [];
    default:
      return call.service satisfies never;
  }
}

// Sends the changes of VPCs and vSwitches. Never re-decides.
import { create, ended, impossible, send } from '../applied.ts';
import type { Call } from '../call.ts';
import type { Applied, ApplyContext, Ticket } from '../service.ts';
import * as api from './api.ts';
import type { VpcAction } from './model.ts';

/** The request of a create, for its intent; undefined for what is not a create. */
export function freezeVpc(action: VpcAction, region: string): Call | undefined {
  if (action.kind === 'CreateVpc') return api.createVpc(region, action.spec, action.tags);
  if (action.kind === 'CreateVSwitch') return api.createVSwitch(region, action);
  return undefined;
}

/** Sends one action; an absent resource ends a delete well. */
export async function applyVpc(action: VpcAction, ticket: Ticket, context: ApplyContext): Promise<Applied> {
  const { region } = context;
  switch (action.kind) {
    case 'CreateVpc':
    case 'CreateVSwitch':
      return create(ticket, context, api.createdIds);
    case 'UpdateVpc':
      return ended(await send(api.modifyVpc(region, action.id, action.set), context), [action.id]);
    case 'DeleteVpc':
      return ended(await send(api.deleteVpc(region, action.id), context), [action.id], ['absent']);
    case 'UpdateVSwitch':
      return ended(await send(api.modifyVSwitch(region, action.id, action.set), context), [action.id]);
    case 'DeleteVSwitch':
      return ended(await send(api.deleteVSwitch(region, action.id), context), [action.id], ['absent']);
    case 'TagVpcResource':
      return ended(await send(api.tagResource(region, action, action.tags), context), [action.id]);
    default:
      return impossible(action);
  }
}

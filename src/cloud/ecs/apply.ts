// Sends the changes of groups, rules and servers. Never re-decides.
import type { Call } from '../call.ts';
import type { Applied, ApplyContext, Ticket } from '../service.ts';
import * as api from './api.ts';
import { applyToGroup, type GroupAction } from './apply-groups.ts';
import { applyToServers, type ServerAction } from './apply-servers.ts';
import type { EcsAction } from './model.ts';

/** The request of a create, for its intent; undefined for what is not a create (rules have natural keys and need no intent). */
export function freezeEcs(action: EcsAction, region: string): Call | undefined {
  if (action.kind === 'CreateSecurityGroup') return api.createGroup(region, action);
  if (action.kind === 'RunServers') return api.runServers(region, action);
  return undefined;
}

/** Sends one action; absent resources end deletes and revokes well. */
export function applyEcs(action: EcsAction, ticket: Ticket, context: ApplyContext): Promise<Applied> {
  return isGroupAction(action) ? applyToGroup(action, ticket, context) : applyToServers(action, ticket, context);
}

const groupActions: { readonly [kind in EcsAction['kind']]: boolean } = {
  CreateSecurityGroup: true,
  UpdateSecurityGroup: true,
  DeleteSecurityGroup: true,
  AuthorizeRules: true,
  RevokeRules: true,
  RunServers: false,
  StartServers: false,
  UpdateServer: false,
  SetMaintenance: false,
  DeleteServers: false,
  TagEcsResource: false,
} satisfies { readonly [kind in GroupAction['kind']]: true } & { readonly [kind in ServerAction['kind']]: false };

function isGroupAction(action: EcsAction): action is GroupAction {
  return groupActions[action.kind];
}

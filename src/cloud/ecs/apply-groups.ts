// Sends the changes of security groups and their rules.
import { chunks, create, ended, impossible, inTurn, send, takeAway } from '../applied.ts';
import type { Call } from '../call.ts';
import type { Applied, ApplyContext, Ticket } from '../service.ts';
import { createdIds } from './answers.ts';
import * as api from './api.ts';
import type { EcsAction, LiveRule, SecurityGroupRule } from './model.ts';

/** Actions on groups and rules. */
export type GroupAction = Extract<EcsAction, { readonly kind: `${string}SecurityGroup` | `${string}Rules` }>;

/** Sends one action on a group. */
export async function applyToGroup(action: GroupAction, ticket: Ticket, context: ApplyContext): Promise<Applied> {
  const { region } = context;
  switch (action.kind) {
    case 'CreateSecurityGroup':
      return create(ticket, context, createdIds);
    case 'UpdateSecurityGroup':
      return ended(await send(api.modifyGroup(region, action.id, action.set), context), [action.id]);
    case 'DeleteSecurityGroup':
      return ended(await send(api.deleteGroup(region, action.id), context), [action.id], ['absent']);
    case 'AuthorizeRules':
      return authorize(action, context);
    case 'RevokeRules':
      return revoke(action, context);
    default:
      return impossible(action);
  }
}

type Rule = SecurityGroupRule | LiveRule;
type Rules = { readonly groupId: string; readonly rules: readonly Rule[] };

const idOf = (rule: Rule): string => ('ruleId' in rule ? rule.ruleId : '');

/** An identical rule that is already there makes the call succeed and adds nothing. */
function authorize({ groupId, rules }: Rules, context: ApplyContext): Promise<Applied> {
  const calls = chunks(rules, api.RULES_PER_CALL).map((part) => api.authorizeRules(context.region, groupId, part));
  return inTurn(calls, [groupId], async (call) => ended(await send(call, context), [groupId], ['exists']));
}

/** By id where the cloud gave one, by natural key otherwise. */
async function revoke({ groupId, rules }: Rules, context: ApplyContext): Promise<Applied> {
  const byId = (part: readonly Rule[]): Call => api.revokeRuleIds(context.region, groupId, part.map(idOf));
  const byKey = (part: readonly Rule[]): Call => api.revokeRules(context.region, groupId, part);
  const [known, keyed] = [rules.filter((rule) => idOf(rule) !== ''), rules.filter((rule) => idOf(rule) === '')];
  const shared = { size: api.RULES_PER_CALL, ids: [groupId], context };
  const first = await takeAway(known, { ...shared, request: byId });
  return first.kind === 'done' && keyed.length > 0 ? takeAway(keyed, { ...shared, request: byKey }) : first;
}

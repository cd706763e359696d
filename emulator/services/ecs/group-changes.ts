// Changing what a security group lets through: authorise, revoke, modify.

import type { Answer, Call, Operation } from '../../service.ts';
import { checkRule, readRule, requestedRules, ruleKey } from './group-rules.ts';
import { type SecurityGroup, securityGroups, type SecurityRule } from './tables.ts';

const RULES_PER_GROUP = 200;

const existing = (call: Call): SecurityGroup =>
  call.table(securityGroups).get(call.params.required('SecurityGroupId')) ??
  call.refuse('InvalidSecurityGroupId.NotFound', {
    status: 404,
    message: 'The specified SecurityGroupId does not exist.',
  });

const authorize =
  (direction: SecurityRule['direction']) =>
  (call: Call): Answer => {
    const group = existing(call);
    const known = new Set(group.rules.map(ruleKey));
    // An identical rule is there already: the call succeeds and adds nothing.
    const fresh = new Map(
      requestedRules(call, group, direction)
        .map((spec) => [ruleKey(spec), spec] as const)
        .filter(([key]) => !known.has(key)),
    );
    if (group.rules.length + fresh.size > call.quota('ecs.rulesPerGroup', RULES_PER_GROUP))
      call.refuse('AuthorizationLimitExceed', { status: 403 });
    if (fresh.size === 0) return {};
    const added = [...fresh.values()].map((spec) => ({ ...spec, id: call.newId('sgr'), createdAt: call.now() }));
    call.table(securityGroups).update(group.id, { rules: [...group.rules, ...added] });
    return {};
  };

const condemned = (call: Call, group: SecurityGroup, direction: SecurityRule['direction']): ReadonlySet<string> => {
  const ids = call.params.texts('SecurityGroupRuleId');
  if (ids.length > 0) {
    const missing = ids.some((id) => group.rules.every((rule) => rule.id !== id));
    return missing ? call.refuse('InvalidSecurityGroupRuleId.NotFound', { status: 404 }) : new Set(ids);
  }
  const byKey = new Map(group.rules.map((rule) => [ruleKey(rule), rule.id]));
  return new Set(
    requestedRules(call, group, direction).map(
      (spec) =>
        byKey.get(ruleKey(spec)) ??
        call.refuse('InvalidGroupAuthItem.NotFound', {
          status: 403,
          message: 'Specified group authorized item does not exist in our records.',
        }),
    ),
  );
};

const revoke =
  (direction: SecurityRule['direction']) =>
  (call: Call): Answer => {
    const group = existing(call);
    const gone = condemned(call, group, direction);
    call.table(securityGroups).update(group.id, { rules: group.rules.filter((rule) => !gone.has(rule.id)) });
    return {};
  };

const modifyRule = (call: Call): Answer => {
  const group = existing(call);
  const id = call.params.text('SecurityGroupRuleId');
  const known =
    group.rules.find((rule) => rule.id === id) ?? call.refuse('InvalidSecurityGroupRuleId.NotFound', { status: 404 });
  const spec = checkRule(call, group, readRule(call, call.params, { direction: known.direction, known }));
  const rules = group.rules.map((rule) =>
    rule.id === known.id ? { ...spec, id: rule.id, createdAt: rule.createdAt } : rule,
  );
  call.table(securityGroups).update(group.id, { rules });
  return {};
};

/** Actions that change rules. */
export const ruleOperations: Readonly<Record<string, Operation>> = {
  AuthorizeSecurityGroup: { effect: 'write', token: true, coverage: 'full', run: authorize('ingress') },
  AuthorizeSecurityGroupEgress: { effect: 'write', token: true, coverage: 'full', run: authorize('egress') },
  RevokeSecurityGroup: { effect: 'write', token: true, coverage: 'full', run: revoke('ingress') },
  RevokeSecurityGroupEgress: { effect: 'write', token: true, coverage: 'full', run: revoke('egress') },
  ModifySecurityGroupRule: { effect: 'write', token: true, coverage: 'full', run: modifyRule },
};

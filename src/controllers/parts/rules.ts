// Plans the inbound rules of one security group: authorise what is missing first, then take away what nobody declared.
import { type GroupRules, type LiveRule, type SecurityGroupRule, ruleKey } from '../../cloud/ecs/model.ts';
import { type Blocked, emptyPlan, resourceKey } from '../../plan/change.ts';
import type { CloudChange, CloudPlan, View } from '../model.ts';

/** Type under which rules of a group appear in plans. */
export const RULES = 'SecurityGroupRules';
/** Source of a declared rule whose group is not known (yet, or any more). */
export const UNKNOWN_GROUP: SecurityGroupRule['source'] = { kind: 'group', groupId: '' };
const RULES_PER_REQUEST = 40; // keeps a frozen request below the limit of an intent

/** What is declared and seen of one group's rules. */
export interface RulesInput {
  readonly groupName: string;
  readonly groupId: string;
  readonly desired: readonly SecurityGroupRule[];
  /** Rules that wait for another object's group. */
  readonly blocked: readonly Blocked[];
  /** The same rules, from UNKNOWN_GROUP: a live rule that may be one of them is not judged. */
  readonly waiting?: readonly SecurityGroupRule[];
  /** Live rules; undefined while they were never read. */
  readonly live: GroupRules | undefined;
  readonly undeclared: 'Revoke' | 'Report';
  /** Groups of objects that are being deleted: our rules that name them are withdrawn whatever `undeclared` says. */
  readonly leavingGroups: ReadonlySet<string>;
}

/** The plan of one group's rules. */
export function planRules(input: RulesInput): CloudPlan {
  const name = `${input.groupName}/rules`;
  if (input.live === undefined) {
    return {
      ...emptyPlan,
      blocked: input.blocked,
      pending: [{ type: RULES, name, id: input.groupId, why: 'its rules were not read yet' }],
    };
  }
  const wanted = new Map(input.desired.map((rule) => [ruleKey(rule), rule]));
  const have = new Map(input.live.rules.map((rule) => [ruleKey(rule), rule]));
  const missing = [...wanted].filter(([key]) => !have.has(key)).map(([, rule]) => rule);
  const unclear = new Set(input.waiting?.map(ruleKey));
  const extra = [...have]
    .filter(([key, rule]) => !wanted.has(key) && !unclear.has(keyFromAnyGroup(rule)))
    .map(([, rule]) => rule);
  const revoked = extra.filter((rule) => input.undeclared === 'Revoke' || isLeaving(rule, input.leavingGroups));
  return {
    ...emptyPlan,
    blocked: input.blocked,
    changes: [
      ...chunks(missing).map((rules, index) => authorize(input, rules, index)),
      ...revoked.map((rule) => revoke(input, rule)),
    ],
    reported: extra
      .filter((rule) => !revoked.includes(rule))
      .map((rule) => ({
        path: `${name}[${ruleText(rule)}]`,
        desired: 'not declared',
        observed: ruleText(rule),
        impact: 'Disruptive',
        blueprint: 'SG-8',
      })),
  };
}

function keyFromAnyGroup(rule: LiveRule): string {
  return rule.source.kind === 'group' ? ruleKey({ ...rule, source: UNKNOWN_GROUP }) : '';
}

function isLeaving(rule: LiveRule, leaving: ReadonlySet<string>): boolean {
  return rule.source.kind === 'group' && leaving.has(rule.source.groupId);
}

function authorize(input: RulesInput, rules: readonly SecurityGroupRule[], index: number): CloudChange {
  const name = index === 0 ? `${input.groupName}/rules` : `${input.groupName}/rules/${index}`;
  return {
    verb: 'Create',
    type: RULES,
    name,
    ids: [],
    count: rules.length,
    impact: 'Safe',
    blueprint: 'SG-1',
    fields: rules.map((rule) => ({
      path: `[${ruleText(rule)}]`,
      from: 'absent',
      to: ruleText(rule),
      impact: 'Safe',
      rule: 'mutable',
      blueprint: 'SG-1',
    })),
    reason: 'declared and not there',
    needs: [resourceKey('SecurityGroup', input.groupName)],
    action: { service: 'ecs', action: { kind: 'AuthorizeRules', groupId: input.groupId, rules } },
  };
}

/** Open to the world is closed at once; any other undeclared rule may carry somebody's traffic. */
function revoke(input: RulesInput, rule: LiveRule): CloudChange {
  const impact = isOpenToWorld(rule) ? 'Safe' : 'Disruptive';
  return {
    verb: 'Revoke',
    type: RULES,
    name: `${input.groupName}/rules/${ruleText(rule)}`,
    ids: [input.groupId],
    count: 1,
    impact,
    blueprint: 'SG-8',
    fields: [
      { path: `[${ruleText(rule)}]`, from: ruleText(rule), to: 'absent', impact, rule: 'mutable', blueprint: 'SG-8' },
    ],
    reason: isOpenToWorld(rule) ? 'nobody declared it, and it is open to the world' : 'nobody declared it',
    needs: [],
    action: { service: 'ecs', action: { kind: 'RevokeRules', groupId: input.groupId, rules: [rule] } },
  };
}

/** Rules of other groups that name this one keep it alive: ours are withdrawn by their own objects, a stranger's blocks. */
export function namedBy(view: View, groupId: string): CloudPlan {
  const naming = view.records('SecurityGroup').filter(({ id }) => {
    const rules = view.detail<GroupRules>('GroupRules', id)?.parts.rules ?? [];
    return id !== groupId && rules.some(({ source }) => source.kind === 'group' && source.groupId === groupId);
  });
  if (naming.length === 0) return emptyPlan;
  const ids = naming.map(({ id }) => id).slice(0, 5);
  return {
    ...emptyPlan,
    pending: [{ type: RULES, name: 'sg/naming', id: groupId, why: `is named by rules of ${ids.join(', ')}` }],
  };
}

/** True for an accept rule from every address. */
export function isOpenToWorld(rule: SecurityGroupRule): boolean {
  return (
    rule.policy === 'accept' &&
    rule.source.kind === 'cidr' &&
    (rule.source.cidr === '0.0.0.0/0' || rule.source.cidr === '::/0')
  );
}

/** `TCP 22/22 from 0.0.0.0/0`, as plans and drift show a rule. */
export function ruleText(rule: SecurityGroupRule): string {
  const source = rule.source.kind === 'cidr' ? rule.source.cidr : rule.source.groupId;
  return `${rule.protocol} ${rule.ports} from ${source}${rule.policy === 'drop' ? ' drop' : ''}`;
}

function chunks(rules: readonly SecurityGroupRule[]): readonly (readonly SecurityGroupRule[])[] {
  const count = Math.ceil(rules.length / RULES_PER_REQUEST);
  return Array.from({ length: count }, (_, index) =>
    rules.slice(index * RULES_PER_REQUEST, (index + 1) * RULES_PER_REQUEST),
  );
}

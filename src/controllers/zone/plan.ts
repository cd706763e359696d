// Plans a security zone: one vSwitch in each zone, one security group, its rules.
import type { GroupRules, SecurityGroupRule } from '../../cloud/ecs/model.ts';
import { adjustRule, adjustSecurityGroup, securityGroupFields } from '../../cloud/ecs/model.ts';
import type { InboundRule, SecurityZone } from '../../crds/index.ts';
import { type Blocked, emptyPlan, joinPlans, resourceKey } from '../../plan/change.ts';
import type { KindPlan, PlanInput } from '../kind.ts';
import { type CloudPlan, type Fact, type View, missing } from '../model.ts';
import { RULES, UNKNOWN_GROUP, planRules } from '../parts/rules.ts';
import { isLost, ownFact, planSingle } from '../parts/single.ts';
import { vpcWait } from '../parts/templates.ts';
import { cloudName, recordOf } from '../records.ts';
import type { GroupFact, ZoneRefs } from './refs.ts';
import { planSubnets, vpcFact } from './subnets.ts';

/** Addresses that classic load balancers speak from (SG-3). */
export const LOAD_BALANCER_RANGE = '100.64.0.0/10';

/** What a zone's plan is made from. */
export type ZoneInput = PlanInput<SecurityZone, ZoneRefs>;

/** The plan of a living zone. */
export function planZone(input: ZoneInput): KindPlan {
  const plan = joinPlans([
    vpcWait(input.refs.vpcId, input.view),
    planSubnets(input),
    planGroup(input),
    planInbound(input),
  ]);
  return { plan, fleets: [], replacements: [], gone: [], retain: [] };
}

function planGroup(input: ZoneInput): CloudPlan {
  const { object } = input;
  const spec = {
    displayName: cloudName(object.spec.displayName, object.metadata.name),
    description: object.spec.description ?? '',
  };
  return planSingle(
    {
      type: 'SecurityGroup',
      name: 'sg',
      uid: object.metadata.uid,
      recorded: recordOf(input.records, 'sg'),
      desired: adjustSecurityGroup(spec),
      table: securityGroupFields,
      readyStates: [''],
      blueprint: 'SG-12',
      needs: [resourceKey('VPC', 'vpc')],
      create: vpcFact(input, (vpcId) => ({
        service: 'ecs',
        action: { kind: 'CreateSecurityGroup', vpcId, spec, tags: {} },
      })),
      update: (id, set) => ({ service: 'ecs', action: { kind: 'UpdateSecurityGroup', id, set } }),
    },
    input.view,
  );
}

function planInbound(input: ZoneInput): CloudPlan {
  const group = recordOf(input.records, 'sg');
  if (group === undefined || isLost(group, input.object.metadata.uid, input.view)) return emptyPlan;
  const rules = input.object.spec.inbound.flatMap((rule) => sourcesOf(input, rule));
  const live = input.view.detail<GroupRules>('GroupRules', group.id)?.parts;
  return planRules({
    groupName: 'sg',
    groupId: group.id,
    desired: rules.flatMap((rule) => (rule.kind === 'rules' ? rule.rules : [])),
    blocked: rules.flatMap((rule) => (rule.kind === 'blocked' ? [rule.blocked] : [])),
    waiting: rules.flatMap((rule) => (rule.kind === 'blocked' ? rule.waiting : [])),
    live: live ?? (input.madeNow.has(group.id) ? { rules: [] } : undefined),
    undeclared: input.object.spec.undeclaredRules,
    leavingGroups: leavingGroups(input.refs),
  });
}

type Sourced =
  | { readonly kind: 'rules'; readonly rules: readonly SecurityGroupRule[] }
  | { readonly kind: 'blocked'; readonly blocked: Blocked; readonly waiting: readonly SecurityGroupRule[] };

/** A declared rule as cloud rules, nothing when its object is leaving, or the fact it waits for. */
function sourcesOf(input: ZoneInput, rule: InboundRule): readonly Sourced[] {
  switch (rule.from.type) {
    case 'CIDR':
      return [{ kind: 'rules', rules: expand(rule, { kind: 'cidr', cidr: rule.from.cidr }) }];
    case 'LoadBalancers':
      return [{ kind: 'rules', rules: expand(rule, { kind: 'cidr', cidr: LOAD_BALANCER_RANGE }) }];
    case 'BastionPool':
      return fromGroup(input, rule, { kind: 'BastionPool', name: rule.from.bastionPoolRef.name });
    case 'SecurityZone':
      if (rule.from.securityZoneRef.name === input.object.metadata.name) return []; // see rules/own-zone.ts
      return fromGroup(input, rule, { kind: 'SecurityZone', name: rule.from.securityZoneRef.name });
    default:
      return rule.from satisfies never;
  }
}

function fromGroup(
  { refs, view }: ZoneInput,
  rule: InboundRule,
  of: { readonly kind: 'BastionPool' | 'SecurityZone'; readonly name: string },
): readonly Sourced[] {
  const group = (of.kind === 'BastionPool' ? refs.pools : refs.zones).get(of.name);
  if (group?.leaving === true) return [];
  const fact = groupOf(of, group, view);
  if (fact.kind === 'known') return [{ kind: 'rules', rules: expand(rule, { kind: 'group', groupId: fact.value }) }];
  const { dependency } = fact;
  return [
    {
      kind: 'blocked',
      blocked: { type: RULES, name: `sg/rules/${rule.name}`, dependency },
      waiting: expand(rule, UNKNOWN_GROUP),
    },
  ];
}

function groupOf(
  { kind, name }: { readonly kind: string; readonly name: string },
  group: GroupFact | undefined,
  view: View,
): Fact<string> {
  const fact = group === undefined ? 'security group id (the object does not exist)' : 'security group id';
  if (group?.groupId === undefined) return missing(kind, name, fact);
  const record = { type: 'SecurityGroup', id: group.groupId } as const;
  return ownFact({ kind, metadata: { name, uid: group.uid }, record, fact }, view);
}

function expand(rule: InboundRule, source: SecurityGroupRule['source']): readonly SecurityGroupRule[] {
  const ports = rule.ports?.map((range) => (range.includes('-') ? range.replace('-', '/') : `${range}/${range}`)) ?? [
    '-1/-1',
  ];
  return ports.map((range) =>
    adjustRule({
      protocol: rule.protocol === 'All' ? 'ALL' : rule.protocol,
      ports: range,
      source,
      policy: 'accept',
      priority: rule.priority,
      description: rule.name,
    }),
  );
}

/** Groups of zones and pools that are being deleted. */
export function leavingGroups(refs: Pick<ZoneRefs, 'zones' | 'pools'>): ReadonlySet<string> {
  const facts = [...refs.zones.values(), ...refs.pools.values()];
  return new Set(facts.flatMap((fact) => (fact.leaving && fact.groupId !== undefined ? [fact.groupId] : [])));
}

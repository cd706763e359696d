// SecurityZone: subnets in both zones, one group, who may come in.
import type { SecurityZone } from '../../crds/index.ts';
import { judgeShare } from '../judge.ts';
import { belongsTo, environmentAdmits } from '../belonging.ts';
import type { Admission, KindPlan, OwnerKind, Stores, Verdicts } from '../kind.ts';
import { ZONE_RESOURCE } from '../resources.ts';
import { RULES } from '../parts/rules.ts';
import { zoneProblems } from './admission.ts';
import { type ZoneInput, planZone } from './plan.ts';
import { type ZoneRefs, resolveZone } from './refs.ts';
import { zoneRules } from './rules/index.ts';
import { teardownZone } from './teardown.ts';

export const zoneKind: OwnerKind<SecurityZone, ZoneRefs> = {
  name: 'SecurityZone',
  resource: ZONE_RESOURCE,
  types: ['VSwitch', 'SecurityGroup'],
  belongs: belongsTo,
  resolve: resolveZone,
  admit: (object: SecurityZone, refs: ZoneRefs, stores: Stores): Admission =>
    environmentAdmits(refs.environment, object, () => zoneProblems(object, stores)),
  zoneStates: () => [],
  plan: planZone,
  teardown: teardownZone,
  judge: judgeZone,
  details: (records) =>
    records
      .filter((record) => record.type === 'SecurityGroup')
      .map((record) => ({ type: 'GroupRules', parentId: record.id })),
};

function judgeZone(input: ZoneInput, { plan }: KindPlan): Verdicts {
  return {
    concerns: [
      judgeShare(
        {
          concern: 'NetworkReady',
          types: ['VPC', 'VSwitch', 'SecurityGroup'],
          drift: 'NetworkDrift',
          good: 'Both subnets and the security group are as declared',
        },
        plan,
        input.built,
      ),
      judgeShare(
        {
          concern: 'RulesInSync',
          types: [RULES],
          drift: 'RuleDrift',
          good: 'The security group admits what is declared',
        },
        plan,
        input.built,
      ),
    ],
    findings: zoneRules.flatMap((rule) => rule.judge(input)),
    addresses: [],
    repaired: [],
  };
}

// BastionPool: small servers in both zones, through which administrators reach the others.
import { type BastionPool, poolInZone } from '../../crds/index.ts';
import { belongsTo, environmentAdmits } from '../belonging.ts';
import { judgeShare } from '../judge.ts';
import { judgeBalance } from '../judge-balance.ts';
import type { Admission, KindPlan, OwnerKind, Verdicts, ZoneState } from '../kind.ts';
import { MAINTENANCE } from '../parts/maintenance.ts';
import { RULES } from '../parts/rules.ts';
import { POOL_RESOURCE } from '../resources.ts';
import { type PoolInput, planPool, teardownPool } from './plan.ts';
import { type PoolRefs, resolvePool } from './refs.ts';
import { poolRules } from './rules/index.ts';

export const poolKind: OwnerKind<BastionPool, PoolRefs> = {
  name: 'BastionPool',
  resource: POOL_RESOURCE,
  types: ['SecurityGroup', 'Server'],
  belongs: belongsTo,
  resolve: resolvePool,
  admit: admitPool,
  zoneStates: (_object, refs): readonly ZoneState[] => refs.environment?.status?.zones ?? [],
  plan: planPool,
  teardown: teardownPool,
  judge: judgePool,
  details: (records) =>
    records
      .filter((record) => record.type === 'SecurityGroup')
      .map((record) => ({ type: 'GroupRules', parentId: record.id })),
};

function admitPool(object: BastionPool, refs: PoolRefs): Admission {
  return environmentAdmits(refs.environment, object, () =>
    refs.zone === undefined
      ? []
      : poolInZone(object, refs.zone).map((problem) => `${problem.field}: ${problem.message} (${problem.rule})`),
  );
}

function judgePool(input: PoolInput, plan: KindPlan): Verdicts {
  return {
    concerns: [
      judgeShare(
        {
          concern: 'RulesInSync',
          types: ['SecurityGroup', RULES],
          drift: 'RuleDrift',
          good: 'The security group admits the declared clients only',
        },
        plan.plan,
        input.built,
      ),
      judgeShare(
        {
          concern: 'ServersReady',
          types: ['Server', MAINTENANCE],
          drift: 'ServerDrift',
          good: 'All bastions run as declared',
        },
        plan.plan,
        input.built,
      ),
      judgeBalance(input, plan),
    ],
    findings: poolRules.flatMap((rule) => rule.judge(input)),
    addresses: [],
    repaired: [],
  };
}

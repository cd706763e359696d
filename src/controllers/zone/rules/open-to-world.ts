// SG-8: a rule open to every address lets in the whole VPC, VPN clients and leased lines, declared or not.
import type { GroupRules } from '../../../cloud/ecs/model.ts';
import { isOpenToWorld, ruleText } from '../../parts/rules.ts';
import { recordOf } from '../../records.ts';
import type { ZoneInput } from '../plan.ts';
import type { ZoneRule } from '../rule.ts';

export const openToWorld: ZoneRule = {
  id: 'SG-8',
  judge: (input: ZoneInput) => {
    const group = recordOf(input.records, 'sg');
    const rules = group === undefined ? [] : (input.view.detail<GroupRules>('GroupRules', group.id)?.parts.rules ?? []);
    return rules.filter(isOpenToWorld).map((rule) => ({
      rule: 'SG-8',
      severity: 'Critical',
      message: `A rule of ${input.object.metadata.name} lets in every address: ${ruleText(rule)}. The whole network, VPN clients and lines get in. Remove it from spec.inbound, or set undeclaredRules: Revoke`,
      evidence: `${group?.id ?? ''} ${ruleText(rule)}`,
    }));
  },
};

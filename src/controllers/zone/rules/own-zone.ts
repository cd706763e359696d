// SG-1: the cloud refuses a rule that names its own group, and needs none: members of one group reach each other anyway.
import type { ZoneRule } from '../rule.ts';

export const ownZone: ZoneRule = {
  id: 'SG-1',
  judge: ({ object }) =>
    object.spec.inbound
      .filter(({ from }) => from.type === 'SecurityZone' && from.securityZoneRef.name === object.metadata.name)
      .map((rule) => ({
        rule: 'SG-1',
        severity: 'Info',
        message: `Rule ${rule.name} admits the zone itself, which needs no rule and narrows nothing: servers of one security group reach each other on every port. Remove the rule`,
        evidence: `spec.inbound[${rule.name}]`,
      })),
};

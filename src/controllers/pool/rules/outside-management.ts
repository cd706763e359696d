// NET-7: VPN and bastions live in the management zone.
import type { PoolRule } from '../rule.ts';

export const outsideManagement: PoolRule = {
  id: 'NET-7',
  judge: ({ refs }) =>
    refs.zone === undefined ||
    refs.zone.spec.tier === 'Management' ||
    refs.environment?.spec.network.design === 'Standard'
      ? []
      : [
          {
            rule: 'NET-7',
            severity: 'Warning',
            message: `The bastions live in zone ${refs.zone.metadata.name} of tier ${refs.zone.spec.tier}; the management zone is advised`,
            evidence: `tier ${refs.zone.spec.tier}`,
          },
        ],
};

// NET-6: in the high-security design only the DMZ reaches the internet or is reached from it.
import type { EnvironmentRule } from '../rule.ts';

export const publicAddressOutsideDmz: EnvironmentRule = {
  id: 'NET-6',
  judge: ({ object, refs }) =>
    object.spec.network.design === 'Standard'
      ? []
      : object.spec.modules
          .filter((module) => {
            const tier = refs.zones.get(module.securityZoneRef.name)?.spec.tier;
            const isPublic = module.servers.internetBandwidthMbps > 0 || module.loadBalancer?.address === 'Internet';
            return isPublic && tier !== undefined && tier !== 'DMZ';
          })
          .map((module) => ({
            rule: 'NET-6',
            severity: 'Warning',
            message: `Module ${module.name} is reachable from or reaches the internet, and its zone ${module.securityZoneRef.name} is not a DMZ`,
            evidence: `tier ${refs.zones.get(module.securityZoneRef.name)?.spec.tier ?? ''}`,
          })),
};

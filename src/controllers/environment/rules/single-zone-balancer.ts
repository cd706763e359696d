// SLB-4: a live load balancer without a standby zone is reported, never silently replaced.
import { liveBalancer } from '../module.ts';
import type { EnvironmentRule } from '../rule.ts';

export const singleZoneBalancer: EnvironmentRule = {
  id: 'SLB-4',
  judge: (input) =>
    input.object.spec.modules.flatMap((module) => {
      const live = liveBalancer(input, module);
      if (live === undefined || (live.slaveZone !== '' && live.slaveZone !== live.masterZone)) return [];
      return [
        {
          rule: 'SLB-4',
          severity: 'Warning',
          message: `Load balancer ${live.id} of module ${module.name} has no standby zone: it does not survive the loss of ${live.masterZone}`,
          evidence: `${live.masterZone}, ${live.slaveZone}`,
        },
      ];
    }),
};

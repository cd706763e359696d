// SLB-8: stickiness is on unless the backend is fully stateless.
import type { EnvironmentRule } from '../rule.ts';

export const stickinessOff: EnvironmentRule = {
  id: 'SLB-8',
  judge: ({ object }) =>
    object.spec.modules.flatMap((module) =>
      (module.loadBalancer?.listeners ?? [])
        .filter((listener) => listener.protocol !== 'UDP' && listener.stickySession?.type === 'None')
        .map((listener) => ({
          rule: 'SLB-8',
          severity: 'Info',
          message: `Listener ${listener.protocol}/${listener.port} of module ${module.name} does not stick: right only when its backends are fully stateless`,
          evidence: 'stickySession.type: None',
        })),
    ),
};

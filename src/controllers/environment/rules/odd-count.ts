// ARCH-2: an odd number of servers cannot be even over two zones.
import type { EnvironmentRule } from '../rule.ts';

export const oddCount: EnvironmentRule = {
  id: 'ARCH-2',
  judge: ({ object }) =>
    object.spec.modules
      .filter((module) => module.servers.replicas > 1 && module.servers.replicas % 2 === 1)
      .map((module) => ({
        rule: 'ARCH-2',
        severity: 'Info',
        message: `Module ${module.name} has an odd number of servers: one zone carries more than the other`,
        evidence: `servers.replicas: ${module.servers.replicas}`,
      })),
};

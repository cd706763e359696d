// ARCH-7: one server is accepted, and is a single point of failure.
import type { EnvironmentRule } from '../rule.ts';

export const singlePointOfFailure: EnvironmentRule = {
  id: 'ARCH-7',
  judge: ({ object }) =>
    object.spec.modules
      .filter((module) => module.servers.replicas === 1)
      .map((module) => ({
        rule: 'ARCH-7',
        severity: 'Warning',
        message: `Module ${module.name} has one server, which is a single point of failure: set servers.replicas to 2 or more`,
        evidence: 'servers.replicas: 1',
      })),
};

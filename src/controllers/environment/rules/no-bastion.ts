// BAS-4: an environment without bastions is accepted, and shown.
import type { EnvironmentRule } from '../rule.ts';

export const noBastion: EnvironmentRule = {
  id: 'BAS-4',
  judge: ({ object, refs }) =>
    refs.pools.length > 0 || object.spec.modules.length === 0
      ? []
      : [
          {
            rule: 'BAS-4',
            severity: 'Warning',
            message: 'No BastionPool belongs to this environment: administrators have no controlled way in',
            evidence: 'no BastionPool names it',
          },
        ],
};

// Taking a module or load balancer away cannot be undone (a public address is lost for good): a person confirms it by name.
import { isConfirmed, leftRecords } from '../plan.ts';
import type { EnvironmentRule } from '../rule.ts';

export const removalNotConfirmed: EnvironmentRule = {
  id: 'ARCH-6',
  judge: (input) => {
    if (input.object.spec.deletionPolicy === 'Retain') return [];
    const names = new Set(
      leftRecords(input)
        .filter((record) => !isConfirmed(input, record))
        .map((record) => (record.type === 'LoadBalancer' ? record.name : (record.name.split('/')[0] ?? ''))),
    );
    return [...names].map((name) => ({
      rule: 'ARCH-6',
      severity: 'Warning',
      message: `${name} left the spec and still runs (ConfirmationRequired): set annotation financecloud.io/confirm-removal: ${name} to have it released, or put it back into the spec`,
      evidence: leftRecords(input)
        .filter((record) => record.name === name || record.name.startsWith(`${name}/`))
        .map((record) => record.id)
        .slice(0, 10)
        .join(', '),
    }));
  },
};

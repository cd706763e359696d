// ARCH-3: databases are managed; a group that opens a database port between servers hints at a self-built one.
import type { ZoneInput } from '../plan.ts';
import type { ZoneRule } from '../rule.ts';

const DATABASE_PORTS = [1433, 1521, 3306, 5432];

export const databasePortOpen: ZoneRule = {
  id: 'ARCH-3',
  judge: (input: ZoneInput) =>
    input.object.spec.inbound
      .filter((rule) => rule.protocol === 'TCP' && (rule.ports ?? []).some(coversDatabase))
      .map((rule) => ({
        rule: 'ARCH-3',
        severity: 'Warning',
        message: `Inbound rule ${rule.name} opens a database port between servers; managed databases are advised instead of self-built ones`,
        evidence: (rule.ports ?? []).join(', '),
      })),
};

function coversDatabase(range: string): boolean {
  const [from = 0, to = from] = range.split('-').map(Number);
  return DATABASE_PORTS.some((port) => port >= from && port <= to);
}

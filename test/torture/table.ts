// Outcomes as lines for eyes: one for each life, and the table of the fault matrix.
import type { Plan, Shot } from './plan.ts';
import type { Outcome } from './run.ts';
import { ROWS } from './rows.ts';

/** A shot in one line. */
export function shotLine({ phase, at, fault }: Shot): string {
  const more =
    fault.kind === 'kill'
      ? ` ${[fault.position, ...fault.again.map((next) => `+${next.after} ${next.position}`)].join(' ')}`
      : '';
  const what = 'what' in fault ? ` ${fault.what}` : 'status' in fault ? ` ${fault.status}` : '';
  return `${phase}: ${fault.kind}${what}${more} at ${at.fact} #${at.nth}`;
}

/** A life in one line. */
export function summary({ plan, problems, seconds, failedIn, spoken }: Outcome): string {
  const shots = plan.shots.map(shotLine).join('; ');
  const good = spoken ? '  (waited for a person, by design)' : '';
  const end = problems.length === 0 ? good : `  FAILED in ${failedIn}: ${problems.join('; ')}`;
  return `${seconds.toFixed(1).padStart(5)} s  ${plan.name}  ${shots}${end}`;
}

/** What is known of a finished plan. */
export interface Result {
  readonly name: string;
  readonly passed: boolean;
  readonly shots: number;
  /** The operator waited for a person, by design, and went on when one had spoken. */
  readonly spoken?: boolean;
}

/** The matrix: row, plans, faults that happened, passed, and their sums. */
export function matrix(plans: readonly Plan[], results: readonly Result[]): string {
  const ends = new Map(results.map((result) => [result.name, result]));
  const lines = ROWS.map(({ id, fault, elsewhere }) => {
    const mine = plans.filter(({ row }) => row === id);
    const done = mine.flatMap(({ name }) => ends.get(name) ?? []);
    const passed = done.filter((result) => result.passed).length;
    const shots = mine.reduce((sum, plan) => sum + plan.shots.length, 0);
    const spoken = done.filter((result) => result.passed && result.spoken === true).length;
    const waited = spoken === 0 ? '' : `, ${spoken} of them waited for a person`;
    const counts =
      elsewhere === undefined
        ? `${shots} faults in ${mine.length} lives, ${done.length} lived, ${passed} passed${waited}`
        : `- ${elsewhere}`;
    return `${id.padEnd(4)} ${fault.padEnd(52)} ${counts}`;
  });
  const all = plans.reduce((sum, plan) => sum + plan.shots.length, 0);
  const passed = plans.filter(({ name }) => ends.get(name)?.passed === true).length;
  return [...lines, `all  ${all} faults in ${plans.length} lives, ${ends.size} lived, ${passed} passed`].join('\n');
}

// The shape of a rule about this kind: the id in the blueprint, and what it finds.
import type { KindPlan, Verdicts } from '../kind.ts';
import type { EnvironmentInput } from './module.ts';

/** One rule of the blueprint, judged. */
export interface EnvironmentRule {
  readonly id: string;
  readonly judge: (input: EnvironmentInput, plan: KindPlan) => Verdicts['findings'];
}

// The shape of a rule about this kind: the id in the blueprint, and what it finds.
import type { Verdicts } from '../kind.ts';
import type { PoolInput } from './plan.ts';

/** One rule of the blueprint, judged. */
export interface PoolRule {
  readonly id: string;
  readonly judge: (input: PoolInput) => Verdicts['findings'];
}

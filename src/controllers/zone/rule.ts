// The shape of a rule about this kind: the id in the blueprint, and what it finds.
import type { Verdicts } from '../kind.ts';
import type { ZoneInput } from './plan.ts';

/** One rule of the blueprint, judged. */
export interface ZoneRule {
  readonly id: string;
  readonly judge: (input: ZoneInput) => Verdicts['findings'];
}

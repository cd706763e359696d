// The ordered list of what is judged about a bastion pool: one rule, one file, one row.
import type { Verdicts } from '../../kind.ts';
import type { PoolInput } from '../plan.ts';
import { outsideManagement } from './outside-management.ts';

/** One rule of the blueprint, judged. */
export interface PoolRule {
  readonly id: string;
  readonly judge: (input: PoolInput) => Verdicts['findings'];
}

export const poolRules: readonly PoolRule[] = [outsideManagement];

// The ordered list of what is judged about a bastion pool: one rule, one file, one row.
import type { PoolRule } from '../rule.ts';
import { outsideManagement } from './outside-management.ts';
import { wideClients } from './wide-clients.ts';

/** In the order in which they are shown. */
export const poolRules: readonly PoolRule[] = [outsideManagement, wideClients];

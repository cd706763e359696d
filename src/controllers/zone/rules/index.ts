// The ordered list of what is judged about a security zone: one rule, one file, one row.
import type { Verdicts } from '../../kind.ts';
import type { ZoneInput } from '../plan.ts';
import { databasePortOpen } from './database-port-open.ts';
import { layer4NeedsClients } from './layer4-needs-clients.ts';
import { openToWorld } from './open-to-world.ts';

/** One rule of the blueprint, judged. */
export interface ZoneRule {
  readonly id: string;
  readonly judge: (input: ZoneInput) => Verdicts['findings'];
}

export const zoneRules: readonly ZoneRule[] = [openToWorld, layer4NeedsClients, databasePortOpen];

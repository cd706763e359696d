// The ordered list of what is judged about a security zone: one rule, one file, one row.
import type { ZoneRule } from '../rule.ts';
import { databasePortOpen } from './database-port-open.ts';
import { layer4NeedsClients } from './layer4-needs-clients.ts';
import { openToWorld } from './open-to-world.ts';
import { ownZone } from './own-zone.ts';

/** In the order in which they are shown. */
export const zoneRules: readonly ZoneRule[] = [openToWorld, layer4NeedsClients, databasePortOpen, ownZone];

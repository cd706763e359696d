// The list of what the emulator serves; a new service is one folder and one line.

import { guestsModule } from '../guests.ts';
import type { Module } from '../service.ts';
import { ecs } from './ecs/index.ts';
import { slb } from './slb/index.ts';
import { sts } from './sts/index.ts';
import { vpc } from './vpc/index.ts';

/** All modules, in the order in which they hear of facts. */
export const modules: readonly Module[] = [sts, vpc, ecs, guestsModule, slb];

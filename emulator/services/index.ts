// The list of what the emulator serves; a new service is one folder and one line.

import type { Module } from '../service.ts';
import { sts } from './sts/index.ts';

/** All modules, in the order in which they hear of facts. */
export const modules: readonly Module[] = [sts];

// All bugs of the museum, in their order.
import type { Bug } from '../bug.ts';
import { creating } from './creating.ts';
import { leading } from './leading.ts';
import { taking } from './taking.ts';

/** Every seeded bug. */
export const BUGS: readonly Bug[] = [...creating, ...taking, ...leading].toSorted((a, b) => a.id - b.id);

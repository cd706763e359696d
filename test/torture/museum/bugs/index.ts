// All bugs of the museum, in their order.
import type { Bug } from '../bug.ts';
import { creating } from './creating.ts';
import { guarding } from './guarding.ts';
import { leading } from './leading.ts';
import { seeing } from './seeing.ts';
import { taking } from './taking.ts';

/** Every seeded bug. */
export const BUGS: readonly Bug[] = [...creating, ...taking, ...leading, ...seeing, ...guarding].toSorted(
  (a, b) => a.id - b.id,
);

/** Bugs that cannot be seeded, and why: nothing here does what they do wrong. */
export const ABSENT: readonly Pick<Bug, 'id' | 'name' | 'known' | 'seed'>[] = [
  {
    id: 25,
    name: 'A sweeper lists its objects before the cloud',
    known: 'Karpenter, whose comment tells of the race',
    seed: 'There is no sweeper: what is on no record is never deleted, only reported or taken on record',
  },
];

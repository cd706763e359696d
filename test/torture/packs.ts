// How shots of several phases share one life. Pure.
import type { At, Phase, Plan, Shot } from './plan.ts';
import { PHASES } from './plan.ts';

/** Points by phase. */
export type Points = Readonly<Record<Phase, readonly At[]>>;
/** Makes the plans of a row. */
export type Generator = (row: string, points: Points) => readonly Plan[];

/** One shot in each phase of a life, as long as there are any. */
export function pack(row: string, shots: readonly Shot[], replicas = 1): readonly Plan[] {
  const byPhase = PHASES.map((phase) => shots.filter((shot) => shot.phase === phase));
  const lives = Math.max(0, ...byPhase.map(({ length }) => length));
  return Array.from({ length: lives }, (_, index) => ({
    name: `${row}-${String(index + 1).padStart(3, '0')}`,
    row,
    replicas,
    shots: byPhase.flatMap((phase) => phase[index] ?? []),
    quiet: [],
  }));
}

/** Points of all phases. */
export const everywhere = (points: Points, wanted: (at: At) => boolean = () => true) =>
  PHASES.flatMap((phase) => points[phase].filter(wanted).map((at) => ({ phase, at })));

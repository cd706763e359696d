// Plays the lives of the museum: each plan once on the operator as it is, and once for each bug that it must find.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleOperator } from '../operator.ts';
import { type Plan, phasesOf, readPlan } from '../plan.ts';
import { type Lane, type Outcome, play } from '../run.ts';
import { inLanes, learn } from '../session.ts';
import type { Stage } from '../stage.ts';
import type { Bug, LifeExhibit } from './bug.ts';
import { seeded } from './cut.ts';

/** A bug that a life must find. */
export interface LifeBug extends Bug {
  readonly exhibit: LifeExhibit;
}

/** How a plan ended; `bug` is undefined for the operator as it is. */
export interface LifeEnd {
  readonly plan: string;
  readonly bug: number | undefined;
  readonly outcome: Outcome;
}

const PATIENCE_MS = 40_000;
/** A write that does not come is looked for in so many lives. */
const TRIES = 2;

/** The plan of this name. */
export const planOf = (name: string): Plan =>
  readPlan(readFileSync(join(import.meta.dirname, 'plans', `${name}.json`), 'utf8'));

/** Plays all of them on the lanes of a stage, and tells each end as it comes. */
export async function playLives(
  stage: Stage,
  bugs: readonly LifeBug[],
  tell: (end: LifeEnd) => void,
): Promise<readonly LifeEnd[]> {
  const plans = [...new Set(bugs.map(({ exhibit }) => exhibit.plan))];
  const phases = [...new Set(plans.flatMap((name) => phasesOf(planOf(name))))];
  const { due } = await learn(stage, phases);
  const items = [
    ...plans.map((plan) => ({ plan, bug: undefined })),
    ...bugs.map((bug) => ({ plan: bug.exhibit.plan, bug })),
  ];
  return inLanes(stage, items, async (emulator, { plan, bug }) => {
    const outcome = await outcomeOf(planOf(plan), await laneFor(bug, { stage, emulator, due }));
    const end = { plan, bug: bug?.id, outcome };
    tell(end);
    return end;
  });
}

async function laneFor(bug: LifeBug | undefined, lane: Lane): Promise<Lane> {
  if (bug === undefined) return lane;
  const { problem, ms = PATIENCE_MS } = bug.exhibit;
  const program = await bundleOperator(lane.stage.folder, { name: `bug-${bug.id}`, plugins: [seeded(bug.cuts)] });
  return { ...lane, stage: { ...lane.stage, program }, expecting: { step: problem, ms } };
}

async function outcomeOf(plan: Plan, lane: Lane): Promise<Outcome> {
  let outcome = await play(lane, plan);
  for (let tries = 1; outcome.missed && tries < TRIES; tries += 1) outcome = await play(lane, plan);
  return outcome;
}

// Learns the writes of undisturbed lives, and plays many plans on the lanes of a stage.
import { PHASES, type Phase, type Plan } from './plan.ts';
import type { Points } from './packs.ts';
import { pointsOf } from './points.ts';
import { type Lag, type Outcome, type Shapes, play } from './run.ts';
import type { Stage } from './stage.ts';

/** What undisturbed lives taught. */
export interface Lesson {
  readonly points: Points;
  readonly due: Shapes;
}

const QUIET: Plan = { name: 'undisturbed', row: 'D1', replicas: 1, shots: [], quiet: PHASES };
const ON_TIME: Lag = { kube: 0, cloud: 0 };
/** Undisturbed lives, and how late their requests are: what only some of them write is no point. */
const LAGS: readonly Lag[] = [ON_TIME, ON_TIME, ON_TIME, { kube: 60, cloud: 0 }, { kube: 0, cloud: 150 }];
/** A write that does not come is looked for in so many lives. */
const TRIES = 3;

/** Lives undisturbed lives that must hold and end alike; `quiet` names the phases that matter. */
export async function learn(stage: Stage, quiet: readonly Phase[] = PHASES): Promise<Lesson> {
  const outcomes = await inLanes(stage, LAGS, (emulator, lag) =>
    play({ stage, emulator, due: {}, lag }, { ...QUIET, quiet }),
  );
  const wrong = outcomes.find(({ problems }) => problems.length > 0);
  if (wrong !== undefined)
    throw new Error(
      `the undisturbed life does not hold (${wrong.failedIn}): ${wrong.problems.join('; ')}\n${wrong.log}`,
    );
  const [due = {}, ...others] = outcomes.map(({ shapes }) => shapes);
  const other = others.find((shapes) => JSON.stringify(shapes) !== JSON.stringify(due));
  if (other !== undefined)
    throw new Error(`undisturbed lives end differently: ${JSON.stringify(due)} and ${JSON.stringify(other)}`);
  const lives = outcomes.map(({ seen }) => seen);
  const of = (phase: Phase) => pointsOf(lives, phase);
  return {
    due,
    points: { build: of('build'), rebalance: of('rebalance'), drift: of('drift'), deletion: of('deletion') },
  };
}

/** Plays plans; tells each outcome as it comes. No life begins after `until` (`performance.now()`). */
export async function playAll(
  stage: Stage,
  of: {
    readonly plans: readonly Plan[];
    readonly due: Shapes;
    readonly tell: (outcome: Outcome) => void;
    readonly until?: number;
  },
): Promise<readonly Outcome[]> {
  const outcomes = await inLanes(stage, of.plans, async (emulator, plan) => {
    if (performance.now() > (of.until ?? Infinity)) return [];
    const lane = { stage, emulator, due: of.due };
    let outcome = await play(lane, plan);
    for (let tries = 1; outcome.missed && tries < TRIES; tries += 1) outcome = await play(lane, plan);
    of.tell(outcome);
    return [outcome];
  });
  return outcomes.flat();
}

/** Works on items, one at a time on each lane; results in the order of the items. */
export async function inLanes<T, R>(
  stage: Stage,
  items: readonly T[],
  work: (emulator: Stage['emulators'][number], item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (emulator: Stage['emulators'][number]): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(emulator, item);
    }
  };
  await Promise.all(stage.emulators.map(lane));
  return results;
}

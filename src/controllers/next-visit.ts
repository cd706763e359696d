// When an object is visited again: at once after something was done, soon while something is awaited, else when something is due.
import type { Progress } from '../crds/index.ts';
import { type Outcome, requeueAfter } from '../runtime/index.ts';
import type { Draft } from './draft.ts';
import type { KindPlan } from './kind.ts';

/** Milliseconds between visits while something is awaited. */
export const POLL_MS = 1000;
/** At once, but after whoever else is waiting. */
export const NOW_MS = 10;
const UNWELL_MS = 5000;
const STALLED_MS = 30_000;

/** The outcome of a visit. */
export function nextVisit(of: {
  readonly acted: boolean;
  readonly progress: Progress;
  readonly plan: KindPlan;
  readonly draft: Draft;
  /** Backends do not answer: looked at more often than the slow tier does. */
  readonly unwell: boolean;
  /** Until an object at rest is looked at again: news wake it earlier, but a cloud that went silent sends none. */
  readonly restMs: number;
}): Outcome {
  if (of.acted) return requeueAfter(NOW_MS);
  const due = of.plan.dueInMs ?? Number.POSITIVE_INFINITY;
  const impaired = of.draft.zones.some((zone) => zone.state === 'Impaired');
  const calm = of.unwell ? Math.min(UNWELL_MS, due) : due;
  const settled = of.progress.kind === 'stalled' ? Math.min(STALLED_MS, calm) : calm;
  const wait = of.progress.kind === 'working' || impaired ? Math.min(POLL_MS, due) : settled;
  return requeueAfter(Math.min(wait, of.restMs));
}

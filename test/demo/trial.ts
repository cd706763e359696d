// The trial of the judges: with the operator stopped nothing heals, so a judge that is content is worthless.
import { farewell } from './acts/farewell.ts';
import type { Act } from './act.ts';
import { perform, type Company, type Result } from './perform.ts';

/** Longer than anything that the emulator does by itself, and than the two sweeps a judge watches. */
const TRIAL_SECONDS = 9;
const SNAPSHOT = 'everything is ready';

/** Builds with the operator, stops it, and plays every act; true when each one failed. */
export async function tryJudges(breaks: readonly Act[], company: Company, build: Act): Promise<boolean> {
  const { stage, story, narrator } = company;
  const built = await perform(build, company);
  if (!built.held) return false;
  await stage.operator.stop(5_000);
  story.line('');
  story.line(
    `The operator is stopped now. Each act has ${TRIAL_SECONDS} s instead of its own time, and each must fail.`,
  );
  await stage.emulator.snapshot(SNAPSHOT);
  narrator.listenFrom(await stage.emulator.lastCall());
  const results: Result[] = [];
  for (const act of [...breaks, farewell(0)]) {
    // Each act starts from a world in which all is well: a judge must fail for its own break, not for an earlier one.
    if (act.continues !== true) await stage.emulator.restore(SNAPSHOT);
    results.push(await perform(act, company, TRIAL_SECONDS));
  }
  return verdictOn(results, company);
}

function verdictOn(results: readonly Result[], { story }: Company): boolean {
  story.chapter('The judges without an operator');
  for (const result of results) {
    story.tell(failedAsItMust(result) ? 'proof' : 'failed', `${result.title}: ${outcomeOf(result)}`);
  }
  const good = results.filter(failedAsItMust).length;
  story.line(`${good} of ${results.length} judges failed as they must`);
  return good === results.length;
}

// A judge that could not look has not judged.
function failedAsItMust({ held, looked }: Result): boolean {
  return !held && looked;
}

function outcomeOf({ held, looked, reasons }: Result): string {
  if (held) return 'the judge was content';
  return looked ? `fails, ${reasons[0] ?? ''}` : `the judge could not look, ${reasons[0] ?? ''}`;
}

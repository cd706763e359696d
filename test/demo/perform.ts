// Plays one act and waits for its judges. In a trial of the judges nothing is healed, and every act must fail.
import { pause } from '../support/eventually.ts';
import type { Act, Scene } from './act.ts';
import { wasReported } from './judge/objects.ts';
import type { Verdict } from './judge/verdict.ts';
import { transitionsSince } from './look.ts';
import type { Narrator } from './narrator.ts';
import type { Stage } from './stage.ts';
import type { Story } from './story.ts';

/** How an act went: whether everything held in time, and what did not. */
export interface Result {
  readonly title: string;
  readonly held: boolean;
  readonly seconds: number;
  /** False when the last look itself failed, so that nothing was judged. */
  readonly looked: boolean;
  readonly reasons: readonly string[];
}

/** Who plays. */
export interface Company {
  readonly stage: Stage;
  readonly story: Story;
  readonly narrator: Narrator;
}

const LOOK_EVERY_MS = 250;

/** Plays the act; `withinSeconds` overrides its own deadline. */
export async function perform(act: Act, company: Company, withinSeconds = act.withinSeconds): Promise<Result> {
  const { stage, story, narrator } = company;
  story.chapter(act.title);
  const began = Date.now();
  const scene = await act.play(stage, (sentence) => story.tell(act.does ?? 'broken', sentence, story.seconds()));
  for (;;) {
    const { verdicts, looked } = await judgeOnce(scene, reported(act, stage, began));
    stage.watch.check();
    narrator.calls(await stage.emulator.ledger(), stage.operatorKey);
    const open = verdicts.filter(({ holds }) => !holds);
    if (open.length === 0) return { ...ending(act, story, true), looked, reasons: tell(story, verdicts) };
    if (story.seconds() >= withinSeconds) return { ...ending(act, story, false), looked, reasons: tell(story, open) };
    story.now((await scene.progress?.()) ?? open[0]?.text ?? '');
    await pause(LOOK_EVERY_MS);
  }
}

interface Look {
  readonly verdicts: readonly Verdict[];
  readonly looked: boolean;
}

// A look that fails, for a resource that is not there yet for instance, does not hold either.
async function judgeOnce(scene: Scene, more: readonly Verdict[]): Promise<Look> {
  try {
    return { verdicts: [...(await scene.judge()), ...more], looked: true };
  } catch (error) {
    return {
      verdicts: [{ holds: false, text: error instanceof Error ? error.message : String(error) }],
      looked: false,
    };
  }
}

// What is healed must have been said too, by a condition that is not True or a difference; that work is going on is not enough.
function reported({ reportedAs }: Act, stage: Stage, since: number): readonly Verdict[] {
  if (reportedAs === undefined) return [];
  const transitions = transitionsSince(stage, since).filter(
    ({ type, to }) => type !== 'Reconciling' && to?.status !== 'True',
  );
  const drift = stage.watch
    .reports()
    .flatMap((report) => (report.kind === 'drift' && report.at >= since ? [report.drift.rule] : []));
  return [wasReported(transitions, [...new Set(drift)], reportedAs)];
}

function ending(act: Act, story: Story, held: boolean): Pick<Result, 'title' | 'held' | 'seconds'> {
  return { title: act.title, held, seconds: story.seconds() };
}

function tell(story: Story, verdicts: readonly Verdict[]): readonly string[] {
  const seconds = story.seconds();
  for (const [index, { holds, text }] of verdicts.entries()) {
    story.tell(holds ? 'proof' : 'failed', text, index === 0 ? seconds : undefined);
  }
  return verdicts.map(({ text }) => text);
}

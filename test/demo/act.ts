// One act: something is broken as life breaks it, and judges say whether it was healed.
import type { Stage } from './stage.ts';
import type { Verdict } from './judge/verdict.ts';

/** What an act has done, and who judges what follows. */
export interface Scene {
  /** Sentences for the reader: what was broken, how, by whom. */
  readonly broken: readonly string[];
  /** Looks anew each time; the act is over when all verdicts hold. */
  readonly judge: () => Promise<readonly Verdict[]>;
}

/** A step of the demo. */
export interface Act {
  readonly title: string;
  /** Seconds within which everything must hold. */
  readonly withinSeconds: number;
  /** Servers of module web that have to be made anew because of it. */
  readonly webReplaced?: number;
  /** It goes on where the act before it ended: nothing is put back in between when judges are tried. */
  readonly continues?: true;
  /** Nothing is broken, so nobody need report anything. */
  readonly harmless?: true;
  readonly play: (stage: Stage) => Promise<Scene>;
}

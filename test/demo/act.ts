// One act: something is broken as life breaks it, and judges say whether it was healed.
import type { Stage } from './stage.ts';
import type { Verdict } from './judge/verdict.ts';

/** Tells the reader what is being done, at the moment at which it is done. */
export type Tell = (sentence: string) => void;

/** Who judges what follows when an act has done its part. */
export interface Scene {
  /** Looks anew each time; the act is over when all verdicts hold. */
  readonly judge: () => Promise<readonly Verdict[]>;
  /** How far it is, for a reader who waits; without it the first thing that does not hold yet is shown. */
  readonly progress?: () => Promise<string>;
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
  /** Rules of drift and types of conditions under which this very matter is reported; absent where nothing is broken. */
  readonly reportedAs?: readonly string[];
  /** What the act does: breaks something (the default), mends what it broke, or asks for something. */
  readonly does?: 'broken' | 'mended' | 'asked';
  readonly play: (stage: Stage, tell: Tell) => Promise<Scene>;
}

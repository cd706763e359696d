// What a seeded bug is: where it was known, how it is put into the sources, and what must find it.
import type { Cut } from './cut.ts';

/** A life in the torture chamber, by its file in `plans`. */
export interface LifeExhibit {
  readonly kind: 'life';
  readonly plan: string;
  /** What the judge must say; a problem of a step ends the life, one of the end needs patience. */
  readonly problem: RegExp;
  /** What no problem may say: then it failed for another reason. */
  readonly never?: RegExp;
  /** Patience for each phase of the seeded life, in milliseconds. */
  readonly ms?: number;
}

/** A scene in one process, by its file in `scenes`. */
export interface SceneExhibit {
  readonly kind: 'scene';
  readonly scene: string;
  readonly problem: RegExp;
}

/** One bug. */
export interface Bug {
  readonly id: number;
  readonly name: string;
  /** Where it happened or was seen; `-` when nobody is to be named. */
  readonly known: string;
  /** How it is seeded here, and what was taken away beneath it, in words. */
  readonly seed: string;
  readonly cuts: readonly Cut[];
  readonly exhibit: LifeExhibit | SceneExhibit;
}

/** Plays a scene on the sources as they are loaded; `read` gives the text of another file of the checkout, with the bug in it. */
export type Scene = (read: (file: string) => string) => Promise<readonly string[]>;

// A bug is seeded by replacing text of the sources. A text that is not found exactly once is an error: the museum cannot rot silently.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** The checkout that is cut. */
export const ROOT = join(import.meta.dirname, '../../..');

/** One replacement in one file of the checkout. */
export interface Cut {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** Texts of the cut files by their absolute paths; throws when a text is not found exactly once. */
export function cutTexts(cuts: readonly Cut[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { file, find, put } of cuts) {
    const path = join(ROOT, file);
    const text = texts.get(path) ?? readFileSync(path, 'utf8');
    const parts = text.split(find);
    if (parts.length !== 2)
      throw new Error(`${file}: found ${parts.length - 1} times, and once is due: ${find.slice(0, 80)}`);
    texts.set(path, parts.join(put));
  }
  return texts;
}

/** Puts the cut texts in place of the files while a program is bundled. */
export function seeded(cuts: readonly Cut[]): Plugin {
  const texts = cutTexts(cuts);
  return {
    name: 'museum',
    setup: (build) => {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = texts.get(path);
        return contents === undefined ? undefined : { contents, loader: 'ts' };
      });
    },
  };
}

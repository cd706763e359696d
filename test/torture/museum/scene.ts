// Plays a scene in a process of its own, on the sources as they are or with a bug in them.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Cut, ROOT, cutTexts } from './cut.ts';
import { SCENES } from './scenes/index.ts';

const TIMEOUT_MS = 120_000;
const MAIN = join(import.meta.dirname, 'main.ts');
const run = promisify(execFile);

/** What is wrong in a scene, played by a child; a child that fails is a problem too. */
export async function sceneProblems(scene: string, bug: number | undefined): Promise<readonly string[]> {
  const args = [MAIN, '--scene', scene, ...(bug === undefined ? [] : ['--bugs', String(bug)])];
  try {
    const { stdout } = await run(process.execPath, args, { timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
    const problems: readonly string[] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    return problems;
  } catch (error) {
    return [`the scene failed: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Plays a scene in this process, in which nothing of the sources may have been loaded before. */
export async function playHere(scene: string, cuts: readonly Cut[]): Promise<readonly string[]> {
  const load = SCENES[scene];
  if (load === undefined) throw new Error(`there is no scene ${scene}`);
  const all = cutTexts(cuts);
  const texts = new Map([...all].map(([path, text]) => [pathToFileURL(path).href, text]));
  const hooks = registerHooks({
    load: (url, context, next) => {
      const source = texts.get(url);
      return source === undefined ? next(url, context) : { format: 'module-typescript', source, shortCircuit: true };
    },
  });
  try {
    const { play } = await load();
    return await play((file) => all.get(join(ROOT, file)) ?? readFileSync(join(ROOT, file), 'utf8'));
  } finally {
    hooks.deregister();
  }
}

// Keeps two processes from building the same binaries at once. The holder touches the lock file while it lives, so a
// killed builder's lock grows old and is taken over. Should two still build at once, both only waste time: binaries are
// renamed into place.
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { errorCode } from '../support/error-code.ts';
import { pause } from '../support/eventually.ts';

/** How the lock behaves; the times are shortened in tests. */
export interface LockOptions {
  readonly beatMs?: number;
  /** A lock that was not touched for this long has lost its holder. */
  readonly staleMs?: number;
  /** Called at every look while somebody else holds the lock. */
  readonly onWait?: (waitedMs: number) => void;
}

/** Runs `work` while holding the lock file at `file`; its folder must exist. */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const { beatMs = 1_000, staleMs = 15_000, onWait } = options;
  const id = randomUUID();
  const start = performance.now();
  while (!(await take(file, id))) {
    onWait?.(performance.now() - start);
    await dropWhenStale(file, staleMs);
    await pause(beatMs / 4);
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined); // taken over: nothing to keep alive
  }, beatMs);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if ((await readFile(file, 'utf8').catch(() => '')) === id) await rm(file, { force: true });
  }
}

async function take(file: string, id: string): Promise<boolean> {
  try {
    await writeFile(file, id, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function dropWhenStale(file: string, staleMs: number): Promise<void> {
  const seen = await stat(file).catch(() => undefined);
  if (seen === undefined || Date.now() - seen.mtimeMs < staleMs) return;
  // Renaming first: of several waiters only one gets the stale file.
  const aside = `${file}.${randomUUID()}`;
  await rename(file, aside).catch(() => undefined);
  await rm(aside, { force: true });
}

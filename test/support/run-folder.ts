// A process's own folder for everything it writes. It goes away when the process ends, however it ends.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder and its end. */
export interface RunFolder {
  readonly path: string;
  remove(): Promise<void>;
}

// The shell waits for the end of a pipe that only its owner holds: it ends with the owner, also by SIGKILL. The loop gives
// dying children, who may still write, time to be gone.
const JANITOR = `trap '' INT TERM HUP; read -r _; for i in 1 2 3 4 5; do rm -rf "$1" 2>/dev/null; [ -e "$1" ] || exit 0; sleep 1; done`;

/** Makes the folder, with a janitor in a session of its own, for whom nobody's end waits. */
export function createRunFolder(name: string): RunFolder {
  const folder = mkdtempSync(path.join(tmpdir(), `${name}-`));
  const janitor = spawn('/bin/sh', ['-c', JANITOR, 'sh', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const gone = new Promise<void>((resolve) => janitor.once('exit', () => resolve()));
  janitor.unref();
  if (janitor.stdin instanceof Socket) janitor.stdin.unref();
  return {
    path: folder,
    remove: async () => {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      janitor.ref();
      janitor.stdin?.end();
      await gone;
    },
  };
}

let root: string | undefined;

/** A folder for one purpose inside the one folder of this test process. */
export function tempFolder(purpose: string): string {
  root ??= openRoot();
  return mkdtempSync(path.join(root, `${purpose}-`));
}

function openRoot(): string {
  const { path: folder } = createRunFolder('finance-cloud-test');
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

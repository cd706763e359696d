// The demo's own folder for everything it writes. It goes away when the demo ends, however the demo ends.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder and its end. */
export interface RunFolder {
  readonly path: string;
  remove(): Promise<void>;
}

// The shell waits for the end of a pipe that only the demo holds: it ends with the demo, also by SIGKILL. The loop gives
// dying children, who may still write, time to be gone.
const JANITOR = `trap '' INT TERM HUP; read -r _; for i in 1 2 3 4 5; do rm -rf "$1" 2>/dev/null; [ -e "$1" ] || exit 0; sleep 1; done`;

/** Makes the folder, with a janitor in a session of its own. */
export function createRunFolder(): RunFolder {
  const folder = mkdtempSync(path.join(tmpdir(), 'finance-cloud-demo-'));
  const janitor = spawn('/bin/sh', ['-c', JANITOR, 'sh', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const gone = new Promise<void>((resolve) => janitor.once('exit', () => resolve()));
  return {
    path: folder,
    remove: async () => {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      janitor.stdin?.end();
      await gone;
    },
  };
}

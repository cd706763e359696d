import assert from 'node:assert/strict';
import { spawnBound } from '../support/bound-process.ts';
import { eventually } from '../support/eventually.ts';
import { isAlive } from '../support/process-table.ts';

describe('whenOrphaned', () => {
  it('ends the process when its parent, as a make that is killed, is gone', async () => {
    const script = `
      import { whenOrphaned } from ${JSON.stringify(new URL('./lifetime.ts', import.meta.url).href)};
      whenOrphaned(process);
      console.log('child ' + process.pid);
      setInterval(() => undefined, 1000);`;
    // The child leaves the shell's process group, so that nothing but the lost parent can end it.
    const shell = `setsid "$0" --input-type=module -e "$1" & wait`;
    const parent = spawnBound('/bin/sh', ['-c', shell, process.execPath, script]);
    const pid = Number((await parent.waitForLine(/^child (\d+)$/, { timeoutMs: 5_000 }))[1]);
    try {
      assert.ok(isAlive(pid));
      parent.signal('SIGKILL');
      await eventually(() => !isAlive(pid), { what: 'the child is gone', timeoutMs: 8_000 });
    } finally {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
  });
});

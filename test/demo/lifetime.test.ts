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
    // The child leaves its parent's process group, so that nothing but the lost parent can end it.
    const start = `
      import { spawn } from 'node:child_process';
      const args = ['--input-type=module', '-e', ${JSON.stringify(script)}];
      spawn(process.execPath, args, { detached: true, stdio: 'inherit' });`;
    const parent = spawnBound(process.execPath, ['--input-type=module', '-e', start]);
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

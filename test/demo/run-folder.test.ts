import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { spawnBound } from '../support/bound-process.ts';
import { eventually } from '../support/eventually.ts';
import { createRunFolder } from './run-folder.ts';

describe('run folder', () => {
  it('is removed on request', async () => {
    const folder = createRunFolder();
    assert.ok(existsSync(folder.path));
    await folder.remove();
    assert.ok(!existsSync(folder.path));
  });

  it('is removed when its owner is killed', async () => {
    const script = `
      import { createRunFolder } from ${JSON.stringify(new URL('./run-folder.ts', import.meta.url).href)};
      console.log('folder ' + createRunFolder().path);
      setInterval(() => undefined, 1000);`;
    const owner = spawnBound(process.execPath, ['--input-type=module', '-e', script]);
    const path = (await owner.waitForLine(/^folder (.*)$/, { timeoutMs: 5_000 }))[1] ?? '';
    assert.ok(existsSync(path));
    owner.signal('SIGKILL');
    await eventually(() => !existsSync(path), { what: 'the folder is gone', timeoutMs: 8_000 });
  });
});

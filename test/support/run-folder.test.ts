import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { spawnBound } from './bound-process.ts';
import { eventually } from './eventually.ts';
import { createRunFolder } from './run-folder.ts';

describe('run folder', () => {
  it('is removed on request', async () => {
    const folder = createRunFolder('run-folder-test');
    assert.ok(existsSync(folder.path));
    await folder.remove();
    assert.ok(!existsSync(folder.path));
  });

  for (const [what, call] of [
    ['a run', "createRunFolder('run-folder-test').path"],
    ['one purpose of a test', "tempFolder('some')"],
  ] as const)
    it(`of ${what} is removed when its owner is killed`, async () => {
      const script = `
        import { createRunFolder, tempFolder } from ${JSON.stringify(new URL('./run-folder.ts', import.meta.url).href)};
        console.log('folder ' + ${call});
        setInterval(() => undefined, 1000);`;
      const owner = spawnBound(process.execPath, ['--input-type=module', '-e', script]);
      const path = (await owner.waitForLine(/^folder (.*)$/, { timeoutMs: 5_000 }))[1] ?? '';
      assert.ok(existsSync(path));
      owner.signal('SIGKILL');
      await eventually(() => !existsSync(path), { what: 'the folder is gone', timeoutMs: 8_000 });
    });

  it('keeps no process alive that has ended its work', async () => {
    const script = `
      import { tempFolder } from ${JSON.stringify(new URL('./run-folder.ts', import.meta.url).href)};
      console.log('folder ' + tempFolder('some'));`;
    const owner = spawnBound(process.execPath, ['--input-type=module', '-e', script]);
    const path = (await owner.waitForLine(/^folder (.*)$/, { timeoutMs: 5_000 }))[1] ?? '';
    assert.deepEqual(await owner.exited, { code: 0, signal: null });
    assert.ok(!existsSync(path));
  });
});

import assert from 'node:assert/strict';
import { spawnBound } from '../support/bound-process.ts';
import { commandLine, tellsItsEnd } from './operator.ts';

describe('the end of the operator', () => {
  const start = () => {
    const told: string[] = [];
    const child = spawnBound(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    return { told, child, stop: tellsItsEnd(child, (how) => told.push(how)) };
  };

  it('is told when somebody else ends it, with how', async () => {
    const { told, child } = start();
    child.signal('SIGKILL');
    await child.exited;
    assert.deepEqual(told, ['SIGKILL']);
  });

  it('is not told when the demo itself ends it', async () => {
    const { told, child, stop } = start();
    await stop(2_000);
    await child.exited;
    assert.deepEqual(told, []);
  });

  it('comes with a line that a shell reads as the same words', async () => {
    const words = ['--a=/b/c.json', "it's", 'two words', '$HOME'];
    const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
    const shell = spawnBound('/bin/sh', ['-c', commandLine(process.execPath, ['-e', script, '--', ...words])]);
    await shell.exited;
    assert.deepEqual(JSON.parse(shell.tail(1)), words);
  });
});

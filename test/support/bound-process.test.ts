// Children end as they should, and never outlive the process that started them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { spawnBound, type BoundOptions, type Exit } from './bound-process.ts';
import { eventually } from './eventually.ts';
import { isAlive } from './process-table.ts';

const GONE = { what: 'the process is gone', timeoutMs: 5_000, everyMs: 10 };

describe('spawnBound', () => {
  const ends: readonly { why: string; script: string; options?: BoundOptions; exit: Exit; output: string }[] = [
    {
      why: 'the exit code is the own code of the command',
      script: 'exit 3',
      exit: { code: 3, signal: null },
      output: '',
    },
    { why: 'a signal stays a signal', script: 'kill -9 $$', exit: { code: null, signal: 'SIGKILL' }, output: '' },
    {
      why: 'input is delivered and closed, and a last line without an end of line counts',
      script: 'cat',
      options: { input: 'one\ntwo' },
      exit: { code: 0, signal: null },
      output: 'one\ntwo',
    },
    {
      why: 'the environment is replaced, not merged',
      script: 'echo "[$SECRET]"; echo "[$SHOWN]" >&2',
      options: { env: { SHOWN: 'yes' } },
      exit: { code: 0, signal: null },
      output: '[]\n[yes]',
    },
  ];
  for (const { why, script, options, exit, output } of ends) {
    it(why, async () => {
      const child = spawnBound('/bin/sh', ['-c', script], options);
      assert.deepEqual(await child.exited, exit);
      assert.deepEqual(child.exit(), exit);
      assert.deepEqual(child.tail().split('\n').toSorted(), output.split('\n').toSorted());
    });
  }

  it('says 127 and why when there is no such command', async () => {
    const child = spawnBound('no-such-command-at-all', []);
    assert.equal((await child.exited).code, 127);
    assert.match(child.tail(), /not found/);
  });

  it('runs the command itself under the pid it reports', async () => {
    const child = spawnBound('/bin/sh', ['-c', 'echo "pid $$"; exec sleep 60']);
    const [, pid] = await child.waitForLine(/pid (\d+)/, { timeoutMs: 5_000 });
    assert.equal(Number(pid), child.pid);
    assert.deepEqual(await child.stop(), { code: null, signal: 'SIGTERM' });
  });

  it('finds lines that came before the question, and with `since` only later ones', async () => {
    const child = spawnBound('/bin/sh', ['-c', 'echo ready 1; read -r _; echo ready 2'], { input: '\n' });
    await child.exited;
    assert.equal((await child.waitForLine(/ready (\d)/g, { timeoutMs: 100 }))[1], '1');
    assert.equal((await child.waitForLine(/ready (\d)/, { timeoutMs: 100, since: 1 }))[1], '2');
    await assert.rejects(child.waitForLine(/ready/, { timeoutMs: 100, since: 2 }), /sh ended \(code 0\).*ready 2/s);
  });

  it('rejects a wait when the process ends or time is up, and shows the last lines', async () => {
    const ending = spawnBound('/bin/sh', ['-c', 'echo about to fail; exit 1']);
    await assert.rejects(ending.waitForLine(/ready/, { timeoutMs: 5_000 }), /ended \(code 1\).*about to fail/s);
    const silent = spawnBound('sleep', ['60']);
    await assert.rejects(silent.waitForLine(/ready/, { timeoutMs: 20 }), /nothing within 20 ms/);
    await silent.stop();
  });

  it('kills a process that does not listen to SIGTERM after the grace period', async () => {
    const child = spawnBound('/bin/sh', ['-c', 'trap "" TERM; echo set; while :; do sleep 0.1; done']);
    await child.waitForLine(/set/, { timeoutMs: 5_000 });
    assert.equal((await child.stop('SIGTERM', 50)).signal, 'SIGKILL');
    assert.equal((await child.stop()).signal, 'SIGKILL', 'stopping twice is no error');
  });

  it('leaves nothing of the group behind when the child ends', async () => {
    const child = spawnBound('/bin/sh', ['-c', 'sleep 60 & echo "left $!"']);
    const [, left] = await child.waitForLine(/left (\d+)/, { timeoutMs: 5_000 });
    await child.exited;
    await eventually(() => !isAlive(Number(left)), GONE);
  });

  it('kills child and grandchild when the parent dies by SIGKILL', async () => {
    const module = path.join(import.meta.dirname, 'bound-process.ts');
    const program = `
      const { spawnBound } = await import(${JSON.stringify(module)});
      const child = spawnBound('/bin/sh', ['-c', 'trap "" TERM HUP INT; sleep 60 & echo "grandchild $!"; wait']);
      const [, pid] = await child.waitForLine(/grandchild (\\d+)/, { timeoutMs: 5000 });
      console.log(JSON.stringify([child.pid, Number(pid)]));
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk]: unknown[] = await once(parent.stdout, 'data');
    const pids: readonly number[] = JSON.parse(String(chunk));
    assert.deepEqual(pids.map(isAlive), [true, true]);
    parent.kill('SIGKILL');
    await eventually(() => pids.every((pid) => !isAlive(pid)), GONE);
  });

  it('appends both streams to the log file and hands each line over', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bound-process-'));
    const logFile = path.join(folder, 'child.log');
    const heard: string[] = [];
    const onLine = (line: string, stream: string): void => void heard.push(`${stream}: ${line}`);
    for (const word of ['first', 'second']) {
      await spawnBound('/bin/sh', ['-c', `echo ${word} >&2`], { logFile, onLine }).exited;
    }
    assert.equal(readFileSync(logFile, 'utf8'), 'first\nsecond\n');
    assert.deepEqual(heard, ['stderr: first', 'stderr: second']);
    rmSync(folder, { recursive: true });
  });
});

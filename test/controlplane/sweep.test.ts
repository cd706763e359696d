// What a killed owner left behind goes; what belongs to anybody else stays.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { isAlive } from '../support/process-table.ts';
import { createDataFolder, sweep } from './sweep.ts';

describe('sweep', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'sweep-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const dead = spawnSync('true').pid;
  const folder = (owner?: object): string => {
    const made = path.join(root, 'finance-cloud-operator-controlplane-abc');
    mkdirSync(made);
    if (owner !== undefined) writeFileSync(path.join(made, 'owner.json'), JSON.stringify(owner));
    return made;
  };

  const cases: readonly { why: string; owner?: object; old?: boolean; removed: boolean }[] = [
    { why: 'the owner is dead', owner: { pid: dead, host: hostname(), children: [] }, removed: true },
    { why: 'the owner lives', owner: { pid: process.pid, host: hostname(), children: [] }, removed: false },
    {
      why: 'the owner is on another machine, or in another container',
      owner: { pid: dead, host: 'other', children: [] },
      removed: false,
    },
    { why: 'a folder without owner may be just being made', removed: false },
    { why: 'an old folder without owner is a leftover', old: true, removed: true },
  ];
  for (const { why, owner, old = false, removed } of cases) {
    it(`${removed ? 'removes' : 'keeps'}: ${why}`, () => {
      const made = folder(owner);
      if (old) utimesSync(made, 1, 1);
      assert.deepEqual(sweep(root), removed ? [made] : []);
      assert.equal(existsSync(made), !removed);
    });
  }

  it('kills the programs of a dead owner, but not a stranger that was given the same pid', async () => {
    const stranger = spawn('sleep', ['60'], { detached: true });
    const made = path.join(root, 'finance-cloud-operator-controlplane-abc');
    const left = spawn('/bin/sh', ['-c', 'while :; do sleep 0.1; done', `--data-dir=${made}`], { detached: true });
    folder({ pid: dead, host: hostname(), children: [stranger.pid, left.pid] });
    const ended = once(left, 'exit');
    sweep(root);
    assert.deepEqual(await ended, [null, 'SIGKILL']);
    assert.ok(isAlive(stranger.pid ?? 0));
    stranger.kill('SIGKILL');
  });

  it('leaves the folders of running control planes and foreign folders alone', () => {
    const own = createDataFolder(root);
    mkdirSync(path.join(root, 'something-else'));
    assert.deepEqual(sweep(root), []);
    assert.ok(existsSync(own) && existsSync(path.join(root, 'something-else')));
    assert.deepEqual(sweep(path.join(root, 'absent')), []);
  });
});

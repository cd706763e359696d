// The lock excludes, and outlives nobody.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pause } from '../support/eventually.ts';
import { withLock } from './build-lock.ts';

describe('withLock', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lock-'));
    file = path.join(folder, '.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('lets one work at a time, also when the work takes longer than a lock may be silent', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await pause(400);
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(() => withLock(file, { beatMs: 20, staleMs: 300 }, work)));
    assert.equal(most, 1);
    assert.ok(!existsSync(file));
  });

  it('takes over from a builder that was killed', async () => {
    writeFileSync(file, 'of a dead process');
    utimesSync(file, 1, 1);
    assert.equal(await withLock(file, { beatMs: 20, staleMs: 300 }, async () => 'done'), 'done');
    assert.ok(!existsSync(file));
  });

  it('is released when the work fails, and passes the failure on', async () => {
    await assert.rejects(
      withLock(file, {}, () => Promise.reject(new Error('no space left'))),
      /no space left/,
    );
    assert.ok(!existsSync(file));
  });

  it('tells who waits, and does not release a lock that was taken over', async () => {
    let waits = 0;
    writeFileSync(file, 'somebody');
    const onWait = (): void => {
      waits += 1;
      rmSync(file, { force: true });
    };
    await withLock(file, { beatMs: 20, staleMs: 5_000, onWait }, async () => writeFileSync(file, 'another'));
    assert.equal(waits, 1);
    assert.ok(existsSync(file));
  });
});

import assert from 'node:assert/strict';
import { readSettings } from './settings.ts';

describe('readSettings', () => {
  it('takes texts as the command line gives them, over the defaults', () => {
    const read = readSettings({ sweepSeconds: '2.5', workers: '8', metricsAuth: undefined });
    assert.ok('settings' in read);
    assert.deepEqual(
      [read.settings.sweepSeconds, read.settings.workers, read.settings.metricsAuth, read.settings.slowSeconds],
      [2.5, 8, 'on', 600],
    );
  });

  const wrong = [
    { why: 'words', given: { sweepSeconds: 'x' }, says: '--sweep-seconds "x": a number is expected' },
    { why: 'no time at all', given: { sweepSeconds: '0' }, says: '--sweep-seconds "0": a number above 0 is expected' },
    { why: 'nothing', given: { sweepSeconds: '' }, says: '--sweep-seconds "": a number above 0 is expected' },
    { why: 'more than a day', given: { slowSeconds: '86401' }, says: '--slow-seconds "86401": it is at most 86400' },
    { why: 'half a worker', given: { workers: '1.5' }, says: '--workers "1.5": a whole number is expected' },
    { why: 'no worker', given: { workers: '0' }, says: '--workers "0": a number from 1 is expected' },
    { why: 'an unknown word', given: { metricsAuth: 'maybe' }, says: '--metrics-auth "maybe": it is one of on, off' },
    {
      why: 'what no tag could carry',
      given: { install: 'A B' },
      says: '--install "A B": lower-case letters, digits and hyphens are expected, at most 63',
    },
    { why: 'no namespace', given: { namespace: '' }, says: '--namespace "": it must not be empty' },
    { why: 'a stranger', given: { sweepSecnds: '3' }, says: '--sweep-secnds is not a flag of this program' },
  ];
  for (const { why, given, says } of wrong) {
    it(`says flag, value and what is expected: ${why}`, () => {
      const read = readSettings(given);
      assert.ok('problems' in read);
      assert.deepEqual(read.problems, [says]);
    });
  }

  it('says everything that is wrong at once', () => {
    const read = readSettings({ workers: '0', logLevel: 'loud' });
    assert.equal('problems' in read && read.problems.length, 2);
  });
});

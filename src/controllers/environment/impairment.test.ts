import assert from 'node:assert/strict';
import { F, recordedServers } from '../../../test/support/builders.ts';
import { runningServers } from '../../../test/support/cloud-records.ts';
import { NOW } from '../../../test/support/plan-input.ts';
import { viewOf } from '../../../test/support/view.ts';
import { liveServers } from '../parts/fleet.ts';
import { type ZoneFacts, judgeZone, looksHealthy, looksImpaired } from './impairment.ts';

/** `R S ? -`: running, stopped, not visible, confirmed gone. */
function servers(text: string) {
  const words = text.split(' ').filter((word) => word !== '');
  const recorded = recordedServers(
    'web',
    words.map(() => F),
  );
  const states: Readonly<Record<string, string>> = { R: 'Running', S: 'Stopped', s: 'Stopping', P: 'Starting' };
  const records = runningServers(recorded).flatMap((record, index) => {
    const state = states[words[index] ?? ''];
    return state === undefined ? [] : [{ ...record, state }];
  });
  const absent = words.flatMap((word, index) => (word === '-' ? [`i-web-${index}`] : []));
  return liveServers(recorded, viewOf({ records: { Server: records }, absent })).servers;
}

interface Row {
  readonly why: string;
  readonly servers: string;
  readonly refusals?: number;
  readonly impaired: boolean;
  readonly healthy: boolean;
}

const rows: readonly Row[] = [
  { why: 'all run', servers: 'R R', impaired: false, healthy: true },
  { why: 'no servers, no sign', servers: '', impaired: false, healthy: true },
  { why: 'one stopped server is a fault, not a zone', servers: 'S', impaired: false, healthy: false },
  { why: 'two of two', servers: 'S S', impaired: true, healthy: false },
  { why: 'two and exactly half', servers: 'S S R R', impaired: true, healthy: false },
  { why: 'two and less than half', servers: 'S S R R R', impaired: false, healthy: false },
  { why: 'stopping counts like stopped', servers: 'S s', impaired: true, healthy: false },
  { why: 'starting is no sign', servers: 'P P', impaired: false, healthy: false },
  { why: 'deleted servers never impair', servers: '- - R', impaired: false, healthy: true },
  {
    why: 'servers that are not visible prove nothing, and are no health',
    servers: '? ? R',
    impaired: false,
    healthy: false,
  },
  { why: 'two refusals in a row', servers: 'R R', refusals: 2, impaired: true, healthy: false },
  { why: 'one refusal', servers: 'R R', refusals: 1, impaired: false, healthy: false },
];

describe('the signs of a zone', () => {
  for (const { why, impaired, healthy, ...row } of rows) {
    it(why, () => {
      const facts = { servers: servers(row.servers), refusals: row.refusals ?? 0 };
      assert.deepEqual([looksImpaired(facts), looksHealthy(facts)], [impaired, healthy]);
    });
  }
});

const facts = (more: Partial<ZoneFacts> = {}): ZoneFacts => ({
  name: F,
  before: undefined,
  servers: servers('R R'),
  refusals: 0,
  healthySince: undefined,
  now: NOW,
  returnMs: 600_000,
  ...more,
});
const impaired = { name: F, state: 'Impaired', since: '2026-01-01T00:00:00Z' } as const;

const is = (more: Partial<ZoneFacts>) => judgeZone(facts({ before: impaired, ...more })).state;

describe('judgeZone', () => {
  it('begins Normal and dates each change', () => {
    assert.deepEqual(judgeZone(facts()), { name: F, state: 'Normal', since: '2026-01-01T00:10:00Z' });
    assert.deepEqual(judgeZone(facts({ servers: servers('S S') })), {
      name: F,
      state: 'Impaired',
      since: '2026-01-01T00:10:00Z',
    });
  });

  it('moves `since` only with the state', () => {
    assert.equal(judgeZone(facts({ before: impaired, servers: servers('S S') })), impaired);
  });

  it('is back only after it was healthy without a break for the whole time', () => {
    assert.equal(is({ healthySince: NOW - 599_999 }), 'Impaired');
    assert.equal(is({ healthySince: NOW - 600_000 }), 'Normal');
    assert.equal(is({ healthySince: undefined }), 'Impaired');
    assert.equal(
      is({ healthySince: NOW - 900_000, servers: servers('R S') }),
      'Impaired',
      'a stopped server is no health',
    );
    assert.equal(is({ healthySince: NOW - 900_000, refusals: 1 }), 'Impaired', 'a refusal is no health');
  });
});

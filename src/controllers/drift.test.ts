import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { DriftEntry, FindingEntry } from '../crds/index.ts';
import type { Change, Reported } from '../plan/change.ts';
import { type DriftInput, driftOmitted, nextDrift, nextFindings } from './drift.ts';

const NOW = '2026-01-02T00:00:00Z';
const OLD = '2026-01-01T00:00:00Z';
const change = (name: string, more: Partial<Change> = {}): Change => ({
  verb: 'Update',
  type: 'VPC',
  name,
  ids: ['vpc-1'],
  count: 1,
  impact: 'Safe',
  blueprint: 'NET-4',
  reason: '',
  needs: [],
  action: undefined,
  fields: [{ path: 'displayName', from: 'x', to: 'y', impact: 'Safe', rule: 'mutable', blueprint: 'NET-4' }],
  ...more,
});
const reported: Reported = {
  path: 'web/0.instanceType',
  desired: 'a',
  observed: 'b',
  impact: 'Forbidden',
  blueprint: 'ECS-15',
};
const entry = (path: string, more: Partial<DriftEntry> = {}): DriftEntry => ({
  rule: 'NET-4',
  path,
  desired: 'y',
  observed: 'x',
  firstSeen: OLD,
  class: 'Safe',
  decision: 'Repairing',
  ...more,
});
const input = (more: Partial<DriftInput> = {}): DriftInput => ({
  before: [],
  changes: [],
  reported: [],
  repaired: [],
  decide: () => 'Repairing',
  built: true,
  now: NOW,
  ...more,
});
const lines = (more: Partial<DriftInput>) =>
  nextDrift(input(more)).map((item) => `${item.path} ${item.decision} ${item.firstSeen === NOW ? 'new' : 'old'}`);

interface Row {
  readonly why: string;
  readonly input: Partial<DriftInput>;
  readonly is: readonly string[];
}

const rows: readonly Row[] = [
  {
    why: 'a difference is an entry for each field',
    input: { changes: [change('vpc')] },
    is: ['vpc.displayName Repairing new'],
  },
  { why: 'while it is being built nothing is drift', input: { built: false, changes: [change('vpc')] }, is: [] },
  { why: 'a step of a replacement is no drift', input: { changes: [change('web/lb', { step: true })] }, is: [] },
  {
    why: 'the decision is told',
    input: { changes: [change('vpc')], decide: () => 'Waiting' },
    is: ['vpc.displayName Waiting new'],
  },
  {
    why: 'a difference that stays keeps its time, also when its decision moves',
    input: { before: [entry('vpc.displayName')], changes: [change('vpc')], decide: () => 'Waiting' },
    is: ['vpc.displayName Waiting old'],
  },
  {
    why: 'one that left the plan is repaired',
    input: { before: [entry('vpc.displayName')] },
    is: ['vpc.displayName Repaired old'],
  },
  {
    why: 'one that was only reported leaves without a word',
    input: { before: [entry('x', { decision: 'Reported' })] },
    is: [],
  },
  {
    why: 'one that was repaired and comes again is a new one',
    input: { before: [entry('vpc.displayName', { decision: 'Repaired' })], changes: [change('vpc')] },
    is: ['vpc.displayName Repairing new'],
  },
  {
    why: 'reported differences are shown, built or not',
    input: { built: false, reported: [reported] },
    is: ['web/0.instanceType Reported new'],
  },
  {
    why: 'what was repaired inside guests is shown once',
    input: { repaired: [{ path: 'web/0.startup[x]', desired: 'on', observed: 'off', blueprint: 'ECS-4' }] },
    is: ['web/0.startup[x] Repaired new'],
  },
  {
    why: 'what was repaired inside guests keeps its time while it is told again',
    input: {
      before: [entry('web/0.startup[x]', { observed: 'off', decision: 'Repaired' })],
      repaired: [{ path: 'web/0.startup[x]', desired: 'on', observed: 'off', blueprint: 'ECS-4' }],
    },
    is: ['web/0.startup[x] Repaired old'],
  },
  {
    why: 'what was repaired inside guests and is told of another value has another time',
    input: {
      before: [entry('web/0.startup[x]', { observed: 'masked', decision: 'Repaired' })],
      repaired: [{ path: 'web/0.startup[x]', desired: 'on', observed: 'off', blueprint: 'ECS-4' }],
    },
    is: ['web/0.startup[x] Repaired new'],
  },
  {
    why: 'what was repaired inside guests keeps no time of another path',
    input: {
      before: [entry('other', { observed: 'off', decision: 'Reported' })],
      repaired: [{ path: 'web/0.startup[x]', desired: 'on', observed: 'off', blueprint: 'ECS-4' }],
    },
    is: ['web/0.startup[x] Repaired new'],
  },
  {
    why: 'what is open is not told as repaired inside a guest as well',
    input: {
      reported: [reported],
      repaired: [{ path: reported.path, desired: 'on', observed: 'off', blueprint: 'ECS-4' }],
    },
    is: ['web/0.instanceType Reported new'],
  },
  {
    why: 'the same path twice is one entry',
    input: { reported: [reported, reported] },
    is: ['web/0.instanceType Reported new'],
  },
  {
    why: 'a missing resource is an entry',
    input: { changes: [change('web/f', { verb: 'Create', fields: [], count: 2 })] },
    is: ['web/f Repairing new'],
  },
  {
    why: 'rules are paths of their group',
    input: {
      changes: [
        change('sg/rules/TCP 22/22 from 0.0.0.0/0', {
          verb: 'Revoke',
          fields: [
            {
              path: '[TCP 22/22 from 0.0.0.0/0]',
              from: 'x',
              to: 'absent',
              impact: 'Safe',
              rule: 'mutable',
              blueprint: 'SG-8',
            },
          ],
        }),
      ],
    },
    is: ['sg/rules[TCP 22/22 from 0.0.0.0/0] Repairing new'],
  },
];

describe('nextDrift', () => {
  for (const row of rows) it(row.why, () => assert.deepEqual(lines(row.input), row.is));

  it('says what is declared and what was found', () => {
    assert.deepEqual(nextDrift(input({ changes: [change('vpc')] })), [entry('vpc.displayName', { firstSeen: NOW })]);
    const made = nextDrift(input({ changes: [change('web/f', { verb: 'Create', fields: [], count: 2 })] }))[0];
    assert.deepEqual([made?.desired, made?.observed], ['present (2)', 'absent']);
    const one = nextDrift(input({ changes: [change('vpc', { verb: 'Create', fields: [] })] }))[0];
    assert.deepEqual([one?.desired, one?.observed], ['present', 'absent']);
    const surplus = nextDrift(input({ changes: [change('web/0', { verb: 'Delete', fields: [] })] }))[0];
    assert.deepEqual([surplus?.desired, surplus?.observed], ['absent', 'present']);
  });

  it('shows values that are no text as JSON, and cuts what is too long for a status', () => {
    const fields = [
      { path: 'p'.repeat(300), from: { a: [1] }, to: 'x'.repeat(300), impact: 'Safe', rule: 'mutable', blueprint: '' },
    ] as const;
    const [found] = nextDrift(input({ changes: [change('v', { fields })] }));
    assert.deepEqual([found?.observed, found?.desired.length, found?.path.length], ['{"a":[1]}', 256, 256]);
    const repaired = [{ path: 'p'.repeat(300), desired: 'on', observed: 'off', blueprint: '' }];
    assert.equal(nextDrift(input({ repaired }))[0]?.path.length, 256);
    const long = { ...reported, path: 'p'.repeat(300) };
    assert.equal(nextDrift(input({ reported: [long] }))[0]?.path.length, 256);
  });

  it('keeps of what was repaired the newest that fit beside what is open', () => {
    const open = Array.from({ length: 98 }, (_, index) => change(`v${index}`));
    const before = ['a', 'b', 'c'].map((path) => entry(path));
    const repaired = [{ path: 'guest', desired: 'on', observed: 'off', blueprint: '' }];
    const drift = nextDrift(input({ changes: open, before, repaired }));
    assert.deepEqual(
      drift.slice(98).map(({ path }) => path),
      ['c', 'guest'],
    );
  });

  it('counts a missing resource as one difference, and each field of another one', () => {
    const creates = Array.from({ length: 60 }, (_, index) => change(`v${index}`, { verb: 'Create', fields: [] }));
    const [field] = change('v').fields;
    assert.ok(field !== undefined);
    const wide = Array.from({ length: 25 }, (_, index) => change(`w${index}`, { fields: [field, field] }));
    assert.equal(driftOmitted({ changes: [...creates, ...wide], reported: [], built: true }), 10);
  });

  it('shows at most 100, open ones first, and counts the rest', () => {
    const many = Array.from({ length: 130 }, (_, index) => change(`v${index}`));
    const drift = nextDrift(input({ changes: many, before: [entry('old')] }));
    assert.deepEqual([drift.length, drift.every((item) => item.decision === 'Repairing')], [100, true]);
    assert.equal(driftOmitted({ changes: many, reported: [reported], built: true }), 31);
    assert.equal(driftOmitted({ changes: many, reported: [reported], built: false }), 0);
  });

  it('is a fixed point: the same differences again change nothing, whatever came before', () => {
    const path = fc.constantFrom('a', 'b', 'c');
    const old = fc.uniqueArray(
      fc.record({ path, decision: fc.constantFrom('Repaired', 'Repairing', 'Waiting', 'Reported') }),
      { selector: (item) => item.path },
    );
    fc.assert(
      fc.property(old, fc.uniqueArray(path), (before, open) => {
        const given = {
          before: before.map((item) => entry(`${item.path}.displayName`, { decision: item.decision })),
          changes: open.map((name) => change(name)),
        };
        const once = nextDrift(input(given));
        assert.deepEqual(nextDrift(input({ ...given, before: once, now: '2026-01-03T00:00:00Z' })), once);
        assert.equal(new Set(once.map((item) => item.path)).size, once.length);
      }),
    );
  });

  it('cuts long values', () => {
    const [long] = nextDrift(input({ reported: [{ ...reported, observed: 'x'.repeat(999), path: 'p'.repeat(999) }] }));
    assert.deepEqual([long?.observed.length, long?.path.length], [256, 256]);
  });
});

const finding = (message: string, more: Partial<FindingEntry> = {}) =>
  ({ rule: 'ARCH-7', severity: 'Warning', message, ...more }) as const;

describe('nextFindings', () => {
  it('keeps since when each holds', () => {
    const before = [{ ...finding('a'), since: OLD }];
    assert.deepEqual(
      nextFindings(before, [finding('a'), finding('b')], NOW).map((item) => item.since),
      [OLD, NOW],
    );
  });

  it('shows the worst first and at most 100, each within its limits', () => {
    const many = [
      ...Array.from({ length: 120 }, (_, index) => finding(`w${index}`)),
      finding('c', { severity: 'Critical', evidence: 'e'.repeat(900) }),
    ];
    const found = nextFindings([], many, NOW);
    assert.deepEqual([found.length, found[0]?.message, found[0]?.evidence?.length], [100, 'c', 512]);
    const long = nextFindings([], [finding('m'.repeat(900))], NOW);
    assert.equal(long[0]?.message.length, 512);
    assert.deepEqual(
      nextFindings(long, [finding('m'.repeat(900))], 'later')[0]?.since,
      NOW,
      'a cut message is the same message',
    );
  });
});

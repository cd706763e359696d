// Conditions: what kstatus and `kubectl wait` rely on.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { condition, type ConditionStatus } from './condition.ts';
import {
  CONCERNS,
  CONCERNS_OF,
  conditionStatus,
  type Concern,
  type ConcernJudgement,
  firstConditions,
  nextConditions,
  type Progress,
  summarize,
} from './conditions.ts';
import { KINDS } from './kinds.ts';
import { REASONS, type Reason } from './reasons.ts';

const at = { now: '2026-01-01T00:00:00Z', generation: 1 };
const later = { now: '2026-01-01T00:01:00Z', generation: 2 };

const concern = (type: Concern, status: ConditionStatus, reason: Reason): ConcernJudgement => ({
  type,
  status,
  reason,
  message: `${type} ${reason}`,
});
const healthy = concern('NetworkReady', 'True', 'Succeeded');
const abnormal = concern('BackendsHealthy', 'False', 'BackendsAbnormal');
const unknown = concern('AutoStartReady', 'Unknown', 'AgentOffline');
const working: Progress = { kind: 'working', reason: 'Progressing', message: 'making servers' };
const stalled: Progress = { kind: 'stalled', reason: 'QuotaExceeded', message: 'no quota' };

describe('summarize', () => {
  const cases: readonly {
    readonly why: string;
    readonly concerns: readonly ConcernJudgement[];
    readonly progress: Progress;
    readonly expected: readonly string[];
  }[] = [
    {
      why: 'all as declared: Ready alone',
      concerns: [healthy],
      progress: { kind: 'settled' },
      expected: ['Ready True Succeeded', 'NetworkReady True Succeeded'],
    },
    {
      why: 'working is not failing: Ready Unknown, so that nobody shows it red',
      concerns: [healthy],
      progress: working,
      expected: ['Ready Unknown Progressing', 'Reconciling True Progressing', 'NetworkReady True Succeeded'],
    },
    {
      why: 'abnormal backends make Ready False and never Stalled',
      concerns: [healthy, abnormal],
      progress: { kind: 'settled' },
      expected: [
        'Ready False BackendsAbnormal',
        'NetworkReady True Succeeded',
        'BackendsHealthy False BackendsAbnormal',
      ],
    },
    {
      why: 'a failed concern is told also while work goes on',
      concerns: [abnormal],
      progress: working,
      expected: [
        'Ready False BackendsAbnormal',
        'Reconciling True Progressing',
        'BackendsHealthy False BackendsAbnormal',
      ],
    },
    {
      why: 'what is not known is not Ready',
      concerns: [healthy, unknown],
      progress: { kind: 'settled' },
      expected: ['Ready Unknown AgentOffline', 'NetworkReady True Succeeded', 'AutoStartReady Unknown AgentOffline'],
    },
    {
      why: 'terminal: Ready False and Stalled with its own reason',
      concerns: [abnormal],
      progress: stalled,
      expected: ['Ready False QuotaExceeded', 'Stalled True QuotaExceeded', 'BackendsHealthy False BackendsAbnormal'],
    },
  ];
  for (const { why, concerns, progress, expected } of cases)
    it(why, () => {
      const got = summarize(concerns, progress).map((c) => `${c.type} ${c.status} ${c.reason}`);
      assert.deepEqual(got, expected);
    });
});

describe('the cause of an impaired zone', () => {
  const impaired: ConcernJudgement = {
    ...concern('ZonesBalanced', 'False', 'ZoneImpaired'),
    message: 'Zone f is impaired',
  };
  const message = (failed: ConcernJudgement, reason: Progress & { readonly kind: 'working' }) =>
    summarize([failed], reason).map((judged) => judged.message)[0];
  const noStock = { kind: 'working', reason: 'NoStock', message: 'sold out' } as const;

  it('is told with it: Ready and Reconciling tell one story', () =>
    assert.equal(message(impaired, noStock), 'Zone f is impaired. The cause (NoStock): sold out'));

  it('is not made up of work that goes on, nor told of another failure', () => {
    assert.equal(message(impaired, { ...noStock, reason: 'Progressing' }), 'Zone f is impaired');
    assert.equal(message(abnormal, noStock), abnormal.message);
  });
});

describe('nextConditions', () => {
  it('moves a transition time only with the status', () => {
    const first = nextConditions([], [concern('NetworkReady', 'False', 'NetworkDrift')], at);
    const same = nextConditions(first, [concern('NetworkReady', 'False', 'Throttled')], later);
    const changed = nextConditions(same, [healthy], { now: '2026-01-01T00:02:00Z', generation: 3 });
    assert.deepEqual(
      [same, changed].map(([c]) => `${c?.status} ${c?.reason} ${c?.lastTransitionTime} ${c?.observedGeneration}`),
      ['False Throttled 2026-01-01T00:00:00Z 2', 'True Succeeded 2026-01-01T00:02:00Z 3'],
    );
  });

  it('drops what is not judged any more and keeps what others wrote', () => {
    const foreign = {
      type: 'example.org/Approved',
      status: 'True',
      reason: 'Ok',
      message: '',
      lastTransitionTime: at.now,
    } as const;
    const before = [...nextConditions([], summarize([abnormal], working), at), foreign];
    const after = nextConditions(before, summarize([healthy], { kind: 'settled' }), later);
    assert.deepEqual(
      after.map((c) => c.type),
      ['Ready', 'NetworkReady', 'example.org/Approved'],
    );
  });

  it('keeps the message of a trouble that is met again under another request id', () => {
    const say = (message: string) => ({ ...concern('NetworkReady', 'False', 'Throttled'), message });
    const first = nextConditions([], [say('answered X, request A-1. Wait')], at);
    assert.deepEqual(nextConditions(first, [say('answered X, request B-2. Wait')], at), first);
    const [other] = nextConditions(first, [say('answered Y, request B-2. Wait')], at);
    assert.equal(other?.message, 'answered Y, request B-2. Wait');
  });

  it('shortens a message that would fill the status', () => {
    const [long] = nextConditions([], [{ ...healthy, message: 'x'.repeat(5000) }], at);
    assert.equal(long?.message.length, 1024);
  });

  const reasons = Object.keys(REASONS).filter((word): word is Reason => word in REASONS);
  const judgements = fc.uniqueArray(
    fc.record({
      type: fc.constantFrom(...CONCERNS),
      status: fc.constantFrom<ConditionStatus>('True', 'False', 'Unknown'),
      reason: fc.constantFrom(...reasons),
      message: fc.string(),
    }),
    { selector: (j) => j.type },
  );
  const progress = fc.constantFrom<Progress>({ kind: 'settled' }, working, stalled);

  it('gives the same list for the same judgement, whatever came before', () => {
    fc.assert(
      fc.property(judgements, progress, judgements, (a, p, b) => {
        const once = nextConditions(nextConditions([], summarize(b, p), at), summarize(a, p), later);
        assert.deepEqual(nextConditions(once, summarize(a, p), later), once);
      }),
    );
  });

  it('always gives conditions that the API server takes, with Ready first and at most one of Reconciling, Stalled', () => {
    fc.assert(
      fc.property(judgements, progress, (a, p) => {
        const list = nextConditions([], summarize(a, p), at);
        for (const one of list) condition.parse(one);
        assert.equal(list[0]?.type, 'Ready');
        const abnormalTrue = list.filter((c) => c.type === 'Reconciling' || c.type === 'Stalled');
        assert.ok(abnormalTrue.length <= 1 && abnormalTrue.every((c) => c.status === 'True'));
        assert.equal(
          conditionStatus(list, 'Ready') === 'True',
          p.kind === 'settled' && a.every((j) => j.status === 'True'),
        );
      }),
    );
  });
});

describe('firstConditions', () => {
  for (const { kind } of KINDS)
    it(`shows every concern of ${kind} as Unknown at the first visit`, () => {
      const list = firstConditions(CONCERNS_OF[kind], at);
      assert.deepEqual(
        new Set(list.filter((c) => c.status === 'Unknown').map((c) => c.type)),
        new Set(['Ready', ...CONCERNS_OF[kind]]),
      );
      assert.equal(conditionStatus(list, 'Reconciling'), 'True');
    });
});

describe('reasons', () => {
  it('are CamelCase words with a meaning and a next step', () => {
    for (const [word, { meaning, next }] of Object.entries(REASONS)) {
      assert.match(word, /^[A-Z][A-Za-z]+$/);
      assert.ok(meaning.endsWith('.') && next.endsWith('.'), word);
    }
  });
});

describe('critical findings', () => {
  it('a declaration that breaks a critical rule is not passed over where all else is well', () => {
    const messageOf = (status: 'True' | 'False', critical: readonly string[]) =>
      summarize([concern('NetworkReady', status, 'Succeeded')], { kind: 'settled' }, critical)[0]?.message;
    assert.equal(messageOf('True', []), 'Everything is as declared');
    assert.match(messageOf('True', ['SG-8', 'SG-9']) ?? '', /not kept \(SG-8, SG-9\): read status\.findings/);
    assert.doesNotMatch(messageOf('False', ['SG-8']) ?? '', /SG-8/, 'what has failed is said first');
  });
});

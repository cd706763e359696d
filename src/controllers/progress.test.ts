import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { CloudError, ErrorClass } from '../cloud/call.ts';
import type { ConcernJudgement, Progress } from '../crds/index.ts';
import { changeKey, emptyPlan } from '../plan/change.ts';
import { F, intent, replacement } from '../../test/support/builders.ts';
import { refused } from '../../test/support/recorded-cloud.ts';
import { type Draft, RETAINED, draftOf } from './draft.ts';
import type { KindPlan } from './kind.ts';
import { ObjectMemory } from './memory.ts';
import type { CloudChange, CloudPlan } from './model.ts';
import { type ProgressInput, lookOnlyProgress, progressOf } from './progress.ts';
import type { WaveResult } from './wave.ts';

const errorOf = (errorClass: ErrorClass): CloudError => {
  const answer = refused(errorClass);
  assert.ok(answer.kind === 'error');
  return answer.error;
};
const change = (name: string, more: Partial<CloudChange> = {}): CloudChange => ({
  verb: 'Update',
  type: 'Server',
  name,
  ids: [],
  count: 1,
  fields: [],
  impact: 'Safe',
  blueprint: 'ECS-5',
  reason: '',
  needs: [],
  action: { service: 'ecs', action: { kind: 'StartServers', ids: [] } },
  ...more,
});
const plan = (more: Partial<CloudPlan> = {}): KindPlan => ({
  plan: { ...emptyPlan, ...more },
  fleets: [],
  replacements: [],
  gone: [],
  retain: [],
});
const draft = (more: Partial<Draft> = {}): Draft => ({ ...draftOf(undefined), ...more });
const result = (more: Partial<WaveResult> = {}): WaveResult => ({
  entries: [],
  draft: draft(),
  error: undefined,
  held: undefined,
  duplicate: undefined,
  acted: false,
  ...more,
});
const pending = (name: string, why = 'is Pending') => ({ type: 'Server', name, id: 'i', why });
const blocked = {
  type: 'Server',
  name: 'web/f',
  dependency: { kind: 'SecurityZone', name: 'app', fact: 'vSwitch id' },
};
const KEPT = { type: 'Server', since: '2026-01-01T00:00:00Z', reason: 'kept' } as const;
const full = Array.from({ length: RETAINED }, (_, index) => ({ ...KEPT, name: `old/${index}`, id: `i-${index}` }));
const asking: ConcernJudgement = {
  type: 'AutoStartReady',
  status: 'Unknown',
  reason: 'Progressing',
  message: 'Asking',
};
const offline: ConcernJudgement = {
  type: 'AutoStartReady',
  status: 'Unknown',
  reason: 'AgentOffline',
  message: 'No agent',
};

function input(more: Partial<ProgressInput> = {}): ProgressInput {
  return {
    plan: plan(),
    verdicts: { concerns: [], findings: [], addresses: [], repaired: [] },
    draft: draft(),
    memory: new ObjectMemory(),
    monotonic: 0,
    result: undefined,
    ...more,
  };
}
const render = (progress: Progress): string =>
  progress.kind === 'settled' ? 'settled' : `${progress.kind} ${progress.reason}: ${progress.message}`;
const held = (errorClass: ErrorClass): ObjectMemory => {
  const memory = new ObjectMemory();
  memory.holds.set(changeKey(change('web/0')), { until: 10, error: errorOf(errorClass), generation: 1 });
  return memory;
};
/** web/1 waits for money and web/0 for a right. */
const twoHeld = (): ObjectMemory => {
  const memory = held('rights');
  memory.holds.set(changeKey(change('web/1')), { until: 10, error: errorOf('money'), generation: 1 });
  return memory;
};
const verdicts = (concern: ConcernJudgement) => ({ concerns: [concern], findings: [], addresses: [], repaired: [] });

const rows: readonly { readonly why: string; readonly input: Partial<ProgressInput>; readonly is: RegExp }[] = [
  { why: 'nothing left', input: {}, is: /^settled$/ },
  {
    why: 'work to do is named',
    input: { plan: plan({ changes: [change('web/0'), change('web/0', { verb: 'Start' }), change('web/1')] }) },
    is: /^working Progressing: Working on web\/0, web\/1$/,
  },
  {
    why: 'what may never be done is no work',
    input: { plan: plan({ changes: [change('x', { impact: 'Forbidden' })] }) },
    is: /^settled$/,
  },
  {
    why: 'waiting names fleets, not servers, so that the sentence stands still',
    input: { plan: plan({ pending: [pending('web/0'), pending('web/1'), pending('vpc')] }) },
    is: /^working Progressing: Waiting for web, vpc$/,
  },
  {
    why: 'what is let go of is named',
    input: { plan: { ...plan(), retain: [{ id: 'i-old-0', reason: 'kept' }] } },
    is: /^working Progressing: Letting go of i-old-0$/,
  },
  {
    why: 'a full list of what was kept is no end that comes by itself',
    input: { plan: { ...plan(), retain: [{ id: 'i-old-0', reason: 'kept' }] }, draft: draft({ retained: full }) },
    is: /^working Progressing: i-old-0 left the spec and stay on record: status\.retained is full with 200 entries\. Remove/,
  },
  {
    why: 'an open request',
    input: { draft: draft({ intents: [intent()] }) },
    is: new RegExp(`^working Progressing: Waiting for web/${F}$`),
  },
  {
    why: 'a replacement says its step',
    input: { draft: draft({ replacements: [replacement()] }) },
    is: /^working Progressing: Waiting for the replacement of web\/2 \(Surge\)$/,
  },
  {
    why: 'a right that a replacement waits for is told instead of its step',
    input: {
      draft: draft({ replacements: [replacement()] }),
      verdicts: verdicts({ type: 'ZonesBalanced', status: 'False', reason: 'PermissionDenied', message: 'Grant it' }),
    },
    is: /^working PermissionDenied: Grant it$/,
  },
  {
    why: 'another trouble is no missing right',
    input: { verdicts: verdicts({ type: 'ServersReady', status: 'False', reason: 'NoStock', message: 'None' }) },
    is: /^settled$/,
  },
  {
    why: 'a right of which nobody knows whether it is missing is none',
    input: { verdicts: verdicts({ ...asking, reason: 'PermissionDenied' }) },
    is: /^settled$/,
  },
  {
    why: 'what is judged is not asked any more',
    input: { verdicts: verdicts({ ...asking, status: 'True' }) },
    is: /^settled$/,
  },
  { why: 'a question inside guests', input: { verdicts: verdicts(asking) }, is: /^working Progressing: Asking$/ },
  { why: 'what cannot be known is not waited for', input: { verdicts: verdicts(offline) }, is: /^settled$/ },
  {
    why: 'a missing fact is named before the work that goes on',
    input: { plan: plan({ blocked: [blocked], changes: [change('vpc')] }) },
    is: /^working DependencyNotReady: web\/f waits for the vSwitch id of SecurityZone app$/,
  },
  {
    why: 'a shut gate',
    input: { result: result({ held: 'no lease' }), plan: plan({ changes: [change('vpc')] }) },
    is: /^working ProgressingWithRetry: Nothing was sent: no lease$/,
  },
  {
    why: 'a failure that passes',
    input: { result: result({ error: errorOf('throttled') }) },
    is: /^working Throttled: /,
  },
  {
    why: 'a failure that a person must end stalls',
    input: { result: result({ error: errorOf('quota') }) },
    is: /^stalled QuotaExceeded: ecs /,
  },
  {
    why: 'stock comes back by itself',
    input: { result: result({ error: errorOf('stock') }) },
    is: /^working NoStock: /,
  },
  {
    why: 'a failure still holds its change back',
    input: { memory: held('money'), plan: plan({ changes: [change('web/0')] }) },
    is: /^stalled InsufficientBalance: web\/0: ecs/,
  },
  {
    why: 'of several failures that hold changes back the worst is told, with the name of its change',
    input: { memory: twoHeld(), plan: plan({ changes: [change('web/1'), change('web/0')] }) },
    is: /^stalled PermissionDenied: web\/0: ecs/,
  },
  { why: 'a failure whose change left the plan is over', input: { memory: held('money') }, is: /^settled$/ },
  {
    why: 'a failure whose time is over is over',
    input: { memory: held('money'), monotonic: 10, plan: plan({ changes: [change('web/0')] }) },
    is: /^working Progressing/,
  },
  {
    why: 'the worst failure is told',
    input: {
      result: result({ error: errorOf('throttled') }),
      memory: held('rights'),
      plan: plan({ changes: [change('web/0')] }),
    },
    is: /^stalled PermissionDenied/,
  },
  {
    why: 'more resources than asked for before everything else',
    input: { result: result({ duplicate: 'web/f: i-1, i-2', error: errorOf('quota') }) },
    is: /^stalled Duplicate: .*web\/f: i-1, i-2.*nothing more is created/,
  },
];

const said = (numbers: readonly number[]) =>
  render(progressOf(input({ plan: plan({ pending: numbers.map((n) => pending(`web/${n}`)) }) })));

describe('progressOf', () => {
  for (const row of rows) it(row.why, () => assert.match(render(progressOf(input(row.input))), row.is));

  it('says the same while servers start one after the other', () => {
    const many = fc.array(fc.nat(300), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(many, many, (a, b) => {
        assert.equal(said(a), said(b));
      }),
    );
  });
});

describe('lookOnlyProgress', () => {
  const different = plan({ changes: [change('vpc')] });
  const seen = { mode: 'Observe', suspended: false, session: { frozen: false } };

  it('says why nothing is done: suspended before frozen before Observe', () => {
    assert.match(
      render(lookOnlyProgress({ ...seen, suspended: true, session: { frozen: true } }, different)),
      /^working Suspended/,
    );
    assert.match(render(lookOnlyProgress({ ...seen, session: { frozen: true } }, different)), /^working WritesFrozen/);
    assert.match(render(lookOnlyProgress(seen, different)), /^working Observing: .*status.plan/);
  });

  it('in Observe without a difference all is well', () => {
    assert.equal(render(lookOnlyProgress(seen, plan())), 'settled');
    assert.match(render(lookOnlyProgress(seen, plan({ blocked: [blocked] }))), /^working Observing/);
  });
});

import assert from 'node:assert/strict';
import type { CloudError } from '../cloud/call.ts';
import { intent } from '../../test/support/builders.ts';
import type { Change } from '../plan/change.ts';
import { changeKey } from '../plan/change.ts';
import { ObjectMemory, type Trust } from './memory.ts';

const trust: Trust = { unseenMs: 900_000, seenMs: 30_000 };
const change = (to: string, more: Partial<Change> = {}): Change => ({
  verb: 'Update',
  type: 'VPC',
  name: 'vpc',
  ids: ['vpc-1'],
  count: 1,
  impact: 'Safe',
  blueprint: 'NET-4',
  reason: '',
  needs: [],
  action: undefined,
  fields: [{ path: 'displayName', from: 'x', to, impact: 'Safe', rule: 'mutable', blueprint: 'NET-4' }],
  ...more,
});
const error: CloudError = {
  class: 'quota',
  service: 'vpc',
  action: 'CreateVpc',
  code: 'Quota',
  message: '',
  mayHaveHappened: false,
};

describe('settling', () => {
  it('what was sent and is still planned is not sent again before the cloud must show it', () => {
    const memory = new ObjectMemory();
    memory.sent(change('y'), 0);
    memory.confirm([change('y')], 1000, trust);
    assert.ok(memory.isSettling(change('y'), 1000, trust));
    assert.ok(memory.isSettling(change('y'), 899_999, trust));
    assert.ok(!memory.isSettling(change('y'), 900_000, trust), 'after the visibility grace it was lost');
  });

  it('another wish is another change, and goes at once', () => {
    const memory = new ObjectMemory();
    memory.sent(change('y'), 0);
    assert.ok(!memory.isSettling(change('z'), 1000, trust));
    assert.ok(
      !memory.isSettling(change('y', { ids: ['vpc-2'] }), 1000, trust),
      'another resource of the same name too',
    );
  });

  it('seen, and the old value again a moment later: a read that lags, not a second drift', () => {
    const memory = new ObjectMemory();
    memory.sent(change('y'), 0);
    memory.confirm([], 5000, trust);
    assert.ok(memory.isSettling(change('y'), 10_000, trust), 'the flip-flop is waited out');
    assert.ok(!memory.isSettling(change('y'), 35_000, trust), 'after the grace it is drift again');
  });

  it('a flip-flop does not prolong the wait for ever', () => {
    const memory = new ObjectMemory();
    memory.sent(change('y'), 0);
    memory.confirm([], 5000, trust);
    for (let now = 6000; now < 35_000; now += 1000) memory.confirm(now % 2000 === 0 ? [change('y')] : [], now, trust);
    assert.ok(!memory.isSettling(change('y'), 35_000, trust));
  });

  it('is forgotten once it was seen long enough', () => {
    const memory = new ObjectMemory();
    memory.sent(change('y'), 0);
    memory.confirm([], 1000, trust);
    memory.confirm([], 32_000, trust);
    assert.ok(!memory.isSettling(change('y'), 32_000, trust));
  });
});

describe('settling of what was sent long after this process began', () => {
  const AT = 5_000_000;
  const sent = () => {
    const memory = new ObjectMemory();
    memory.sent(change('y'), AT);
    return memory;
  };

  it('counts from when it was sent', () => {
    assert.ok(sent().isSettling(change('y'), AT + 899_999, trust));
    assert.ok(!sent().isSettling(change('y'), AT + 900_000, trust));
  });

  it('counts from when it was seen, and is not forgotten before that time is over', () => {
    const memory = sent();
    memory.confirm([], AT + 1000, trust);
    memory.confirm([], AT + 31_000, trust); // exactly its time: not over
    assert.ok(memory.isSettling(change('y'), AT + 30_999, trust));
    assert.ok(!memory.isSettling(change('y'), AT + 31_000, trust));
    memory.confirm([], AT + 31_001, trust);
    assert.ok(!memory.isSettling(change('y'), AT + 1000, trust), 'forgotten: nobody asks for so early a time again');
  });

  it('another wish for the same resource does not keep it waiting for the first one', () => {
    const memory = sent();
    memory.confirm([change('z')], AT + 1000, trust);
    assert.ok(memory.isSettling(change('y'), AT + 2000, trust), 'what was sent is not planned any more: it was seen');
  });
});

const held = (generation = 1) => {
  const memory = new ObjectMemory();
  memory.holds.set(changeKey(change('y')), { until: 5000, error, generation });
  return memory;
};

describe('holds', () => {
  it('hold until their time, whatever the change sets', () => {
    assert.equal(held().heldBy(change('z'), 4999)?.error, error);
    assert.equal(held().heldBy(change('y'), 5000), undefined);
    assert.equal(held().heldBy(change('y', { name: 'other' }), 0), undefined);
    const memory = held();
    memory.heldBy(change('y'), 5000);
    assert.equal(memory.holds.size, 0, 'what is over is forgotten');
  });

  it('end when the declaration was corrected', () => {
    const memory = held(1);
    memory.declared(1);
    assert.ok(memory.heldBy(change('y'), 0) !== undefined);
    memory.declared(2);
    assert.equal(memory.heldBy(change('y'), 0), undefined);
  });
});

describe('holdsSince', () => {
  it('keeps the first time and forgets it as soon as it does not hold', () => {
    const memory = new ObjectMemory();
    assert.equal(memory.holdsSince('a', true, 10), 10);
    assert.equal(memory.holdsSince('a', true, 20), 10);
    assert.equal(memory.holdsSince('b', true, 30), 30);
    assert.equal(memory.holdsSince('a', false, 40), undefined);
    assert.equal(memory.holdsSince('a', true, 50), 50);
  });
});

describe('refused', () => {
  it('counts creates and starts apart, by zone', () => {
    const memory = new ObjectMemory();
    memory.refused('creates', 'f');
    memory.refused('creates', 'f');
    memory.refused('starts', 'g');
    assert.deepEqual([memory.creates.get('f'), memory.starts.get('f'), memory.starts.get('g')], [2, undefined, 1]);
  });

  it('of creates is forgotten in zones where nothing is to be made any more', () => {
    const memory = new ObjectMemory();
    for (const zone of ['f', 'g', 'h']) memory.refused('creates', zone);
    memory.refused('starts', 'h');
    memory.asks([{ verb: 'Create', zone: 'f' }, { verb: 'Update', zone: 'g' }, { verb: 'Create' }]);
    assert.deepEqual([...memory.creates], [['f', 1]]);
    assert.equal(memory.starts.get('h'), 1, 'a start is asked for without a create');
  });
});

describe('what was made here', () => {
  const AT = 5_000_000;
  const made = (ids: readonly string[]) => ({ intent: intent(), ids, at: AT });

  it('is known for as long as the cloud may not list it yet', () => {
    const memory = new ObjectMemory();
    memory.made.set('token-1', made(['i-1']));
    memory.made.set('token-2', { ...made(['i-2']), at: AT + 1 });
    const known = (now: number) => memory.madeSince(now, trust).flatMap(({ ids }) => ids);
    assert.deepEqual(known(AT + 900_000), ['i-1', 'i-2']);
    assert.deepEqual(known(AT + 900_001), ['i-2']);
    assert.deepEqual(known(AT), ['i-2'], 'it was forgotten, not only left out');
  });
});

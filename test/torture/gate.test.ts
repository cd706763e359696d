// The fault happens at the write it is aimed at, once, and at no other.
import assert from 'node:assert/strict';
import { Gate, type Sender } from './gate.ts';
import type { Fault } from './plan.ts';
import type { Answer, Asked } from './proxy.ts';

const url = '/apis/financecloud.io/v1alpha1/namespaces/n/financecloudenvironments/bank/status';
const asked = (resource: string): Asked => ({
  method: 'PATCH',
  url,
  headers: {},
  body: JSON.stringify({ status: { intents: [{ resource }] } }),
});
const answered = (status: number): Answer => ({ status, headers: {}, body: Buffer.from('{"status":{"intents":[]}}') });

/** A gate with one shot at the write that says `intents+a`, and what it did to the sender. */
function gateWith(fault: Fault) {
  const done: string[] = [];
  const sender: Sender = {
    identity: 'one',
    kill: async () => void done.push('killed'),
    signal: (name) => void done.push(name),
  };
  const gate = new Gate({
    before: async () => undefined,
    after: async () => undefined,
    names: new Map(),
    act: async ({ kind }) => void done.push(kind),
  });
  gate.begin('build', { phase: 'build', at: { channel: 'kube', fact: 'environments/bank intents+a', nth: 1 }, fault });
  /** Sends a write through; `status` is what the server says. Returns what the operator sees. */
  const send = async (resource: string, status = 200): Promise<string> => {
    const way = await gate.ask('kube', asked(resource), sender);
    if (way.kind !== 'whole') return way.kind === 'answer' ? String(way.answer.status) : way.kind;
    const fate = await way.applied(answered(status));
    if (fate === 'give') way.given();
    await Promise.resolve();
    if (typeof fate === 'string') return fate === 'give' ? String(status) : 'lost';
    return fate.answer.status === status ? fate.answer.body.toString() : String(fate.answer.status);
  };
  return { gate, done, send };
}

const kill = (position: 'alpha' | 'beta' | 'gamma', again: { after: number; position: 'alpha' }[] = []): Fault => ({
  kind: 'kill',
  position,
  again,
});

describe('torture: the gate', () => {
  const refused: Fault = {
    kind: 'answer',
    status: 409,
    headers: {},
    body: {},
    times: 2,
    scope: 'writes',
    applied: false,
  };
  const cases: readonly {
    readonly why: string;
    readonly fault: Fault;
    readonly seen: readonly string[];
    readonly done: readonly string[];
  }[] = [
    { why: 'alpha: the write never arrives', fault: kill('alpha'), seen: ['200', 'drop', '200'], done: ['killed'] },
    {
      why: 'beta: the write arrives and its answer does not',
      fault: kill('beta'),
      seen: ['200', 'lost', '200'],
      done: ['killed'],
    },
    { why: 'gamma: the answer arrives', fault: kill('gamma'), seen: ['200', '200', '200'], done: ['killed'] },
    {
      why: 'a second kill two writes later',
      fault: kill('alpha', [{ after: 1, position: 'alpha' }]),
      seen: ['200', 'drop', 'drop'],
      done: ['killed', 'killed'],
    },
    { why: 'an answer in place of the server, twice', fault: refused, seen: ['200', '409', '409'], done: [] },
    {
      why: 'SIGTERM while the write goes on',
      fault: { kind: 'terminate' },
      seen: ['200', '200', '200'],
      done: ['SIGTERM'],
    },
    {
      why: 'another answer than that of the server',
      fault: { ...refused, status: 500, times: 1, applied: true },
      seen: ['200', '500', '200'],
      done: [],
    },
    {
      why: 'the answer without its second half, twice',
      fault: { kind: 'spoil', what: 'truncated', times: 2, scope: 'writes' },
      seen: ['200', '{"status":{"i', '{"status":{"i'],
      done: [],
    },
    {
      why: 'reads that follow are refused, the write is not',
      fault: { ...refused, scope: 'reads' },
      seen: ['200', '200', '200'],
      done: [],
    },
    { why: 'the write arrives later', fault: { kind: 'late', ms: 1 }, seen: ['200', 'late', '200'], done: [] },
    { why: 'a lost answer, nobody killed', fault: { kind: 'lose', times: 1 }, seen: ['200', 'lost', '200'], done: [] },
  ];
  for (const { why, fault, seen, done } of cases)
    it(why, async () => {
      const gate = gateWith(fault);
      assert.deepEqual([await gate.send('x'), await gate.send('a'), await gate.send('b')], seen);
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(gate.done, done);
      assert.equal(gate.gate.spent, true);
    });

  it('a write that the server refused was not the one: the next like it is', async () => {
    const { gate, done, send } = gateWith(kill('beta'));
    assert.equal(await send('a', 409), '409');
    assert.equal(gate.spent, false);
    assert.equal(await send('a'), 'lost');
    assert.deepEqual(done, ['killed']);
  });

  it('an order whose write never comes stays open', async () => {
    const { gate, send } = gateWith(kill('alpha'));
    await send('b');
    assert.equal(gate.spent, false);
  });
});

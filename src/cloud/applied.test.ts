import assert from 'node:assert/strict';
import { ok, type RecordedCloud, recordedCloud, refused, type Script } from '../../test/support/recorded-cloud.ts';
import { chunks, create, ended, inTurn, send, takeAway } from './applied.ts';
import type { Call } from './call.ts';

const call = (name: string): Call => ({ service: 'ecs', action: name, params: {} });
const vpc1 = () => ['vpc-1'];
const request = (part: readonly string[]): Call => ({ ...call('Delete'), params: { Id: part } });
const sent = (cloud: RecordedCloud) => cloud.asked.map((one) => one.call.params['Id']);
const contextOf = (script: Script) => {
  const cloud = recordedCloud(script);
  return { cloud, context: { region: 'r1', reader: cloud, writer: cloud } };
};

describe('ended', () => {
  const held = { kind: 'held', reason: 'the lease is too young' } as const;
  it('tells what held a write', () => assert.deepEqual(ended(held, ['x'], ['absent']), held));
  it('forgives only the classes named', () => {
    assert.equal(ended(refused('absent'), ['x'], ['absent']).kind, 'done');
    assert.equal(ended(refused('busy'), ['x'], ['absent']).kind, 'failed');
  });
});

describe('inTurn', () => {
  it('stops at the first call that fails', async () => {
    const { cloud, context } = contextOf([ok(), refused('quota')]);
    const end = await inTurn([call('a'), call('b'), call('c')], ['x'], async (one) =>
      ended(await send(one, context), ['x']),
    );
    assert.equal(end.kind === 'failed' && end.error.class, 'quota');
    assert.deepEqual(
      cloud.asked.map((one) => one.call.action),
      ['a', 'b'],
    );
  });

  it('ends well when there is nothing to send', async () => {
    assert.deepEqual(await inTurn([], ['x'], () => Promise.reject(new Error('sent'))), { kind: 'done', ids: ['x'] });
  });
});

describe('create', () => {
  it('sends the frozen request and the token, and nothing else', async () => {
    const { cloud, context } = contextOf([ok()]);
    const end = await create({ frozen: call('CreateVpc'), token: 't1' }, context, vpc1);
    assert.deepEqual(end, { kind: 'done', ids: ['vpc-1'], requestId: 'REQUEST-1' });
    assert.deepEqual(cloud.asked, [{ face: 'write', call: call('CreateVpc'), token: 't1', lane: 'user' }]);
  });

  it('adds user data only while sending', async () => {
    const { cloud, context } = contextOf([ok()]);
    const frozen = call('RunInstances');
    await create({ frozen, token: 't1', userData: 'IyEvYmluL3No' }, context, vpc1);
    assert.deepEqual(cloud.asked[0]?.call.params, { UserData: 'IyEvYmluL3No' });
    assert.deepEqual(frozen.params, {});
  });

  it('takes a success that names no id for an unknown outcome', async () => {
    const { context } = contextOf([ok()]);
    const end = await create({ frozen: call('CreateVpc'), token: 't1' }, context, () => []);
    assert.ok(end.kind === 'failed');
    assert.deepEqual([end.error.class, end.error.mayHaveHappened], ['unknown', true]);
  });

  it('never computes a request anew', async () => {
    const { context } = contextOf([]);
    await assert.rejects(create({ token: 't1' }, context, vpc1), /frozen request/);
    await assert.rejects(create({ frozen: call('CreateVpc') }, context, vpc1), /frozen request/);
  });
});

describe('takeAway', () => {
  it('sends one by one the part in which something is already gone', async () => {
    const { cloud, context } = contextOf((one) =>
      JSON.stringify(one.params['Id']).includes('gone') ? refused('absent') : ok(),
    );
    const end = await takeAway(['a', 'gone', 'b', 'c'], { size: 2, request, ids: ['x'], context });
    assert.equal(end.kind, 'done');
    assert.deepEqual(sent(cloud), [['a', 'gone'], ['a'], ['gone'], ['b', 'c']]);
  });

  it('stops at the first refusal', async () => {
    const { cloud, context } = contextOf([refused('busy')]);
    const end = await takeAway(['a', 'b', 'c'], { size: 2, request, ids: ['x'], context });
    assert.equal(end.kind === 'failed' && end.error.class, 'busy');
    assert.equal(cloud.asked.length, 1);
  });
});

describe('chunks', () => {
  it('keeps every item in order', () => assert.deepEqual(chunks([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]));
  it('has no run for no items', () => assert.deepEqual(chunks([], 2), []));
});

// One question to guests under virtual time: its token, what every way of not being asked is called, and how long answers are waited for.
import assert from 'node:assert/strict';
import { ok, recordedCloud, refused } from '../../test/support/recorded-cloud.ts';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import type { Call, WriteAnswer } from '../cloud/call.ts';
import type { GuestAnswer, GuestQuestion } from '../cloud/ecs/model.ts';
import { silentLogger } from '../kernel/logger.ts';
import { converse } from './guest-conversation.ts';

const units = ['nginx.service'];
const question: GuestQuestion = { kind: 'CheckUnits', serverIds: ['i-1', 'i-2'], units };

const agents = ok({
  InstanceCloudAssistantStatusSet: {
    InstanceCloudAssistantStatus: question.serverIds.map((id) => ({
      InstanceId: id,
      CloudAssistantStatus: 'true',
      OSType: 'Linux',
    })),
  },
});
const results = (ids: readonly string[], status = 'Success') =>
  ok({
    Invocation: {
      NextToken: '',
      InvocationResults: {
        InvocationResult: ids.map((id) => ({
          InstanceId: id,
          InvocationStatus: status,
          ExitCode: 0,
          ErrorCode: '',
          Output: Buffer.from('u 1 enabled active\n').toString('base64'),
        })),
      },
    },
  });

interface Scene {
  readonly run?: WriteAnswer;
  /** The n-th reading of results. */
  readonly read?: (turn: number) => WriteAnswer;
  readonly agents?: (call: Call) => WriteAnswer;
  readonly owner?: string;
  readonly purpose?: readonly string[];
  readonly question?: GuestQuestion;
}

/** Begins a conversation; `ended` once it is over. */
function begin(scene: Scene = {}) {
  const clock = new VirtualClock();
  const warned: unknown[] = [];
  const state = { closed: false, turns: 0 };
  const client = recordedCloud((call) => {
    if (call.action === 'DescribeCloudAssistantStatus') return scene.agents?.(call) ?? agents;
    if (call.action === 'RunCommand') return scene.run ?? ok({ CommandId: 'c', InvokeId: 't' });
    return scene.read?.(state.turns++) ?? results(['i-1', 'i-2']);
  });
  let ended: ReadonlyMap<string, GuestAnswer> | undefined;
  void converse(scene.question ?? question, scene.purpose ?? ['boot-1'], {
    region: 'r',
    owner: scene.owner ?? 'production|r',
    reader: client,
    prober: client,
    clock,
    log: { ...silentLogger, warn: (...line) => warned.push(line) },
    isClosed: () => state.closed,
  }).then((end) => (ended = end));
  const kinds = () =>
    ended === undefined ? undefined : Object.fromEntries([...ended].map(([id, answer]) => [id, answer.kind]));
  return { clock, client, warned, state, kinds, ended: () => ended };
}
const BOTH = { 'i-1': 'answered', 'i-2': 'answered' };

describe('a conversation with guests', () => {
  it('ends with the answers of all servers, without a warning', async () => {
    const { clock, kinds, warned, client } = begin();
    await clock.advance(0);
    assert.deepEqual([kinds(), warned, clock.pending], [BOTH, [], 0]);
    assert.deepEqual(
      client.asked.map(({ face, call }) => `${face} ${call.action}`),
      ['read DescribeCloudAssistantStatus', 'run RunCommand', 'read DescribeInvocationResults'],
    );
  });

  it('reads once a second while one is still at it', async () => {
    const { clock, kinds, state } = begin({ read: (turn) => (turn < 3 ? results(['i-1']) : results(['i-1', 'i-2'])) });
    await clock.advance(2999);
    assert.deepEqual([kinds(), state.turns], [undefined, 3]);
    await clock.advance(1);
    assert.deepEqual([kinds(), state.turns], [BOTH, 4]);
  });

  it('goes on over readings that fail', async () => {
    const { clock, kinds } = begin({ read: (turn) => (turn < 2 ? refused('transient') : results(['i-1', 'i-2'])) });
    await clock.advance(1000);
    assert.equal(kinds(), undefined);
    await clock.advance(1000);
    assert.deepEqual(kinds(), BOTH);
  });

  it('ends after a minute and a half with what was answered by then: who is silent has no answer', async () => {
    const { clock, kinds } = begin({ read: () => results(['i-1']) });
    await clock.advance(89_999);
    assert.equal(kinds(), undefined);
    await clock.advance(1);
    assert.deepEqual([kinds(), clock.pending], [{ 'i-1': 'answered' }, 0]);
  });

  it('ends with nothing when all readings failed for so long', async () => {
    const { clock, kinds } = begin({ read: () => refused('transient') });
    await clock.advance(90_000);
    assert.deepEqual(kinds(), {});
  });

  it('ends with the next reading once its desk is closed', async () => {
    const { clock, kinds, state } = begin({ read: () => results([]) });
    await clock.advance(500);
    state.closed = true;
    await clock.advance(500);
    assert.deepEqual([kinds(), clock.pending], [{}, 0]);
  });
});

describe('a question that cannot be asked', () => {
  const cases: readonly { readonly why: string; readonly scene: Scene; readonly is: object; readonly end: string }[] = [
    {
      why: 'a refused right is named so that it can be granted',
      scene: { run: refused('rights', { action: 'RunCommand', code: 'Forbidden.RAM', message: 'no' }) },
      is: { kind: 'failed', code: 'Forbidden.RAM', message: 'no', lacks: 'ecs:RunCommand' },
      end: 'failed',
    },
    {
      why: 'any other error names no right',
      scene: { run: refused('transient', { action: 'RunCommand', code: 'ServiceUnavailable', message: 'later' }) },
      is: { kind: 'failed', code: 'ServiceUnavailable', message: 'later' },
      end: 'failed',
    },
    {
      why: 'the gate is shut',
      scene: { run: { kind: 'held', reason: 'Frozen' } },
      is: { kind: 'failed', code: 'held', message: 'Frozen' },
      end: 'held',
    },
    {
      why: 'more servers than one command takes',
      scene: { question: { ...question, serverIds: Array.from({ length: 101 }, (_, index) => `i-${index}`) } },
      is: { kind: 'failed', code: 'refused', message: 'more than 100 servers' },
      end: 'refused',
    },
    {
      why: 'asking itself fell over',
      scene: {
        agents: () => {
          throw new Error('boom');
        },
      },
      is: { kind: 'failed', code: 'refused', message: 'Error: boom' },
      end: 'refused',
    },
  ];
  for (const { why, scene, is, end } of cases) {
    it(`is the same answer of every server: ${why}`, async () => {
      const { clock, ended, warned } = begin(scene);
      await clock.advance(0);
      const { serverIds } = scene.question ?? question;
      assert.deepEqual(
        [...(ended() ?? [])],
        serverIds.map((serverId) => [serverId, { ...is, serverId }]),
      );
      assert.deepEqual(warned, [
        ['Could not ask inside guests', { question: 'CheckUnits', servers: serverIds.length, end }],
      ]);
    });
  }
});

describe('the token of a question', () => {
  const tokenOf = async (scene: Scene) => {
    const { clock, client } = begin(scene);
    await clock.advance(0);
    return client.asked.find(({ face }) => face === 'run')?.token ?? '';
  };

  it('is the same for the same question, and short enough for the cloud', async () => {
    const token = await tokenOf({});
    assert.equal(await tokenOf({}), token);
    assert.match(token, /^[0-9a-f]{64}$/);
  });

  const others: readonly (Scene & { readonly what: string })[] = [
    { what: 'account or region', owner: 'other|r' },
    { what: 'purpose', purpose: ['boot-2'] },
    { what: 'kind of question', question: { ...question, kind: 'EnableAndStartUnits' } },
    { what: 'unit', question: { ...question, units: ['sshd.service'] } },
  ];
  for (const { what, ...scene } of others) {
    it(`is another one for another ${what}`, async () => assert.notEqual(await tokenOf(scene), await tokenOf({})));
  }
});

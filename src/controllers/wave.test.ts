import assert from 'node:assert/strict';
import type { ErrorClass } from '../cloud/call.ts';
import type { CloudRecord } from '../cloud/service.ts';
import { type SlbAction, adjustListener } from '../cloud/slb/model.ts';
import { effectiveListener } from '../crds/index.ts';
import { changeKey, emptyPlan } from '../plan/change.ts';
import { F, UID, change, intent, listener as declaredListener, recorded } from '../../test/support/builders.ts';
import { ownTags, serverRecord } from '../../test/support/cloud-records.ts';
import { NOW } from '../../test/support/plan-input.ts';
import { type Script, ok, recordedCloud, refused } from '../../test/support/recorded-cloud.ts';
import { type SessionScript, sessionOf } from '../../test/support/session.ts';
import { type Draft, draftOf } from './draft.ts';
import { ObjectMemory } from './memory.ts';
import type { CloudChange } from './model.ts';
import { listenerSpecOf } from './parts/listeners.ts';
import { type WaveContext, mayRun, runWave, worst } from './wave.ts';

const remove = change({
  verb: 'Delete',
  type: 'Server',
  name: 'web/0',
  ids: ['i-web-0'],
  zone: F,
  action: { service: 'ecs', action: { kind: 'DeleteServers', ids: ['i-web-0'] } },
});
const revoke = change({
  verb: 'Revoke',
  type: 'SecurityGroupRules',
  name: 'sg/rules/x',
  ids: ['sg-app'],
  action: {
    service: 'ecs',
    action: {
      kind: 'RevokeRules',
      groupId: 'sg-app',
      rules: [
        {
          protocol: 'TCP',
          ports: '22/22',
          source: { kind: 'cidr', cidr: '0.0.0.0/0' },
          policy: 'accept',
          priority: 1,
          description: '',
        },
      ],
    },
  },
});
const detach = change({
  verb: 'Detach',
  type: 'Backends',
  name: 'web/lb',
  ids: ['lb-1'],
  action: { service: 'slb', action: { kind: 'RemoveBackends', id: 'lb-1', serverIds: ['i-web-0'] } },
});
const create = change({ verb: 'Create', type: 'Server', name: `web/${F}`, ids: [], zone: F, count: 2 });

async function play(
  changes: readonly CloudChange[],
  script: SessionScript & {
    readonly answers?: Script;
    readonly draft?: Partial<Draft>;
    readonly memory?: ObjectMemory;
    readonly seenMs?: number;
  } = {},
) {
  const { session, client, asked } = sessionOf({
    client: recordedCloud(script.answers ?? []),
    fresh: (_type, ids) => ids.map((id) => serverRecord({ id })),
    ...script,
  });
  const memory = script.memory ?? new ObjectMemory();
  const context: WaveContext = {
    session,
    memory,
    uid: UID.environment,
    generation: 3,
    now: NOW,
    monotonic: 1000,
    trust: { unseenMs: 900_000, seenMs: script.seenMs ?? 30_000 },
    originOf: () => 'own',
    userData: async () => undefined,
  };
  const draft = { ...draftOf(undefined), ...script.draft };
  const result = await runWave({ ...emptyPlan, changes }, draft, context);
  return {
    result,
    memory,
    asked,
    context,
    actions: client.asked.filter((item) => item.face === 'write').map((item) => item.call.action),
  };
}
const all: Script = () => ok();

describe('runWave', () => {
  it('sends what may run, remembers it, and has it read again', async () => {
    const { result, memory, asked, actions, context } = await play([change()], { answers: all });
    assert.deepEqual(
      [actions, result.acted, asked],
      [['ModifyVpcAttribute'], true, ['fresh VPC vpc-1', 'touch VPC vpc-1']],
    );
    assert.ok(!mayRun(change(), context), 'the same change is settling now');
    assert.ok(memory.isSettling(change(), 1000, context.trust));
  });

  it('sends nothing that waits for another change, that settles, or that is held', async () => {
    const memory = new ObjectMemory();
    memory.sent(change(), 900);
    const waiting = change({ name: 'sg', type: 'SecurityGroup', needs: ['VPC:vpc'] });
    assert.deepEqual((await play([change(), waiting], { answers: all, memory })).actions, []);
  });

  it('never sends a create that has no intent', async () => {
    const { actions, result } = await play([create], { answers: all });
    assert.deepEqual([actions, result.acted], [[], false]);
  });

  it('makes rules and listeners without one: their key is natural', async () => {
    const authorize = change({
      verb: 'Create',
      type: 'SecurityGroupRules',
      name: 'sg/rules',
      ids: [],
      action: { ...revoke.action, service: 'ecs', action: { kind: 'AuthorizeRules', groupId: 'sg-app', rules: [] } },
    });
    const { asked } = await play([authorize], { answers: all });
    assert.deepEqual(asked, ['fresh SecurityGroup sg-app', 'touchDetail GroupRules sg-app']);
  });
});

describe('what a change stands on', () => {
  const ours = serverRecord();
  const rows: readonly {
    readonly why: string;
    readonly change: CloudChange;
    readonly fresh: readonly CloudRecord[];
    readonly read: string;
    readonly sent: boolean;
    readonly acted: boolean;
  }[] = [
    {
      why: 'a server that carries our uid',
      change: remove,
      fresh: [ours],
      read: 'fresh Server i-web-0',
      sent: true,
      acted: true,
    },
    {
      why: 'a server whose tags name another object',
      change: remove,
      fresh: [{ ...ours, tags: ownTags('other') }],
      read: 'fresh Server i-web-0',
      sent: false,
      acted: false,
    },
    {
      why: 'a server without tags',
      change: remove,
      fresh: [{ ...ours, tags: {} }],
      read: 'fresh Server i-web-0',
      sent: false,
      acted: false,
    },
    {
      why: 'a server that is gone already: done without a call',
      change: remove,
      fresh: [],
      read: 'fresh Server i-web-0',
      sent: false,
      acted: false,
    },
    {
      why: 'a rule of a group that is ours',
      change: revoke,
      fresh: [{ ...ours, id: 'sg-app' }],
      read: 'fresh SecurityGroup sg-app',
      sent: true,
      acted: true,
    },
    {
      why: 'a rule of a group that is not ours any more',
      change: revoke,
      fresh: [{ ...ours, id: 'sg-app', tags: {} }],
      read: 'fresh SecurityGroup sg-app',
      sent: false,
      acted: false,
    },
    {
      why: 'a member of a load balancer that is ours',
      change: detach,
      fresh: [{ ...ours, id: 'lb-1' }],
      read: 'fresh LoadBalancer lb-1',
      sent: true,
      acted: true,
    },
    {
      why: 'a member of a load balancer that is not ours any more',
      change: detach,
      fresh: [{ ...ours, id: 'lb-1', tags: {} }],
      read: 'fresh LoadBalancer lb-1',
      sent: false,
      acted: false,
    },
  ];
  for (const row of rows) {
    it(`${row.why}: ${row.sent ? 'sent' : 'nothing sent'}`, async () => {
      const { asked, actions } = await play([row.change], { answers: all, fresh: () => row.fresh });
      assert.equal(asked[0], row.read);
      assert.equal(actions.length > 0, row.sent);
    });
  }

  const listener = change({
    verb: 'Create',
    type: 'Listener',
    name: 'web/lb/HTTP:80',
    ids: [],
    action: {
      service: 'slb',
      action: { kind: 'StartListener', ref: { loadBalancerId: 'lb-1', protocol: 'http', port: 80 } },
    },
  });
  const start = change({
    verb: 'Start',
    type: 'Server',
    name: 'web/0',
    ids: ['i-web-0'],
    fields: [{ path: 'state', from: 'Stopped', to: 'Running', impact: 'Safe', rule: 'mutable', blueprint: 'ECS-4' }],
    action: { service: 'ecs', action: { kind: 'StartServers', ids: ['i-web-0'] } },
  });
  const more: readonly (readonly [string, CloudChange, readonly CloudRecord[], boolean])[] = [
    ['an update of what is ours', change(), [{ ...ours, id: 'vpc-1' }], true],
    ['an update of what is not ours any more', change(), [{ ...ours, id: 'vpc-1', tags: ownTags('other') }], false],
    ['an update of what is not seen', change(), [], false],
    ['a listener of a load balancer that is ours', listener, [{ ...ours, id: 'lb-1' }], true],
    ['a listener of a load balancer that is not ours', listener, [{ ...ours, id: 'lb-1', tags: {} }], false],
    ['a start of what is still stopped', start, [{ ...ours, state: 'Stopped' }], true],
    ['a start of what somebody has started meanwhile', start, [{ ...ours, state: 'Starting' }], false],
  ];
  for (const [why, of, fresh, sent] of more) {
    it(`${why}: ${sent ? 'sent' : 'nothing sent'}`, async () => {
      const { actions } = await play([of], { answers: all, fresh: () => fresh });
      assert.equal(actions.length > 0, sent);
    });
  }

  it('is read in one call for each type', async () => {
    const { asked } = await play([start, change({ ...start, name: 'web/1', ids: ['i-web-1'] }), listener, detach], {
      answers: all,
      fresh: (_type, ids) => ids.map((id) => ({ ...ours, id })),
    });
    assert.deepEqual(
      asked.filter((item) => item.startsWith('fresh')),
      ['fresh Server i-web-0 i-web-1', 'fresh LoadBalancer lb-1'],
    );
  });

  it('sends nothing when the fresh read fails', async () => {
    const failed = refused('transient');
    assert.ok(failed.kind === 'error');
    const { actions, result } = await play([remove], { answers: all, fresh: () => failed.error });
    assert.deepEqual([actions, result.error?.class], [[], 'transient']);
  });

  it('names in the condition why nothing was taken away', async () => {
    const { result } = await play([remove], { fresh: () => [{ ...ours, tags: {} }] });
    assert.match(result.held ?? '', /i-web-0 does not carry this object's tags any more/);
  });

  it('expects what was deleted to be gone', async () => {
    const { asked } = await play([remove], { answers: all, fresh: () => [ours] });
    assert.ok(asked.includes('expectGone Server i-web-0'));
  });
});

const oneLost: Script = (_call, index) =>
  index === 0
    ? ok({ InstanceIdSets: { InstanceIdSet: ['i-a', 'i-b'] } })
    : refused('transient', { mayHaveHappened: true });

const made = () => ok({ InstanceIdSets: { InstanceIdSet: ['i-a', 'i-b'] } });

describe('open intents', () => {
  const open = intent({ count: 2 });
  const fresh = () => {
    const memory = new ObjectMemory();
    memory.unsent.add(open.token);
    return memory;
  };

  it('are sent, recorded, and looked at', async () => {
    const { result, memory, asked } = await play([create], {
      answers: made,
      memory: fresh(),
      draft: { intents: [open], attempt: 1 },
    });
    assert.deepEqual(
      result.draft.resources.map((record) => record.id),
      ['i-a', 'i-b'],
    );
    assert.deepEqual([result.draft.intents, result.acted, [...memory.madeNow]], [[], true, ['i-a', 'i-b']]);
    assert.ok(asked.includes('touch Server i-a i-b'));
  });

  it('a create that made its servers does not keep the next one waiting', async () => {
    const { context } = await play([create], { answers: made, memory: fresh(), draft: { intents: [open] } });
    assert.ok(mayRun(create, context));
  });

  it('a refusal closes the intent and holds the create for the visibility grace', async () => {
    const { result, memory, context } = await play([create], {
      answers: () => refused('stock'),
      memory: fresh(),
      draft: { intents: [open], attempt: 1 },
    });
    assert.deepEqual([result.draft.intents, result.draft.attempt, result.error?.class], [[], 1, 'stock']);
    assert.equal(memory.heldBy(create, 900_999)?.error.class, 'stock');
    assert.equal(memory.heldBy(create, 901_000), undefined);
    assert.ok(mayRun(create, { ...context, monotonic: 901_000 }));
    assert.deepEqual([memory.creates.get(F), memory.starts.get(F)], [1, undefined], 'it counts against the zone');
  });

  it('nothing is lost when two requests end differently', async () => {
    const other = intent({ attempt: 2, token: 'token-2', resource: `api/${F}`, count: 1 });
    const memory = fresh();
    memory.unsent.add('token-2');
    const { result } = await play([create, change({ ...create, name: `api/${F}` })], {
      answers: oneLost,
      memory,
      draft: { intents: [open, other], attempt: 2 },
    });
    assert.deepEqual([result.draft.resources.length, result.draft.intents.map((item) => item.attempt)], [2, [2]]);
  });

  it('more than asked for is an alarm and closes nothing', async () => {
    const found = ['i-a', 'i-b', 'i-c'].map((id) => serverRecord({ id }));
    const { result } = await play([create], { lookUp: () => found, draft: { intents: [open] } });
    assert.equal(result.duplicate, `web/${F}: i-a, i-b, i-c`);
    assert.equal(result.draft.intents.length, 1);
  });
});

describe('holds after a failure', () => {
  const rows: readonly { readonly class: ErrorClass; readonly retryAfterMs?: number; readonly ms: number }[] = [
    { class: 'busy', ms: 1500 },
    { class: 'throttled', ms: 2000 },
    { class: 'throttled', retryAfterMs: 7000, ms: 7000 },
    { class: 'transient', ms: 3000 },
    { class: 'unknown', ms: 3000 },
    { class: 'quota', ms: 900_000 },
  ];
  for (const row of rows) {
    it(`${row.class}${row.retryAfterMs === undefined ? '' : ' with a time of its own'} holds ${row.ms} ms`, async () => {
      const answer = refused(row.class, row.retryAfterMs === undefined ? {} : { retryAfterMs: row.retryAfterMs });
      const { memory } = await play([change()], { answers: () => answer });
      assert.ok(memory.heldBy(change(), 1000 + row.ms - 1) !== undefined);
      assert.equal(memory.heldBy(change(), 1000 + row.ms), undefined);
    });
  }

  it('a server that does not start counts against its zone, one that starts clears it', async () => {
    const start = change({
      verb: 'Start',
      type: 'Server',
      name: 'web/0',
      ids: ['i-web-0'],
      zone: F,
      action: { service: 'ecs', action: { kind: 'StartServers', ids: ['i-web-0'] } },
    });
    const { memory } = await play([start], { answers: () => refused('busy') });
    assert.equal(memory.starts.get(F), 1);
    await play([start], { answers: all, memory: Object.assign(memory, { holds: new Map() }) });
    assert.equal(memory.starts.get(F), undefined);
    const update = await play([change({ ...start, verb: 'Update' })], { answers: () => refused('busy') });
    assert.equal(update.memory.starts.size, 0, 'an update says nothing about the zone');
  });
});

describe('what a wave puts on record of deletes', () => {
  const onRecord = { resources: [recorded('Server', 'web/0', 'i-web-0')] };
  const ours = (_type: string, ids: readonly string[]) => ids.map((id) => serverRecord({ id }));
  const update = change();

  it('is what the cloud agreed to delete, and nothing of other changes', async () => {
    const { result } = await play([remove, update], { answers: all, fresh: ours, draft: onRecord });
    assert.deepEqual(result.entries, [{ kind: 'deleting', ids: ['i-web-0'] }]);
    assert.equal(result.draft.resources[0]?.state, 'Deleting');
  });

  for (const [why, script] of [
    ['the cloud refused', { answers: () => refused('transient') }],
    ['it is not ours any more', { answers: all, fresh: () => [serverRecord({ id: 'i-web-0', tags: {} })] }],
  ] as const) {
    it(`is nothing when ${why}`, async () => {
      const { result } = await play([remove], { fresh: ours, draft: onRecord, ...script });
      assert.deepEqual([result.entries, result.draft.resources[0]?.state], [[], undefined]);
    });
  }

  it('is nothing when nothing was deleted', async () => {
    assert.deepEqual((await play([update], { answers: all })).result.entries, []);
  });
});

describe('what a wave does not send', () => {
  const failure = refused('quota');
  const heldMemory = (of: CloudChange, until = 5000) => {
    const memory = new ObjectMemory();
    if (failure.kind === 'error') memory.holds.set(changeKey(of), { until, error: failure.error, generation: 3 });
    return memory;
  };

  it('is a change that failed a moment ago; afterwards it is sent', async () => {
    assert.deepEqual((await play([change()], { answers: all, memory: heldMemory(change()) })).actions, []);
    assert.equal((await play([change()], { answers: all, memory: heldMemory(change(), 1000) })).actions.length, 1);
  });

  const unsent = (memory = new ObjectMemory()) => {
    memory.unsent.add('token-1');
    return memory;
  };
  const open = intent({ count: 2 });
  const vpc = change({ verb: 'Create', type: 'VPC', name: 'vpc', ids: [] });
  const cases: readonly (readonly [
    why: string,
    changes: readonly CloudChange[],
    memory: ObjectMemory,
    left: number,
  ])[] = [
    ['an intent whose create waits for something else', [vpc, { ...create, needs: ['VPC:vpc'] }], unsent(), 1],
    ['an intent whose create failed a moment ago', [create], unsent(heldMemory(create)), 1],
    ['an intent that the plan does not want any more: it is closed', [], unsent(), 0],
  ];
  for (const [why, changes, memory, left] of cases) {
    it(`is ${why}`, async () => {
      const { actions, result } = await play(changes, { answers: all, memory, draft: { intents: [open] } });
      assert.deepEqual([actions, result.draft.intents.length], [[], left]);
    });
  }

  it('is what the gate holds back: it says why, and the intent stays', async () => {
    const { result, memory } = await play([create], {
      answers: () => ({ kind: 'held', reason: 'Frozen' }),
      memory: unsent(),
      draft: { intents: [open] },
    });
    assert.deepEqual(
      [result.held, result.error, result.draft.intents.length, result.acted],
      ['Frozen', undefined, 1, false],
    );
    assert.equal(memory.holds.size, 0, 'it is tried again at once');
  });

  it('is named although another change was done', async () => {
    const { result } = await play([change(), remove], {
      answers: all,
      fresh: (_type, ids) => ids.map((id) => serverRecord({ id, ...(id === 'i-web-0' ? { tags: {} } : {}) })),
    });
    assert.match(result.held ?? '', /i-web-0 does not carry/);
    assert.ok(result.acted);
  });

  it('is named although another intent was sent', async () => {
    const other = intent({ attempt: 2, token: 'token-2', resource: `api/${F}` });
    const memory = unsent();
    memory.unsent.add('token-2');
    const { result } = await play([create, { ...create, name: `api/${F}` }], {
      answers: (_call: unknown, index: number) => (index === 0 ? made() : { kind: 'held', reason: 'Frozen' }),
      memory,
      draft: { intents: [open, other], attempt: 2 },
    });
    assert.deepEqual([result.held, result.acted, result.draft.intents.length], ['Frozen', true, 1]);
  });

  for (const [seenMs, waitedMs, sends] of [
    [30_000, 4999, 0],
    [30_000, 5000, 1],
    [2000, 1999, 0],
    [2000, 2000, 1],
  ] as const) {
    it(`is a request again ${waitedMs} ms after an unknown outcome, where reads lag ${seenMs} ms: ${sends}`, async () => {
      const memory = new ObjectMemory();
      memory.replays.set('token-1', { at: 1000 - waitedMs, count: 0 });
      const { actions } = await play([create], { answers: made, memory, draft: { intents: [open] }, seenMs });
      assert.equal(actions.length, sends);
    });
  }
});

describe('what a wave remembers of an intent', () => {
  const open = intent({ count: 2 });
  const unsent = () => {
    const memory = new ObjectMemory();
    memory.unsent.add('token-1');
    return memory;
  };

  it('is what it made, so that a lost record can be made again, and that the zone gives servers again', async () => {
    const memory = unsent();
    memory.refused('creates', F);
    memory.refused('creates', 'other');
    await play([create], { answers: made, memory, draft: { intents: [open] } });
    assert.deepEqual(memory.made.get('token-1'), { intent: open, ids: ['i-a', 'i-b'], at: 1000 });
    assert.deepEqual([...memory.creates], [['other', 1]]);
  });

  it('is nothing of a zone where the request had none, and no failure of a change that left the plan', async () => {
    const failed = refused('transient');
    assert.ok(failed.kind === 'error');
    const doubtful = new ObjectMemory();
    const { result, memory } = await play([], {
      lookUp: () => failed.error,
      memory: doubtful,
      draft: { intents: [open] },
    });
    assert.deepEqual([result.error?.class, memory.holds.size], ['transient', 0]);
  });

  it('is no zone of what stands in none', async () => {
    const balancer = change({ verb: 'Create', type: 'LoadBalancer', name: 'web/lb', ids: [], zone: F });
    const { memory } = await play([balancer], {
      answers: () => refused('stock'),
      memory: unsent(),
      draft: { intents: [intent({ type: 'LoadBalancer', resource: 'web/lb', count: 1 })] },
    });
    assert.deepEqual([memory.creates.size, memory.holds.size], [0, 1]);
  });
});

describe('what is read again after a write', () => {
  const ref = { loadBalancerId: 'lb-1', protocol: 'http', port: 80 } as const;
  const listener = (of: SlbAction, ids: readonly string[]) =>
    change({ verb: 'Update', type: 'Listener', name: 'web/lb/HTTP:80', ids, action: { service: 'slb', action: of } });
  const start = { kind: 'StartListener', ref } as const;
  const rows: readonly (readonly [why: string, change: CloudChange, touched: readonly string[]])[] = [
    ['the resource itself', change(), ['touch VPC vpc-1']],
    ['the rules of a group', revoke, ['touchDetail GroupRules sg-app']],
    ['the members of a load balancer', detach, ['touchDetail LoadBalancerParts lb-1']],
    [
      'a listener, and the health behind it',
      listener(start, ['lb-1_http_80']),
      ['touch Listener lb-1_http_80', 'touchDetail LoadBalancerParts lb-1'],
    ],
  ];
  it('is a listener that was made, by the id that it has now', async () => {
    const making = listener({ kind: 'CreateListener', ref, spec: listenerSpec }, []);
    const { asked } = await play([{ ...making, verb: 'Create' }], { answers: all });
    assert.deepEqual(asked.slice(1), ['touch Listener lb-1_http_80', 'touchDetail LoadBalancerParts lb-1']);
  });

  for (const [why, of, touched] of rows) {
    for (const [how, answers] of [
      ['done', all],
      ['failed: it may have happened', (() => refused('transient')) as Script],
    ] as const) {
      it(`is ${why}, when it was ${how}`, async () => {
        const { asked } = await play([of], { answers });
        assert.deepEqual(
          asked.filter((item) => item.startsWith('touch')),
          touched,
        );
      });
    }
  }
});

describe('what a done change says of its zone', () => {
  const start = change({
    verb: 'Start',
    type: 'Server',
    name: 'web/0',
    ids: ['i-web-0'],
    zone: F,
    action: { service: 'ecs', action: { kind: 'StartServers', ids: ['i-web-0'] } },
  });
  for (const [why, of, left] of [
    ['a server that starts', start, 0],
    ['a server that was changed', { ...start, verb: 'Update' }, 1],
    ['something that starts and is no server', { ...start, type: 'LoadBalancer' }, 1],
  ] as const) {
    it(`${left === 0 ? 'ends' : 'does not end'} the count of starts that were refused there: ${why}`, async () => {
      const memory = new ObjectMemory();
      memory.refused('starts', F);
      const { result } = await play([of], { answers: all, memory });
      assert.deepEqual([result.acted, memory.starts.get(F) ?? 0], [true, left]);
    });
  }
});

const listenerSpec = adjustListener('http', listenerSpecOf(effectiveListener(declaredListener())));
const errors = (...classes: readonly ErrorClass[]) =>
  classes.map((item) => refused(item)).flatMap((item) => (item.kind === 'error' ? [item.error] : []));

describe('what counts against a zone', () => {
  const start = change({
    verb: 'Start',
    type: 'Server',
    name: 'web/0',
    ids: ['i-web-0'],
    zone: F,
    action: { service: 'ecs', action: { kind: 'StartServers', ids: ['i-web-0'] } },
  });
  const rows: readonly (readonly [string, CloudChange, ErrorClass, number])[] = [
    ['a start that the cloud cannot do', start, 'transient', 1],
    ['no stock at a start', start, 'stock', 1],
    ['a start that we may not do says nothing of the zone', start, 'rights', 0],
    ['a start of something that is no server', { ...start, type: 'LoadBalancer' }, 'stock', 0],
    ['an update that is refused', { ...start, verb: 'Update' }, 'bad-request', 0],
  ];
  for (const [why, of, errorClass, count] of rows) {
    it(`${why}: ${count}`, async () => {
      const { memory } = await play([of], { answers: () => refused(errorClass) });
      assert.equal((memory.starts.get(F) ?? 0) + (memory.creates.get(F) ?? 0), count);
    });
  }

  it('a start of another zone clears nothing here', async () => {
    const memory = new ObjectMemory();
    memory.refused('starts', 'other');
    await play([start], { answers: all, memory });
    await play([change()], { answers: all, memory });
    assert.equal(memory.starts.get('other'), 1);
  });
});

describe('worst', () => {
  it('is what a person must end, before what passes by itself; what passes in moments is none', () => {
    assert.equal(worst(errors('throttled', 'rights', 'stock'))?.class, 'rights');
    assert.equal(worst(errors('throttled', 'transient'))?.class, 'transient');
    assert.equal(worst(errors('busy', 'in-progress', 'exists', 'absent')), undefined);
    assert.equal(worst([]), undefined);
  });
});

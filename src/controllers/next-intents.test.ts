import assert from 'node:assert/strict';
import type { SecurityGroupRecord } from '../cloud/ecs/model.ts';
import { ANNOTATIONS, FINALIZER, type Intent } from '../crds/index.ts';
import { changeKey, emptyPlan } from '../plan/change.ts';
import { F, G, REGION, UID, environment, intent, recorded, zone } from '../../test/support/builders.ts';
import { balancerRecord, groupRecord, ownTags, serverRecord, vpcRecord } from '../../test/support/cloud-records.ts';
import { refused } from '../../test/support/recorded-cloud.ts';
import { type SessionScript, sessionOf } from '../../test/support/session.ts';
import { zoneVisit } from '../../test/support/visits.ts';
import type { Found } from './adopt.ts';
import { type Draft, draftOf } from './draft.ts';
import type { KindPlan } from './kind.ts';
import type { ObjectMemory } from './memory.ts';
import type { CloudChange } from './model.ts';
import { dueBefore, hasWork, judgeUnrecorded, knowUnsent, nextIntents } from './next-intents.ts';
import { waveContext } from './visit.ts';

const create = (type: Found['type'], name: string): CloudChange => ({
  verb: 'Create',
  type,
  name,
  ids: [],
  count: 1,
  fields: [],
  impact: 'Safe',
  blueprint: 'NET-1',
  reason: '',
  needs: [],
  action: { service: 'ecs', action: { kind: 'StartServers', ids: [] } },
});
const server = (id: string, resource: string): Found => ({
  type: 'Server',
  record: serverRecord({ id, tags: ownTags(UID.environment, resource) }),
});
const vpc = (id: string): Found => ({ type: 'VPC', record: vpcRecord({ id, tags: ownTags(UID.environment, 'vpc') }) });
const balancer: Found = { type: 'LoadBalancer', record: balancerRecord({ tags: ownTags(UID.environment, 'web/lb') }) };
const said = environment({ annotations: { [ANNOTATIONS.takeOver]: UID.environment } });

describe('what the cloud holds of us and the record does not', () => {
  const rows: readonly {
    readonly why: string;
    readonly object?: ReturnType<typeof environment>;
    readonly creates: readonly CloudChange[];
    readonly unrecorded: readonly Found[];
    readonly found?: readonly string[];
    readonly unclear?: readonly string[];
  }[] = [
    { why: 'nothing', creates: [create('VPC', 'vpc')], unrecorded: [] },
    {
      why: 'the VPC that is about to be made: its entry was cut out of the record',
      creates: [create('VPC', 'vpc')],
      unrecorded: [vpc('vpc-1')],
      found: ['vpc-1'],
    },
    {
      why: 'two VPCs of one name: nobody can say which',
      creates: [create('VPC', 'vpc')],
      unrecorded: [vpc('vpc-1'), vpc('vpc-2')],
      unclear: ['vpc-1', 'vpc-2'],
    },
    {
      why: 'two things of one name and different kinds are two answers',
      creates: [create('VPC', 'vpc'), create('LoadBalancer', 'vpc')],
      unrecorded: [
        vpc('vpc-1'),
        { ...balancer, record: { ...balancer.record, tags: ownTags(UID.environment, 'vpc') } },
      ],
      found: ['vpc-1', balancer.record.id],
    },
    {
      why: 'two things of one kind and different names are two answers',
      creates: [create('LoadBalancer', 'web/lb'), create('LoadBalancer', 'api/lb')],
      unrecorded: [
        balancer,
        { ...balancer, record: { ...balancer.record, id: 'lb-api', tags: ownTags(UID.environment, 'api/lb') } },
      ],
      found: [balancer.record.id, 'lb-api'],
    },
    {
      why: 'something of the name and of another kind is no answer',
      creates: [create('LoadBalancer', 'vpc')],
      unrecorded: [vpc('vpc-1')],
    },
    {
      why: 'only a server has more than one request: the name of another resource counts whole',
      creates: [create('LoadBalancer', 'web/lb/1')],
      unrecorded: [balancer],
    },
    {
      why: 'a load balancer of another name is no answer',
      creates: [create('LoadBalancer', 'app/lb')],
      unrecorded: [balancer],
    },
    {
      why: 'a server of the fleet and zone that lacks one: lost from the record, or a copy of one of ours',
      creates: [create('Server', `web/${F}`)],
      unrecorded: [server('i-1', `web/${F}`), server('i-2', `web/${F}/1`)],
      unclear: ['i-1', 'i-2'],
    },
    {
      why: 'and a person said that it is ours',
      object: said,
      creates: [create('Server', `web/${F}/1`)],
      unrecorded: [server('i-1', `web/${F}`)],
      found: ['i-1'],
    },
    {
      why: 'a server of the other zone or of another fleet is no answer',
      creates: [create('Server', `web/${F}`)],
      unrecorded: [server('i-1', `web/${G}`), server('i-2', `api/${F}`)],
    },
  ];
  for (const { why, object = environment(), creates, unrecorded, found = [], unclear = [] } of rows) {
    it(why, () => {
      const ids = (items: readonly Found[]) => items.map(({ record }) => record.id);
      const judged = judgeUnrecorded(object, creates, unrecorded);
      assert.deepEqual([ids(judged.found), ids(judged.unclear)], [found, unclear]);
    });
  }
});

describe('intents for the creates of a plan', () => {
  const group: CloudChange = {
    ...create('SecurityGroup', 'sg'),
    action: {
      service: 'ecs',
      action: { kind: 'CreateSecurityGroup', vpcId: 'vpc-1', spec: { displayName: 'app', description: '' }, tags: {} },
    },
  };
  const rules: CloudChange = { ...create('SecurityGroup', 'sg/rules'), type: 'SecurityGroupRules' };
  const update: CloudChange = { ...group, verb: 'Update', ids: ['sg-1'] };
  const planOf = (...changes: readonly CloudChange[]): KindPlan => ({
    plan: { ...emptyPlan, changes },
    fleets: [],
    replacements: [],
    gone: [],
    retain: [],
  });
  const subnet = recorded('VSwitch', `vswitch/${F}`, 'vsw-1');
  const zoneGroup = (id: string): SecurityGroupRecord => groupRecord({ id, tags: ownTags(UID.zone, 'sg') });

  /** What is intended for these changes, by an object that has something on record unless told. */
  async function intended(
    changes: readonly CloudChange[],
    of: {
      readonly first?: true;
      readonly lookUp?: SessionScript['lookUp'];
      readonly draft?: Partial<Draft>;
      readonly memory?: (memory: ObjectMemory) => void;
    } = {},
  ) {
    const { session, asked } = sessionOf(of.lookUp === undefined ? {} : { lookUp: of.lookUp });
    const object = zone({ finalizers: [FINALIZER], status: of.first === true ? {} : { resources: [subnet] } });
    const { visit, tools } = zoneVisit({ object, session });
    of.memory?.(visit.memory);
    const draft = { ...visit.draft, ...of.draft };
    const next = await nextIntents(visit, tools, { session, draft, plan: planOf(...changes) });
    return { ...next, names: next.intents.map(({ resource }) => resource), asked };
  }

  it('are made of creates that make an id, and of nothing else', async () => {
    const { names, stop } = await intended([group, rules, update]);
    assert.deepEqual([names, stop], [['sg'], undefined]);
  });

  it('are numbered after every attempt of the object, and carry whose they are', async () => {
    const { intents } = await intended([group], { draft: { attempt: 7 } });
    assert.deepEqual(
      intents.map(({ attempt, type, count }) => [attempt, type, count]),
      [[8, 'SecurityGroup', 1]],
    );
    for (const text of ['uid-app', 'SecurityZone/payments/app', 'bank', 'finance-cloud', REGION])
      assert.ok(intents[0]?.request.includes(text), text);
  });

  it('are not made twice: a create that has one is left out', async () => {
    const open = intent({ type: 'SecurityGroup', resource: 'sg', attempt: 1 });
    const other = intent({ type: 'VSwitch', resource: `vswitch/${F}`, attempt: 2 });
    assert.deepEqual((await intended([group], { draft: { intents: [other, open] } })).names, []);
    assert.deepEqual((await intended([group], { draft: { intents: [other] } })).names, ['sg']);
  });

  it('are not made while a failure holds the create', async () => {
    const failure = refused('quota');
    assert.ok(failure.kind === 'error');
    const { error } = failure;
    const memory = (of: ObjectMemory) => void of.holds.set(changeKey(group), { until: 1, error, generation: 1 });
    assert.deepEqual((await intended([group], { memory })).names, []);
  });

  it('ask the cloud first, once for each type, what it holds with this uid', async () => {
    const second = { ...group, name: 'sg2' };
    const { asked } = await intended([group, second, rules, update]);
    assert.deepEqual(asked, [`lookUp SecurityGroup ${UID.zone}`]);
    assert.deepEqual((await intended([update])).asked, [], 'nothing is made');
  });

  for (const [why, status] of [
    ['with something on record', { resources: [subnet] }],
    ['with a request under way', { intents: [intent({ type: 'VSwitch', resource: 'vswitch' })], attempt: 1 }],
  ] as const) {
    it(`ask also for an object ${why}`, async () => {
      const { session, asked } = sessionOf();
      const { visit, tools } = zoneVisit({ object: zone({ finalizers: [FINALIZER], status }), session });
      await nextIntents(visit, tools, { session, draft: visit.draft, plan: planOf(group) });
      assert.deepEqual(asked, [`lookUp SecurityGroup ${UID.zone}`]);
    });
  }

  it('do not ask for an object without any record, which has just looked', async () => {
    const { names, asked } = await intended([group], { first: true });
    assert.deepEqual([names, asked], [['sg'], []]);
  });

  it('are none when the cloud does not say what it holds', async () => {
    const failure = refused('credential');
    assert.ok(failure.kind === 'error');
    const { names, found, stop } = await intended([group], { lookUp: () => failure.error });
    assert.deepEqual([names, found], [[], []]);
    assert.equal(stop?.kind !== 'settled' && stop?.reason, 'CredentialsInvalid');
  });

  it('are none while something was found that belongs on record', async () => {
    const { names, found, stop } = await intended([group], { lookUp: () => [zoneGroup('sg-1')] });
    assert.deepEqual([names, found.map(({ record }) => record.id), stop], [[], ['sg-1'], undefined]);
  });

  it('leave out only what nobody can tell apart, and say so', async () => {
    const second = { ...group, name: 'sg2' };
    const lookUp = () => [zoneGroup('sg-1'), zoneGroup('sg-2')];
    const { names, stop } = await intended([group, second], { lookUp });
    assert.deepEqual(names, ['sg2']);
    assert.ok(stop?.kind === 'stalled' && stop.reason === 'ExistingResources');
    assert.match(stop.message, /holds sg-1, sg-2 with this object's tags .*take-over: "uid-app"/);
  });
});

describe('what is due before a wave', () => {
  const vpcCreate = create('VPC', 'vpc');
  const later: CloudChange = { ...create('VSwitch', 'vswitch'), needs: ['VPC:vpc'] };
  const open = intent({ type: 'VPC', resource: 'vpc' });
  const plan: KindPlan = {
    plan: { ...emptyPlan, changes: [vpcCreate, later] },
    fleets: [],
    replacements: [],
    gone: [],
    retain: [],
  };
  const contextOf = (hold?: CloudChange) => {
    const { visit, tools, session } = zoneVisit();
    const failure = refused('quota');
    if (hold !== undefined && failure.kind === 'error')
      visit.memory.holds.set(changeKey(hold), { until: 1000, error: failure.error, generation: 1 });
    return waveContext(visit, session, tools);
  };
  const due = (intents: readonly Intent[], hold?: CloudChange) =>
    dueBefore(plan, { ...draftOf(undefined), intents }, contextOf(hold)).plan.changes.map(({ name }) => name);

  it('is everything when nothing that was intended before is sent now', () => {
    assert.deepEqual(due([]), ['vpc', 'vswitch']);
    assert.deepEqual(due([intent({ type: 'VSwitch', resource: 'vswitch' })]), ['vpc', 'vswitch']);
  });

  it('is everything when what was intended is held back', () =>
    assert.deepEqual(due([open], vpcCreate), ['vpc', 'vswitch']));

  it('is this wave only while something of it is sent: the rest travels with its ids', () => {
    assert.deepEqual(due([open]), ['vpc']);
    assert.deepEqual(due([intent({ attempt: 9, type: 'VSwitch', resource: 'vswitch' }), open]), ['vpc']);
  });

  const works = (changes: readonly CloudChange[], intents: readonly Intent[] = [], hold?: CloudChange) =>
    hasWork({ ...plan, plan: { ...emptyPlan, changes } }, { ...draftOf(undefined), intents }, contextOf(hold));
  const update: CloudChange = { ...vpcCreate, verb: 'Update', ids: ['vpc-1'] };
  for (const [why, is, of] of [
    ['nothing is planned', false, works([])],
    ['a request is under way', true, works([], [open])],
    ['something is to be changed', true, works([update])],
    ['what is to be changed is held back', false, works([update], [], update)],
    ['a create without an intent is not sent', false, works([vpcCreate])],
    ['one of several may be sent', true, works([vpcCreate, { ...update, name: 'other' }])],
    [
      'what waits for another change is not sent',
      false,
      works([vpcCreate, { ...update, name: 'x', needs: ['VPC:vpc'] }]),
    ],
  ] as const) {
    it(`a wave has ${is ? 'work' : 'nothing to do'}: ${why}`, () => assert.equal(of, is));
  }
});

describe('what surely was not sent', () => {
  it('is what was just put on record, without what a write of others left out', () => {
    const [one, other] = [intent(), intent({ attempt: 2, token: 'token-2' })];
    const { visit } = zoneVisit({ object: zone({ status: { intents: [one], attempt: 2 } }) });
    knowUnsent(visit, [one, other]);
    assert.deepEqual([...visit.memory.unsent], ['token-1']);
  });
});

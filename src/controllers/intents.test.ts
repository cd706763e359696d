import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { TAG_ATTEMPT, TAG_OWNER, TAG_RESOURCE, TAG_UID } from '../cloud/tags.ts';
import type { ServerTemplate } from '../cloud/ecs/model.ts';
import { F, OWNER, REGION, UID, intent } from '../../test/support/builders.ts';
import { NOW } from '../../test/support/plan-input.ts';
import { INTENT_LIMITS, type IntentContext, frozenCall, makeIntents, matches, needsIntent } from './intents.ts';
import type { CloudAction, CloudChange, UserDataSource } from './model.ts';

const context: IntentContext = {
  owner: OWNER,
  install: 'test',
  object: 'FinanceCloudEnvironment/payments/core-banking',
  uid: UID.environment,
  region: REGION,
  now: NOW,
  open: [],
  versionOf: () => '7',
};
const change = (more: Partial<CloudChange> & { readonly action: CloudAction }): CloudChange => ({
  verb: 'Create',
  type: 'VPC',
  name: 'vpc',
  ids: [],
  count: 1,
  fields: [],
  impact: 'Safe',
  blueprint: 'NET-1',
  reason: '',
  needs: [],
  ...more,
});
const vpc = change({
  action: {
    service: 'vpc',
    action: {
      kind: 'CreateVpc',
      spec: { cidr: '10.20.0.0/16', displayName: 'core', description: '' },
      tags: { team: 'x', [TAG_UID]: 'forged' },
    },
  },
});
const template: ServerTemplate = {
  zone: F,
  vSwitchId: 'vsw-f',
  securityGroupId: 'sg-app',
  instanceType: 'ecs.g6.large',
  imageId: 'img',
  internetBandwidthMbps: 0,
  displayName: 'web',
  description: '',
  hasUserData: true,
};
const servers = (name: string, userDataFrom?: UserDataSource, description = ''): CloudChange =>
  change({
    type: 'Server',
    name,
    zone: F,
    count: 2,
    action: {
      service: 'ecs',
      action: { kind: 'RunServers', count: 2, template: { ...template, description }, tags: {} },
      ...(userDataFrom === undefined ? {} : { userDataFrom }),
    },
  });
const source: UserDataSource = { kind: 'ConfigMap', name: 'boot', key: 'user-data' };

describe('makeIntents', () => {
  it('numbers attempts after the highest ever used', () => {
    const made = makeIntents([vpc, servers(`web/${F}`)], 41, context);
    assert.deepEqual(
      made.map((item) => [item.attempt, item.type, item.resource, item.count, item.zone]),
      [
        [42, 'VPC', 'vpc', 1, undefined],
        [43, 'Server', `web/${F}`, 2, F],
      ],
    );
  });

  it('freezes the request with our tags, which no user tag overrides', () => {
    const [made] = makeIntents([vpc], 0, context);
    assert.ok(made !== undefined);
    const text = JSON.stringify(frozenCall(made));
    for (const [key, value] of [
      [TAG_OWNER, OWNER],
      [TAG_UID, UID.environment],
      [TAG_RESOURCE, 'vpc'],
      [TAG_ATTEMPT, '1'],
      ['team', 'x'],
    ]) {
      assert.ok(text.includes(JSON.stringify(key)) && text.includes(JSON.stringify(value)), key);
    }
    assert.ok(!text.includes('forged'));
    assert.equal(frozenCall(made)?.action, 'CreateVpc');
  });

  it('is the same in every process: token and request follow from owner, uid, resource and attempt', () => {
    assert.deepEqual(makeIntents([vpc], 0, context), makeIntents([vpc], 0, context));
    const tokens = [context, { ...context, owner: 'other' }, { ...context, uid: 'other' }].map(
      (item) => makeIntents([vpc], 0, item)[0]?.token,
    );
    assert.equal(new Set([...tokens, makeIntents([vpc], 1, context)[0]?.token]).size, 4);
    for (const token of tokens) assert.match(token ?? '', /^[ -~]{1,64}$/);
  });

  it('freezes a script by name and version, never by value', () => {
    const [made] = makeIntents([servers('web/f', source)], 0, context);
    assert.deepEqual(made?.fromObjects, [
      { param: 'UserData', kind: 'ConfigMap', name: 'boot', key: 'user-data', resourceVersion: '7' },
    ]);
    assert.ok(!made.request.includes('UserData'));
  });

  it('makes no intent for servers whose script is not there, and all the others', () => {
    const made = makeIntents([servers('web/f', source), vpc], 0, { ...context, versionOf: () => undefined });
    assert.deepEqual(
      made.map((item) => [item.resource, item.attempt]),
      [['vpc', 1]],
    );
  });

  it('makes no more than 64 together with those that are open', () => {
    const wave = Array.from({ length: 70 }, (_, index) => servers(`m${index}/f`));
    assert.equal(makeIntents(wave, 0, context).length, 64);
    const open = Array.from({ length: 63 }, (_, index) => intent({ attempt: index + 1, request: '' }));
    assert.equal(makeIntents(wave, 63, { ...context, open }).length, 1);
    assert.equal(makeIntents(wave, 64, { ...context, open: [...open, intent({ request: '' })] }).length, 0);
  });

  it('makes as many as fit into 65536 characters of requests, to the last one', () => {
    const [first] = makeIntents([servers('m0/f')], 0, context);
    const size = first?.request.length ?? 0;
    const before = (length: number) => [intent({ request: 'x'.repeat(length) })];
    assert.equal(makeIntents([servers('m0/f')], 0, { ...context, open: before(65_536 - size) }).length, 1);
    assert.equal(makeIntents([servers('m0/f')], 0, { ...context, open: before(65_536 - size + 1) }).length, 0);
  });

  it('freezes a request of exactly 8192 characters and none longer', () => {
    const base = makeIntents([servers('web/f')], 0, context)[0]?.request.length ?? 0;
    const withText = (length: number) => servers('web/f', undefined, 'x'.repeat(length));
    const one = makeIntents([withText(1)], 0, context)[0]?.request.length ?? 0;
    const room = 8192 - one + 1;
    assert.ok(base <= one);
    assert.equal(makeIntents([withText(room)], 0, context)[0]?.request.length, 8192);
    assert.throws(() => makeIntents([withText(room + 1)], 0, context), /longer than 8192/);
  });

  it('refuses what is not a create and what is too long: both are our own mistakes', () => {
    const update = change({ action: { service: 'vpc', action: { kind: 'UpdateVpc', id: 'vpc-1', set: {} } } });
    assert.throws(() => makeIntents([update], 0, context), /no request to freeze/);
    assert.throws(() => makeIntents([servers('web/f', undefined, 'x'.repeat(9000))], 0, context), /longer than 8192/);
  });

  it('keeps a wave within the limits, with those that are open already; the rest goes into the next', () => {
    const wave = fc.record({ count: fc.nat(200), length: fc.nat(4000), open: fc.nat(64), openLength: fc.nat(3000) });
    fc.assert(
      fc.property(wave, ({ count, length, open, openLength }) => {
        const creates = Array.from({ length: count }, (_, index) =>
          servers(`m${index}/f`, undefined, 'x'.repeat(length)),
        );
        const before = Array.from({ length: open }, (_, index) =>
          intent({ attempt: index + 1, request: 'x'.repeat(openLength) }),
        );
        const made = makeIntents(creates, open, { ...context, open: before });
        const size = [...before, ...made].reduce((sum, item) => sum + item.request.length, 0);
        assert.ok(
          made.length === 0 || (before.length + made.length <= INTENT_LIMITS.count && size <= INTENT_LIMITS.together),
        );
        assert.deepEqual(
          made.map((item) => item.resource),
          creates.slice(0, made.length).map((item) => item.name),
        );
        if (count > 0 && open === 0) assert.ok(made.length > 0, 'something always fits an empty wave');
      }),
      { numRuns: 50 },
    );
  });
});

describe('needsIntent, matches', () => {
  it('what makes a new id each time travels as an intent; rules and listeners have a natural key', () => {
    const types = [
      'VPC',
      'VSwitch',
      'SecurityGroup',
      'Server',
      'LoadBalancer',
      'Listener',
      'SecurityGroupRules',
      'Backends',
    ];
    assert.deepEqual(
      types.filter((type) => needsIntent({ verb: 'Create', type })),
      types.slice(0, 5),
    );
    assert.ok(!needsIntent({ verb: 'Update', type: 'VPC' }));
  });

  it('an intent matches the create of its resource only', () => {
    const open = intent({ type: 'Server', resource: `web/${F}` });
    assert.ok(matches(open, servers(`web/${F}`)));
    assert.ok(!matches(open, servers(`api/${F}`)));
    assert.ok(!matches(open, { ...servers(`web/${F}`), type: 'VPC' }));
    assert.ok(!matches(open, { ...servers(`web/${F}`), verb: 'Update' }));
  });
});

describe('frozenCall', () => {
  it('does not send what somebody wrote into the record', () => {
    for (const request of [
      '{}',
      '[]',
      'null',
      '{"service":"sts","action":"x","params":{}}',
      '{"service":"ecs","params":{}}',
      '{"service":"ecs","action":"x"}',
      '{"service":"ecs","action":"x","params":"y"}',
      '"text"',
      '7',
      '{"service":"ecs","action":1,"params":{}}',
      '{"service":"ecs","action":"x","params":null}',
    ]) {
      assert.equal(frozenCall(intent({ request })), undefined, request);
    }
    assert.equal(frozenCall(intent({ request: 'x' })), undefined);
  });
});

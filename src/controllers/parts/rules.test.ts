import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { LiveRule, SecurityGroupRule } from '../../cloud/ecs/model.ts';
import { expectPlan } from '../../../test/support/view.ts';
import { type RulesInput, UNKNOWN_GROUP, isOpenToWorld, planRules, ruleText } from './rules.ts';

const rule = (ports: string, source = '10.20.0.0/24', more: Partial<SecurityGroupRule> = {}): SecurityGroupRule => ({
  protocol: 'TCP',
  ports,
  policy: 'accept',
  priority: 1,
  description: '',
  source: source.startsWith('sg-') ? { kind: 'group', groupId: source } : { kind: 'cidr', cidr: source },
  ...more,
});
const live = (...rules: readonly SecurityGroupRule[]): { readonly rules: readonly LiveRule[] } => ({
  rules: rules.map((item, index) => ({ ...item, ruleId: `sgr-${index}` })),
});

function input(more: Partial<RulesInput> = {}): RulesInput {
  return {
    groupName: 'sg',
    groupId: 'sg-app',
    desired: [],
    blocked: [],
    live: live(),
    undeclared: 'Revoke',
    leavingGroups: new Set(),
    ...more,
  };
}

const blocked = [
  {
    type: 'SecurityGroupRules',
    name: 'sg/rules/ops',
    dependency: { kind: 'BastionPool', name: 'ops', fact: 'security group id' },
  },
];
const web = rule('8080/8080');
const extra = rule('22/22');

interface Row {
  readonly why: string;
  readonly input: Partial<RulesInput>;
  readonly is: readonly string[];
}

const rows: readonly Row[] = [
  { why: 'as declared', input: { desired: [web], live: live(web) }, is: [] },
  {
    why: 'never read: nothing is concluded, nothing made twice',
    input: { desired: [web], live: undefined },
    is: ['wait SecurityGroupRules sg/rules: its rules were not read yet'],
  },
  {
    why: 'missing rules are made in one request',
    input: { desired: [web, extra] },
    is: [
      'Create SecurityGroupRules sg/rules x2 [TCP 8080/8080 from 10.20.0.0/24]: absent -> TCP 8080/8080 from 10.20.0.0/24, [TCP 22/22 from 10.20.0.0/24]: absent -> TCP 22/22 from 10.20.0.0/24',
    ],
  },
  {
    why: 'a rule that waits for another object keeps none of the others back',
    input: { desired: [web], blocked },
    is: [
      'Create SecurityGroupRules sg/rules [TCP 8080/8080 from 10.20.0.0/24]: absent -> TCP 8080/8080 from 10.20.0.0/24',
      'blocked SecurityGroupRules sg/rules/ops: security group id of BastionPool ops',
    ],
  },
  {
    why: 'undeclared under Revoke goes; it may carry traffic, so it is disruptive',
    input: { live: live(extra) },
    is: [
      'Revoke SecurityGroupRules sg/rules/TCP 22/22 from 10.20.0.0/24 (sg-app) [TCP 22/22 from 10.20.0.0/24]: TCP 22/22 from 10.20.0.0/24 -> absent [Disruptive]',
    ],
  },
  {
    why: 'undeclared and open to the world is closed at once',
    input: { live: live(rule('22/22', '0.0.0.0/0')) },
    is: [
      'Revoke SecurityGroupRules sg/rules/TCP 22/22 from 0.0.0.0/0 (sg-app) [TCP 22/22 from 0.0.0.0/0]: TCP 22/22 from 0.0.0.0/0 -> absent',
    ],
  },
  {
    why: 'undeclared under Report is shown',
    input: { live: live(extra), undeclared: 'Report' },
    is: [
      'report sg/rules[TCP 22/22 from 10.20.0.0/24]: TCP 22/22 from 10.20.0.0/24, declared not declared [Disruptive]',
    ],
  },
  {
    why: 'a rule that names a leaving group is withdrawn whatever Report says, or that group could never go',
    input: { live: live(rule('22/22', 'sg-ops')), undeclared: 'Report', leavingGroups: new Set(['sg-ops']) },
    is: [
      'Revoke SecurityGroupRules sg/rules/TCP 22/22 from sg-ops (sg-app) [TCP 22/22 from sg-ops]: TCP 22/22 from sg-ops -> absent [Disruptive]',
    ],
  },
  {
    why: 'under Report only what names the leaving group is withdrawn',
    input: { live: live(rule('22/22', 'sg-other')), undeclared: 'Report', leavingGroups: new Set(['sg-ops']) },
    is: ['report sg/rules[TCP 22/22 from sg-other]: TCP 22/22 from sg-other, declared not declared [Disruptive]'],
  },
  {
    why: 'a rule from some group may be the declared one whose group is not known yet: it is not judged',
    input: { waiting: [{ ...extra, source: UNKNOWN_GROUP }], live: live(rule('22/22', 'sg-some')) },
    is: [],
  },
  {
    why: 'nor is it shown under Report',
    input: {
      waiting: [{ ...extra, source: UNKNOWN_GROUP }],
      live: live(rule('22/22', 'sg-some')),
      undeclared: 'Report',
    },
    is: [],
  },
  {
    why: 'a rule from some group for another port cannot be the declared one',
    input: { waiting: [{ ...extra, source: UNKNOWN_GROUP }], live: live(rule('23/23', 'sg-some')) },
    is: [
      'Revoke SecurityGroupRules sg/rules/TCP 23/23 from sg-some (sg-app) [TCP 23/23 from sg-some]: TCP 23/23 from sg-some -> absent [Disruptive]',
    ],
  },
  {
    why: 'a rule from a network cannot be the declared one, whatever its port',
    input: { waiting: [{ ...extra, source: UNKNOWN_GROUP }], live: live(extra) },
    is: [
      'Revoke SecurityGroupRules sg/rules/TCP 22/22 from 10.20.0.0/24 (sg-app) [TCP 22/22 from 10.20.0.0/24]: TCP 22/22 from 10.20.0.0/24 -> absent [Disruptive]',
    ],
  },
  {
    why: 'a description alone is no difference',
    input: { desired: [web], live: live({ ...web, description: 'by hand' }) },
    is: [],
  },
  {
    why: 'the cloud spells a network its own way',
    input: { desired: [web], live: live({ ...web, source: { kind: 'cidr', cidr: '10.20.0.7/24' } }) },
    is: [],
  },
];

describe('planRules', () => {
  for (const row of rows) it(row.why, () => expectPlan(planRules(input(row.input)), row.is));

  it('another priority is another rule: the declared one is made, the other one goes', () => {
    const verbs = planRules(input({ desired: [web], live: live({ ...web, priority: 5 }) })).changes.map(
      (change) => change.verb,
    );
    assert.deepEqual(verbs, ['Create', 'Revoke']);
  });

  it('says of what it takes away whether the world could come in, and of a drop rule that it is one', () => {
    const odd = [rule('22/22', '0.0.0.0/0'), extra, rule('9/9', '0.0.0.0/0', { policy: 'drop' })];
    const { changes } = planRules(input({ live: live(...odd) }));
    assert.deepEqual(
      changes.map((change) => [change.name, change.reason]),
      [
        ['sg/rules/TCP 22/22 from 0.0.0.0/0', 'nobody declared it, and it is open to the world'],
        ['sg/rules/TCP 22/22 from 10.20.0.0/24', 'nobody declared it'],
        ['sg/rules/TCP 9/9 from 0.0.0.0/0 drop', 'nobody declared it'],
      ],
    );
  });

  it('splits many rules, so that a request stays small', () => {
    const desired = Array.from({ length: 90 }, (_, index) => rule(`${index + 1000}/${index + 1000}`));
    const { changes } = planRules(input({ desired }));
    assert.deepEqual(
      changes.map((change) => [change.name, change.count]),
      [
        ['sg/rules', 40],
        ['sg/rules/1', 40],
        ['sg/rules/2', 10],
      ],
    );
  });

  it('every declared rule is there after its changes, and under Revoke nothing else', () => {
    const some = fc.uniqueArray(
      fc.integer({ min: 1, max: 30 }).map((port) => rule(`${port}/${port}`)),
      { selector: ruleText, maxLength: 20 },
    );
    fc.assert(
      fc.property(some, some, (desired, have) => {
        const now = new Set(have.map(ruleText));
        for (const { action: of } of planRules(input({ desired, live: live(...have) })).changes) {
          if (of.action.kind === 'AuthorizeRules') for (const item of of.action.rules) now.add(ruleText(item));
          if (of.action.kind === 'RevokeRules') for (const item of of.action.rules) now.delete(ruleText(item));
        }
        assert.deepEqual([...now].toSorted(), desired.map(ruleText).toSorted());
      }),
    );
  });
});

describe('isOpenToWorld', () => {
  it('is an accept rule from every address, of either family', () => {
    assert.ok(isOpenToWorld(rule('22/22', '0.0.0.0/0')));
    assert.ok(isOpenToWorld(rule('22/22', '::/0')));
    assert.ok(!isOpenToWorld(rule('22/22', '0.0.0.0/0', { policy: 'drop' })), 'a drop rule closes');
    assert.ok(!isOpenToWorld(rule('22/22', '10.0.0.0/8')));
    assert.ok(!isOpenToWorld(rule('22/22', 'sg-1')));
  });
});

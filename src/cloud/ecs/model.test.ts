import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  adjustRule,
  adjustSecurityGroup,
  adjustServer,
  canonicalPorts,
  ruleKey,
  type SecurityGroupRule,
} from './model.ts';

const ssh: SecurityGroupRule = {
  protocol: 'TCP',
  ports: '22/22',
  policy: 'accept',
  priority: 1,
  description: 'ssh',
  source: { kind: 'cidr', cidr: '10.0.0.0/8' },
};

const rules: fc.Arbitrary<SecurityGroupRule> = fc.record({
  protocol: fc.constantFrom('TCP', 'UDP', 'ICMP', 'ALL', 'GRE', 'ICMPV6'),
  ports: fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(65_535), fc.nat(65_535)).map(([a, b]) => `${a}/${b}`),
    fc.nat(65_535).map(String),
  ),
  source: fc.oneof(
    fc.record({ kind: fc.constant('cidr' as const), cidr: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()) }),
    fc.record({ kind: fc.constant('group' as const), groupId: fc.string() }),
  ),
  policy: fc.constantFrom('accept', 'drop'),
  priority: fc.integer({ min: 1, max: 100 }),
  description: fc.string(),
});

describe('canonicalPorts', () => {
  const cases = [
    { why: 'a single port is a range of one', protocol: 'TCP', ports: '443', want: '443/443' },
    { why: 'a declared range', protocol: 'UDP', ports: '8000-8100', want: '8000/8100' },
    { why: 'the wire’s own range', protocol: 'TCP', ports: '22/22', want: '22/22' },
    { why: 'ICMP has no ports', protocol: 'ICMP', ports: '', want: '-1/-1' },
    { why: 'all protocols have no ports', protocol: 'ALL', ports: '1/65535', want: '-1/-1' },
    { why: 'what is no range keeps its text', protocol: 'TCP', ports: 'ssh', want: 'ssh' },
    { why: 'every port of TCP', protocol: 'TCP', ports: '-1/-1', want: '-1/-1' },
  ] as const;
  for (const { why, protocol, ports, want } of cases)
    it(why, () => assert.equal(canonicalPorts(protocol, ports), want));
});

describe('ruleKey', () => {
  const cases: readonly { readonly why: string; readonly other: Partial<SecurityGroupRule>; readonly same: boolean }[] =
    [
      { why: 'the description does not count', other: { description: 'other' }, same: true },
      {
        why: 'two spellings of one network are one',
        other: { source: { kind: 'cidr', cidr: '10.1.2.3/8' } },
        same: true,
      },
      { why: 'another policy is another rule', other: { policy: 'drop' }, same: false },
      { why: 'another priority is another rule', other: { priority: 2 }, same: false },
      { why: 'another range is another rule', other: { ports: '22/23' }, same: false },
      { why: 'another protocol is another rule', other: { protocol: 'UDP' }, same: false },
      { why: 'another source is another rule', other: { source: { kind: 'cidr', cidr: '10.0.0.0/9' } }, same: false },
      { why: 'a group is another source', other: { source: { kind: 'group', groupId: 'sg-1' } }, same: false },
    ];
  for (const { why, other, same } of cases) {
    it(why, () => assert.equal(ruleKey(ssh) === ruleKey({ ...ssh, ...other }), same));
  }

  it('is the same for a rule and its canonical form, which changes nothing the second time', () => {
    fc.assert(
      fc.property(rules, (rule) => {
        assert.equal(ruleKey(adjustRule(rule)), ruleKey(rule));
        assert.deepEqual(adjustRule(adjustRule(rule)), adjustRule(rule));
      }),
    );
  });
});

describe('adjustServer, adjustSecurityGroup', () => {
  it('sort groups, keep one of each, and leave out what cannot be set to nothing', () => {
    assert.deepEqual(
      adjustServer({ groupIds: ['sg-b', 'sg-a', 'sg-b'], displayName: '', description: '', keyPairName: '' }),
      {
        groupIds: ['sg-a', 'sg-b'],
      },
    );
    assert.deepEqual(adjustSecurityGroup({ displayName: 'g', description: '' }), { displayName: 'g' });
  });

  it('change nothing the second time', () => {
    const spec = fc.record({
      groupIds: fc.array(fc.string()),
      displayName: fc.string(),
      description: fc.string(),
      keyPairName: fc.string(),
    });
    fc.assert(
      fc.property(spec, (wished) => assert.deepEqual(adjustServer(adjustServer(wished)), adjustServer(wished))),
    );
  });
});

import assert from 'node:assert/strict';
import type { GroupRules, LiveRule, SecurityGroupRule } from '../../cloud/ecs/model.ts';
import type { EnvironmentSpec, EnvironmentStatus, InboundRule, ObjectMeta } from '../../crds/index.ts';
import { depth, nextWave } from '../../plan/wave.ts';
import {
  F,
  G,
  UID,
  businessModule,
  environment,
  pool,
  recorded,
  recordedServers,
  zone,
} from '../../../test/support/builders.ts';
import { groupRecord, ownTags, serverRecord, vSwitchRecord, vpcRecord } from '../../../test/support/cloud-records.ts';
import { publishedEnvironment, zoneInput } from '../../../test/support/plan-input.ts';
import { storesOf } from '../../../test/support/stores.ts';
import { type World, expectPlan, renderPlan, viewOf } from '../../../test/support/view.ts';
import { type ZoneInput, leavingGroups, planZone } from './plan.ts';
import { type ZoneRefs, resolveZone } from './refs.ts';
import { teardownZone } from './teardown.ts';

const records = [
  recorded('SecurityGroup', 'sg', 'sg-app'),
  recorded('VSwitch', `vswitch/${F}`, 'vsw-f'),
  recorded('VSwitch', `vswitch/${G}`, 'vsw-g'),
];
const live = (...rules: readonly SecurityGroupRule[]): GroupRules => ({
  rules: rules.map((rule, index): LiveRule => ({ ...rule, ruleId: `sgr-${index}` })),
});
const fromGroup = (groupId: string): SecurityGroupRule => ({
  protocol: 'TCP',
  ports: '22/22',
  source: { kind: 'group', groupId },
  policy: 'accept',
  priority: 1,
  description: 'x',
});
const world = (rules: GroupRules = live()): World => ({
  records: {
    VPC: [vpcRecord()],
    VSwitch: [vSwitchRecord(), vSwitchRecord({ zone: G })],
    SecurityGroup: [groupRecord()],
  },
  details: { GroupRules: { 'sg-app': rules } },
});
const refs = (more: Partial<ZoneRefs> = {}): ZoneRefs => ({
  environment: publishedEnvironment,
  vpcId: 'vpc-1',
  zones: new Map(),
  pools: new Map(),
  users: [],
  ...more,
});
const fact = (groupId: string | undefined, leaving = false) => ({ exists: true, uid: 'uid-other', leaving, groupId });
const inbound = (from: InboundRule['from'], more: Partial<InboundRule> = {}): InboundRule => ({
  name: 'r',
  from,
  protocol: 'TCP',
  ports: ['22'],
  priority: 1,
  ...more,
});
const fromPool = inbound({ type: 'BastionPool', bastionPoolRef: { name: 'ops' } });
const declared = (...rules: readonly InboundRule[]) => zone({ spec: { inbound: rules } });
const lines = (more: Partial<ZoneInput>) =>
  renderPlan(planZone(zoneInput({ records, view: viewOf(world()) }, more)).plan);

describe('planZone', () => {
  it('waits for the VPC’s id and for nothing else', () => {
    expectPlan(planZone(zoneInput({ refs: refs({ vpcId: undefined }) })).plan, [
      `blocked VSwitch vswitch/${F}: VPC id of FinanceCloudEnvironment core-banking`,
      `blocked VSwitch vswitch/${G}: VPC id of FinanceCloudEnvironment core-banking`,
      'blocked SecurityGroup sg: VPC id of FinanceCloudEnvironment core-banking',
    ]);
  });

  it('builds on no VPC that carries the tags of others, whatever the environment has on record', () => {
    const view = viewOf({ records: { VPC: [vpcRecord({ tags: ownTags('uid-of-others') })] } });
    const why = 'VPC id (vpc-1 does not carry its tags) of FinanceCloudEnvironment core-banking';
    expectPlan(planZone(zoneInput({ view })).plan, [
      `blocked VSwitch vswitch/${F}: ${why}`,
      `blocked VSwitch vswitch/${G}: ${why}`,
      `blocked SecurityGroup sg: ${why}`,
    ]);
  });

  it('admits no group that carries the tags of others; a live rule from some group is not judged meanwhile', () => {
    const others = groupRecord({ id: 'sg-ops', tags: ownTags('uid-of-others') });
    const given = { object: declared(fromPool), refs: refs({ pools: new Map([['ops', fact('sg-ops')]]) }) };
    assert.deepEqual(lines({ ...given, view: viewOf(world(), { records: { SecurityGroup: [others] } }) }), [
      'blocked SecurityGroupRules sg/rules/r: security group id (sg-ops does not carry its tags) of BastionPool ops',
    ]);
  });

  it('plans everything once the id is there, and runs it once the VPC is Available', () => {
    const { plan } = planZone(zoneInput());
    expectPlan(plan, [
      `Create VSwitch vswitch/${F}`,
      `Create VSwitch vswitch/${G}`,
      'Create SecurityGroup sg',
      'wait VPC vpc: is not Available yet',
    ]);
    assert.deepEqual(nextWave(plan), []);
    assert.equal(depth(plan), 2);
  });

  it('makes one vSwitch at a time, as the cloud does', () => {
    const next = (view: ZoneInput['view']) => nextWave(planZone(zoneInput({ view })).plan).map(({ name }) => name);
    assert.deepEqual(next(viewOf(world())), [`vswitch/${F}`, 'sg'], 'the other zone after this one');
    const other = { ...vSwitchRecord({ zone: G }), id: 'vsw-other', state: 'Pending' };
    assert.deepEqual(next(viewOf(world(), { records: { VSwitch: [other] } })), ['sg'], 'somebody else’s is being made');
    const elsewhere = { ...other, vpcId: 'vpc-other' };
    assert.deepEqual(next(viewOf(world(), { records: { VSwitch: [elsewhere] } })), [`vswitch/${F}`, 'sg']);
  });

  it('plans nothing when everything is as declared', () => assert.deepEqual(lines({}), []));

  it('reports what can never be changed, and changes it never', () => {
    const view = viewOf(world(), { records: { VSwitch: [vSwitchRecord({ cidr: '10.20.9.0/24' })] } });
    assert.deepEqual(lines({ view }), [`report vswitch/${F}.cidr: 10.20.9.0/24, declared 10.20.0.0/24 [Forbidden]`]);
  });

  it('makes the rules of a group that it has just made, whose rules no sweep has read', () => {
    const object = declared(inbound({ type: 'CIDR', cidr: '10.9.0.0/16' }));
    const view = viewOf({
      records: {
        VPC: [vpcRecord()],
        VSwitch: [vSwitchRecord(), vSwitchRecord({ zone: G })],
        SecurityGroup: [groupRecord()],
      },
    });
    assert.match(
      lines({ object, view, madeNow: new Set(['sg-app']) })[0] ?? '',
      /^Create SecurityGroupRules sg\/rules/,
    );
    assert.deepEqual(lines({ object, view }), ['wait SecurityGroupRules sg/rules: its rules were not read yet']);
  });
});

interface Row {
  readonly why: string;
  readonly rule: InboundRule;
  readonly refs?: Partial<ZoneRefs>;
  readonly is: readonly string[];
}

const rows: readonly Row[] = [
  {
    why: 'load balancers speak from their own range (SG-3)',
    rule: inbound({ type: 'LoadBalancers' }, { ports: ['8080'] }),
    is: ['TCP 8080/8080 from 100.64.0.0/10'],
  },
  {
    why: 'a range of ports',
    rule: inbound({ type: 'CIDR', cidr: '10.9.0.0/16' }, { ports: ['8000-8100', '443'] }),
    is: ['TCP 8000/8100 from 10.9.0.0/16', 'TCP 443/443 from 10.9.0.0/16'],
  },
  {
    why: 'ICMP has no ports',
    rule: { name: 'r', from: { type: 'CIDR', cidr: '10.9.0.0/16' }, protocol: 'ICMP', priority: 1 },
    is: ['ICMP -1/-1 from 10.9.0.0/16'],
  },
  {
    why: 'All has no ports',
    rule: { name: 'r', from: { type: 'CIDR', cidr: '10.9.0.0/16' }, protocol: 'All', priority: 1 },
    is: ['ALL -1/-1 from 10.9.0.0/16'],
  },
  {
    why: 'a pool’s group by its id, so that it survives a replacement (BAS-2)',
    rule: fromPool,
    refs: { pools: new Map([['ops', fact('sg-ops')]]) },
    is: ['TCP 22/22 from sg-ops'],
  },
  {
    why: 'another zone’s group',
    rule: inbound({ type: 'SecurityZone', securityZoneRef: { name: 'dmz' } }),
    refs: { zones: new Map([['dmz', fact('sg-dmz')]]) },
    is: ['TCP 22/22 from sg-dmz'],
  },
  {
    why: 'a pool that has no group yet is waited for',
    rule: fromPool,
    refs: { pools: new Map([['ops', fact(undefined)]]) },
    is: ['blocked security group id of BastionPool ops'],
  },
  {
    why: 'a pool that does not exist is waited for, and said so',
    rule: fromPool,
    is: ['blocked security group id (the object does not exist) of BastionPool ops'],
  },
  {
    why: 'a pool that is being deleted is let in no more',
    rule: fromPool,
    refs: { pools: new Map([['ops', fact('sg-ops', true)]]) },
    is: [],
  },
];

describe('inbound rules', () => {
  for (const { why, rule, refs: more, is } of rows) {
    it(why, () => {
      const { changes, blocked } = planZone(
        zoneInput({ object: declared(rule), records, view: viewOf(world()), refs: refs(more) }),
      ).plan;
      const made = changes.flatMap((change) => change.fields.map((field) => String(field.to)));
      const waits = blocked.map(({ dependency: { fact: what, kind, name } }) => `blocked ${what} of ${kind} ${name}`);
      assert.deepEqual([...made, ...waits], is);
    });
  }

  it('a rule that waits keeps no other rule back', () => {
    const object = declared(fromPool, { ...inbound({ type: 'LoadBalancers' }), name: 'lb' });
    const { plan } = planZone(zoneInput({ object, records, view: viewOf(world()) }));
    assert.deepEqual(
      nextWave(plan).map((change) => change.verb),
      ['Create'],
    );
  });

  it('rules that name a leaving group are withdrawn even under Report', () => {
    const view = viewOf(world(live(fromGroup('sg-ops'), fromGroup('sg-stranger'))));
    const leaving = refs({ pools: new Map([['ops', fact('sg-ops', true)]]) });
    const found = lines({ object: declared(fromPool), view, refs: leaving });
    assert.equal(found.length, 2);
    assert.match(found[0] ?? '', /^Revoke SecurityGroupRules sg\/rules\/TCP 22\/22 from sg-ops/);
    assert.match(found[1] ?? '', /^report sg\/rules\[TCP 22\/22 from sg-stranger\]/);
    assert.deepEqual([...leavingGroups(leaving)], ['sg-ops']);
  });

  it('a group that was kept when its object went keeps its rule, also under Revoke; what nobody declares goes', () => {
    const other = { ...fromGroup('sg-stranger'), ports: '23/23' };
    const view = viewOf(world(live(fromGroup('sg-ops'), other)));
    const object = zone({ spec: { inbound: [fromPool], undeclaredRules: 'Revoke' } });
    const found = lines({ object, view, refs: refs({ pools: new Map() }) });
    assert.equal(found.length, 2);
    assert.match(found[0] ?? '', /^Revoke SecurityGroupRules sg\/rules\/TCP 23\/23 from sg-stranger/);
    assert.match(
      found[1] ?? '',
      /^blocked SecurityGroupRules sg\/rules\/r: security group id \(the object does not exist\)/,
    );
  });
});

const teardown = (more: Partial<ZoneInput>) => teardownZone(zoneInput({ records, view: viewOf(world()) }, more));

describe('teardownZone', () => {
  it('takes group and subnets once nothing uses them', () => {
    const { plan } = teardown({});
    expectPlan(plan, [
      'Delete SecurityGroup sg (sg-app)',
      `Delete VSwitch vswitch/${F} (vsw-f)`,
      `Delete VSwitch vswitch/${G} (vsw-g)`,
    ]);
    assert.equal(nextWave(plan).length, 3);
  });

  it('waits for modules and pools and names them', () => {
    const { plan } = teardown({
      refs: refs({ users: ['module web of FinanceCloudEnvironment core-banking', 'BastionPool ops'] }),
    });
    assert.ok(
      renderPlan(plan).includes(
        'wait Server users: is used by module web of FinanceCloudEnvironment core-banking, BastionPool ops',
      ),
    );
    assert.deepEqual(nextWave(plan), []);
  });

  it('waits for servers that nobody declares any more, in its subnets or its group', () => {
    for (const server of [serverRecord({ groupIds: [] }), serverRecord({ vSwitchId: 'vsw-other' })]) {
      const { plan } = teardown({ view: viewOf(world(), { records: { Server: [server] } }) });
      assert.ok(renderPlan(plan).includes('wait Server users: is used by server i-web-0'), server.vSwitchId);
    }
    const elsewhere = serverRecord({ groupIds: ['sg-other'], vSwitchId: 'vsw-other' });
    assert.equal(nextWave(teardown({ view: viewOf(world(), { records: { Server: [elsewhere] } }) }).plan).length, 3);
  });

  it('withdraws its own rules that name other groups, so that rings come apart', () => {
    const { plan } = teardown({ view: viewOf(world(live(fromGroup('sg-dmz')))) });
    assert.match(renderPlan(plan)[0] ?? '', /^Revoke SecurityGroupRules sg\/rules\/TCP 22\/22 from sg-dmz/);
  });

  it('is blocked by a stranger’s rule that names its group', () => {
    const stranger: World = {
      records: { SecurityGroup: [groupRecord({ id: 'sg-x', tags: {} })] },
      details: { GroupRules: { 'sg-x': live(fromGroup('sg-app')) } },
    };
    const { plan } = teardown({ view: viewOf(world(), stranger) });
    assert.ok(renderPlan(plan).includes('wait SecurityGroupRules sg/naming: is named by rules of sg-x'));
    assert.deepEqual(nextWave(plan), []);
  });

  it('two zones that name each other both go: each withdraws, then each is free', () => {
    const ring = viewOf(world(live(fromGroup('sg-b'))), {
      records: { SecurityGroup: [groupRecord({ id: 'sg-b' })] },
      details: { GroupRules: { 'sg-b': live(fromGroup('sg-app')) } },
    });
    assert.deepEqual(
      nextWave(teardown({ view: ring }).plan).map((change) => change.verb),
      ['Revoke'],
    );
    const apart = viewOf(world(), {
      records: { SecurityGroup: [groupRecord({ id: 'sg-b' })] },
      details: { GroupRules: { 'sg-b': live() } },
    });
    assert.equal(nextWave(teardown({ view: apart }).plan).length, 3);
  });
});

const users = (object: Partial<ObjectMeta> & { readonly status?: EnvironmentStatus } = {}) =>
  resolveZone(
    zone(),
    storesOf({
      environments: [environment({ spec: { modules: [businessModule()] } }, object)],
      zones: [zone()],
    }),
  ).users;

describe('resolveZone', () => {
  const gone = { deletionTimestamp: '2026-01-02T00:00:00Z' };

  it('a module of a living environment may put servers here at any time', () => {
    assert.deepEqual(users(), ['module web of FinanceCloudEnvironment core-banking']);
  });

  it('one of a leaving environment only while its servers are on record', () => {
    assert.deepEqual(users(gone), []);
    assert.deepEqual(users({ ...gone, status: { resources: recordedServers('web', [F]) } }), [
      'module web of FinanceCloudEnvironment core-banking',
    ]);
  });

  it('a group leaves with its object under Delete, and stays under Retain and in Observe; without an environment its own policy decides, then the last one', () => {
    const ops = (policy?: 'Retain' | 'Delete', more: object = {}) =>
      pool({ spec: policy === undefined ? {} : { deletionPolicy: policy }, ...gone, ...more });
    const leaves = (of: ReturnType<typeof ops>, spec?: Partial<EnvironmentSpec>) =>
      resolveZone(
        zone(),
        storesOf({ environments: spec === undefined ? [] : [environment({ spec })], pools: [of] }),
      ).pools.get('ops')?.leaving;
    assert.deepEqual(
      [
        leaves(ops('Delete'), {}),
        leaves(ops('Retain'), { deletionPolicy: 'Delete' }),
        leaves(ops(), { deletionPolicy: 'Delete' }),
        leaves(ops(), { deletionPolicy: 'Retain' }),
        leaves(ops('Delete'), { mode: 'Observe' }),
        leaves(ops('Delete')),
        leaves(ops()),
        leaves(ops(undefined, { status: { lastDeletionPolicy: 'Delete' } })),
        leaves(ops('Retain', { status: { lastDeletionPolicy: 'Delete' } })),
      ],
      [true, false, true, false, false, true, false, true, false],
    );
  });

  it('publishes the groups of zones and pools of the namespace, and the VPC of its environment', () => {
    const ops = pool({
      spec: { deletionPolicy: 'Delete' },
      status: { resources: [recorded('SecurityGroup', 'sg', 'sg-ops')] },
      ...gone,
    });
    const found = resolveZone(
      zone(),
      storesOf({
        environments: [publishedEnvironment],
        zones: [zone()],
        pools: [ops, pool({ namespace: 'other', name: 'far' })],
      }),
    );
    assert.equal(found.vpcId, 'vpc-1');
    assert.deepEqual(
      found.pools,
      new Map([['ops', { exists: true, uid: UID.pool, leaving: true, groupId: 'sg-ops' }]]),
    );
    assert.deepEqual(
      found.zones,
      new Map([['app', { exists: true, uid: UID.zone, leaving: false, groupId: undefined }]]),
    );
    assert.deepEqual(
      found.users,
      ['module web of FinanceCloudEnvironment core-banking'],
      'the leaving pool has no bastions',
    );
  });
});

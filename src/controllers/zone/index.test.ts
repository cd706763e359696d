import assert from 'node:assert/strict';
import type { GroupRules, LiveRule } from '../../cloud/ecs/model.ts';
import type { InboundRule } from '../../crds/index.ts';
import {
  F,
  G,
  balancer,
  businessModule,
  environment,
  listener,
  recorded,
  zone,
} from '../../../test/support/builders.ts';
import { groupRecord, vSwitchRecord, vpcRecord } from '../../../test/support/cloud-records.ts';
import { publishedEnvironment, zoneInput } from '../../../test/support/plan-input.ts';
import { exportedRules } from '../../../test/support/rule-files.ts';
import { storesOf } from '../../../test/support/stores.ts';
import { type World, viewOf } from '../../../test/support/view.ts';
import { zoneKind } from './index.ts';
import { type ZoneInput, planZone } from './plan.ts';
import { zoneProblems } from './admission.ts';
import { zoneRules } from './rules/index.ts';

const records = [
  recorded('SecurityGroup', 'sg', 'sg-app'),
  recorded('VSwitch', `vswitch/${F}`, 'vsw-f'),
  recorded('VSwitch', `vswitch/${G}`, 'vsw-g'),
];
const live = (cidr: string, more: Partial<LiveRule> = {}): GroupRules => ({
  rules: [
    {
      protocol: 'TCP',
      ports: '22/22',
      source: { kind: 'cidr', cidr },
      policy: 'accept',
      priority: 1,
      description: '',
      ruleId: 'sgr-1',
      ...more,
    },
  ],
});
const world = (rules: GroupRules = { rules: [] }): World => ({
  records: {
    VPC: [vpcRecord()],
    VSwitch: [vSwitchRecord(), vSwitchRecord({ zone: G })],
    SecurityGroup: [groupRecord()],
  },
  details: { GroupRules: { 'sg-app': rules } },
});
const rule = (name: string, more: Partial<InboundRule>): InboundRule => ({
  name,
  from: { type: 'LoadBalancers' },
  protocol: 'TCP',
  ports: ['8080'],
  priority: 1,
  ...more,
});
const within = (...inbound: readonly InboundRule[]) => ({ object: zone({ spec: { inbound } }) });
const tcp = (more: Partial<ZoneInput>): Partial<ZoneInput> => {
  const loadBalancer = balancer({ listeners: [listener({ protocol: 'TCP', port: 443, backendPort: 8443 })] });
  const refs = {
    environment: environment({ spec: { modules: [businessModule({ loadBalancer })] } }),
    vpcId: 'vpc-1',
    zones: new Map(),
    pools: new Map(),
    users: [],
  };
  return { refs, ...more };
};

interface Row {
  readonly id: string;
  readonly why: string;
  readonly input: Partial<ZoneInput>;
  readonly hits: number;
}

const rows: readonly Row[] = [
  { id: 'SG-8', why: 'a live rule open to every address', input: { view: viewOf(world(live('0.0.0.0/0'))) }, hits: 1 },
  {
    id: 'SG-8',
    why: 'open to every address of the other family',
    input: { view: viewOf(world(live('::/0'))) },
    hits: 1,
  },
  { id: 'SG-8', why: 'a narrow rule', input: { view: viewOf(world(live('10.0.0.0/8'))) }, hits: 0 },
  {
    id: 'SG-8',
    why: 'a drop rule closes',
    input: { view: viewOf(world(live('0.0.0.0/0', { policy: 'drop' }))) },
    hits: 0,
  },
  { id: 'SG-8', why: 'no group yet', input: { records: [] }, hits: 0 },
  {
    id: 'SG-3',
    why: 'a TCP listener and nobody but load balancers let in',
    input: tcp(within(rule('lb', { ports: ['8443'] }))),
    hits: 1,
  },
  {
    id: 'SG-3',
    why: 'clients let in on another port',
    input: tcp(within(rule('c', { from: { type: 'CIDR', cidr: '10.9.0.0/16' }, ports: ['80'] }))),
    hits: 1,
  },
  {
    id: 'SG-3',
    why: 'clients let in of another protocol',
    input: tcp(within(rule('c', { from: { type: 'CIDR', cidr: '10.9.0.0/16' }, protocol: 'UDP', ports: ['8443'] }))),
    hits: 1,
  },
  {
    id: 'SG-3',
    why: 'clients let in by a range',
    input: tcp(within(rule('c', { from: { type: 'CIDR', cidr: '10.9.0.0/16' }, ports: ['8000-9000'] }))),
    hits: 0,
  },
  {
    id: 'SG-3',
    why: 'clients let in by All',
    input: tcp({
      object: zone({
        spec: { inbound: [{ name: 'c', from: { type: 'CIDR', cidr: '10.9.0.0/16' }, protocol: 'All', priority: 1 }] },
      }),
    }),
    hits: 0,
  },
  { id: 'SG-3', why: 'a module of another zone', input: tcp({ object: zone({ name: 'other' }) }), hits: 0 },
  {
    id: 'SG-3',
    why: 'layer 7 speaks from the load balancer',
    input: {
      refs: {
        environment: environment({ spec: { modules: [businessModule({ loadBalancer: balancer() })] } }),
        vpcId: 'vpc-1',
        zones: new Map(),
        pools: new Map(),
        users: [],
      },
    },
    hits: 0,
  },
  { id: 'ARCH-3', why: 'MySQL between servers', input: within(rule('db', { ports: ['3306'] })), hits: 1 },
  {
    id: 'ARCH-3',
    why: 'a range that covers a database port',
    input: within(rule('db', { ports: ['1400-1500'] })),
    hits: 1,
  },
  { id: 'ARCH-3', why: 'another port', input: within(rule('web', { ports: ['8080'] })), hits: 0 },
  { id: 'ARCH-3', why: 'another protocol', input: within(rule('db', { protocol: 'UDP', ports: ['3306'] })), hits: 0 },
  {
    id: 'SG-1',
    why: 'a zone that admits itself',
    input: within(rule('self', { from: { type: 'SecurityZone', securityZoneRef: { name: 'app' } } })),
    hits: 1,
  },
  {
    id: 'SG-1',
    why: 'another zone is admitted',
    input: within(rule('web', { from: { type: 'SecurityZone', securityZoneRef: { name: 'dmz' } } })),
    hits: 0,
  },
  {
    id: 'SG-1',
    why: 'a pool that happens to have the name of the zone',
    input: within(rule('ops', { from: { type: 'BastionPool', bastionPoolRef: { name: 'app' } } })),
    hits: 0,
  },
];

describe('rules of a zone', () => {
  for (const { id, why, input, hits } of rows) {
    it(`${id} ${hits > 0 ? 'hits' : 'misses'}: ${why}`, () => {
      const whole = zoneInput({ records, view: viewOf(world()) }, input);
      const found = zoneRules.filter((item) => item.id === id).flatMap((item) => item.judge(whole));
      assert.equal(found.length, hits);
      for (const item of found) assert.deepEqual([item.rule, (item.evidence ?? '') !== ''], [id, true]);
    });
  }

  it('are exactly the files of the folder', async () => {
    const files = await exportedRules(new URL('./rules/', import.meta.url));
    assert.deepEqual(new Set(zoneRules), new Set(files));
  });
});

const judge = (more: Partial<ZoneInput>) => {
  const input = zoneInput({ records, view: viewOf(world()) }, more);
  return zoneKind.judge(input, planZone(input)).concerns.map((item) => `${item.type} ${item.status} ${item.reason}`);
};

describe('zoneKind', () => {
  it('judges network and rules apart', () => {
    assert.deepEqual(judge({}), ['NetworkReady True Succeeded', 'RulesInSync True Succeeded']);
    assert.deepEqual(
      judge({ view: viewOf(world(), { records: { VSwitch: [vSwitchRecord({ displayName: 'x' })] } }) }),
      ['NetworkReady False NetworkDrift', 'RulesInSync True Succeeded'],
    );
    assert.deepEqual(
      judge({ object: zone({ spec: { undeclaredRules: 'Revoke' } }), view: viewOf(world(live('10.0.0.0/8'))) }),
      ['NetworkReady True Succeeded', 'RulesInSync False RuleDrift'],
    );
    assert.deepEqual(
      judge({
        object: zone({
          spec: {
            inbound: [rule('p', { from: { type: 'BastionPool', bastionPoolRef: { name: 'ops' } }, ports: ['22'] })],
          },
        }),
      }),
      ['NetworkReady True Succeeded', 'RulesInSync Unknown DependencyNotReady'],
    );
  });

  it('belongs to the environment that it names, in its namespace', () => {
    const found = zoneKind.belongs(
      zone({ spec: { deletionPolicy: 'Delete' } }),
      storesOf({ environments: [publishedEnvironment] }),
    );
    assert.deepEqual(found, { environment: publishedEnvironment, mode: 'Enforce', deletionPolicy: 'Delete' });
    const far = zoneKind.belongs(zone(), storesOf({ environments: [environment({ namespace: 'other' })] }));
    assert.ok('fact' in far && far.kind === 'FinanceCloudEnvironment');
  });

  it('waits for its environment, and is refused with every contradiction named', () => {
    const alone = storesOf({ zones: [zone()] });
    assert.equal(zoneKind.admit(zone(), zoneKind.resolve(zone(), alone), alone).kind, 'waiting');
    const object = zone({
      spec: {
        subnets: [
          { zone: F, cidr: '10.99.0.0/24' },
          { zone: G, cidr: '10.20.1.0/24' },
        ],
      },
    });
    const stores = storesOf({ environments: [publishedEnvironment], zones: [object] });
    const refused = zoneKind.admit(object, zoneKind.resolve(object, stores), stores);
    assert.ok(refused.kind === 'invalid');
    assert.match(refused.message, /spec.subnets: subnet 10.99.0.0\/24 .* \(NET-2\)/);
  });

  it('keeps the rules of its group read', () => {
    assert.deepEqual(zoneKind.details(records), [{ type: 'GroupRules', parentId: 'sg-app' }]);
  });
});

describe('zoneProblems', () => {
  it('of two zones that overlap, the younger one is wrong', () => {
    const older = zone({ name: 'old', creationTimestamp: '2026-01-01T00:00:00Z' });
    const younger = zone({ name: 'new', creationTimestamp: '2026-01-02T00:00:00Z' });
    const stores = storesOf({ environments: [publishedEnvironment], zones: [older, younger] });
    assert.deepEqual(zoneProblems(older, stores), []);
    assert.equal(zoneProblems(younger, stores).length, 2);
  });

  it('of two of one second, the name decides, and never both', () => {
    const pair = [zone({ name: 'a' }), zone({ name: 'b' })];
    const stores = storesOf({ environments: [publishedEnvironment], zones: pair });
    assert.deepEqual(
      pair.map((item) => zoneProblems(item, stores).length),
      [0, 2],
    );
  });
});

import assert from 'node:assert/strict';
import type { GroupRules, LiveRule } from '../../cloud/ecs/model.ts';
import { nextWave } from '../../plan/wave.ts';
import { F, G, UID, environment, pool, recorded, recordedServers, zone } from '../../../test/support/builders.ts';
import { groupRecord, ownTags, runningServers, vSwitchRecord, vpcRecord } from '../../../test/support/cloud-records.ts';
import { poolInput, publishedEnvironment, publishedZone } from '../../../test/support/plan-input.ts';
import { exportedRules } from '../../../test/support/rule-files.ts';
import { storesOf } from '../../../test/support/stores.ts';
import { type World, expectPlan, renderPlan, viewOf } from '../../../test/support/view.ts';
import { poolKind } from './index.ts';
import { type PoolInput, planPool, teardownPool } from './plan.ts';
import { poolRules } from './rules/index.ts';
import { wideClients } from './rules/wide-clients.ts';

const two = recordedServers('bastion', [F, G]);
const sg = recorded('SecurityGroup', 'sg', 'sg-ops');
const records = [sg, ...two];
const own = { tags: ownTags(UID.pool), displayName: 'ops-bastion', groupIds: ['sg-ops'] };
const client: LiveRule = {
  protocol: 'TCP',
  ports: '22/22',
  source: { kind: 'cidr', cidr: '192.168.100.1/32' },
  policy: 'accept',
  priority: 1,
  description: '',
  ruleId: 'sgr-1',
};
const world = (rules: GroupRules = { rules: [client] }, servers = runningServers(two, own)): World => ({
  records: {
    VPC: [vpcRecord()],
    VSwitch: [vSwitchRecord(), vSwitchRecord({ zone: G })],
    SecurityGroup: [groupRecord({ id: 'sg-ops', tags: ownTags(UID.pool), displayName: 'ops' })],
    Server: servers,
  },
  details: { GroupRules: { 'sg-ops': rules } },
});
const given = (...more: readonly Partial<PoolInput>[]) => poolInput({ records, view: viewOf(world()) }, ...more);
const lines = (...more: readonly Partial<PoolInput>[]) => renderPlan(planPool(given(...more)).plan);

describe('planPool', () => {
  it('makes its own group first; bastions wait for it', () => {
    const view = viewOf({ records: { VPC: [vpcRecord()], VSwitch: [vSwitchRecord(), vSwitchRecord({ zone: G })] } });
    expectPlan(planPool(poolInput({ view })).plan, [
      'Create SecurityGroup sg',
      `blocked Server bastion/${F}: own security group of BastionPool ops`,
      `blocked Server bastion/${G}: own security group of BastionPool ops`,
    ]);
  });

  it('makes no group before the VPC is Available', () => {
    const view = viewOf({ records: { VPC: [vpcRecord({ state: 'Pending' })] } });
    const { plan } = planPool(poolInput({ view }));
    assert.ok(renderPlan(plan).includes('wait VPC vpc: is not Available yet'));
    assert.deepEqual(nextWave(plan), []);
  });

  it('plans nothing when everything is as declared (BAS-1, BAS-2)', () => assert.deepEqual(lines(), []));

  it('makes as many in each zone as declared', () => {
    assert.deepEqual(lines({ object: pool({ spec: { perZone: 3 } }) }), [
      `Create Server bastion/${F} x2`,
      `Create Server bastion/${G} x2`,
    ]);
  });

  it('lets in exactly the declared clients on the declared port (SG-2)', () => {
    const object = pool({
      spec: { access: { clientCidrs: ['192.168.100.2/32'], port: 3389 }, undeclaredRules: 'Revoke' },
    });
    const found = lines({ object });
    assert.equal(found.length, 2);
    assert.match(found[0] ?? '', /TCP 3389\/3389 from 192.168.100.2\/32/);
    assert.match(found[1] ?? '', /^Revoke .* TCP 22\/22 from 192.168.100.1\/32/);
  });

  it('fewer per zone: kept and listed under Retain, drained under Delete', () => {
    const four = recordedServers('bastion', [F, G, F, G]);
    const view = viewOf(world({ rules: [client] }, runningServers(four, own)));
    const keeping = planPool(given({ records: [sg, ...four], view }));
    assert.deepEqual([keeping.retain.map((item) => item.id), keeping.replacements], [['i-bastion-2'], []]);
    const deleting = planPool(
      given({ records: [sg, ...four], view, object: pool({ spec: { deletionPolicy: 'Delete' } }) }),
    );
    assert.deepEqual(
      [deleting.retain, deleting.replacements.map((item) => [item.slot, item.step])],
      [[], [['bastion/2', 'Draining']]],
    );
  });
});

describe('teardownPool', () => {
  it('takes the bastions, then the group', () => {
    const { plan } = teardownPool(given());
    assert.deepEqual(
      nextWave(plan).map((change) => change.name),
      ['bastion/0', 'bastion/1'],
    );
    const later = teardownPool(given({ records: [sg] }));
    assert.deepEqual(
      nextWave(later.plan).map((change) => change.name),
      ['sg'],
    );
  });

  it('keeps the group while a rule names it', () => {
    const naming: World = {
      records: { SecurityGroup: [groupRecord()] },
      details: { GroupRules: { 'sg-app': { rules: [{ ...client, source: { kind: 'group', groupId: 'sg-ops' } }] } } },
    };
    const { plan } = teardownPool(given({ records: [sg], view: viewOf(world(), naming) }));
    assert.deepEqual(nextWave(plan), []);
    assert.ok(renderPlan(plan).includes('wait SecurityGroupRules sg/naming: is named by rules of sg-app'));
  });
});

const judge = (more: Partial<PoolInput>) => {
  const input = given(more);
  return poolKind.judge(input, planPool(input)).concerns.map((item) => `${item.type} ${item.status} ${item.reason}`);
};

describe('poolKind', () => {
  it('judges rules, servers and balance', () => {
    assert.deepEqual(judge({}), [
      'RulesInSync True Succeeded',
      'ServersReady True Succeeded',
      'ZonesBalanced True Succeeded',
    ]);
    const stopped = viewOf(world({ rules: [] }, runningServers(two, own, { state: 'Stopped' })));
    assert.deepEqual(judge({ view: stopped }), [
      'RulesInSync Unknown Progressing',
      'ServersReady False ServerDrift',
      'ZonesBalanced True Succeeded',
    ]);
  });

  it('takes the state of the zones from its environment', () => {
    const zones = [{ name: G, state: 'Impaired', since: '2026-01-01T00:00:00Z' }] as const;
    const refs = { environment: environment({ status: { zones } }), zone: publishedZone, vpcId: 'vpc-1' };
    const facts = { servers: [], refusals: () => 0, healthySince: () => undefined, now: 0, returnMs: 0 };
    assert.deepEqual(poolKind.zoneStates(pool(), refs, facts), zones);
    assert.deepEqual(poolKind.zoneStates(pool(), { ...refs, environment: undefined }, facts), []);
  });

  it('is admitted without its zone, and refused in a zone of another environment', () => {
    const stores = storesOf({ environments: [publishedEnvironment] });
    const admit = (refs: PoolInput['refs']) => poolKind.admit(pool(), refs, stores);
    const refs = { environment: publishedEnvironment, zone: undefined, vpcId: 'vpc-1' };
    assert.equal(admit(refs).kind, 'ok');
    assert.equal(admit({ ...refs, environment: undefined }).kind, 'waiting');
    assert.equal(admit({ ...refs, zone: zone({ spec: { environmentRef: { name: 'other' } } }) }).kind, 'invalid');
  });
});

const found = (more: Partial<PoolInput>) =>
  poolRules.flatMap((rule) => rule.judge(given(more)).map((item) => [rule.id, item.rule, item.severity]));

const inTier = (
  tier: 'DMZ' | 'Management',
  design: 'HighSecurity' | 'Standard' = 'HighSecurity',
): Partial<PoolInput> => ({
  refs: {
    zone: zone({ spec: { tier } }),
    environment: environment({ spec: { network: { type: 'VPC', cidr: '10.20.0.0/16', design } } }),
    vpcId: 'vpc-1',
  },
});

describe('rules of a pool', () => {
  it('NET-7 hits: bastions outside the management zone', () =>
    assert.deepEqual(found(inTier('DMZ')), [['NET-7', 'NET-7', 'Warning']]));
  const clients = (...clientCidrs: readonly string[]) => ({
    ...inTier('Management'),
    object: pool({ spec: { access: { clientCidrs, port: 22 } } }),
  });
  it('BAS-5 hits: more public addresses than an office has, each range by itself', () => {
    const wide = ['BAS-5', 'BAS-5', 'Warning'];
    assert.deepEqual(found(clients('1.0.0.0/8', '192.168.100.0/24', '203.0.112.0/23')), [wide, wide]);
    const [finding] = wideClients.judge(given(clients('1.0.0.0/8')));
    assert.match(
      finding?.message ?? '',
      /clientCidrs lets 16777216 addresses of 1\.0\.0\.0\/8.*list those of the VPN clients/,
    );
  });
  it('BAS-5 misses: private ranges of any width, and a few public addresses', () =>
    assert.deepEqual(found(clients('10.0.0.0/8', '100.64.0.0/10', '203.0.113.0/24', '203.0.113.7/32')), []));
  it('NET-7 misses: in the management zone, in the standard design, in a zone that is not there yet', () => {
    assert.deepEqual(found(inTier('Management')), []);
    assert.deepEqual(found(inTier('DMZ', 'Standard')), []);
    assert.deepEqual(found({ refs: { environment: publishedEnvironment, zone: undefined, vpcId: 'vpc-1' } }), []);
  });

  it('are exactly the files of the folder', async () => {
    const files = await exportedRules(new URL('./rules/', import.meta.url));
    assert.deepEqual(new Set(poolRules), new Set(files));
  });
});

import assert from 'node:assert/strict';
import { ANNOTATIONS, type RecordedResource, type Replacement } from '../../crds/index.ts';
import { depth } from '../../plan/wave.ts';
import {
  F,
  G,
  balancer,
  businessModule,
  environment,
  pool,
  recorded,
  recordedServers,
  replacement,
  zone,
} from '../../../test/support/builders.ts';
import {
  balancerRecord,
  groupRecord,
  listenerRecord,
  ownTags,
  runningServers,
  vSwitchRecord,
  vpcRecord,
} from '../../../test/support/cloud-records.ts';
import { environmentInput, guestsThat, publishedZone } from '../../../test/support/plan-input.ts';
import { type World, expectPlan, renderPlan, viewOf } from '../../../test/support/view.ts';
import { UNTAGGED } from '../parts/removal.ts';
import { planEnvironment, teardownEnvironment } from './plan.ts';

const network: World = { records: { VPC: [vpcRecord()], VSwitch: [vSwitchRecord(), vSwitchRecord({ zone: G })] } };
const vpc = recorded('VPC', 'vpc', 'vpc-1');
const four = recordedServers('web', [F, G, F, G]);
const front = (address: 'Internet' | 'Intranet' = 'Internet') =>
  environment({
    spec: { modules: [businessModule({ loadBalancer: balancer({ address, billing: { type: 'PayByTraffic' } }) })] },
  });
const built: World = {
  records: { Server: runningServers(four), LoadBalancer: [balancerRecord()], Listener: [listenerRecord()] },
};
const members = { backends: four.map(({ id }) => ({ serverId: id, weight: 100 })), health: [] };
const everything: readonly RecordedResource[] = [vpc, recorded('LoadBalancer', 'web/lb', 'lb-1'), ...four];
const others = ownTags('uid-of-others');
const noRefs = { zones: new Map(), pools: [], problems: [] };

describe('planEnvironment', () => {
  it('makes the VPC first, and servers wait for the zone’s facts by name, not for its Ready', () => {
    const input = environmentInput({ refs: { ...noRefs, zones: new Map([['app', zone()]]) } });
    expectPlan(planEnvironment(input).plan, [
      'Create VPC vpc',
      `blocked Server web/${F}: security group id of SecurityZone app`,
      `blocked Server web/${G}: security group id of SecurityZone app`,
    ]);
  });

  it('says that a zone does not exist at all', () => {
    const input = environmentInput({ records: [vpc], view: viewOf(network), refs: noRefs });
    assert.match(
      renderPlan(planEnvironment(input).plan)[0] ?? '',
      /security group id \(the object does not exist\) of SecurityZone app/,
    );
  });

  it('builds on no group that carries the tags of others, whatever the zone has on record', () => {
    const foreign = viewOf(network, { records: { SecurityGroup: [groupRecord({ id: 'sg-app', tags: others })] } });
    expectPlan(planEnvironment(environmentInput({ records: [vpc], view: foreign })).plan, [
      `blocked Server web/${F}: security group id (sg-app does not carry its tags) of SecurityZone app`,
      `blocked Server web/${G}: security group id (sg-app does not carry its tags) of SecurityZone app`,
    ]);
  });

  it('puts no server of others behind its load balancer; one that stands there is left alone', () => {
    const [first, ...rest] = runningServers(four);
    assert.ok(first !== undefined);
    const planned = (parts: object) =>
      planEnvironment(
        environmentInput({
          object: front(),
          records: everything,
          view: viewOf(network, built, {
            records: { Server: [{ ...first, tags: others }, ...rest] },
            details: { LoadBalancerParts: { 'lb-1': parts } },
          }),
        }),
      ).plan.changes;
    assert.deepEqual(planned({ ...members, backends: members.backends.slice(1) }), []);
    assert.deepEqual(planned(members), []);
  });

  it('makes servers of both zones and the load balancer in one wave once the facts are there', () => {
    const input = environmentInput({ object: front(), records: [vpc], view: viewOf(network) });
    const { plan } = planEnvironment(input);
    expectPlan(plan, [`Create Server web/${F} x2`, `Create Server web/${G} x2`, 'Create LoadBalancer web/lb']);
    assert.equal(depth(plan), 1);
  });

  it('an intranet load balancer waits for its subnet, an internet one does not', () => {
    const given = { records: [vpc], view: viewOf(network), refs: { ...noRefs, zones: new Map([['app', zone()]]) } };
    assert.ok(
      renderPlan(planEnvironment(environmentInput({ ...given, object: front('Intranet') })).plan).includes(
        `blocked LoadBalancer web/lb: vSwitch id in ${F} of SecurityZone app`,
      ),
    );
    assert.ok(
      renderPlan(planEnvironment(environmentInput({ ...given, object: front() })).plan).includes(
        'Create LoadBalancer web/lb',
      ),
    );
  });

  it('makes listeners and members of a load balancer it has just made, whose parts no sweep has read', () => {
    const world: World = { records: { Server: runningServers(four), LoadBalancer: [balancerRecord()] } };
    const input = environmentInput({
      object: front(),
      records: everything,
      view: viewOf(network, world),
      madeNow: new Set(['lb-1']),
    });
    assert.deepEqual(
      planEnvironment(input).plan.changes.map((change) => `${change.verb} ${change.type}`),
      ['Create Listener', 'Attach Backends'],
    );
    const later = planEnvironment({ ...input, madeNow: new Set() }).plan;
    assert.deepEqual(
      later.changes.map((change) => `${change.verb} ${change.type}`),
      ['Create Listener'],
      'after a restart its members are read first',
    );
  });

  it('plans nothing when everything is as declared', () => {
    const input = environmentInput({
      object: front(),
      records: everything,
      view: viewOf(network, built, { details: { LoadBalancerParts: { 'lb-1': members } } }),
    });
    expectPlan(planEnvironment(input).plan, []);
  });

  it('a server whose start-up is being asked joins later; one that serves already stays', () => {
    const startup = { units: ['nginx.service'], probe: 'AfterBoot', repair: 'EnableAndStart' } as const;
    const object = environment({ spec: { modules: [businessModule({ loadBalancer: balancer(), startup })] } });
    const some = { backends: members.backends.slice(0, 3), health: [] };
    const given = {
      object,
      records: everything,
      view: viewOf(network, built, { details: { LoadBalancerParts: { 'lb-1': some } } }),
    };
    expectPlan(planEnvironment(environmentInput({ ...given, guests: guestsThat({ kind: 'asking' }) })).plan, []);
    expectPlan(planEnvironment(environmentInput({ ...given, guests: guestsThat({ kind: 'good' }) })).plan, [
      'Attach Backends web/lb (lb-1) backends[i-web-3].weight: not a backend -> 100',
    ]);
  });

  it('a server confirmed gone leaves the record and is made again', () => {
    const input = environmentInput({ records: [vpc, ...four], view: viewOf(network, built, { absent: ['i-web-1'] }) });
    const plan = planEnvironment(input);
    assert.deepEqual(plan.gone, ['i-web-1']);
    expectPlan(plan.plan, [`Create Server web/${G}`]);
  });

  it('keeps ten replacements at most, and never gives up one that is running for a new one', () => {
    const names = Array.from({ length: 12 }, (_, index) => `m${String(index).padStart(2, '0')}`);
    const modules = names.map((name) => businessModule({ name, servers: { replicas: 2 } }));
    const servers = names.flatMap((name) => recordedServers(name, [F, F]));
    const running = names
      .slice(-3)
      .map((name) => replacement({ slot: `${name}/1`, module: name, surplusId: `i-${name}-1` }));
    const input = environmentInput({
      object: environment({
        spec: {
          modules,
          repair: { disruptive: { policy: 'Automatic' }, maxUnavailablePerZone: 100, drainSeconds: 30 },
        },
      }),
      records: [vpc, ...servers],
      view: viewOf(network, { records: { Server: runningServers(servers) } }),
      replacements: running,
    });
    const slots = planEnvironment(input).replacements.map((item) => item.slot);
    assert.equal(slots.length, 10);
    for (const item of running) assert.ok(slots.includes(item.slot), item.slot);
  });
});

describe('what left the spec', () => {
  const gone = recordedServers('old', [F]);
  const lb = recorded('LoadBalancer', 'old/lb', 'lb-9');
  const world: World = {
    records: { Server: runningServers([...four, ...gone]), LoadBalancer: [balancerRecord({ id: 'lb-9' })] },
  };
  const given = (policy: 'Retain' | 'Delete', confirm?: string) =>
    environmentInput({
      object: environment({
        spec: { deletionPolicy: policy },
        ...(confirm === undefined ? {} : { annotations: { [ANNOTATIONS.confirmRemoval]: confirm } }),
      }),
      records: [vpc, ...four, ...gone, lb],
      view: viewOf(network, world),
    });

  it('stays under Retain, and is listed', () => {
    const plan = planEnvironment(given('Retain'));
    expectPlan(plan.plan, []);
    assert.deepEqual(
      plan.retain.map((item) => item.id),
      ['i-old-0', 'lb-9'],
    );
  });

  it('leaves the record and the list of what is kept when it is gone from the cloud', () => {
    const retained = [{ name: 'older/0', type: 'Server', id: 'i-older', since: 'x', reason: 'kept' }] as const;
    const view = viewOf(network, world, { absent: ['i-old-0', 'i-older'] });
    assert.deepEqual(planEnvironment({ ...given('Retain'), retained, view }).gone, ['i-old-0', 'i-older']);
  });

  it('stays under Delete until a person confirms it by name', () => {
    const plan = planEnvironment(given('Delete'));
    expectPlan(plan.plan, []);
    assert.deepEqual(plan.retain, []);
    expectPlan(planEnvironment(given('Delete', 'other')).plan, []);
  });

  it('goes when its module is confirmed, or only what is named', () => {
    assert.deepEqual(
      planEnvironment(given('Delete', 'old')).replacements.map((item) => [item.slot, item.step]),
      [['old/0', 'Draining']],
      'the server drains first, see leaving.test.ts',
    );
    expectPlan(planEnvironment(given('Delete', 'other, old/lb')).plan, [
      'Delete LoadBalancer old/lb (lb-9) [Disruptive]',
    ]);
  });

  it('fewer replicas under Retain: one after the other moves aside, nothing is drained', () => {
    const object = environment({ spec: { modules: [businessModule({ servers: { replicas: 2 } })] } });
    const plan = planEnvironment(environmentInput({ object, records: [vpc, ...four], view: viewOf(network, built) }));
    expectPlan(plan.plan, []);
    assert.deepEqual([plan.retain.map((item) => item.id), plan.replacements], [['i-web-2'], []]);
  });
});

describe('how many leave a zone at a time', () => {
  const modules = ['a', 'b', 'c'].map((name) => businessModule({ name, servers: { replicas: 2 } }));
  const servers = ['a', 'b', 'c'].flatMap((name) => recordedServers(name, [F, F, F]));
  const given = (max: number, running: readonly Replacement[] = []) =>
    planEnvironment(
      environmentInput({
        object: environment({
          spec: {
            modules,
            deletionPolicy: 'Delete',
            repair: { disruptive: { policy: 'Automatic' }, maxUnavailablePerZone: max, drainSeconds: 30 },
          },
        }),
        records: [vpc, ...servers],
        replacements: running,
        view: viewOf(network, { records: { Server: runningServers(servers) } }),
      }),
    ).replacements.map(({ slot }) => slot);

  it('is what is declared, over all modules together', () => {
    assert.deepEqual(
      [1, 2, 3, 9].map((max) => given(max).length),
      [1, 2, 3, 3],
    );
  });

  it('counts what is on the way already, which is never given up', () => {
    const running = [
      replacement({ slot: 'c/2', module: 'c', surplusId: 'i-c-2', fromZone: F, toZone: F, step: 'Draining' }),
    ];
    assert.deepEqual(given(1, running), ['c/2']);
    assert.deepEqual(given(2, running), ['c/2', 'a/2']);
  });
});

describe('teardownEnvironment', () => {
  const world = viewOf(network, built);

  it('takes servers and load balancers first, the VPC after them', () => {
    const { plan } = teardownEnvironment(
      environmentInput({ object: front(), records: everything, view: world, refs: noRefs }),
    );
    assert.deepEqual(
      plan.changes.filter((change) => change.type === 'VPC').map((change) => change.needs.length > 0),
      [true],
    );
    assert.equal(depth(plan), 2);
    assert.deepEqual(renderPlan(plan)[0], 'Delete VPC vpc (vpc-1)');
  });

  it('waits for zones and pools and names them', () => {
    const refs = { zones: new Map([['app', publishedZone]]), pools: [pool()], problems: [] };
    const { plan } = teardownEnvironment(environmentInput({ records: [vpc], view: world, refs }));
    expectPlan(plan, ['Delete VPC vpc (vpc-1)', 'wait VPC users: is used by SecurityZone app, BastionPool ops']);
    assert.ok(
      plan.changes.every((change) => change.needs.includes('VPC:users')),
      'nothing runs while they are there',
    );
  });

  it('waits for subnets that were left in its VPC, and not for those of others in a VPC of others', () => {
    const of = (tags: ReturnType<typeof ownTags> | undefined) =>
      teardownEnvironment(
        environmentInput({
          records: [vpc],
          view: viewOf(network, { records: { VPC: [vpcRecord(tags === undefined ? {} : { tags })] } }),
          refs: noRefs,
        }),
      ).plan.pending.map(({ why }) => why);
    assert.match(of(undefined)[0] ?? '', /^is used by vSwitch /);
    assert.deepEqual(of(others), [`is ${UNTAGGED}`]);
  });

  it('lets go of what is confirmed gone, and of nothing else', () => {
    const plan = teardownEnvironment(
      environmentInput({
        records: everything,
        view: viewOf(network, built, { absent: ['i-web-0', 'lb-1'] }),
        refs: noRefs,
      }),
    );
    assert.deepEqual(plan.gone.toSorted(), ['i-web-0', 'lb-1']);
  });
});

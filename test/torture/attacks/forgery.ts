// Forged records, written by somebody who may write status: the shipped roles give that to nobody.
import type { Call } from '../../e2e/flows/cloud.ts';
import { F, G } from '../../e2e/flows/objects.ts';
import type { Loose } from '../../support/api-proxy.ts';
import { create } from './attempt.ts';
import { foreignCalls } from './verdict.ts';
import { ownZone } from './town.ts';
import type { Yard } from './yard.ts';

/** What the ledger says against it; empty when nothing. */
export interface Forged {
  readonly says: string;
}

const contentType = 'application/merge-patch+json';
const LATE = '9999-12-31T23:59:59Z';
const AT = '2026-01-01T00:00:00Z';

/** Writes a part of a status as the clerk; `object` is `<plural>/<name>`. */
export async function forge(yard: Yard, object: string, status: object): Promise<void> {
  const path = `/apis/financecloud.io/v1alpha1/namespaces/${yard.a}/${object}/status`;
  await yard.must({ method: 'PATCH', path, body: { status }, contentType, as: yard.clerk });
}

/** Foreign calls that are meant, as text. */
export async function verdictOf(yard: Yard, isIt: (call: Call) => boolean): Promise<Forged> {
  return {
    says: (await foreignCalls(yard))
      .filter(isIt)
      .map(({ action, n }) => `${n} ${action}`)
      .join(', '),
  };
}

/** Their VPC on record in place of the own one, and a zone that wants its subnets and group there. */
export async function forgeRecords(yard: Yard): Promise<Forged> {
  await forge(yard, 'financecloudenvironments/records', {
    resources: [{ name: 'vpc', type: 'VPC', id: yard.theirs['bank vpc'] }],
  });
  await yard.must({ ...create(ownZone(yard, ['records', 'records'])), as: yard.tenant });
  await yard.until(
    'the zone was looked at',
    async () => (await yard.get('SecurityZone', 'records'))?.status?.conditions,
  );
  await yard.sweeps(5);
  return verdictOf(yard, ({ params }) => params['VpcId'] === yard.theirs['bank vpc']);
}

/** Their group on record of the own zone: servers of the environment would join it, and a rule would admit it. */
export async function forgeGroup(yard: Yard): Promise<Forged> {
  const group = yard.theirs['dmz sg'] ?? '';
  await forge(yard, 'securityzones/dmz', { resources: [{ name: 'sg', type: 'SecurityGroup', id: group }] });
  const from = { type: 'SecurityZone', securityZoneRef: { name: 'dmz' } };
  const subnets = [F, G].map((name, index) => ({ zone: name, cidr: `10.20.${40 + index}.0/24` }));
  const gate = ownZone(yard, ['gate', 'bank'], { subnets, inbound: [{ name: 'in', from, protocol: 'ICMP' }] });
  await yard.must({ ...create(gate), as: yard.tenant });
  await yard.until('the zone was looked at', async () => (await yard.get('SecurityZone', 'gate'))?.status?.conditions);
  await yard.sweeps(4);
  return verdictOf(yard, ({ params }) => Object.values(params).some((text) => text.includes(group)));
}

/** Their servers as capacity, as surplus, and as retained of an environment with start-up units and a load balancer. */
export async function forgeFleet(yard: Yard, name: string): Promise<Forged> {
  const [first = '', second = ''] = [yard.theirs['bank web/0'], yard.theirs['bank web/1']];
  const object = await yard.get('FinanceCloudEnvironment', name);
  const kept = object.status.resources.filter((item: Loose) => item.type !== 'Server');
  const servers = [first, second].map((id, index) => ({
    name: `web/${index}`,
    type: 'Server',
    id,
    zone: index === 0 ? F : G,
  }));
  const step = { slot: 'web/0', module: 'web', surplusId: first, fromZone: F, toZone: G, step: 'Released', since: AT };
  const retained = [{ name: 'web/9', type: 'Server', id: second, since: AT, reason: 'forged' }];
  await forge(yard, `financecloudenvironments/${name}`, {
    resources: [...kept, ...servers],
    replacements: [step],
    retained,
  });
  const path = `/apis/financecloud.io/v1alpha1/namespaces/${yard.a}/financecloudenvironments/${name}`;
  const startup = { units: ['app.service'] };
  const [module] = object.spec.modules;
  const tagged = { ...module.servers, tags: [{ key: 'stolen', value: 'yes' }] };
  const body = { spec: { modules: [{ ...module, servers: tagged, startup }] } };
  await yard.must({ method: 'PATCH', path, body, contentType, as: yard.tenant });
  await yard.sweeps(6);
  return verdictOf(yard, ({ params }) =>
    Object.values(params).some((text) => text.includes(first) || text.includes(second)),
  );
}

const HUGE = 9_007_199_254_740_991;

/** Whatever the schema of a status admits and no operator would have written. */
export async function forgeGarbage(yard: Yard): Promise<void> {
  const intent = { token: 'x', action: 'x', type: 'VPC', resource: 'vpc', count: 100, startedAt: 'x' };
  const requests = ['no json', 'null', '[]', '{"__proto__":{"service":"vpc"}}', '['.repeat(4000)];
  const types = ['VPC', 'Nothing', 'constructor', 'toString', 'Server'];
  const intents = requests.map((request, index) => ({
    ...intent,
    attempt: HUGE - index,
    type: types[index],
    request,
    startedAt: index % 2 === 0 ? '0001-01-01T00:00:00Z' : '9999-12-31T23:59:59Z',
    fromObjects: [{ param: '__proto__', kind: 'Secret', name: '../..', key: 'constructor', resourceVersion: 'x' }],
  }));
  const names = ['__proto__', 'constructor', 'web/__proto__', 'web/-1', 'web/9007199254740993', '/', 'vswitch/'];
  const resources = names.map((name, index) => ({ name, type: 'Server', id: `i-garbage-${index}`, state: 'Deleting' }));
  const step = {
    module: 'web',
    surplusId: 'i-garbage-0',
    newId: 'i-garbage-1',
    fromZone: 'x',
    toZone: 'x',
    since: LATE,
  };
  await forge(yard, 'financecloudenvironments/garbage', {
    intents,
    resources,
    attempt: HUGE,
    replacements: [{ ...step, slot: '__proto__', step: 'Released' }],
    retained: [{ name: 'web/0', type: 'Server', id: 'i-garbage-2', since: LATE, reason: 'x' }],
    boots: [{ id: '__proto__', bootedAt: LATE }],
    zones: [{ name: 'constructor', state: 'Impaired', since: LATE }],
    lastDeletionPolicy: 'Delete',
    observedGeneration: HUGE,
  });
}

// Taking what another tenant has in the same cloud account.
import assert from 'node:assert/strict';
import { type Attempt, at, create, forbidden, refused, shown } from '../attempt.ts';
import { ALIKE, module, own, ownZone } from '../town.ts';
import type { Yard } from '../yard.ts';

const ROOT = '/apis/financecloud.io/v1alpha1';
const bank = ({ a }: Yard): string => `${ROOT}/namespaces/${a}/financecloudenvironments/bank`;

/** Annotates the tenant's own environment and waits until the operator has looked twice. */
const annotated = (id: string, sends: string, annotations: (yard: Yard) => object): Attempt => ({
  id,
  sends,
  defence: 'no effect',
  judged: 'ledger; ids on record stay the same',
  play: async (yard) => {
    const before = (await yard.get('FinanceCloudEnvironment', 'bank')).status.resources;
    const body = { metadata: { annotations: annotations(yard) } };
    const contentType = 'application/merge-patch+json';
    await yard.must({ method: 'PATCH', path: bank(yard), body, contentType, as: yard.tenant });
    await yard.sweeps(3);
    assert.deepEqual((await yard.get('FinanceCloudEnvironment', 'bank')).status.resources, before);
  },
});

/** Fields that would name something in the cloud. */
const IDS: readonly (readonly [path: string, make: (yard: Yard) => ReturnType<typeof own>, theirs: string])[] = [
  ['spec.network.vpcId', (yard) => own(yard, 'x-id'), 'bank vpc'],
  ['spec.modules.0.servers.instanceIds', (yard) => own(yard, 'x-id', { modules: [module('dmz')] }), 'bank web/0'],
  ['spec.modules.0.loadBalancerId', (yard) => own(yard, 'x-id', { modules: [module('dmz')] }), 'bank web/lb'],
  ['spec.securityGroupId', (yard) => ownZone(yard, ['x-id', 'bank']), 'dmz sg'],
  ['spec.subnets.0.vSwitchId', (yard) => ownZone(yard, ['x-id', 'bank']), 'dmz vswitch/cn-shanghai-finance-1f'],
];

const byId: readonly Attempt[] = IDS.map(([path, make, theirs], index) =>
  refused({
    id: `A${index + 1}`,
    sends: `the other tenant’s id as \`${shown(path)}\``,
    names: shown(path),
    says: /unknown field/,
    status: 400,
    call: (yard) => create(at(make(yard), path, yard.theirs[theirs] ?? 'none')),
  }),
);

/** All of them. */
export const adoption = {
  title: 'Adopt what another tenant has in the same cloud account',
  attempts: [
    ...byId,
    annotated(
      'A6',
      '`financecloud.io/take-over` with the uid of the other tenant’s environment of the same name',
      (yard) => ({
        'financecloud.io/take-over': yard.theirs['FinanceCloudEnvironment bank'],
      }),
    ),
    annotated('A7', 'annotations that would name an id (`external-id`, `adopt`, `resource-id`)', (yard) => ({
      'financecloud.io/external-id': yard.theirs['bank vpc'],
      'financecloud.io/adopt': yard.theirs['bank web/0'],
      'financecloud.io/resource-id': yard.theirs['bank web/lb'],
    })),
    annotated('A8', '`financecloud.io/confirm-removal` for the other tenant’s module and load balancer', () => ({
      'financecloud.io/confirm-removal': 'web/lb',
    })),
    {
      id: 'A9',
      sends: 'a new zone of the same name as theirs, born with `take-over` and the uid of theirs',
      defence: 'no effect: only tags of the own object’s name and uid are looked at',
      judged: 'its own group and subnets are made; theirs are unchanged',
      play: async (yard: Yard) => {
        const zone = ownZone(yard, ['core', 'adopter'], { subnets: subnets(24) });
        const taking = { 'financecloud.io/take-over': yard.theirs['SecurityZone core'] };
        const object = at(zone, 'metadata.annotations', taking);
        await yard.must({ ...create(own(yard, 'adopter')), as: yard.tenant });
        await yard.must({ ...create(object), as: yard.tenant });
        const made = await yard.condition('SecurityZone', 'core', {});
        const theirs = new Set(Object.values(yard.theirs));
        assert.ok(made.status.resources.every((item: { id: string }) => !theirs.has(item.id)));
      },
    },
    {
      id: 'A10',
      sends: 'environment and zone of the same names, display names, tags and addresses as theirs',
      defence: 'no effect: each has resources of its own',
      judged: 'ledger: no id is on two records',
      play: async (yard: Yard) => {
        const mine = await yard.get('FinanceCloudEnvironment', 'bank');
        const other = await yard.get('FinanceCloudEnvironment', 'bank', yard.b);
        assert.equal(mine.spec.network.displayName, other.spec.network.displayName);
        assert.deepEqual(mine.spec.modules[0].servers.tags, ALIKE.tags);
        const ids = new Set(mine.status.resources.map((item: { id: string }) => item.id));
        assert.ok(other.status.resources.every((item: { id: string }) => !ids.has(item.id)));
      },
    },
    forbidden('A11', 'DELETE of the other tenant’s environment', ({ b }) => ({
      method: 'DELETE',
      path: `${ROOT}/namespaces/${b}/financecloudenvironments/bank`,
    })),
    forbidden('A12', 'an object created in the other namespace', (yard) => {
      const object = ownZone({ a: yard.b }, ['x-a12', 'bank']);
      return create(object);
    }),
    refused({
      id: 'A13',
      sends: 'an object whose `metadata.namespace` is not the one it is sent to',
      names: 'namespace of the provided object does not match',
      status: 400,
      call: (yard) => ({
        method: 'POST',
        path: `${ROOT}/namespaces/${yard.a}/securityzones`,
        body: ownZone({ a: yard.b }, ['x-a13', 'bank']),
      }),
    }),
  ],
};

function subnets(third: number): readonly object[] {
  return ['f', 'g'].map((letter, index) => ({
    zone: `cn-shanghai-finance-1${letter}`,
    cidr: `10.20.${third + index}.0/24`,
  }));
}

// Redirecting the operator by what it has on record, without and with the right to write status.
import assert from 'node:assert/strict';
import type { Loose } from '../../../support/api-proxy.ts';
import { type Attempt, at, create, forbidden } from '../attempt.ts';
import { forgeIntents } from '../forged-intents.ts';
import { type Forged, forgeFleet, forgeGarbage, forgeGroup, forgeRecords } from '../forgery.ts';
import { own, ownZone } from '../town.ts';
import type { Yard } from '../yard.ts';

const path = ({ a }: Yard, kind: string, name: string): string =>
  `/apis/financecloud.io/v1alpha1/namespaces/${a}/${kind}/${name}`;
const contentType = 'application/merge-patch+json';

const patched = (yard: Yard, body: object, as: string) =>
  yard.must({ method: 'PATCH', path: path(yard, 'financecloudenvironments', 'bank'), body, contentType, as });

/** A forgery that was stored: whatever it says, none of it is sent. */
const forged = (
  id: string,
  sends: string,
  of: { readonly play: (yard: Yard) => Promise<Forged>; readonly defence: string },
): Attempt => ({
  id,
  sends,
  defence: of.defence,
  judged: 'ledger: not one mutating call names anything of theirs, committed or not',
  play: async (yard) => {
    const { says } = await of.play(yard);
    assert.equal(says, '');
  },
});

/** All of them. */
export const status = {
  title: 'Redirect the operator by status, finalizers and owners',
  attempts: [
    forbidden('S1', 'PATCH of an environment’s status', (yard) => ({
      method: 'PATCH',
      path: `${path(yard, 'financecloudenvironments', 'bank')}/status`,
      body: { status: { resources: [{ name: 'vpc', type: 'VPC', id: yard.theirs['bank vpc'] }] } },
      contentType,
    })),
    forbidden('S2', 'PATCH of a zone’s status', (yard) => ({
      method: 'PATCH',
      path: `${path(yard, 'securityzones', 'dmz')}/status`,
      body: { status: { resources: [{ name: 'sg', type: 'SecurityGroup', id: yard.theirs['dmz sg'] }] } },
      contentType,
    })),
    forbidden('S3', 'PATCH of a pool’s status', (yard) => ({
      method: 'PATCH',
      path: `${path(yard, 'bastionpools', 'ops')}/status`,
      body: { status: null },
      contentType,
    })),
    {
      id: 'S4',
      sends: 'a new zone with a status that names the other tenant’s group',
      defence: 'the status is dropped',
      judged: 'the object as the API server has it',
      play: async (yard: Yard) => {
        const record = [{ name: 'sg', type: 'SecurityGroup', id: yard.theirs['dmz sg'] }];
        const object = at(ownZone(yard, ['x-s4', 'nowhere']), 'status', { resources: record });
        const made = await yard.must({ ...create(object, 'Ignore'), as: yard.tenant });
        assert.equal(made.body.status, undefined);
      },
    },
    {
      id: 'S5',
      sends: 'the finalizer taken off',
      defence: 'put back; nothing is made twice',
      judged: 'the object; ids on record stay the same',
      play: async (yard: Yard) => {
        const before = (await yard.get('FinanceCloudEnvironment', 'bank')).status.resources;
        await patched(yard, { metadata: { finalizers: null } }, yard.tenant);
        await yard.until('the finalizer is back', async () =>
          (await yard.get('FinanceCloudEnvironment', 'bank')).metadata.finalizers?.includes(
            'financecloud.io/finalizer',
          ),
        );
        assert.deepEqual((await yard.get('FinanceCloudEnvironment', 'bank')).status.resources, before);
      },
    },
    {
      id: 'S6',
      sends: 'an owner reference to the other tenant’s environment',
      defence: 'no effect',
      judged: 'their objects and resources stand as they stood',
      play: async (yard: Yard) => {
        const uid = yard.theirs['FinanceCloudEnvironment bank'];
        const owner = { apiVersion: 'financecloud.io/v1alpha1', kind: 'FinanceCloudEnvironment', name: 'bank', uid };
        const object: Loose = own(yard, 'x-s6');
        await yard.must({ ...create(at(object, 'metadata.ownerReferences', [owner])), as: yard.tenant });
        await yard.condition('FinanceCloudEnvironment', 'x-s6', {});
        const theirs = await yard.get('FinanceCloudEnvironment', 'bank', yard.b);
        assert.equal(theirs.metadata.deletionTimestamp, undefined);
      },
    },
    forged('S7', 'with the right to write status: their VPC on the own record, then a zone in that environment', {
      defence: 'nothing is made in a network that is not of the own namespace',
      play: (yard) => forgeRecords(yard),
    }),
    forged(
      'S8',
      'the same right: their servers on record as own ones, as surplus of a replacement, as retained; units to start, a load balancer to stand behind',
      {
        defence: 'nothing foreign is asked, started, put behind a load balancer, drained or deleted',
        play: (yard) => forgeFleet(yard, 'fleet'),
      },
    ),
    forged('S9', 'the same right: their group on record of the own zone, and a rule that admits that zone', {
      defence: 'no server joins a group of others, no rule names one',
      play: forgeGroup,
    }),
    ...(
      [
        ['DeleteInstances', 'deletes their server'],
        ['RunCommand', 'runs a command as root in their server'],
        ['TagResources', 'writes the own uid on their VPC'],
        ['AuthorizeSecurityGroup', 'opens their group to the world'],
        ['CreateVSwitch', 'makes a subnet in their VPC, with the right token and tags'],
        ['RunInstances', 'makes a server in their subnet and group, with the right token and tags'],
        ['CreateVpc', 'makes a VPC with tags of their environment'],
        ['CreateSecurityGroup', 'takes its content from a Secret beside the operator'],
      ] as const
    ).map(([action, does], index) =>
      forged(`S${10 + index}`, `the same right: an intent whose frozen request ${does} (${action})`, {
        defence: 'closed unsent: only a create of its type, with the own tags, in a place of the own namespace is sent',
        play: (yard) => forgeIntents(yard, action),
      }),
    ),
    {
      id: 'S18',
      sends:
        'the same right: what the schema of a status admits and nobody would write (`__proto__`, attempts near 2⁵³, times of another age)',
      defence: 'the record is mended from the cloud; nothing is made twice, and the operator lives',
      judged: 'ledger: one VPC; condition',
      play: async (yard: Yard) => {
        await yard.must({ ...create(own(yard, 'garbage')), as: yard.tenant });
        const { status: before } = await yard.condition('FinanceCloudEnvironment', 'garbage', {});
        await forgeGarbage(yard);
        const place = path(yard, 'financecloudenvironments', 'garbage');
        const body = { spec: { network: { description: 'mended' } } };
        await yard.must({ method: 'PATCH', path: place, body, contentType, as: yard.tenant });
        const { status: after } = await yard.condition('FinanceCloudEnvironment', 'garbage', {});
        const idOf = (of: Loose): string => of.resources.find((item: Loose) => item.name === 'vpc')?.id;
        assert.equal(idOf(after), idOf(before));
        assert.equal(yard.operator.process.exit(), undefined);
      },
    },
    forbidden('S19', 'PATCH of the account’s status, where the owner in force stands', (yard) => ({
      method: 'PATCH',
      path: `/apis/financecloud.io/v1alpha1/financecloudaccounts/${yard.shared}/status`,
      body: { status: { ownerId: 'somebody' } },
      contentType,
    })),
  ],
};

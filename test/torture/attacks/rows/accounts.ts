// Having the operator sign in as somebody else, or send its signed requests elsewhere.
import { account } from '../../../e2e/flows/objects.ts';
import { accountIdOf } from '../../../e2e/flows/cloud.ts';
import assert from 'node:assert/strict';
import { type Attempt, at, create, forbidden, refused, shown } from '../attempt.ts';
import { module, own } from '../town.ts';
import type { Yard } from '../yard.ts';

const ROOT = '/apis/financecloud.io/v1alpha1/financecloudaccounts';
const merge = 'application/merge-patch+json';

const unknown: readonly Attempt[] = [
  ['spec.endpoints', (yard: Yard): unknown => [{ service: 'ECS', url: yard.trap.url }]],
  [
    'spec.credentials',
    (yard: Yard): unknown => ({ type: 'AccessKey', accessKey: { secretRef: { name: yard.vault } } }),
  ],
  ['spec.roleArn', (): unknown => `acs:ram::${accountIdOf(1)}:role/admin`],
  ['spec.accountId', (): unknown => accountIdOf(1)],
  ['spec.ownerId', (): unknown => 'somebody'],
].map(([path, value], index) =>
  refused({
    id: `C${index + 1}`,
    sends: `an environment with \`${shown(String(path))}\``,
    names: String(path),
    says: /unknown field/,
    status: 400,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    call: (yard) => create(at(own(yard, 'x-account'), String(path), (value as (yard: Yard) => unknown)(yard))),
  }),
);

/** Zones of a region that nobody has: what is refused is the region. */
const ZONES = ['a', 'b'].map((letter, index) => ({
  name: `cn-nowhere-finance-9${letter}`,
  role: index === 0 ? 'Primary' : 'Standby',
}));

/** Text that would become parts of a request, or of a host. */
const TEXTS = [
  ['spec.region', 'evil.example/cn-shanghai-finance-1'],
  ['spec.region', 'cn-nowhere-finance-9'],
  ['spec.modules.0.servers.ramRoleName', `acs:ram::${accountIdOf(1)}:role/admin`],
  ['spec.modules.0.servers.image.id', 'm-1&Action=DeleteInstance'],
  ['spec.modules.0.servers.keyPairName', 'ops&RegionId=cn-hangzhou'],
  ['spec.modules.0.servers.instanceType', 'ecs.g6.large\r\nx-acs-action: DeleteInstance'],
] as const;

const texts: readonly Attempt[] = TEXTS.map(([path, value], index) =>
  refused({
    id: `C${unknown.length + index + 1}`,
    sends: `\`${shown(path)}: ${value.replaceAll(/\s+/g, ' ')}\``,
    names: shown(path),
    call: (yard) => create(at(own(yard, 'x-text', { zones: ZONES, modules: [module('nowhere')] }), path, value)),
  }),
);

const accountsOf: readonly Attempt[] = [
  forbidden('C12', 'a FinanceCloudAccount of its own', (yard) =>
    create(account('x-account', { accountId: accountIdOf(1), url: yard.trap.url })),
  ),
  forbidden('C13', 'its namespace added to `allowedNamespaces` of the other tenant’s account', (yard) => ({
    method: 'PATCH',
    path: `${ROOT}/${yard.vault}`,
    body: { spec: { allowedNamespaces: ['*'] } },
    contentType: merge,
  })),
  forbidden('C14', '`accept-inventory` on the account', (yard) => ({
    method: 'PATCH',
    path: `${ROOT}/${yard.shared}`,
    body: { metadata: { annotations: { 'financecloud.io/accept-inventory': 'x' } } },
    contentType: merge,
  })),
  forbidden('C15', 'DELETE of the account', (yard) => ({ method: 'DELETE', path: `${ROOT}/${yard.shared}` })),
];

/** All of them. */
export const accounts = {
  title: 'Choose account, role, region or endpoint of others',
  attempts: [
    ...unknown,
    ...texts,
    ...accountsOf,
    refused({
      id: 'C16',
      sends: 'an environment that names the other tenant’s account',
      names: 'spec.accountRef',
      says: /does not allow namespace .*: ask its administrator/,
      call: (yard) => create(own({ ...yard, shared: yard.vault }, 'x-vault')),
    }),
    refused({
      id: 'C17',
      sends: 'an existing environment turned to the other tenant’s account',
      names: 'spec.accountRef',
      says: /cannot be changed/,
      call: (yard) => ({
        method: 'PATCH',
        path: `/apis/financecloud.io/v1alpha1/namespaces/${yard.a}/financecloudenvironments/bank`,
        body: { spec: { accountRef: { name: yard.vault } } },
        contentType: merge,
      }),
    }),
    {
      id: 'C18',
      sends: 'an environment that names an account before that exists, so that no policy sees the two together',
      defence: '`NamespaceNotAllowed`',
      judged: 'condition; not one call with the account’s key but its own look who it is',
      play: async (yard: Yard) => {
        await yard.must({ ...create(own({ ...yard, shared: yard.late }, 'early')), as: yard.tenant });
        await yard.condition('FinanceCloudEnvironment', 'early', { reason: 'AccountNotFound' });
        const spec = { allowedNamespaces: [yard.b], credentials: { accessKey: { secretRef: { name: yard.vault } } } };
        await yard.apply(account(yard.late, { accountId: accountIdOf(1), url: yard.cloud.emulator.url, spec }));
        await yard.condition('FinanceCloudEnvironment', 'early', { reason: 'NamespaceNotAllowed' });
      },
    },
    {
      id: 'C19',
      sends: 'annotations that other operators take an endpoint or a region from',
      defence: 'no effect',
      judged: 'a server of the attacker’s gets no request',
      play: async (yard: Yard) => {
        const annotations = {
          'financecloud.io/endpoint-url': yard.trap.url,
          'services.k8s.aws/endpoint-url': yard.trap.url,
          'financecloud.io/region': 'cn-hangzhou-finance',
          'financecloud.io/role-arn': `acs:ram::${accountIdOf(1)}:role/admin`,
        };
        await yard.must({ ...create(at(own(yard, 'x-c19'), 'metadata.annotations', annotations)), as: yard.tenant });
        await yard.condition('FinanceCloudEnvironment', 'x-c19', {});
        assert.equal(yard.trap.hits(), 0);
      },
    },
  ],
};

// FinanceCloudAccount: which cloud account, how to sign in, who may use it, and how hard it may be asked.
import { z } from 'zod';
import { label, secretKey, secretReference } from './fields.ts';
import type { CustomObject, DeepReadonly } from './object.ts';
import { immutable, int32, listMap, listSet, rules, text } from './schema.ts';
import { accountStatus } from './status.ts';

const anotherAccount = 'create another FinanceCloudAccount';

const credentials = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('AccessKey'),
      accessKey: z
        .object({
          secretRef: secretReference,
          idKey: secretKey.default('access-key-id').describe('Key of the AccessKey id.'),
          secretKey: secretKey.default('access-key-secret').describe('Key of the AccessKey secret.'),
        })
        .describe('An AccessKey kept in a Secret.'),
    }),
  ])
  .describe('How the operator signs in.');

const allowedNamespace = text(63, { pattern: /^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$/ });

const endpoint = z.object({
  service: z.enum(['ECS', 'VPC', 'SLB', 'STS']).describe('Service.'),
  url: text(256, { pattern: /^https?:\/\/[A-Za-z0-9]([-.A-Za-z0-9]*[A-Za-z0-9])?(:[0-9]{1,5})?$/ }).describe(
    'Scheme, host and, where needed, port.',
  ),
});

/** Desired state of an account. */
export const accountSpec = rules(
  z.object({
    accountId: rules(
      text(20, { pattern: /^[1-9][0-9]{9,19}$/ }).describe(
        'Id of the cloud account, 16 digits as a rule; credentials of another one are refused.',
      ),
      immutable('accountId', anotherAccount),
    ),
    ownerId: label()
      .exactOptional()
      .describe(
        'Owner written on every resource, by which a restored cluster finds its own. The cluster’s own id when absent.',
      ),
    credentials,
    allowedNamespaces: rules(listSet(allowedNamespace, 100), {
      rule: "!('*' in self) || size(self) == 1",
      message: 'allowedNamespaces: "*" means every namespace and stands alone: remove the others, or remove "*"',
    })
      .default([])
      .describe('Namespaces whose environments may use this account; "*" alone means every namespace.'),
    endpoints: listMap(endpoint, ['service'], 4)
      .exactOptional()
      .describe('Addresses of the cloud’s services where they differ from the region’s own.'),
    apiBudget: z
      .object({ callsPerMinute: int32(1, 100000).default(600).describe('Calls a minute for each API.') })
      .prefault({})
      .describe('How hard the cloud may be asked.'),
    writes: z
      .enum(['Enabled', 'Frozen'])
      .default('Enabled')
      .describe('Frozen: the emergency stop. Every write for this account ends within one call, reading goes on.'),
  }),
  {
    rule: 'has(self.ownerId) == has(oldSelf.ownerId) && (!has(self.ownerId) || self.ownerId == oldSelf.ownerId)',
    message: `ownerId cannot be set, changed or removed after creation, or the resources would no longer be found: ${anotherAccount}`,
    fieldPath: '.ownerId',
  },
);

/** What may be wished of an account, defaults filled in. */
export type AccountSpec = DeepReadonly<z.output<typeof accountSpec>>;
/** What an account reports. */
export type AccountStatus = DeepReadonly<z.output<typeof accountStatus>>;
/** An account as the API server returns it. */
export type FinanceCloudAccount = CustomObject<'FinanceCloudAccount', AccountSpec, AccountStatus>;

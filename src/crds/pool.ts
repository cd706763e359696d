// BastionPool: small servers in both zones through which administrators reach the others.
import { z } from 'zod';
import { cidr, deletionPolicy, reference, undeclaredRules } from './fields.ts';
import type { CustomObject, DeepReadonly } from './object.ts';
import { immutable, int32, listSet, rules } from './schema.ts';
import { loginRule, serverFields } from './servers.ts';
import { objectStatus } from './status.ts';

const anotherPool = 'create another BastionPool and delete this one';

const clientCidr = rules(cidr('clientCidrs'), {
  rule: '!isCIDR(self) || cidr(self).prefixLength() >= 8',
  message: 'clientCidrs must be /8 or narrower: list the VPN client addresses, such as 192.168.100.1/32',
});

const access = z
  .object({
    clientCidrs: listSet(clientCidr, 100)
      .min(1)
      .describe('Addresses of the administrators’ VPN clients; all of an account’s addresses must be listed.'),
    port: rules(int32(1, 65535), {
      rule: 'self in [22, 3389]',
      message: 'access.port must be 22 (Linux, SSH) or 3389 (Windows, RDP)',
    })
      .default(22)
      .describe('Port that administrators come in on.'),
  })
  .describe('Who may come in.');

/** Desired state of a bastion pool. */
export const poolSpec = rules(
  z.object({
    environmentRef: reference('FinanceCloudEnvironment of the same namespace').describe(
      'The environment that this pool belongs to.',
    ),
    securityZoneRef: reference('SecurityZone of the same namespace').describe('The zone whose subnets it lives in.'),
    perZone: int32(1, 10).default(1).describe('Bastions in each of the two zones.'),
    ...serverFields,
    access,
    undeclaredRules: undeclaredRules.default('Report'),
    deletionPolicy: deletionPolicy.exactOptional().describe('The environment’s when absent.'),
  }),
  loginRule,
  {
    ...immutable('environmentRef', anotherPool),
    rule: 'self.environmentRef == oldSelf.environmentRef',
    fieldPath: '.environmentRef',
  },
  {
    ...immutable('securityZoneRef', anotherPool),
    rule: 'self.securityZoneRef == oldSelf.securityZoneRef',
    fieldPath: '.securityZoneRef',
  },
);

/** What may be wished of a bastion pool, defaults filled in. */
export type PoolSpec = DeepReadonly<z.output<typeof poolSpec>>;
/** What a bastion pool reports. */
export type PoolStatus = DeepReadonly<z.output<typeof objectStatus>>;
/** A bastion pool as the API server returns it. */
export type BastionPool = CustomObject<'BastionPool', PoolSpec, PoolStatus>;

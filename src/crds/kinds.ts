// The list of kinds: names, scope, columns and schemas. A new kind is one row here.
import type { z } from 'zod';
import { accountSpec } from './account.ts';
import { environmentSpec } from './environment.ts';
import { poolSpec } from './pool.ts';
import { accountStatus, environmentStatus, objectStatus } from './status.ts';
import { zoneSpec } from './zone.ts';

/** A column of `kubectl get`; priority 1 shows only with -o wide. */
export type Column = {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly priority?: 1;
};

/** Everything a CRD says about a kind. */
export type KindDefinition = {
  readonly kind: KindName;
  readonly plural: string;
  readonly singular: string;
  readonly shortName: string;
  readonly scope: 'Cluster' | 'Namespaced';
  readonly description: string;
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
  readonly columns: readonly Column[];
};

/** Names of the kinds. */
export type KindName = 'FinanceCloudAccount' | 'FinanceCloudEnvironment' | 'SecurityZone' | 'BastionPool';

const condition = (name: string, type: string, field: 'status' | 'reason' | 'message'): Column => ({
  name,
  type: 'string',
  jsonPath: `.status.conditions[?(@.type=="${type}")].${field}`,
});
const field = (name: string, jsonPath: string): Column => ({ name, type: 'string', jsonPath });
const resourceId = (logical: string) => field('ID', `.status.resources[?(@.name=="${logical}")].id`);

const ready = [condition('Ready', 'Ready', 'status'), condition('Reason', 'Ready', 'reason')];
const tail: readonly Column[] = [
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { ...condition('Message', 'Ready', 'message'), priority: 1 },
];

/** All kinds, in the order in which people create them. */
export const KINDS: readonly KindDefinition[] = [
  {
    kind: 'FinanceCloudAccount',
    plural: 'financecloudaccounts',
    singular: 'financecloudaccount',
    shortName: 'fca',
    scope: 'Cluster',
    description: 'A cloud account: how to sign in, who may use it, and how hard it may be asked.',
    spec: accountSpec,
    status: accountStatus,
    columns: [...ready, field('ID', '.spec.accountId'), field('Writes', '.spec.writes'), ...tail],
  },
  {
    kind: 'FinanceCloudEnvironment',
    plural: 'financecloudenvironments',
    singular: 'financecloudenvironment',
    shortName: 'fce',
    scope: 'Namespaced',
    description: 'An environment: one region, two zones, one network, and the business modules in it.',
    spec: environmentSpec,
    status: environmentStatus,
    columns: [...ready, resourceId('vpc'), field('Region', '.spec.region'), field('Mode', '.spec.mode'), ...tail],
  },
  {
    kind: 'SecurityZone',
    plural: 'securityzones',
    singular: 'securityzone',
    shortName: 'sz',
    scope: 'Namespaced',
    description: 'One tier of an environment: its subnets in both zones, its security group, who may come in.',
    spec: zoneSpec,
    status: objectStatus,
    columns: [
      ...ready,
      resourceId('sg'),
      field('Tier', '.spec.tier'),
      field('Environment', '.spec.environmentRef.name'),
      ...tail,
    ],
  },
  {
    kind: 'BastionPool',
    plural: 'bastionpools',
    singular: 'bastionpool',
    shortName: 'bp',
    scope: 'Namespaced',
    description: 'Bastions: small servers in both zones through which administrators reach the others.',
    spec: poolSpec,
    status: objectStatus,
    columns: [
      ...ready,
      resourceId('sg'),
      field('Zone', '.spec.securityZoneRef.name'),
      field('Environment', '.spec.environmentRef.name'),
      ...tail,
    ],
  },
];

// Where our kinds are served.
import { GROUP, VERSION } from '../crds/index.ts';
import type { BastionPool, FinanceCloudAccount, FinanceCloudEnvironment, SecurityZone } from '../crds/index.ts';
import type { ResourceKind } from '../runtime/index.ts';

const of = <T extends { readonly metadata: object }>(kind: string, plural: string, namespaced: boolean) =>
  ({ group: GROUP, version: VERSION, plural, kind, namespaced }) as ResourceKind<T & ResourceKind['shape'] & object>;

export const ACCOUNT_RESOURCE = of<FinanceCloudAccount>('FinanceCloudAccount', 'financecloudaccounts', false);
export const ENVIRONMENT_RESOURCE = of<FinanceCloudEnvironment>(
  'FinanceCloudEnvironment',
  'financecloudenvironments',
  true,
);
export const ZONE_RESOURCE = of<SecurityZone>('SecurityZone', 'securityzones', true);
export const POOL_RESOURCE = of<BastionPool>('BastionPool', 'bastionpools', true);

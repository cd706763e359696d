// Words that the controllers share: actions of all services in one union, and the read-only view of the cloud that plans are made from.
import type { EcsAction } from '../cloud/ecs/model.ts';
import type { Inventory } from '../cloud/inventory/inventory.ts';
import type { SlbAction } from '../cloud/slb/model.ts';
import type { VpcAction } from '../cloud/vpc/model.ts';
import type { FinanceCloudEnvironment, BastionPool, SecurityZone } from '../crds/index.ts';
import type { Change, Dependency, Plan } from '../plan/change.ts';

/** What a service is asked for. */
export type CloudAction =
  | { readonly service: 'vpc'; readonly action: VpcAction }
  | { readonly service: 'ecs'; readonly action: EcsAction; readonly userDataFrom?: UserDataSource }
  | { readonly service: 'slb'; readonly action: SlbAction };

/** Where a first-boot script comes from; never kept by value. */
export interface UserDataSource {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly key: string;
}

/** A change that a cloud service can apply. */
export type CloudChange = Change<CloudAction>;

/** A plan of such changes. */
export type CloudPlan = Plan<CloudAction>;

/** What plans are made from: the inventory's memory, without its calls. */
export type View = Pick<Inventory, 'get' | 'records' | 'tagged' | 'detail'>;

/** An object that owns cloud resources. */
export type OwnerObject = FinanceCloudEnvironment | SecurityZone | BastionPool;

/** A fact that another object publishes, or the dependency that says what is missing. */
export type Fact<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'missing'; readonly dependency: Dependency };

/** A known fact. */
export const known = <T>(value: T): Fact<T> => ({ kind: 'known', value });

/** A missing fact. */
export const missing = (kind: string, name: string, fact: string): Fact<never> => ({
  kind: 'missing',
  dependency: { kind, name, fact },
});

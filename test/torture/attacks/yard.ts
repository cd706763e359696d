// What attempts are made in.
import type { ControlPlane } from '../../controlplane/control-plane.ts';
import type { Cloud } from '../../e2e/flows/cloud.ts';
import type { OperatorProcess } from '../../e2e/flows/operator.ts';
import type { Hands } from './hands.ts';

/** What attempts act on and ask. */
export interface Yard extends Hands {
  readonly plane: ControlPlane;
  readonly cloud: Cloud;
  readonly operator: OperatorProcess;
  /** The tenant's own namespace, and the namespace of the other tenant. */
  readonly a: string;
  readonly b: string;
  readonly system: string;
  /** May edit the three kinds in `a`, and nothing else. */
  readonly tenant: string;
  /** May write status in `a`, which the shipped roles give to nobody. */
  readonly clerk: string;
  /** Accounts: both tenants', the other tenant's, and one that is made later. */
  readonly shared: string;
  readonly vault: string;
  readonly late: string;
  /** A server of nobody, and how many requests it got. */
  readonly trap: { readonly url: string; readonly hits: () => number };
  /** Revision of etcd before anything was stored. */
  readonly revision: string | undefined;
  /** Number of the last call before the attempts. */
  readonly mark: number;
  /** What the other tenant has, by `<kind>` or logical name: uids of objects and ids in the cloud. */
  readonly theirs: Readonly<Record<string, string>>;
  /** Waits until the operator has looked at the whole account so many times more. */
  sweeps(count: number): Promise<void>;
  stop(): Promise<void>;
}

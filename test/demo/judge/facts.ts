// What the judge looks at: the emulator's ledger, answers of the cloud's API, and objects as kubectl prints them.
// Written from the documents, not from the programs: this folder imports neither of them.

/** One call in the emulator's ledger; `at` in milliseconds of the emulator's clock. */
export interface LedgerCall {
  readonly n: number;
  readonly at: number;
  readonly service: string;
  readonly action: string;
  readonly accessKeyId: string;
  readonly mutating: boolean;
  readonly params: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: string | null;
  readonly effect: 'none' | 'committed';
  readonly resourceIds: readonly string[];
}

/** The life of one resource in the emulator's ledger; `deletedAt` is null while it lives. */
export interface LedgerResource {
  readonly service: string;
  readonly type: string;
  readonly id: string;
  readonly zone: string | null;
  readonly createdAt: number;
  readonly deletedAt: number | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdBy: { readonly accessKeyId: string };
  readonly deletedBy: { readonly accessKeyId: string } | null;
  readonly moves: readonly { readonly at: number; readonly from: string; readonly to: string }[];
}

/** The whole ledger. */
export interface Ledger {
  readonly calls: readonly LedgerCall[];
  readonly resources: readonly LedgerResource[];
}

/** A condition of an object. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** One difference that an object reports. */
export interface DriftEntry {
  readonly rule: string;
  readonly path: string;
  readonly desired: string;
  readonly observed: string;
  readonly decision: string;
}

/** A server being replaced, as the object reports it. */
export interface Replacement {
  readonly slot: string;
  readonly module: string;
  readonly surplusId: string;
  readonly newId?: string;
  readonly step: string;
}

/** The parts of status that the demo reads. */
export interface ObjectStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly resources?: readonly {
    readonly name: string;
    readonly type: string;
    readonly id: string;
    readonly zone?: string;
  }[];
  readonly addresses?: readonly { readonly name: string; readonly type: string; readonly address: string }[];
  readonly zones?: readonly { readonly name: string; readonly state: string; readonly since: string }[];
  readonly drift?: readonly DriftEntry[];
  readonly replacements?: readonly Replacement[];
}

/** A custom object as `kubectl get -o json` prints it; `spec` is read through functions that know its kind. */
export interface KubeObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly uid: string; readonly generation: number };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: ObjectStatus;
}

/** One server as DescribeInstances shows it. */
export interface Server {
  readonly id: string;
  readonly zone: string;
  readonly status: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Health of one backend behind one listener, as DescribeHealthStatus shows it. */
export interface BackendHealth {
  readonly serverId: string;
  readonly port: number;
  readonly status: string;
}

/** One inbound rule of a security group. */
export interface GroupRule {
  readonly protocol: string;
  readonly ports: string;
  readonly cidr: string;
  readonly groupId: string;
  readonly policy: string;
}

/** What a guest's own tables say; times in milliseconds of the emulator's clock. */
export interface Guest {
  readonly bootedAt: number;
  readonly units: Readonly<
    Record<string, { readonly enabled: boolean; readonly state: string; readonly since: number }>
  >;
}

/** The condition of this type, if the object has it. */
export function conditionOf(object: KubeObject | undefined, type: string): Condition | undefined {
  return object?.status?.conditions?.find((condition) => condition.type === type);
}

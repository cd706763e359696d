// What every Kubernetes object has in common, as far as this program reads it.

/** The reference to one object of a kind; cluster-scoped objects have an empty namespace. */
export interface ObjectRef {
  readonly namespace: string;
  readonly name: string;
}

/** Metadata as the API server writes it; times are RFC 3339. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly generation?: number | undefined;
  readonly creationTimestamp?: string | undefined;
  readonly deletionTimestamp?: string | undefined;
  readonly finalizers?: readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** Any object; kinds refine `spec` and `status`. */
export interface KubeObject {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** Where a kind is served; `shape` is never set, it carries the object's type for the compiler. */
export interface ResourceKind<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shape?: T;
}

/** metav1.Condition as it is read back from a status. */
export interface ConditionView {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number | undefined;
}

/** A string that names one object of a kind: `namespace/name`, or `name` alone when cluster-scoped. */
export type Key = string;

/** The key of an object or a reference. */
export function keyOf(ref: { readonly namespace?: string | undefined; readonly name: string }): Key {
  return ref.namespace === undefined || ref.namespace === '' ? ref.name : `${ref.namespace}/${ref.name}`;
}

/** The reference behind a key. */
export function refOf(key: Key): ObjectRef {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

const DECIMAL = /^\d+$/;

/**
 * Which of two resource versions of one API server is newer: negative, 0, positive; undefined when they cannot be
 * compared, because one of them is not a decimal number.
 */
export function compareVersions(a: string | undefined, b: string | undefined): number | undefined {
  if (a === b) return 0;
  if (a === undefined || b === undefined || !DECIMAL.test(a) || !DECIMAL.test(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}

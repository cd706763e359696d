// The port to the API server: what the rest of the program may ask, and every way an answer can end.
import type { KubeObject, ObjectRef, ResourceKind } from './kube-types.ts';

/** A request that did not give what was asked for; the kind says what the caller may conclude. */
export type KubeFailure =
  /** 409 on a resource version: somebody else wrote first, nothing was applied. */
  | { readonly kind: 'conflict'; readonly message: string }
  /** 409 on a create: an object of that name is there. */
  | { readonly kind: 'already-exists'; readonly message: string }
  | { readonly kind: 'not-found'; readonly message: string }
  /** 410: the version asked for is too old to list or watch from. */
  | { readonly kind: 'gone'; readonly message: string }
  /** 401 also after the credential was read again. */
  | { readonly kind: 'unauthorized'; readonly message: string }
  | { readonly kind: 'forbidden'; readonly message: string; readonly namespaceTerminating: boolean }
  /** 400, 415, 422: the same request will be refused again. */
  | { readonly kind: 'invalid'; readonly message: string }
  /** Refused for load; nothing was applied, and nothing should be asked before `retryAfterMs`. */
  | { readonly kind: 'throttled'; readonly message: string; readonly retryAfterMs: number }
  /** Nothing was applied; the server could not be reached or could not answer. */
  | { readonly kind: 'unavailable'; readonly message: string }
  /** A write was sent and its answer is lost: it may or may not have been applied. */
  | { readonly kind: 'unknown-outcome'; readonly message: string };

/** An answer or the way it failed. */
export type KubeResult<T> = { readonly kind: 'ok'; readonly value: T } | KubeFailure;

/** How a single request is made. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Default 15 s; a write that runs into it has an unknown outcome. */
  readonly deadlineMs?: number;
  /** Lease requests do not wait for the end of a throttled time. */
  readonly urgent?: boolean;
}

/** What is listed. */
export interface ListOptions extends CallOptions {
  /** Empty or absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
}

/** One page of a list. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  /** Absent on the last page. */
  readonly continue?: string;
}

/** A whole list at one resource version. */
export interface ObjectList<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

/** One line of a watch. */
export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

/** Where a watch begins and how long it may stay silent. */
export interface WatchOptions {
  readonly namespace?: string;
  readonly resourceVersion: string;
  /** The server closes the watch after this many seconds. */
  readonly timeoutSeconds: number;
  /** Not a byte for this long ends the watch as `silent`. */
  readonly livenessMs: number;
  readonly signal: AbortSignal;
}

/** How a watch ended; a watch always ends. */
export type WatchEnd =
  | { readonly kind: 'closed' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'silent' }
  /** A line that is not an event. */
  | { readonly kind: 'torn'; readonly message: string }
  /** The server reported an error inside the stream; `code` is its HTTP status. */
  | { readonly kind: 'server-error'; readonly code: number; readonly message: string }
  | { readonly kind: 'failed'; readonly failure: KubeFailure };

/** A change of one object. `merge` replaces lists whole; `json` is a list of RFC 6902 operations. */
export type Patch =
  | { readonly kind: 'merge'; readonly body: unknown }
  | { readonly kind: 'json'; readonly operations: readonly JsonPatchOperation[] };

/** One RFC 6902 operation, as far as this program uses them. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** A write to an object or one of its parts. */
export interface WriteOptions extends CallOptions {
  readonly subresource?: 'status';
}

/** What must still hold for a delete. */
export interface DeleteOptions extends CallOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** The API server. No method throws for an expected end; every method ends within its deadline. */
export interface Kube {
  get<T extends KubeObject>(kind: ResourceKind<T>, ref: ObjectRef, options?: CallOptions): Promise<KubeResult<T>>;
  /** The whole list, consistent, fetched in pages. */
  list<T extends KubeObject>(kind: ResourceKind<T>, options?: ListOptions): Promise<KubeResult<ObjectList<T>>>;
  /** One page of at most 500; `token` is the `continue` of the page before. */
  listPage<T extends KubeObject>(
    kind: ResourceKind<T>,
    options: ListOptions,
    token?: string,
  ): Promise<KubeResult<ListPage<T>>>;
  /** Follows changes and hands them over in order, in the same turn of the event loop in which they arrive. */
  watch<T extends KubeObject>(
    kind: ResourceKind<T>,
    options: WatchOptions,
    onEvent: (event: WatchEvent<T>) => void,
  ): Promise<WatchEnd>;
  create<T extends KubeObject>(kind: ResourceKind<T>, object: T, options?: WriteOptions): Promise<KubeResult<T>>;
  /** Replaces the object; its metadata.resourceVersion is the precondition. */
  replace<T extends KubeObject>(kind: ResourceKind<T>, object: T, options?: WriteOptions): Promise<KubeResult<T>>;
  /** Patches the object; a `metadata.resourceVersion` in the body is the precondition. */
  patch<T extends KubeObject>(target: PatchTarget<T>, patch: Patch, options?: WriteOptions): Promise<KubeResult<T>>;
  remove(kind: ResourceKind, ref: ObjectRef, options?: DeleteOptions): Promise<KubeResult<undefined>>;
}

/** What a patch applies to. */
export interface PatchTarget<T extends KubeObject> {
  readonly kind: ResourceKind<T>;
  readonly ref: ObjectRef;
}

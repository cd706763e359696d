// The cloud's informer as the rest of the operator sees it: one per (account, region). It sweeps, remembers slim records, judges
// absence (never from one listing), and names the owners whose records changed. Implemented in this folder.
import type { CloudError } from '../call.ts';
import type { CloudRecord, Tags } from '../service.ts';

/** What is known of one id. `unconfirmed`: missing somewhere, or too young to be judged; nothing may be concluded from it. */
export type Presence<R> =
  | { readonly kind: 'present'; readonly record: R }
  | { readonly kind: 'unconfirmed'; readonly last?: R }
  | { readonly kind: 'absent' };

/** An id on record. `leaving`: its delete is on record, so that its disappearance is no surprise and needs no age. */
export interface TrackedId {
  readonly type: string;
  readonly id: string;
  readonly leaving?: boolean;
}

/** What one object (by `key`, opaque here) wants to hear about; replaces the interest it had before. */
export interface Interest {
  readonly key: string;
  /** Value of the tag `financecloud.io/uid`: a record that carries it is this owner's news too. */
  readonly uid: string;
  readonly ids: readonly TrackedId[];
  /** Parents whose parts the slow tier reads. */
  readonly details: readonly { readonly type: string; readonly parentId: string }[];
}

/** At least 5 and more than half of the tracked ids of a type vanished in one sweep: conclude nothing, write nothing. */
export interface Doubt {
  readonly type: string;
  readonly since: number; // epoch ms
  readonly missing: number;
  readonly known: number;
}

/** Last failure of a tier, kept until that tier succeeds. */
export interface TierFailure {
  readonly type: string;
  readonly since: number; // epoch ms of the first failure in a row
  readonly error: CloudError;
}

// The type of a resource decides the type of its records, which only the caller can name.
// oxlint-disable typescript/no-unnecessary-type-parameters
export interface Inventory {
  /** True once every type was swept whole at least once. */
  synced(): boolean;
  /** The record of an id, or what is known about its absence. Tracks the id as known from now on. */
  get<R extends CloudRecord>(type: string, id: string): Presence<R>;
  /** All records of a type (a stable array between changes). */
  records<R extends CloudRecord>(type: string): readonly R[];
  /** Records that carry all these tags, from an index where the tag is the object's uid. */
  tagged<R extends CloudRecord>(type: string, tags: Tags): readonly R[];
  /** Parts of a parent and when they were read (epoch ms), undefined before the first read. */
  detail<P>(type: string, parentId: string): { readonly parts: P; readonly readAt: number } | undefined;
  /** Re-reads these ids in the next shared batch (at most 1 s away); for what was just written and what is waited for. */
  touch(type: string, ids: readonly string[]): void;
  /** A delete of these ids was accepted: their age no longer delays the judgement that they are gone. Re-reads them as `touch` does. */
  expectGone(type: string, ids: readonly string[]): void;
  /** Re-reads the parts of these parents in the next shared batch. */
  touchDetail(type: string, parentIds: readonly string[]): void;
  /** Reads ids now, past every cache, and returns the answer itself: before a destructive change. */
  fresh<R extends CloudRecord>(type: string, ids: readonly string[]): Promise<readonly R[] | CloudError>;
  /** Fresh tag-filtered list: look-ups of step 3 and 6. */
  lookUp<R extends CloudRecord>(type: string, tags: Tags): Promise<readonly R[] | CloudError>;
  track(interest: Interest): void;
  forget(key: string): void;
  doubt(): Doubt | undefined;
  /** Ends a doubt by an administrator's word. */
  settleDoubt(): void;
  failures(): readonly TierFailure[];
  /** Ends every timer and turns later results away. */
  close(): void;
}

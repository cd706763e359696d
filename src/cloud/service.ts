// The contract of a cloud service: small enough to keep in the head. One folder each, one object each.
import type { Answer, Call, CloudError, Lane, Reader, ServiceName, Writer } from './call.ts';

/** Resource tags, keys unique. */
export type Tags = { readonly [key: string]: string };

/** What every inventory record has; `state` is the cloud's word ('' where it has none). */
export interface CloudRecord {
  readonly id: string;
  readonly state: string;
  readonly tags: Tags;
}

/** How the inventory sweeps one resource type of an (account, region). Pages are read in order; a page that cannot be read fails the sweep. */
export interface Lister<R extends CloudRecord = CloudRecord> {
  readonly type: string;
  readonly service: ServiceName;
  /** `slow`: lists only the exceptions of resources that another type lists, under their ids; swept with the details, waited for by nobody, and absence from it says nothing about the resource. */
  readonly tier?: 'slow';
  /** Members that differ from record to record; the rest is kept in memory once for all records that agree in it. */
  readonly own?: readonly string[];
  /** Ids one by-id read may name (servers 100, load balancers and listeners 10, ...); 0: the type has no by-id read. */
  readonly idsPerRead: number;
  /** The unfiltered listing: every page, whole. `complete` is false when TotalCount disagrees or a page repeated or lost items. `onPage` hears of each page as it comes. */
  sweep(reader: Reader, region: string, onPage?: (records: readonly R[]) => void): Promise<Listing<R>>;
  /** Reads named ids; an id that is not answered is absent from `records`. At most `idsPerRead`. */
  byIds(reader: Reader, region: string, ids: readonly string[]): Promise<Listing<R>>;
  /** Id of the resource (of any type) that a record is a part of: whoever tracks that one hears of the part too. */
  parentOf?(record: R): string | undefined;
  /** Fresh list filtered by tags, all pages: for look-ups before and after creates, never to judge absence. */
  byTags(reader: Reader, region: string, tags: Tags): Promise<Listing<R>>;
}

/** A listing or why there is none. */
export type Listing<R> =
  | { readonly kind: 'ok'; readonly records: readonly R[]; readonly complete: boolean; readonly calls: number }
  | { readonly kind: 'error'; readonly error: CloudError };

/** How the slow tier reads the parts of one parent (rules of a group, backends and health of a load balancer); no bulk call exists for them. */
export interface DetailReader<P> {
  readonly type: string;
  readonly service: ServiceName;
  read(reader: Reader, region: string, parentId: string): Promise<Detail<P>>;
}

/** Parts of one parent, or why there are none. */
export type Detail<P> =
  | { readonly kind: 'ok'; readonly parts: P }
  | { readonly kind: 'error'; readonly error: CloudError };

/** How one change ended. Expected ends are values; only the unexpected is thrown. */
export type Applied =
  | { readonly kind: 'done'; readonly ids: readonly string[]; readonly requestId?: string }
  | { readonly kind: 'held'; readonly reason: string } // the gate was shut: nothing was sent
  | { readonly kind: 'failed'; readonly error: CloudError };

/** What a write carries beside its change: the token and the frozen call for creates, and what is never frozen. */
export interface Ticket {
  readonly token?: string;
  readonly frozen?: Call;
  /** User data of new servers, base64: added to the frozen call when it is sent, because an intent never holds it. */
  readonly userData?: string;
}

/** One service: pure request builders, and the exhaustive switch that sends them. `A` is the service's union of actions. */
export interface CloudService<A> {
  readonly name: ServiceName;
  /** The request of a create, to be frozen (pure); undefined for actions that are not creates. */
  freeze(action: A, region: string): Call | undefined;
  /** Sends one action. Creates send `ticket.frozen` with `ticket.token` and nothing else. Never re-decides. */
  apply(action: A, ticket: Ticket, context: ApplyContext): Promise<Applied>;
  /** The ids in a create's answer (pure). */
  idsOf(action: string, answer: Answer): readonly string[];
}

/** Where a change is applied. */
export interface ApplyContext {
  readonly region: string;
  readonly reader: Reader;
  readonly writer: Writer;
  /** The limiter's lane for these writes; `repair` unless told. */
  readonly lane?: Lane;
}

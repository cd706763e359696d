// A lister from a short description: the same walk for every list call, so that a service only says how its pages look.
import type { Answer, Call, Lane, ParamValue, Reader, ServiceName } from './call.ts';
import { type Page, pagesByNumber, pagesByToken } from './pages.ts';
import type { CloudRecord, Lister, Listing, Tags } from './service.ts';
import { type Parsed, tagParams } from './wire.ts';

/** Parameters of a call beside region and paging. */
export type Params = { readonly [name: string]: ParamValue };

/** What is special about one list call. */
export interface ListSpec<R extends CloudRecord> {
  readonly type: string;
  readonly service: ServiceName;
  readonly action: string;
  /** `number`: PageNumber and PageSize; `token`: NextToken and MaxResults. */
  readonly paging: 'number' | 'token';
  /** The page maximum of the call. */
  readonly pageSize: number;
  readonly idsPerRead: number;
  /** Members that differ from record to record. */
  readonly own?: readonly (keyof R & string)[];
  /** Names ids in a request; a call that can only name something wider is filtered afterwards. */
  byIds(ids: readonly string[]): Params;
  page(call: Call, answer: Answer): Parsed<Page<R>>;
}

interface Walk<R> {
  readonly reader: Reader;
  readonly region: string;
  readonly lane: Lane;
  readonly onPage?: (records: readonly R[]) => void;
}

/** The lister of exceptions: whole lists are read in the slow lane, and only what is not as it should be is kept. */
export function createSlowLister<R extends CloudRecord>(
  spec: ListSpec<R> & { readonly isException: (record: R) => boolean },
): Lister<R> {
  const whole = createLister(spec);
  return {
    ...whole,
    tier: 'slow',
    // The walk compares with the cloud's count, so what is no exception is left out after it.
    sweep: async (reader, region) => keep(await walk(spec, { reader, region, lane: 'slow' }, {}), spec.isException),
    byIds: async (reader, region, ids) => keep(await whole.byIds(reader, region, ids), spec.isException),
  };
}

/** The lister of a list call: sweeps unfiltered, reads named ids, and lists by tags. */
export function createLister<R extends CloudRecord>(spec: ListSpec<R>): Lister<R> {
  return {
    type: spec.type,
    service: spec.service,
    idsPerRead: spec.idsPerRead,
    ...(spec.own === undefined ? {} : { own: spec.own }),
    sweep: (reader, region, onPage = () => undefined) => walk(spec, { reader, region, lane: 'sweep', onPage }, {}),
    byIds: async (reader, region, ids) => {
      if (ids.length === 0) return { kind: 'ok', records: [], complete: true, calls: 0 };
      const asked = new Set(ids);
      return keep(await walk(spec, { reader, region, lane: 'poll' }, spec.byIds(ids)), (record) =>
        asked.has(record.id),
      );
    },
    // A cloud that ignored the filter would hand us everybody's resources for our own: never trust it with that.
    byTags: async (reader, region, tags) =>
      keep(await walk(spec, { reader, region, lane: 'user' }, { Tag: tagParams(tags) }), (record) =>
        carries(record.tags, tags),
      ),
  };
}

function walk<R extends CloudRecord>(spec: ListSpec<R>, on: Walk<R>, filter: Params): Promise<Listing<R>> {
  const read = async (paging: Params): Promise<Parsed<Page<R>>> => {
    const call: Call = {
      service: spec.service,
      action: spec.action,
      params: { RegionId: on.region, ...filter, ...paging },
    };
    const page = spec.page(call, await on.reader.read(call, on.lane));
    if (page.kind === 'ok') on.onPage?.(page.value.records);
    return page;
  };
  return spec.paging === 'number'
    ? pagesByNumber(spec.pageSize, (page) => read({ PageNumber: page, PageSize: spec.pageSize }))
    : pagesByToken((token) =>
        read({ MaxResults: spec.pageSize, ...(token === undefined ? {} : { NextToken: token }) }),
      );
}

function keep<R extends CloudRecord>(listing: Listing<R>, wanted: (record: R) => boolean): Listing<R> {
  return listing.kind === 'error' ? listing : { ...listing, records: listing.records.filter(wanted) };
}

function carries(has: Tags, wanted: Tags): boolean {
  return Object.entries(wanted).every(([key, value]) => has[key] === value);
}

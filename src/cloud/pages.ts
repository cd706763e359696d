// Reading whole lists page by page, in order (the cloud throttles who skips pages), and saying whether the list is whole.
import type { CloudError } from './call.ts';
import type { CloudRecord, Listing } from './service.ts';

/** One page: `total` where the cloud counts, `next` where it hands out tokens ('' or none: the last page). */
export interface Page<R> {
  readonly records: readonly R[];
  readonly total?: number | undefined;
  readonly next?: string | undefined;
}

/** A page or why there is none. */
export type PageAnswer<R> =
  | { readonly kind: 'ok'; readonly value: Page<R> }
  | { readonly kind: 'error'; readonly error: CloudError };

/** No list of ours is longer: a cloud that hands out pages without end is not believed. */
const MAX_PAGES = 1000;

interface Walk<R> {
  readonly records: R[];
  readonly ids: Set<string>;
  calls: number;
  steady: boolean;
}

const start = <R>(): Walk<R> => ({ records: [], ids: new Set(), calls: 0, steady: true });

/** Takes a page in; an id seen before means that items moved between pages while we read. */
function take<R extends CloudRecord>(walk: Walk<R>, page: Page<R>): void {
  walk.calls += 1;
  for (const record of page.records) {
    if (walk.ids.has(record.id)) walk.steady = false;
    else walk.records.push(record);
    walk.ids.add(record.id);
  }
}

const listing = <R>(walk: Walk<R>, whole: boolean): Listing<R> => ({
  kind: 'ok',
  records: walk.records,
  complete: walk.steady && whole,
  calls: walk.calls,
});

/** Reads pages 1, 2, ... of `size` items until the cloud's own count is reached; whole when every page told the same count and it fits. */
export async function pagesByNumber<R extends CloudRecord>(
  size: number,
  read: (page: number) => Promise<PageAnswer<R>>,
): Promise<Listing<R>> {
  const walk = start<R>();
  let total: number | undefined;
  for (let number = 1; number <= MAX_PAGES; number += 1) {
    const answer = await read(number);
    if (answer.kind === 'error') return answer;
    const page = answer.value;
    if (total !== undefined && page.total !== total) walk.steady = false;
    total = page.total;
    take(walk, page);
    const last =
      page.records.length === 0 || (total === undefined ? page.records.length < size : number * size >= total);
    if (last) return listing(walk, total === undefined || walk.records.length === total);
  }
  return listing(walk, false);
}

/** Follows tokens until none is handed out; `total` is compared only by those lists whose count is meant to be read beside tokens. */
export async function pagesByToken<R extends CloudRecord>(
  read: (token: string | undefined) => Promise<PageAnswer<R>>,
): Promise<Listing<R>> {
  const walk = start<R>();
  const seen = new Set<string>();
  let token: string | undefined;
  while (walk.calls < MAX_PAGES) {
    const answer = await read(token);
    if (answer.kind === 'error') return answer;
    take(walk, answer.value);
    const { next, total } = answer.value;
    if (next === undefined || next === '') return listing(walk, total === undefined || walk.records.length === total);
    if (seen.has(next)) return listing(walk, false);
    seen.add(next);
    token = next;
  }
  return listing(walk, false);
}

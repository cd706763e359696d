// One keeper of an inventory by itself, fed by hand: a test says what was read, when, and what time it is.
import { createPool } from '../../src/cloud/inventory/intern.ts';
import { Interests } from '../../src/cloud/inventory/interests.ts';
import { Keeper } from '../../src/cloud/inventory/keeper.ts';
import type { CloudRecord, Lister } from '../../src/cloud/service.ts';
import { TAG_UID } from '../../src/cloud/tags.ts';

/** The graces of these keepers, milliseconds. */
export const KEEPER_GRACES = { absenceMs: 30_000, visibilityMs: 900_000 } as const;

/** A record as a keeper takes it; `createdAt` is the cloud's text. */
interface KeptRecord extends CloudRecord {
  readonly createdAt?: string;
}

/** A record of an owner. */
export const kept = (id: string, more: Partial<KeptRecord> & { readonly uid?: string } = {}): KeptRecord => {
  const { uid = 'uid-1', ...rest } = more;
  return { id, state: 'Running', tags: { [TAG_UID]: uid }, ...rest };
};

/** A keeper, what it told, and time that only a test moves; `mayJudge` is asked before each judgement. */
export function keeperOf(
  of: {
    readonly type?: string;
    readonly mayJudge?: (keeper: Keeper) => boolean;
    readonly parentOf?: Lister['parentOf'];
  } = {},
) {
  const time = { monotonic: 0, wall: Date.UTC(2026, 0, 1) };
  const heard: string[] = [];
  const counts = { judged: 0 };
  const interests = new Interests();
  const noRead = () => Promise.reject(new Error('a keeper makes no reads'));
  const type = of.type ?? 'Server';
  const lister = { type, service: 'ecs', idsPerRead: 100, sweep: noRead, byIds: noRead, byTags: noRead } as const;
  const keeper = new Keeper({
    lister: of.parentOf === undefined ? lister : { ...lister, parentOf: of.parentOf },
    interests,
    pool: createPool(),
    graces: KEEPER_GRACES,
    now: () => ({ ...time }),
    news: (keys) => heard.push(...keys),
    mayJudge: of.mayJudge ?? (() => true),
    judged: () => (counts.judged += 1),
  });
  /** One owner's interest in these ids, as a visit to it would say it. */
  const track = (ids: readonly string[], key = 'zone/a', uid = 'uid-1') => {
    interests.put({ key, uid, ids: ids.map((id) => ({ type, id })), details: [] });
    for (const id of ids) keeper.mention(id);
  };
  /** A whole sweep that began and ended at `at`; answers the ids to be read next. */
  const sweep = (at: number, records: readonly KeptRecord[] = []) => {
    time.monotonic = Math.max(time.monotonic, at);
    keeper.see(records, at);
    return keeper.sweepDone({ startedAt: at, records, complete: true });
  };
  /** A whole read by id. */
  const read = (at: number, ids: readonly string[], records: readonly KeptRecord[] = []) => {
    time.monotonic = Math.max(time.monotonic, at);
    keeper.readDone(ids, { startedAt: at, records, complete: true });
  };
  return { keeper, interests, time, heard, counts, track, sweep, read };
}

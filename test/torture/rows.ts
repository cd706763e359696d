// The fault matrix: every row with its sentence; rows without a generator here say where they are tested, or why they are not.
import { GENERATORS } from './generators.ts';

/** One row. */
export interface Row {
  readonly id: string;
  readonly fault: string;
  /** Why there are no plans for it here; undefined when there are. */
  readonly elsewhere: string | undefined;
}

const LISTS = 'unit tests of informer and reflector in virtual time';

const TEXT: readonly (readonly [id: string, fault: string, elsewhere?: string])[] = [
  ['A1', '409 on a status write'],
  ['A2', 'a write is applied and its answer lost'],
  ['A3', 'three writes in a row are applied and their answers lost'],
  ['A4', '429 with Retry-After for all requests'],
  ['A5', '503 for all requests for a while'],
  ['A6', 'API server or etcd killed', 'test/e2e/flows/processes.test.ts: all lives share one API server'],
  ['A7', 'a request hangs'],
  ['A8', '401 for a while'],
  ['A9', '403 on writes'],
  ['A10', '404 in the middle of a visit'],
  ['A11', '422, a CRD changed', 'test/e2e/admission.test.ts and flows/bad-input.test.ts'],
  ['A12', 'a terminating namespace', 'test/e2e/flows/bad-input.test.ts; events are no condition of a deletion'],
  ['A13', 'etcd without space: writes fail, reads go on'],
  ['A14', 'etcd compaction', 'the client sees it as B4'],
  ['A15', 'a storm of edits', 'unit tests of intents: the frozen request is sent'],
  ['B1', 'watches are reset'],
  ['B2', 'watches fall silent'],
  ['B3', 'watches end at once, again and again'],
  ['B4', '410 in the stream and on relists'],
  ['B5', '500 in the stream'],
  ['B6', '429, 503, 404 on watches', 'A4, A5 and test/e2e/runtime.test.ts'],
  ['B7', 'events come twice', 'B9 replays all events after a list of the past'],
  ['B8', 'an own write is not in the cache yet', LISTS],
  ['B9', 'time travel: a list of the past'],
  ['B10', 'created, deleted and created between two lists', LISTS],
  ['B11', 'a deletion missed while down', 'D1 in phase deletion; without finalizer: F4'],
  ['B12', '10,000 objects in pages', 'the bench'],
  ['B13', 'a handler throws', LISTS],
  ['B14', 'start and stop race', LISTS],
  ['B15', 'kinds come in another order', 'test/lab/rings.test.ts'],
  ['C1', 'throttled cloud writes'],
  ['C2', 'cloud writes fail without effect'],
  ['C3', 'cloud writes have their effect and the answer is lost'],
  ['C4', 'the effect without the answer, and the token is forgotten'],
  ['C5', 'the token is still being processed'],
  ['C6', 'the token is said to stand for another request'],
  ['C7', 'a token that is no longer known at the replay', 'unit tests of settling, in virtual time'],
  ['C8', 'what is to be made exists already'],
  ['C9', 'calls without token and tags', 'no kind makes such a call'],
  ['C10', 'what was made is not seen yet'],
  ['C11', 'what was deleted is still seen'],
  ['C12', 'reads that are old, new and old again'],
  ['C13', 'lists that lack an item, show one twice, or miscount'],
  ['C14', 'accepted, and gone a moment later'],
  ['C15', 'stuck on its way'],
  ['C16', 'busy, in conflict, still in use'],
  ['C17', 'no stock, no quota, no money, no right'],
  ['C18', 'the key is refused for a while'],
  ['C19', 'clocks differ'],
  ['C20', 'the nonce was used'],
  ['C21', 'answers cut off, empty, of a gateway, without ids'],
  ['C22', 'the effect comes after the look-up'],
  ['C23', 'edits and deletions by others', 'phase drift of every life; test/lab and test/torture/attacks'],
  ['C24', 'others have what carries our names', 'every life: a stranger’s network and group are called like ours'],
  ['C25', 'the cloud cannot be reached'],
  ['D1', 'killed before, in and after every write'],
  ['D2', 'killed again in the recovery'],
  ['D3', 'killed ten times'],
  ['D4', 'SIGTERM at every write'],
  ['D5', 'a visit throws', 'unit tests of the controller'],
  ['D6', 'the event loop stands still', 'E1 stops the whole process; unit tests of the watchdog'],
  ['D7', 'out of memory in a relist', 'the bench measures memory'],
  ['D8', 'open intents of another version', 'there is one version so far'],
  ['E1', 'the leader sleeps for longer than its lease'],
  ['E2', 'the leader is cut from the API server only'],
  ['E3', 'the leader sleeps between intent and call'],
  ['E4', 'the lease is deleted'],
  ['E5', 'two clusters, one account', 'test/e2e/flows/identity.test.ts'],
  ['F1', 'stored status is taken away'],
  ['F2', 'restored from a backup', 'test/e2e/flows/identity.test.ts'],
  ['F3', 'finalizer stripped and object gone', 'F4 strips; test/e2e/flows/identity.test.ts judges what is found again'],
  ['F4', 'finalizers are stripped'],
  ['F5', 'the same name anew while the old one goes', 'test/e2e/flows/identity.test.ts'],
];

/** All rows. */
export const ROWS: readonly Row[] = TEXT.map(([id, fault, elsewhere]) => ({
  id,
  fault,
  elsewhere: GENERATORS[id] === undefined ? elsewhere : undefined,
}));

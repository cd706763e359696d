// From answers to ends of changes: what every service's `apply` shares. A change of several calls stops at the first that fails.
import type { Answer, Call, ErrorClass, Lane, WriteAnswer } from './call.ts';
import type { Applied, ApplyContext, Ticket } from './service.ts';
import { requestIdOf, unreadable } from './wire.ts';

/** How a change made of one call ended; errors of the forgiven classes mean that the cloud already is as wished. */
export function ended(answer: WriteAnswer, ids: readonly string[], forgiven: readonly ErrorClass[] = []): Applied {
  if (answer.kind === 'held') return answer;
  if (answer.kind === 'error' && !forgiven.includes(answer.error.class)) return { kind: 'failed', error: answer.error };
  const requestId = requestIdOf(answer);
  return { kind: 'done', ids, ...(requestId === undefined ? {} : { requestId }) };
}

/** The limiter's lane of a change. */
export function laneOf(context: ApplyContext): Lane {
  return context.lane ?? 'repair';
}

/** A write without a token, in the context's lane. */
export function send(call: Call, context: ApplyContext): Promise<WriteAnswer> {
  return context.writer.write(call, { lane: laneOf(context) });
}

/** Sends calls one after the other; the first that does not end well is the end of the change. */
export async function inTurn(
  calls: readonly Call[],
  ids: readonly string[],
  sendOne: (call: Call) => Promise<Applied>,
): Promise<Applied> {
  let last: Applied = { kind: 'done', ids };
  for (const call of calls) {
    last = await sendOne(call);
    if (last.kind !== 'done') return last;
  }
  return { ...last, ids };
}

/** Sends the frozen request of a create with its token, never a newly computed one, and reads the ids it made. */
export async function create(
  ticket: Ticket,
  context: ApplyContext,
  idsOf: (action: string, answer: Answer) => readonly string[],
): Promise<Applied> {
  const { frozen, token, userData } = ticket;
  if (frozen === undefined || token === undefined)
    throw new Error('a create needs the frozen request and token of its intent');
  const call = userData === undefined ? frozen : { ...frozen, params: { ...frozen.params, UserData: userData } };
  const answer = await context.writer.write(call, { token, lane: context.lane ?? 'user' });
  if (answer.kind !== 'ok') return ended(answer, []);
  const ids = idsOf(frozen.action, answer);
  if (ids.length > 0) return ended(answer, ids);
  return { kind: 'failed', error: { ...unreadable(frozen, answer, 'no id'), class: 'unknown', mayHaveHappened: true } };
}

/** What is taken away: how many fit into a call, its request, and the ids the change ends with. */
export interface Taking<T> {
  readonly size: number;
  readonly request: (part: readonly T[]) => Call;
  readonly ids: readonly string[];
  readonly context: ApplyContext;
}

/** Takes things away in large calls. Where one of them is already gone the cloud refuses the whole call, so that part is sent one by one. */
export async function takeAway<T>(items: readonly T[], taking: Taking<T>): Promise<Applied> {
  const { size, request, ids, context } = taking;
  let last: Applied = { kind: 'done', ids };
  for (const part of chunks(items, size)) {
    const answer = await send(request(part), context);
    const gone = answer.kind === 'error' && answer.error.class === 'absent';
    last = gone && part.length > 1 ? await takeAway(part, { ...taking, size: 1 }) : ended(answer, ids, ['absent']);
    if (last.kind !== 'done') return last;
  }
  return last;
}

/** Splits a list into runs of at most `size`. */
export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** The end of an exhaustive switch: reached only by a value that the types rule out. */
export function impossible(value: never): never {
  throw new Error(`no such action: ${JSON.stringify(value)}`);
}

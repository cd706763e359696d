// What a fault does to one request: before it is sent on, and to its answer afterwards. Pure.
import { withoutIds } from './facts.ts';
import type { Fault, Position, Shot } from './plan.ts';
import type { Answer, Fate, Way } from './proxy.ts';

/** A fault that goes on for some more requests. */
export type Lasting = Extract<Fault, { readonly kind: 'answer' | 'lose' | 'hang' | 'spoil' }>;

export const isLasting = (fault: Fault): fault is Lasting => ['answer', 'lose', 'hang', 'spoil'].includes(fault.kind);

/** Requests that a fault is meant for. */
export const scopeOf = (fault: Lasting): 'writes' | 'reads' | 'all' => ('scope' in fault ? fault.scope : 'writes');

/** The end of a request that is not sent on; undefined when it is. */
export function inPlace(fault: Fault): Way | undefined {
  if (fault.kind === 'hang') return { kind: 'hang' };
  return fault.kind === 'answer' && !fault.applied ? { kind: 'answer', answer: answerOf(fault) } : undefined;
}

/** What becomes of the answer to a request that was sent on. */
export function fateOf(fault: Fault, answer: Answer): Fate {
  if (fault.kind === 'lose') return 'drop';
  if (fault.kind === 'spoil') return { answer: spoilt(fault.what, answer) };
  return fault.kind === 'answer' && fault.applied ? { answer: answerOf(fault) } : 'give';
}

function answerOf({ status, headers, body, text }: Extract<Fault, { readonly kind: 'answer' }>): Answer {
  const type = text === undefined ? 'application/json' : 'text/html';
  return { status, headers: { 'content-type': type, ...headers }, body: Buffer.from(text ?? JSON.stringify(body)) };
}

const HTML = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';

function spoilt(what: Extract<Fault, { readonly kind: 'spoil' }>['what'], answer: Answer): Answer {
  switch (what) {
    case 'truncated':
      return { ...answer, body: answer.body.subarray(0, Math.ceil(answer.body.length / 2)) };
    case 'empty':
      return { ...answer, body: Buffer.alloc(0) };
    case 'html':
      return { status: 502, headers: { 'content-type': 'text/html' }, body: Buffer.from(HTML) };
    case 'no-ids':
      return { ...answer, body: Buffer.from('{"RequestId":"00000000-0000-0000-0000-000000000000"}') };
    default:
      return what satisfies never;
  }
}

/** Ids that stand in an answer and were not known before. */
export const madeIn = (answer: Answer, known: ReadonlyMap<string, string>): readonly string[] =>
  [...answer.body.toString('utf8').matchAll(/\b(?:vpc|vsw|sg|i|lb)-[a-z0-9]{15,}/g)]
    .map(([id]) => id)
    .filter((id) => withoutIds(id) !== id && !known.has(id));

/** The steps of a shot: its fault, and further kills each so many writes later. */
export function stepsOf({ at, fault }: Shot): Step[] {
  if (fault.kind !== 'kill') return [{ aim: { at }, fault }];
  return [
    { aim: { at }, fault: { ...fault, again: [] } },
    ...fault.again.map(({ after, position }: { after: number; position: Position }) => ({
      aim: { after },
      fault: { kind: 'kill' as const, position, again: [] },
    })),
  ];
}

/** One step: where, and what. */
export interface Step {
  readonly aim: { readonly at: Shot['at'] } | { readonly after: number };
  readonly fault: Fault;
}

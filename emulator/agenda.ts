// What is due when, in virtual time: a heap of events, and events that wait until a resource was read so often. Plain data.

import type { Maker } from './ledger.ts';
import type { EventSpec } from './service.ts';

/** An event with its place in the world. */
export interface Due {
  readonly at: number;
  readonly seq: number;
  readonly account: string;
  readonly region: string;
  readonly event: EventSpec;
  /** Whose request led to it: the ledger names them when the event ends a resource. */
  readonly by: Maker;
}

interface Waiting {
  left: number;
  readonly due: Due;
}

/** The agenda's data, fit for structuredClone. */
export interface Agenda {
  seq: number;
  readonly heap: Due[];
  /** By `account|service|id`. */
  readonly waiting: Map<string, Waiting[]>;
}

/** An empty agenda. */
export const newAgenda = (): Agenda => ({ seq: 0, heap: [], waiting: new Map() });

const before = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.seq < b.seq);

const swap = (heap: Due[], i: number, j: number): void => {
  const [a, b] = [heap[i], heap[j]];
  if (a === undefined || b === undefined) return;
  heap[i] = b;
  heap[j] = a;
};

const isBefore = (heap: readonly Due[], i: number, j: number): boolean => {
  const [a, b] = [heap[i], heap[j]];
  return a !== undefined && b !== undefined && before(a, b);
};

const sift = (heap: Due[]): void => {
  let parent = 0;
  for (;;) {
    let least = parent;
    for (const child of [2 * parent + 1, 2 * parent + 2]) {
      if (isBefore(heap, child, least)) least = child;
    }
    if (least === parent) return;
    swap(heap, parent, least);
    parent = least;
  }
};

/** Adds an event; equal times keep the order of adding. */
export const schedule = (agenda: Agenda, due: Omit<Due, 'seq'>): void => {
  agenda.seq += 1;
  const { heap } = agenda;
  heap.push({ ...due, seq: agenda.seq });
  let child = heap.length - 1;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!isBefore(heap, child, parent)) return;
    swap(heap, child, parent);
    child = parent;
  }
};

/** Takes the earliest event that is due at or before this time. */
export const takeDue = (agenda: Agenda, now: number): Due | undefined => {
  const first = agenda.heap[0];
  if (first === undefined || first.at > now) return undefined;
  const last = agenda.heap.pop();
  if (last !== undefined && agenda.heap.length > 0) {
    agenda.heap[0] = last;
    sift(agenda.heap);
  }
  return first;
};

const waitingKey = (due: Pick<Due, 'account'>, service: string, id: string): string =>
  `${due.account}|${service}|${id}`;

/** Adds an event that becomes due after its resource was read `reads` times. */
export const waitForReads = (agenda: Agenda, reads: number, due: Omit<Due, 'seq'>): void => {
  const key = waitingKey(due, due.event.service, due.event.id);
  agenda.waiting.set(key, [...(agenda.waiting.get(key) ?? []), { left: reads, due: { ...due, seq: 0 } }]);
};

/** Counts a read; what has waited long enough becomes due at `now`. */
export const countRead = (
  agenda: Agenda,
  read: { account: string; service: string; id: string; now: number },
): void => {
  if (agenda.waiting.size === 0) return;
  const key = waitingKey(read, read.service, read.id);
  const entries = agenda.waiting.get(key);
  if (entries === undefined) return;
  agenda.waiting.delete(key);
  for (const entry of entries) {
    entry.left -= 1;
    if (entry.left > 0) agenda.waiting.set(key, [...(agenda.waiting.get(key) ?? []), entry]);
    else schedule(agenda, { ...entry.due, at: read.now });
  }
};

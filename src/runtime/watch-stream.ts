// Reads one watch to its end: lines to events, silence to an end. Says how it ended and leaves what to do about it
// to the caller.
import type { Clock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/thrown.ts';
import type { WatchEnd, WatchEvent } from './kube.ts';
import type { OpenResponse } from './kube-transport.ts';
import type { KubeObject, ObjectMeta } from './kube-types.ts';

/** One opened watch. */
export interface WatchSource {
  readonly opened: OpenResponse;
  readonly clock: Clock;
  readonly livenessMs: number;
  readonly signal: AbortSignal;
}

/** etcd keeps no object above 1.5 MB; a longer line is not an event. */
const LONGEST_LINE = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

interface WireObject extends KubeObject {
  readonly code?: number;
  readonly message?: string;
}

interface WireEvent<T> {
  readonly type: string;
  readonly object: T & WireObject;
}

/** Follows the response until it ends in one of the ways of WatchEnd; never rejects. */
export function readWatch<T extends KubeObject>(
  source: WatchSource,
  onEvent: (event: WatchEvent<T>) => void,
): Promise<WatchEnd> {
  const { opened, clock, livenessMs, signal } = source;
  const lines = new LineSplitter();
  return new Promise((resolve) => {
    const finish = (end: WatchEnd): void => {
      cancelTimer();
      signal.removeEventListener('abort', stop);
      opened.response.removeAllListeners('data');
      resolve(end);
      opened.abort();
    };
    const stop = (): void => finish({ kind: 'stopped' });
    let lastByte = clock.monotonic();
    // One timer that looks at the time of the last byte costs less than one that is reset by each event.
    const check = (): void => {
      const silent = clock.monotonic() - lastByte;
      if (silent >= livenessMs) finish({ kind: 'silent' });
      else cancelTimer = clock.setTimer(livenessMs - silent, check);
    };
    let cancelTimer = clock.setTimer(livenessMs, check);
    signal.addEventListener('abort', stop, { once: true });
    opened.response.on('data', (chunk: Buffer) => {
      lastByte = clock.monotonic();
      const end = handOver(lines.push(chunk), onEvent);
      if (end !== undefined) finish(end);
    });
    opened.response.on('end', () => finish(lines.empty ? { kind: 'closed' } : cut('closed in the middle of an event')));
    opened.response.on('error', (error) => finish(cut(messageOf(error))));
    opened.response.on('close', () => finish(cut('connection lost')));
  });
}

function cut(message: string): WatchEnd {
  return { kind: 'failed', failure: { kind: 'unavailable', message: `Watch: ${message}` } };
}

function handOver<T extends KubeObject>(
  lines: readonly string[] | undefined,
  onEvent: (event: WatchEvent<T>) => void,
): WatchEnd | undefined {
  if (lines === undefined) return { kind: 'torn', message: `A line is longer than ${LONGEST_LINE} bytes` };
  for (const line of lines) {
    if (line === '') continue;
    const event = parseLine<T>(line);
    if ('kind' in event) return event;
    onEvent(event);
  }
  return undefined;
}

function parseLine<T extends KubeObject>(line: string): WatchEvent<T> | WatchEnd {
  try {
    const event: Partial<WireEvent<T>> | null = JSON.parse(line);
    const known = event?.type !== undefined && event.object ? eventOf<T>(event.type, event.object) : undefined;
    return known ?? { kind: 'torn', message: `Not a watch event: ${line.slice(0, 100)}` };
  } catch (error) {
    return { kind: 'torn', message: messageOf(error) };
  }
}

function eventOf<T extends KubeObject>(type: string, object: T & WireObject): WatchEvent<T> | WatchEnd | undefined {
  if (type === 'ERROR') return { kind: 'server-error', code: object.code ?? 0, message: object.message ?? '' };
  const { name, resourceVersion }: Partial<ObjectMeta> = object.metadata ?? {};
  if (type === 'BOOKMARK' && resourceVersion !== undefined) return { type, resourceVersion };
  if (isChange(type) && name !== undefined) return { type, object };
  return undefined;
}

function isChange(type: string): type is 'ADDED' | 'MODIFIED' | 'DELETED' {
  return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED';
}

/** Cuts a byte stream into lines; a character that spans two chunks stays whole. */
class LineSplitter {
  #parts: Buffer[] = [];
  #bytes = 0;

  /** Nothing is waiting for its end. */
  get empty(): boolean {
    return this.#bytes === 0;
  }

  /** The lines that this chunk completed; undefined when a line grows beyond all measure. */
  push(chunk: Buffer): readonly string[] | undefined {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(this.#take(chunk.subarray(start, end)));
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return this.#bytes > LONGEST_LINE ? undefined : lines;
  }

  #keep(part: Buffer): void {
    this.#parts.push(part);
    this.#bytes += part.length;
  }

  #take(last: Buffer): string {
    if (this.#bytes === 0) return last.toString('utf8');
    this.#keep(last);
    const line = Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    this.#bytes = 0;
    return line;
  }
}

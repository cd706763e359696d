// What can happen to watches on their way: connections that break, fall silent or end, versions that are gone, lists of the past.
import type { Asked, OpenStream, Way } from './proxy.ts';

/** Kinds of disturbance. */
export type Trouble = 'reset' | 'half-open' | 'close' | 'gone' | 'error' | 'past';

const isList = ({ method, url }: Asked): boolean =>
  method === 'GET' &&
  /\/financecloud\.io\/v1alpha1\/(namespaces\/[^/]+\/)?[a-z]+(\?|$)/.test(url) &&
  !/[?&]watch=/.test(url);
const isWatch = ({ url }: Asked): boolean => /[?&]watch=/.test(url) && url.includes('/financecloud.io/');
const collectionOf = ({ url }: Asked): string => url.split('?')[0] ?? '';
const status = (code: number, reason: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  reason,
  message: reason,
});

/** The watches of one operator's proxy. */
export class Watches {
  readonly #open = new Set<OpenStream>();
  /** The first list of each collection, as it was answered. */
  readonly #past = new Map<string, Buffer>();
  readonly #travel = new Set<string>();
  #closing = 0;
  #gone = 0;

  /** Disturbs every watch that is open; `times` further ones for what repeats. */
  disturb(trouble: Trouble, times: number): void {
    if (trouble === 'close') this.#closing = times;
    if (trouble === 'gone') this.#gone = times - 1;
    if (trouble === 'past') for (const collection of this.#past.keys()) this.#travel.add(collection);
    for (const stream of this.#open) {
      const { response, upstream } = stream;
      switch (trouble) {
        case 'reset':
          response.socket?.resetAndDestroy();
          break;
        case 'half-open':
          upstream.removeAllListeners('data');
          upstream.removeAllListeners('end');
          upstream.resume();
          break;
        case 'close':
          response.end();
          break;
        case 'gone':
        case 'past':
          response.end(`${JSON.stringify({ type: 'ERROR', object: status(410, 'Expired') })}\n`);
          break;
        case 'error':
          response.end(`${JSON.stringify({ type: 'ERROR', object: status(500, 'InternalError') })}\n`);
          break;
        default:
          trouble satisfies never;
      }
    }
  }

  /** An answer in place of the API server's, if there is one. */
  ask(asked: Asked): Way | undefined {
    if (isList(asked)) {
      const collection = collectionOf(asked);
      const body = this.#past.get(collection);
      if (this.#travel.delete(collection) && body !== undefined) return answer(200, body);
      if (this.#gone > 0) {
        this.#gone -= 1;
        return answer(410, Buffer.from(JSON.stringify(status(410, 'Expired'))));
      }
      if (body === undefined) return this.#record(collection);
    }
    if (isWatch(asked) && this.#closing > 0) {
      this.#closing -= 1;
      return answer(200, Buffer.alloc(0));
    }
    return undefined;
  }

  #record(collection: string): Way {
    const applied = async (given: { readonly body: Buffer } | undefined): Promise<'give'> => {
      if (given !== undefined) this.#past.set(collection, given.body);
      return 'give';
    };
    return { kind: 'whole', applied, given: () => undefined };
  }

  /** Notes a stream that began. */
  began(asked: Asked, stream: OpenStream): void {
    if (!isWatch(asked)) return;
    this.#open.add(stream);
    stream.response.once('close', () => this.#open.delete(stream));
  }
}

const answer = (code: number, body: Buffer): Way => ({
  kind: 'answer',
  answer: { status: code, headers: { 'content-type': 'application/json' }, body },
});

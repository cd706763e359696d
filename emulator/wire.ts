// A request as it came and an answer as it goes, before and after any meaning.

import type { FlatParams } from './params.ts';

/** One HTTP request, read to its end. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  /** Decoded; of a repeated name the last. */
  readonly query: FlatParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Fields of a form body, decoded. */
  readonly form: FlatParams;
  /** Fires when the client went away. */
  readonly signal: AbortSignal;
}

/** One HTTP answer. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What happens on the connection: an answer, or a failure to give one. */
export type Delivery =
  | { readonly kind: 'answer'; readonly answer: WireAnswer }
  | { readonly kind: 'truncated'; readonly answer: WireAnswer }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' };

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};

/** Names and values of a query string or form body. */
export const parseFields = (text: string): FlatParams => {
  const fields: Record<string, string> = {};
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decode(at < 0 ? pair : pair.slice(0, at));
    fields[name] = at < 0 ? '' : decode(pair.slice(at + 1));
  }
  return fields;
};

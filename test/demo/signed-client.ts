// A client of the cloud's API of the judge's own: signs by the published ACS3-HMAC-SHA256 rules and shares nothing with the operator.
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { textAt, type Row } from './json.ts';

/** Where to ask and with which key pair. */
export interface Access {
  readonly endpoint: string;
  readonly id: string;
  readonly secret: string;
}

/** One read of the API. */
export interface Question {
  readonly action: string;
  readonly version: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Asks and returns the JSON answer; throws with the cloud's own code and sentence. */
export async function ask(access: Access, question: Question): Promise<Row> {
  const { host } = new URL(access.endpoint);
  const stamp = { host, date: new Date().toISOString().replace(/\.\d+Z$/, 'Z'), nonce: randomUUID() };
  const { host: _host, ...headers } = signedHeaders(access, question, stamp);
  const query = pairsOf(question).map(([key, value]) => `${encode(key)}=${encode(value)}`);
  const url = `${access.endpoint}/?${query.join('&')}`;
  const response = await fetch(url, { method: 'POST', headers, signal: AbortSignal.timeout(10_000) });
  const body: Row = JSON.parse(await response.text());
  if (response.ok) return body;
  throw new Error(`${question.action}: ${response.status} ${textAt(body, 'Code')}: ${textAt(body, 'Message')}`);
}

/** The headers of one request, `host` included, which the signature covers. */
export function signedHeaders(
  key: Pick<Access, 'id' | 'secret'>,
  question: Question,
  stamp: { readonly host: string; readonly date: string; readonly nonce: string },
): Readonly<Record<string, string>> {
  const signed: Readonly<Record<string, string>> = {
    host: stamp.host,
    'x-acs-action': question.action,
    'x-acs-content-sha256': hash(''),
    'x-acs-date': stamp.date,
    'x-acs-signature-nonce': stamp.nonce,
    'x-acs-version': question.version,
  };
  const names = Object.keys(signed).toSorted();
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
  // In the canonical query only values are encoded.
  const query = pairsOf(question).map(([name, value]) => `${name}=${encode(value)}`);
  const canonical = ['POST', '/', query.join('&'), lines, names.join(';'), hash('')].join('\n');
  const signature = createHmac('sha256', key.secret)
    .update(`ACS3-HMAC-SHA256\n${hash(canonical)}`)
    .digest('hex');
  const authorization = `ACS3-HMAC-SHA256 Credential=${key.id},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return { ...signed, accept: 'application/json', authorization };
}

function pairsOf({ params }: Question): readonly (readonly [string, string])[] {
  return Object.entries(params).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

// RFC 3986: what encodeURIComponent leaves alone is escaped too.
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.codePointAt(0)?.toString(16).toUpperCase()}`,
  );
}

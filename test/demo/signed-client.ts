// A client of the cloud's API of the judge's own: signs by the published ACS3-HMAC-SHA256 rules and shares nothing with the operator.
import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { Row } from './json.ts';

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
  const query = Object.entries(question.params).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const headers = signedHeaders(access, question, query.map(([key, value]) => `${key}=${encode(value)}`).join('&'));
  const response = await fetch(
    `${access.endpoint}/?${query.map(([key, value]) => `${encode(key)}=${encode(value)}`).join('&')}`,
    {
      method: 'POST',
      headers,
      signal: AbortSignal.timeout(10_000),
    },
  );
  const body: Row = JSON.parse(await response.text());
  if (!response.ok)
    throw new Error(`${question.action}: ${response.status} ${String(body['Code'])}: ${String(body['Message'])}`);
  return body;
}

function signedHeaders(access: Access, question: Question, query: string): Readonly<Record<string, string>> {
  const signed: Readonly<Record<string, string>> = {
    host: new URL(access.endpoint).host,
    'x-acs-action': question.action,
    'x-acs-content-sha256': hash(''),
    'x-acs-date': new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-version': question.version,
  };
  const names = Object.keys(signed).toSorted();
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
  const canonical = ['POST', '/', query, lines, names.join(';'), hash('')].join('\n');
  const signature = createHmac('sha256', access.secret)
    .update(`ACS3-HMAC-SHA256\n${hash(canonical)}`)
    .digest('hex');
  const { host: _host, ...sent } = signed;
  return {
    ...sent,
    accept: 'application/json',
    authorization: `ACS3-HMAC-SHA256 Credential=${access.id},SignedHeaders=${names.join(';')},Signature=${signature}`,
  };
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

// Signatures, verified for real: ACS3-HMAC-SHA256 (headers) and V1 (HMAC-SHA1 over query and form).
// Written from the protocol's documents; the clock skew and the nonce window look at the real clock.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { parseTime } from './clock.ts';
import { own } from './json.ts';
import type { FlatParams } from './params.ts';
import { refuse } from './refusal.ts';
import type { AccessKey, Account } from './settings.ts';
import type { WireRequest } from './wire.ts';

/** Who signed. */
export interface Signer {
  readonly account: string;
  readonly key: AccessKey;
}

/** What verification remembers and looks up. */
export interface Gate {
  readonly accounts: readonly Account[];
  readonly real: () => number;
  /** Nonce -> real time of its use. */
  readonly nonces: Map<string, number>;
}

const WINDOW_MS = 15 * 60 * 1000;
const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');
const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** Percent-encoding of RFC 3986: everything but letters, digits and `-_.~`. */
export const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

const sorted = (params: FlatParams): readonly (readonly [string, string])[] =>
  Object.entries(params).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** The V3 canonical request over these signed headers (`a;b;c`). */
export const canonicalV3 = (request: WireRequest, signedHeaders: string): string => {
  const query = sorted(request.query)
    .map(([name, value]) => `${name}=${percentEncode(value)}`)
    .join('&');
  const headers = signedHeaders
    .split(';')
    .map((name) => `${name}:${(own(request.headers, name) ?? '').trim()}\n`)
    .join('');
  return [request.method, request.path, query, headers, signedHeaders, sha256(request.body)].join('\n');
};

/** The V1 string to sign over query and form without Signature. */
export const stringToSignV1 = (method: string, params: FlatParams): string => {
  const query = sorted(params)
    .filter(([name]) => name !== 'Signature')
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`);
  return `${method}&%2F&${percentEncode(query.join('&'))}`;
};

const unmatched = (stringToSign: string): never =>
  refuse({
    status: 400,
    code: 'SignatureDoesNotMatch',
    message: `Specified signature is not matched with our calculation. server string to sign is:${stringToSign}`,
  });

const mandatory = (name: string, value: string | undefined): string =>
  value === undefined || value === ''
    ? refuse({ status: 400, code: `Missing${name}`, message: `${name} is mandatory for this action.` })
    : value;

const signerOf = (gate: Gate, keyId: string): Signer => {
  for (const account of gate.accounts) {
    const key = account.accessKeys.find(({ id }) => id === keyId);
    if (key?.status === 'Inactive')
      return refuse({ status: 400, code: 'InvalidAccessKeyId.Inactive', message: 'Specified access key is disabled.' });
    if (key !== undefined) return { account: account.id, key };
  }
  return refuse({ status: 404, code: 'InvalidAccessKeyId.NotFound', message: 'Specified access key is not found.' });
};

const checkTime = (gate: Gate, text: string): void => {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? parseTime(text) : undefined;
  if (time === undefined) {
    refuse({
      status: 400,
      code: 'InvalidTimeStamp.Format',
      message: 'Specified time stamp or date value is not well formatted.',
    });
  } else if (Math.abs(gate.real() - time) > WINDOW_MS) {
    refuse({
      status: 400,
      code: 'InvalidTimeStamp.Expired',
      message: 'Specified time stamp or date value is expired.',
    });
  }
};

/** Marks a nonce as used; called only after the signature proved right, so that nobody can burn another's nonce. */
const useNonce = (gate: Gate, nonce: string): void => {
  const now = gate.real();
  if ((gate.nonces.get(nonce) ?? Number.NEGATIVE_INFINITY) > now - WINDOW_MS) {
    refuse({ status: 400, code: 'SignatureNonceUsed', message: 'Specified signature nonce was used already.' });
  }
  gate.nonces.set(nonce, now);
  for (const [old, at] of gate.nonces) {
    if (at > now - WINDOW_MS) break;
    gate.nonces.delete(old);
  }
};

/** Keys here are long-lived: nobody was given a token with one. An empty token is none. */
const refuseToken = (token: string | undefined): void => {
  if (token !== undefined && token !== '')
    refuse({
      status: 400,
      code: 'InvalidSecurityToken.Malformed',
      message: 'Specified SecurityToken is malformed.',
    });
};

const MUST_BE_SIGNED = new Set([
  'host',
  'x-acs-action',
  'x-acs-version',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-content-sha256',
]);

const verifyV3 = (gate: Gate, request: WireRequest): Signer => {
  const authorization = mandatory('AccessKeyId', request.headers['authorization']);
  const parts = /^ACS3-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)$/.exec(
    authorization,
  );
  if (parts === null)
    return refuse({ status: 400, code: 'InvalidSignatureMethod', message: 'Specified signature method is not valid.' });
  const [, keyId = '', signedHeaders = '', signature = ''] = parts;
  const date = mandatory('Timestamp', request.headers['x-acs-date']);
  const nonce = mandatory('SignatureNonce', request.headers['x-acs-signature-nonce']);
  const signer = signerOf(gate, keyId);
  checkTime(gate, date);
  const stringToSign = `ACS3-HMAC-SHA256\n${sha256(canonicalV3(request, signedHeaders))}`;
  const named = new Set(signedHeaders.split(';'));
  const complete = [...MUST_BE_SIGNED].every((name) => named.has(name) || request.headers[name] === undefined);
  const bodyIsOurs = request.headers['x-acs-content-sha256'] === sha256(request.body);
  const expected = createHmac('sha256', signer.key.secret).update(stringToSign).digest('hex');
  if (!complete || !bodyIsOurs || !same(expected, signature)) unmatched(stringToSign);
  refuseToken(request.headers['x-acs-security-token']);
  useNonce(gate, `${keyId}|${nonce}`);
  return signer;
};

const verifyV1 = (gate: Gate, request: WireRequest): Signer => {
  const params = { ...request.query, ...request.form };
  const keyId = mandatory('AccessKeyId', params['AccessKeyId']);
  const signature = mandatory('Signature', params['Signature']);
  const date = mandatory('Timestamp', params['Timestamp']);
  const nonce = mandatory('SignatureNonce', params['SignatureNonce']);
  if (params['SignatureMethod'] !== 'HMAC-SHA1' || (params['SignatureVersion'] ?? '1.0') !== '1.0') {
    refuse({ status: 400, code: 'InvalidSignatureMethod', message: 'Specified signature method is not valid.' });
  }
  const signer = signerOf(gate, keyId);
  checkTime(gate, date);
  const stringToSign = stringToSignV1(request.method, params);
  const expected = createHmac('sha1', `${signer.key.secret}&`).update(stringToSign).digest('base64');
  if (!same(expected, signature)) unmatched(stringToSign);
  refuseToken(params['SecurityToken']);
  useNonce(gate, `${keyId}|${nonce}`);
  return signer;
};

/** Who signed this request; refuses as the gateway does. */
export const verify = (gate: Gate, request: WireRequest, style: 'V3' | 'V1'): Signer =>
  style === 'V3' ? verifyV3(gate, request) : verifyV1(gate, request);

/** The access key id that a request claims, verified or not: for the ledger. */
export const claimedKey = (request: WireRequest): string =>
  /Credential=([^,]+)/.exec(request.headers['authorization'] ?? '')?.[1] ??
  request.query['AccessKeyId'] ??
  request.form['AccessKeyId'] ??
  '';

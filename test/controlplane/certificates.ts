// A throw-away certificate authority for one control plane: it signs the API server's certificate and those of users.
// Elliptic curve keys, because they are made in a millisecond.
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { bits, explicit, integer, octets, oid, sequence, set, time, tlv, TRUE, utf8 } from './der.ts';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** Signs certificates that are valid for ten years. */
export interface Authority {
  /** The certificate of the authority itself, PEM. */
  readonly certificate: string;
  /** A server certificate for DNS names and IPv4 addresses. */
  server(commonName: string, hosts: readonly string[]): KeyPair;
  /** A client certificate; Kubernetes reads the user from the common name and the groups from the organisations. */
  client(user: string, groups: readonly string[]): KeyPair;
}

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

const DAY_MS = 86_400_000;
const ALGORITHM = sequence(oid(OID.ecdsaWithSha256));
const DIGITAL_SIGNATURE = extension(OID.keyUsage, bits(Buffer.from([0x80]), 7), true);

/** Creates an authority; its private key never leaves this process. */
export function createAuthority(commonName: string): Authority {
  const keys = newKeys();
  const issuer = name(commonName, []);
  const signed = (request: Omit<Request, 'issuer' | 'signer'>): string =>
    certificate({ ...request, issuer, signer: keys.privateKey });
  const leaf = (subject: Buffer, extensions: readonly Buffer[]): KeyPair => {
    const own = newKeys();
    const key = own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    return { certificate: signed({ subject, publicKey: own.publicKey, extensions }), key };
  };
  return {
    certificate: signed({
      subject: issuer,
      publicKey: keys.publicKey,
      extensions: [
        extension(OID.basicConstraints, sequence(TRUE), true),
        extension(OID.keyUsage, bits(Buffer.from([0x06]), 1), true), // keyCertSign, cRLSign
      ],
    }),
    server: (commonName, hosts) =>
      leaf(name(commonName, []), [DIGITAL_SIGNATURE, purpose(OID.serverAuth), alternativeNames(hosts)]),
    client: (user, groups) => leaf(name(user, groups), [DIGITAL_SIGNATURE, purpose(OID.clientAuth)]),
  };
}

interface Request {
  readonly issuer: Buffer;
  readonly signer: KeyObject;
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

function certificate({ issuer, signer, subject, publicKey, extensions }: Request): string {
  const now = Date.now();
  const validity = sequence(time(new Date(now - DAY_MS)), time(new Date(now + 3650 * DAY_MS)));
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))), // version 3
    integer(randomBytes(16)),
    ALGORITHM,
    issuer,
    validity,
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions)),
  );
  const whole = sequence(body, ALGORITHM, bits(sign('sha256', body, signer)));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function newKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

function name(commonName: string, organizations: readonly string[]): Buffer {
  return sequence(
    ...organizations.map((each) => attribute(OID.organization, each)),
    attribute(OID.commonName, commonName),
  );
}

function attribute(type: string, value: string): Buffer {
  return set(sequence(oid(type), utf8(value)));
}

function extension(type: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(type), ...(critical ? [TRUE] : []), octets(value));
}

function purpose(usage: string): Buffer {
  return extension(OID.extendedKeyUsage, sequence(oid(usage)));
}

function alternativeNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    isIP(host) === 4 ? tlv(0x87, Buffer.from(host.split('.').map(Number))) : tlv(0x82, Buffer.from(host)),
  );
  return extension(OID.subjectAltName, sequence(...names));
}

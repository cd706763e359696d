// Explicit credentials: what the account names and nothing else. The SDK's default chain is never asked, because an environment
// variable or a metadata server would silently win over the account.
import { createHash } from 'node:crypto';

/** An AccessKey pair as read from its Secret. */
export interface AccessKey {
  readonly type: 'AccessKey';
  readonly id: string;
  readonly secret: string;
}

/** Every way to sign in. */
export type Credential = AccessKey;

/** An AccessKey from a Secret's two values (surrounding white space is a usual slip and cut); undefined when one is empty. */
export function accessKey(id: string, secret: string): AccessKey | undefined {
  const [trimmedId, trimmedSecret] = [id.trim(), secret.trim()];
  return trimmedId === '' || trimmedSecret === ''
    ? undefined
    : { type: 'AccessKey', id: trimmedId, secret: trimmedSecret };
}

/** The form of a key id that may be logged: its first four characters. */
export function maskedId(credential: Credential): string {
  return `${credential.id.slice(0, 4)}***`;
}

/** Tells two credentials apart without holding them: 16 hex characters. */
export function fingerprint(credential: Credential): string {
  return createHash('sha256')
    .update(`${credential.type}\0${credential.id}\0${credential.secret}`)
    .digest('hex')
    .slice(0, 16);
}

// What asking for the identity of a credential can end with. Pure.
import type { CloudError } from '../call.ts';
import type { Identity } from '../sts/api.ts';

/** Whether an account may be used, and if not, why. */
export type Connection =
  | { readonly kind: 'ok'; readonly identity: Identity }
  /** The key works, but belongs to another account: nothing it shows may be believed to be ours. */
  | { readonly kind: 'wrong-account'; readonly expected: string; readonly found: string }
  | { readonly kind: 'dead-key'; readonly error: CloudError }
  | { readonly kind: 'no-permission'; readonly error: CloudError }
  | { readonly kind: 'unreachable'; readonly error: CloudError };

const DEAD_KEY = /^(InvalidAccessKeyId|InvalidSecurityToken|SignatureDoesNotMatch|IncompleteSignature)/;

/** Judges the answer to GetCallerIdentity against the account that was declared. */
export function judgeIdentity(expected: string, found: Identity | CloudError): Connection {
  if ('accountId' in found) {
    return found.accountId === expected
      ? { kind: 'ok', identity: found }
      : { kind: 'wrong-account', expected, found: found.accountId };
  }
  if (DEAD_KEY.test(found.code)) return { kind: 'dead-key', error: found };
  return { kind: found.class === 'rights' ? 'no-permission' : 'unreachable', error: found };
}

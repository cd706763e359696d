// The users of a control plane and their kubeconfig files.
import { randomBytes } from 'node:crypto';
import type { KeyPair } from './certificates.ts';

/** A user that exists from the start and is known by a bearer token. */
export interface TokenUser {
  /** What tests call the user. */
  readonly alias: string;
  /** What Kubernetes calls the user. */
  readonly username: string;
  readonly groups: readonly string[];
  readonly token: string;
}

/** The user the operator runs as, so that the RBAC rules shipped for its service account are the ones that apply. */
export const OPERATOR_USERNAME = 'system:serviceaccount:finance-cloud-system:finance-cloud-operator';

/** The users every control plane starts with: admin, operator, and alice, bob and carol, who may do nothing yet. */
export function initialUsers(): readonly TokenUser[] {
  return [
    tokenUser('admin', 'admin', ['system:masters']),
    tokenUser('operator', OPERATOR_USERNAME, ['system:serviceaccounts', 'system:serviceaccounts:finance-cloud-system']),
    tokenUser('alice', 'alice', []),
    tokenUser('bob', 'bob', []),
    tokenUser('carol', 'carol', []),
  ];
}

function tokenUser(alias: string, username: string, groups: readonly string[]): TokenUser {
  return { alias, username, groups, token: randomBytes(24).toString('hex') };
}

/** The file that `kube-apiserver --token-auth-file` reads, once, at its start. */
export function tokenFile(users: readonly TokenUser[]): string {
  const line = ({ token, username, groups }: TokenUser): string =>
    `${token},${username},${username},"${groups.join(',')}"`;
  return `${users.map(line).join('\n')}\n`;
}

/** How a client proves who it is. */
export type Credential =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'certificate'; readonly pair: KeyPair };

/** A kubeconfig with one context. JSON, which is YAML too. `ca` is the PEM of the server's authority. */
export function kubeconfig(url: string, ca: string, credential: Credential): string {
  const user =
    credential.kind === 'token'
      ? { token: credential.token }
      : {
          'client-certificate-data': base64(credential.pair.certificate),
          'client-key-data': base64(credential.pair.key),
        };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'default' } }],
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function base64(pem: string): string {
  return Buffer.from(pem).toString('base64');
}

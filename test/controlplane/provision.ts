// Everything a control plane has before its first process starts: addresses, certificates, keys, users, kubeconfigs.
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { freePorts } from '../support/free-port.ts';
import { createAuthority } from './certificates.ts';
import type { Layout } from './servers.ts';
import { initialUsers, kubeconfig, tokenFile, type Credential } from './users.ts';

/** The result: where things are, and the users so far. */
export interface Provision {
  readonly layout: Layout;
  /** PEM of the authority that signs the server's certificate. */
  readonly ca: string;
  readonly adminToken: string;
  /** Kubeconfig path by user: the aliases of the initial users, and names given to `addUser`. */
  readonly kubeconfigs: ReadonlyMap<string, string>;
  /** Adds a user with a client certificate and returns the path of its kubeconfig. */
  addUser(name: string, groups: readonly string[]): string;
}

/** Writes all files into an empty data folder. */
export async function provision(dataDir: string): Promise<Provision> {
  const layout = await chooseLayout(dataDir);
  const authority = createAuthority('finance-cloud-operator test authority');
  const users = initialUsers();
  const kubeconfigs = new Map<string, string>();
  const addKubeconfig = (alias: string, credential: Credential): string => {
    const file = kubeconfigFile(dataDir, alias);
    writeSecret(file, kubeconfig(layout.url, authority.certificate, credential));
    kubeconfigs.set(alias, file);
    return file;
  };
  const server = authority.server('kube-apiserver', ['127.0.0.1', 'localhost', 'kubernetes.default.svc']);
  writeSecret(layout.caFile, authority.certificate);
  writeSecret(layout.serverCertFile, server.certificate);
  writeSecret(layout.serverKeyFile, server.key);
  writeSecret(layout.tokenFile, tokenFile(users));
  writeServiceAccountKeys(layout);
  for (const user of users) addKubeconfig(user.alias, { kind: 'token', token: user.token });
  return {
    layout,
    ca: authority.certificate,
    adminToken: users.find((user) => user.alias === 'admin')?.token ?? '',
    kubeconfigs,
    addUser: (name, groups) => addKubeconfig(name, { kind: 'certificate', pair: authority.client(name, groups) }),
  };
}

async function chooseLayout(dataDir: string): Promise<Layout> {
  const [etcdPort, etcdPeerPort, apiPort = 0] = await freePorts(3);
  return {
    dataDir,
    etcdUrl: `http://127.0.0.1:${etcdPort}`,
    etcdPeerUrl: `http://127.0.0.1:${etcdPeerPort}`,
    apiPort,
    url: `https://127.0.0.1:${apiPort}`,
    caFile: `${dataDir}/ca.crt`,
    serverCertFile: `${dataDir}/apiserver.crt`,
    serverKeyFile: `${dataDir}/apiserver.key`,
    tokenFile: `${dataDir}/tokens.csv`,
    serviceAccountKeyFile: `${dataDir}/service-account.key`,
    serviceAccountPublicKeyFile: `${dataDir}/service-account.pub`,
    adminKubeconfig: kubeconfigFile(dataDir, 'admin'),
  };
}

function kubeconfigFile(dataDir: string, user: string): string {
  return `${dataDir}/${encodeURIComponent(user)}.kubeconfig`;
}

function writeServiceAccountKeys(layout: Layout): void {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  writeSecret(layout.serviceAccountKeyFile, privateKey.export({ type: 'sec1', format: 'pem' }).toString());
  writeSecret(layout.serviceAccountPublicKeyFile, publicKey.export({ type: 'spki', format: 'pem' }).toString());
}

function writeSecret(file: string, content: string): void {
  writeFileSync(file, content, { mode: 0o600 });
}

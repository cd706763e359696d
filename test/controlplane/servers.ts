// How etcd, the API server and the controller manager are started: aggressively for tests, with nothing fixed.

/** The addresses and files one control plane's programs agree on. */
export interface Layout {
  readonly dataDir: string;
  readonly etcdUrl: string;
  readonly etcdPeerUrl: string;
  readonly apiPort: number;
  readonly url: string;
  readonly caFile: string;
  readonly serverCertFile: string;
  readonly serverKeyFile: string;
  readonly tokenFile: string;
  readonly serviceAccountKeyFile: string;
  readonly serviceAccountPublicKeyFile: string;
  readonly adminKubeconfig: string;
}

/** Arguments of etcd: no fsync, since the data is thrown away with the machine's memory at the latest. */
export function etcdArguments(layout: Layout): readonly string[] {
  return flags({
    name: 'test',
    'data-dir': `${layout.dataDir}/etcd`,
    'listen-client-urls': layout.etcdUrl,
    'advertise-client-urls': layout.etcdUrl,
    'listen-peer-urls': layout.etcdPeerUrl,
    'initial-advertise-peer-urls': layout.etcdPeerUrl,
    'initial-cluster': `test=${layout.etcdPeerUrl}`,
    'unsafe-no-fsync': 'true',
    'log-level': 'warn',
  });
}

/** Arguments of the API server: RBAC on, users by token or client certificate. */
export function apiServerArguments(layout: Layout): readonly string[] {
  return flags({
    'etcd-servers': layout.etcdUrl,
    'cert-dir': `${layout.dataDir}/apiserver`,
    'tls-cert-file': layout.serverCertFile,
    'tls-private-key-file': layout.serverKeyFile,
    'client-ca-file': layout.caFile,
    'token-auth-file': layout.tokenFile,
    'secure-port': String(layout.apiPort),
    'bind-address': '127.0.0.1',
    // Without it the server looks for an address with a default route, which a machine without network lacks.
    'advertise-address': '127.0.0.1',
    'endpoint-reconciler-type': 'none',
    'service-cluster-ip-range': '10.0.0.0/24',
    'authorization-mode': 'RBAC',
    // No pods run here, and without the controller manager no namespace has the account that it asks for.
    'disable-admission-plugins': 'ServiceAccount',
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'service-account-key-file': layout.serviceAccountPublicKeyFile,
    'service-account-signing-key-file': layout.serviceAccountKeyFile,
    'allow-privileged': 'true',
    profiling: 'false',
  });
}

/** The controllers that act on objects without nodes: namespaces end, owned objects go, roles are put together. */
const CONTROLLERS = [
  'namespace-controller',
  'garbage-collector-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'root-ca-certificate-publisher-controller',
  'clusterrole-aggregation-controller',
  'resourcequota-controller',
];

/** Arguments of the controller manager. It learns of new custom resources at intervals of 30 s, which is built in. */
export function controllerManagerArguments(layout: Layout): readonly string[] {
  return flags({
    kubeconfig: layout.adminKubeconfig,
    controllers: CONTROLLERS.join(','),
    'leader-elect': 'false',
    'secure-port': '0',
    'service-account-private-key-file': layout.serviceAccountKeyFile,
    'root-ca-file': layout.caFile,
    'cert-dir': `${layout.dataDir}/controller-manager`,
  });
}

function flags(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

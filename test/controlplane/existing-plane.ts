// The cluster of the current kubeconfig context, behind the same interface. Users are impersonated, and nothing is killed.
import { rmSync, writeFileSync } from 'node:fs';
import type { Environment } from './build.ts';
import type { ControlPlane } from './plane.ts';
import { runKubectl } from './kubectl.ts';
import { createDataFolder } from './sweep.ts';
import { initialUsers } from './users.ts';

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly 'certificate-authority-data'?: string } },
  ];
  readonly users: readonly [{ readonly name: string; readonly user: Readonly<Record<string, unknown>> }];
}

/** Whose kubeconfig to read (`KUBECONFIG`, else the default file), and where to put a folder of our own. */
export interface ExistingOptions {
  readonly root: string;
  readonly kubectlPath: string;
  readonly env: Environment;
}

/** Wraps the cluster of the current context. */
export async function existingPlane({ root, kubectlPath, env }: ExistingOptions): Promise<ControlPlane> {
  const dataDir = createDataFolder(root);
  const cacheDir = `${dataDir}/kubectl`;
  // Flattened: the files that the original names by relative paths are inside the copy.
  const args = ['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json'];
  const view = await runKubectl(args, { kubectlPath, kubeconfigPath: env['KUBECONFIG'] ?? '', cacheDir });
  if (view.code !== 0) throw new Error(`read the current kubeconfig context: ${view.stderr}`);
  const config: Kubeconfig = JSON.parse(view.stdout);
  const files = new Map<string, string>();
  const add = (name: string, content: unknown): string => {
    const file = `${dataDir}/${encodeURIComponent(name)}.kubeconfig`;
    writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
    files.set(name, file);
    return file;
  };
  const kubeconfigPath = add('admin', config);
  for (const { alias, username, groups } of initialUsers()) {
    if (alias !== 'admin') add(alias, impersonating(config, username, groups));
  }
  const { server, 'certificate-authority-data': authority = '' } = config.clusters[0].cluster;
  const caFile = `${dataDir}/ca.crt`;
  writeFileSync(caFile, Buffer.from(authority, 'base64'));
  const kubeconfigOf = (user: string): string => {
    const file = files.get(user);
    if (file === undefined) throw new Error(`no user ${user}; there are ${[...files.keys()].join(', ')}`);
    return file;
  };
  return {
    kind: 'existing',
    url: server,
    kubeconfigPath,
    adminToken: undefined,
    caFile,
    kubectlPath,
    dataDir,
    etcdUrl: undefined,
    hasControllers: true,
    kubectl: async (args, { as = 'admin', ...call } = {}) =>
      runKubectl(args, { ...call, kubectlPath, kubeconfigPath: kubeconfigOf(as), cacheDir }),
    kubeconfigOf,
    addUser: async (name, groups) => add(name, impersonating(config, name, groups)),
    pid: () => undefined,
    killApiServer: refuse,
    restartApiServer: refuse,
    killEtcd: refuse,
    restartEtcd: refuse,
    stop: async () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

function impersonating(config: Kubeconfig, username: string, groups: readonly string[]): Kubeconfig {
  const [{ name, user }] = config.users;
  // Naming any group leaves out those that the server would add by itself.
  const allGroups = [...groups, 'system:authenticated'];
  return { ...config, users: [{ name, user: { ...user, as: username, 'as-groups': allGroups } }] };
}

async function refuse(): Promise<void> {
  throw new Error('this cluster is not ours to break: skip the test when the control plane is of kind "existing"');
}

// One control plane of real processes on this machine: etcd, the API server and, if wanted, the controller manager.
import { rmSync } from 'node:fs';
import type { Assets } from './assets.ts';
import type { ControlPlane } from './plane.ts';
import { runKubectl } from './kubectl.ts';
import { createPrograms, type Programs } from './programs.ts';
import { provision, type Provision } from './provision.ts';
import { createDataFolder } from './sweep.ts';

/** Where to put it and what to run. */
export interface LocalOptions {
  readonly assets: Assets;
  /** Folder in which the data folder is created. */
  readonly root: string;
  readonly controllerManager: boolean;
}

const ATTEMPTS = 3;

/** Starts it on free ports and returns when it is ready; when another process took a port meanwhile it tries anew. */
export async function startLocalPlane(options: LocalOptions): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt += 1) {
    const dataDir = createDataFolder(options.root);
    const given = await provision(dataDir);
    const programs = createPrograms(options.assets, given);
    const discard = async (): Promise<void> => {
      await programs.killAll();
      rmSync(dataDir, { recursive: true, force: true });
    };
    try {
      await programs.start('etcd');
      await programs.start('kube-apiserver');
      if (options.controllerManager) await programs.start('kube-controller-manager');
      return localPlane({ ...options, given, programs, discard });
    } catch (error) {
      await discard();
      if (attempt === ATTEMPTS || !/address already in use/.test(String(error))) throw error;
    }
  }
}

interface Parts extends LocalOptions {
  readonly given: Provision;
  readonly programs: Programs;
  readonly discard: () => Promise<void>;
}

function localPlane({ assets, controllerManager, given, programs, discard }: Parts): ControlPlane {
  const { layout } = given;
  const kubectlPath = assets.file('kubectl');
  const cacheDir = `${layout.dataDir}/kubectl`;
  const kubeconfigOf = (user: string): string => {
    const file = given.kubeconfigs.get(user);
    if (file === undefined) throw new Error(`no user ${user}; there are ${[...given.kubeconfigs.keys()].join(', ')}`);
    return file;
  };
  return {
    kind: 'local',
    url: layout.url,
    kubeconfigPath: layout.adminKubeconfig,
    adminToken: given.adminToken,
    caFile: layout.caFile,
    kubectlPath,
    dataDir: layout.dataDir,
    etcdUrl: layout.etcdUrl,
    hasControllers: controllerManager,
    kubectl: async (args, { as = 'admin', ...call } = {}) =>
      runKubectl(args, { ...call, kubectlPath, kubeconfigPath: kubeconfigOf(as), cacheDir }),
    kubeconfigOf,
    addUser: async (name, groups) => given.addUser(name, groups),
    pid: (name) => programs.pid(name),
    killApiServer: () => programs.kill('kube-apiserver'),
    restartApiServer: async () => {
      await programs.kill('kube-apiserver');
      await programs.start('kube-apiserver');
    },
    killEtcd: () => programs.kill('etcd'),
    restartEtcd: async () => {
      await programs.kill('etcd');
      await programs.start('etcd');
    },
    stop: discard,
  };
}

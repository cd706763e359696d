// A real Kubernetes API server for tests and the demo: started on this machine, or the cluster that is already there.
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureAssets, type AssetsRequest } from './assets.ts';
import type { Environment } from './build.ts';
import { kubeVersionOf, type BinaryName } from './binaries.ts';
import { existingPlane } from './existing-plane.ts';
import { startLocalPlane } from './local-plane.ts';
import type { ControlPlane } from './plane.ts';
import { sweep } from './sweep.ts';

export type { ControlPlane } from './plane.ts';

/** What to start. */
export interface ControlPlaneOptions {
  /**
   * Also run the controllers: namespaces end, owned objects are collected, service accounts have tokens (default false).
   * `if-found` goes without where there is no controller manager and none can be built.
   */
  readonly controllerManager?: boolean | 'if-found';
  /** Folder in which the data folder is created (default: the system's folder for temporary files). */
  readonly dir?: string;
  /** "1.31", "1.35" or a full version (default: ENVTEST_K8S_VERSION, else the pinned one). */
  readonly kubeVersion?: string;
  /** Hears lines of progress (default: standard error). */
  readonly say?: (line: string) => void;
  /** Where the variables are read from (default: this process's environment). */
  readonly env?: Environment;
}

const NEEDED: readonly BinaryName[] = ['etcd', 'kubectl', 'kube-apiserver'];
const MANAGER: readonly BinaryName[] = ['kube-controller-manager'];

/** Binaries that a control plane takes. */
export function binariesFor(controllerManager: boolean | 'if-found'): Pick<AssetsRequest, 'binaries' | 'optional'> {
  if (controllerManager === 'if-found') return { binaries: NEEDED, optional: MANAGER };
  return { binaries: controllerManager ? [...NEEDED, ...MANAGER] : NEEDED };
}

/** Starts a control plane; with USE_EXISTING_CLUSTER=true it is the current context of the kubeconfig instead. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const {
    controllerManager = false,
    dir,
    env = process.env,
    say = (line: string) => process.stderr.write(`${line}\n`),
  } = options;
  const root = path.resolve(dir ?? tmpdir());
  sweep(root);
  const kubeVersion = kubeVersionOf(options.kubeVersion ?? env['ENVTEST_K8S_VERSION']);
  if (env['USE_EXISTING_CLUSTER'] === 'true') {
    say('control plane: the current kubeconfig context (USE_EXISTING_CLUSTER=true); no server is started');
    const kubectl = await ensureAssets({ kubeVersion, binaries: ['kubectl'], env, say });
    return existingPlane({ root, kubectlPath: kubectl.file('kubectl'), env });
  }
  const assets = await ensureAssets({ kubeVersion, ...binariesFor(controllerManager), env, say });
  return startLocalPlane({ assets, root, controllerManager: assets.has('kube-controller-manager') });
}

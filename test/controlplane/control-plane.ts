// A real Kubernetes API server for tests and the demo: started on this machine, or the cluster that is already there.
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureAssets } from './assets.ts';
import { kubeVersionOf, type BinaryName } from './binaries.ts';
import { existingPlane } from './existing-plane.ts';
import type { KubectlResult } from './kubectl.ts';
import { startLocalPlane } from './local-plane.ts';
import type { ServerName } from './programs.ts';
import { sweep } from './sweep.ts';

/** `input` is standard input; `as` is a user known to `kubeconfigOf` (default admin); `timeoutMs` defaults to 60 s. */
export interface KubectlOptions {
  readonly input?: string;
  readonly as?: string;
  readonly timeoutMs?: number;
}

/** A control plane in use. The kill and restart functions, and `pid`, work only on `kind: 'local'`. */
export interface ControlPlane {
  readonly kind: 'local' | 'existing';
  /** Address of the API server. */
  readonly url: string;
  /** Kubeconfig of the administrator. */
  readonly kubeconfigPath: string;
  /** Undefined on an existing cluster. */
  readonly adminToken: string | undefined;
  /** PEM file of the authority that signed the server's certificate. */
  readonly caFile: string;
  readonly kubectlPath: string;
  /** Folder of logs (`kube-apiserver.log`, ...), kubeconfigs and data; removed by `stop`. */
  readonly dataDir: string;
  /** Undefined on an existing cluster. */
  readonly etcdUrl: string | undefined;
  /** Runs kubectl; a failing command is a result with its code, not an exception. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<KubectlResult>;
  /** Kubeconfig of `admin`, `operator` (the operator's service account), `alice`, `bob`, `carol` or an added user. */
  kubeconfigOf(user: string): string;
  /** Adds a user and returns the path of its kubeconfig; it may do nothing until a RoleBinding says so. */
  addUser(name: string, groups: readonly string[]): Promise<string>;
  pid(name: ServerName): number | undefined;
  /** By SIGKILL; resolves when the process is gone. */
  killApiServer(): Promise<void>;
  /** At the same address and with the same data; resolves when it is ready. */
  restartApiServer(): Promise<void>;
  killEtcd(): Promise<void>;
  restartEtcd(): Promise<void>;
  stop(): Promise<void>;
}

/** What to start. */
export interface ControlPlaneOptions {
  /** Also run the controllers: namespaces end, owned objects are collected, service accounts have tokens (default false). */
  readonly controllerManager?: boolean;
  /** Folder in which the data folder is created (default: the system's folder for temporary files). */
  readonly dir?: string;
  /** "1.31", "1.35" or a full version (default: ENVTEST_K8S_VERSION, else the pinned one). */
  readonly kubeVersion?: string;
  /** Hears lines of progress (default: standard error). */
  readonly say?: (line: string) => void;
}

/** Binaries that a control plane takes. */
export function binariesFor(controllerManager: boolean): readonly BinaryName[] {
  return ['etcd', 'kubectl', 'kube-apiserver', ...(controllerManager ? (['kube-controller-manager'] as const) : [])];
}

/** Starts a control plane; with USE_EXISTING_CLUSTER=true it is the current context of the kubeconfig instead. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { controllerManager = false, dir, say = (line: string) => process.stderr.write(`${line}\n`) } = options;
  const root = path.resolve(dir ?? tmpdir());
  sweep(root);
  if (process.env['USE_EXISTING_CLUSTER'] === 'true') {
    say('control plane: the current kubeconfig context (USE_EXISTING_CLUSTER=true); nothing to build');
    return existingPlane(root);
  }
  const assets = await ensureAssets({
    kubeVersion: kubeVersionOf(options.kubeVersion ?? process.env['ENVTEST_K8S_VERSION']),
    binaries: binariesFor(controllerManager),
    env: process.env,
    say,
  });
  return startLocalPlane({ assets, root, controllerManager });
}

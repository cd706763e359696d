// What a running control plane offers, whether it was started here or is an existing cluster.
import type { KubectlResult } from './kubectl.ts';
import type { ServerName } from './programs.ts';

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
  /** Whether controllers run: namespaces end, owned objects are collected. */
  readonly hasControllers: boolean;
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

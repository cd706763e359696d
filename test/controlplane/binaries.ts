// Which programs make a control plane, where their Go packages are, and which Kubernetes versions are supported.

/** The programs, by the name of their binary. */
export type BinaryName = 'etcd' | 'kubectl' | 'kube-apiserver' | 'kube-controller-manager';

/** Go package of each program, and what its build costs on two cores from an empty Go cache, in seconds. */
export const BINARIES: Readonly<Record<BinaryName, { readonly goPackage: string; readonly buildSeconds: number }>> = {
  etcd: { goPackage: 'go.etcd.io/etcd/server/v3', buildSeconds: 15 },
  kubectl: { goPackage: 'k8s.io/kubernetes/cmd/kubectl', buildSeconds: 31 },
  'kube-apiserver': { goPackage: 'k8s.io/kubernetes/cmd/kube-apiserver', buildSeconds: 338 },
  'kube-controller-manager': { goPackage: 'k8s.io/kubernetes/cmd/kube-controller-manager', buildSeconds: 90 },
};

/** All of them, smallest build first. */
export const ALL_BINARIES: readonly BinaryName[] = ['etcd', 'kubectl', 'kube-apiserver', 'kube-controller-manager'];

/** The Kubernetes version that the committed go.mod pins. */
export const DEFAULT_KUBE_VERSION = '1.35.0';

/** The patch release tested for each minor release: the oldest supported and the newest. */
export const TESTED_VERSIONS: Readonly<Record<string, string>> = { '1.31': '1.31.0', '1.35': DEFAULT_KUBE_VERSION };

/** Reads a version such as "1.35", "1.35.0" or "v1.35.0"; the default when there is none. */
export function kubeVersionOf(text: string | undefined): string {
  if (text === undefined || text === '') return DEFAULT_KUBE_VERSION;
  const plain = text.replace(/^v/, '');
  const version = TESTED_VERSIONS[plain] ?? plain;
  if (!/^1\.\d+\.\d+$/.test(version)) {
    throw new Error(`Kubernetes version ${text}: expected ${Object.keys(TESTED_VERSIONS).join(', ')} or 1.X.Y`);
  }
  return version;
}

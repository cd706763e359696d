// Command line for make and for people: `ensure` makes sure the binaries are there; `run` (or `up`) starts a control
// plane, prints the path of its kubeconfig and stops it at Ctrl-C.
import { ensureAssets } from './assets.ts';
import { kubeVersionOf } from './binaries.ts';
import { binariesFor, startControlPlane } from './control-plane.ts';

const USAGE = `usage: node test/controlplane/main.ts <command>
  ensure                        find or build etcd, kube-apiserver, kubectl and, if it can be had, kube-controller-manager
  run [--controller-manager]    start a control plane, print its kubeconfig path, stop at Ctrl-C ("up" is the same)
environment: KUBEBUILDER_ASSETS, XDG_CACHE_HOME, ENVTEST_K8S_VERSION (1.31, 1.35 or 1.X.Y), USE_EXISTING_CLUSTER
`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function ensure(): Promise<void> {
  const kubeVersion = kubeVersionOf(process.env['ENVTEST_K8S_VERSION']);
  const assets = await ensureAssets({ kubeVersion, ...binariesFor('if-found'), env: process.env, say });
  process.stdout.write(`${assets.folder}\n`);
}

async function runUntilSignal(args: readonly string[]): Promise<void> {
  const plane = await startControlPlane({ controllerManager: args.includes('--controller-manager'), say });
  const stopped = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  say(`API server at ${plane.url}, logs in ${plane.dataDir}; Ctrl-C stops it`);
  process.stdout.write(`${plane.kubeconfigPath}\n`);
  // A pending promise does not keep Node running on an existing cluster, where there are no children.
  const alive = setInterval(() => undefined, 60_000);
  await stopped;
  clearInterval(alive);
  await plane.stop();
}

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  ensure,
  run: runUntilSignal,
  up: runUntilSignal,
};

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  const command = COMMANDS[name];
  if (command === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  await command(args);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

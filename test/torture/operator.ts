// The operator as it is shipped, bundled once, behind a pair of proxies of its own, with the rights of its own ServiceAccount.
// It is started again whenever it ends, as a kubelet would.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plugin, build } from 'esbuild';
import { type BoundProcess, type Exit, describeExit, spawnBound } from '../support/bound-process.ts';
import type { Sender } from './gate.ts';

/** Bundles the sources of a checkout as they are shipped, or as plugins change them: what is loaded on demand lies beside the program. */
export async function bundleOperator(
  folder: string,
  { name = 'operator', plugins = [] }: { readonly name?: string; readonly plugins?: readonly Plugin[] } = {},
): Promise<string> {
  const program = join(folder, `${name}.mjs`);
  const js = `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`;
  await build({
    entryPoints: [{ in: join(import.meta.dirname, '../../src/main.ts'), out: name }],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.19',
    banner: { js },
    plugins: [...plugins],
    logLevel: 'error',
  });
  return program;
}

/** Durations fit an emulator whose clock runs a hundred times as fast. */
const FLAGS = [
  '--bind-address=127.0.0.1',
  '--metrics-port=0',
  '--health-port=0',
  '--metrics-auth=off',
  '--sweep-seconds=1.2',
  '--slow-seconds=1.6',
  '--guest-seconds=5',
  '--zone-return-seconds=2',
  '--absence-grace-seconds=0.4',
  '--visibility-grace-seconds=1',
];

/** How to start one. */
export interface ReplicaOptions {
  readonly program: string;
  readonly namespace: string;
  readonly identity: string;
  readonly token: string;
  readonly folder: string;
  /** Short where two replicas contend; long enough for a busy machine where there is one, which takes its own lease again at once. */
  readonly leaseSeconds: number;
}

/** A replica that is started again when it ends. */
export class Replica implements Sender {
  readonly identity: string;
  /** Ends that nobody ordered. */
  readonly surprises: string[] = [];
  readonly #options: ReplicaOptions;
  readonly logFile: string;
  #child: BoundProcess | undefined;
  #ordered: 'SIGKILL' | 'SIGTERM' | undefined;
  #stopped = false;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.identity = options.identity;
    this.logFile = join(options.folder, `${options.identity}.log`);
  }

  /** Starts it with the proxy of the API server in its kubeconfig. */
  start(kubeUrl: string): void {
    const { folder, token, program, namespace, identity, leaseSeconds } = this.#options;
    const kubeconfig = join(folder, `${identity}.kubeconfig`);
    writeFileSync(kubeconfig, kubeconfigFor(kubeUrl, { token }), { mode: 0o600 });
    const own = [`--kubeconfig=${kubeconfig}`, `--namespace=${namespace}`, `--watch-namespaces=${namespace}`];
    const args = [
      '--max-semi-space-size=2',
      program,
      ...own,
      `--identity=${identity}`,
      `--lease-seconds=${leaseSeconds}`,
      ...FLAGS,
    ];
    const env = { ...process.env, NODE_COMPILE_CACHE: join(program, '../compiled') };
    const run = (): void => {
      const child = spawnBound(process.execPath, args, { name: identity, logFile: this.logFile, env });
      this.#child = child;
      void child.exited.then((exit) => {
        if (this.#stopped) return;
        this.#judge(exit);
        run();
      });
    };
    run();
  }

  #judge(exit: Exit): void {
    const { identity } = this;
    if (this.#ordered === undefined) this.surprises.push(`${identity} ended by itself: ${describeExit(exit)}`);
    if (this.#ordered === 'SIGTERM' && exit.code !== 0)
      this.surprises.push(`${identity} was asked to end and ended with ${describeExit(exit)}`);
    this.#ordered = undefined;
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#child?.exited;
  }

  signal(name: NodeJS.Signals): void {
    if (name === 'SIGKILL' || name === 'SIGTERM') this.#ordered = name;
    this.#child?.signal(name);
  }

  tail(lines: number): string {
    return this.#child?.tail(lines) ?? '';
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#child?.stop('SIGKILL');
  }
}

/** A kubeconfig of one server and one user, who has a `token` or a `tokenFile`. */
export function kubeconfigFor(
  server: string,
  user: { readonly token: string } | { readonly tokenFile: string },
): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'torture',
    clusters: [{ name: 'torture', cluster: { server } }],
    users: [{ name: 'operator', user }],
    contexts: [{ name: 'torture', context: { cluster: 'torture', user: 'operator' } }],
  });
}

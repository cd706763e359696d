// Finds the control plane's binaries: KUBEBUILDER_ASSETS, then the project's cache, then a build from Go modules.
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { BINARIES, type BinaryName } from './binaries.ts';
import { build, whyNotBuildable, type Environment } from './build.ts';

/** Where the binaries are and how they were found. */
export interface Assets {
  readonly source: 'KUBEBUILDER_ASSETS' | 'cache' | 'build';
  readonly folder: string;
  /** Path of one binary that was asked for. */
  file(binary: BinaryName): string;
}

/** What is needed, and from where; `say` hears one line for the way taken and lines of progress. */
export interface AssetsRequest {
  readonly kubeVersion: string;
  readonly binaries: readonly BinaryName[];
  readonly env: Environment;
  readonly say: (line: string) => void;
}

/** Returns the binaries, building them if need be; throws an error that names every way when none works. */
export async function ensureAssets(request: AssetsRequest): Promise<Assets> {
  const { env, say, kubeVersion, binaries } = request;
  const given = env['KUBEBUILDER_ASSETS'];
  const givenLacks = given === undefined || given === '' ? undefined : await missing(given, binaries);
  if (given !== undefined && givenLacks?.length === 0) {
    say(`control plane: using KUBEBUILDER_ASSETS (${given}), whatever version it holds; nothing to build`);
    return assets('KUBEBUILDER_ASSETS', given);
  }
  const givenWhy = givenLacks === undefined ? 'is not set' : `lacks ${givenLacks.join(', ')} (${given})`;
  if (givenLacks !== undefined) say(`control plane: KUBEBUILDER_ASSETS ${givenWhy}; looking elsewhere`);
  const folder = cacheFolder(env, kubeVersion);
  const cacheLacks = await missing(folder, binaries);
  if (cacheLacks.length === 0) {
    say(`control plane: Kubernetes ${kubeVersion} from the cache ${folder}; nothing to build`);
    return assets('cache', folder);
  }
  const buildWhy = await whyNotBuildable(env);
  if (buildWhy !== undefined) {
    throw new Error(noWay({ kubeVersion, binaries, folder, givenWhy, cacheLacks, buildWhy }));
  }
  say(
    `control plane: building ${cacheLacks.join(', ')} of Kubernetes ${kubeVersion} from Go modules, ` +
      `up to ${cost(cacheLacks)} on two cores, once; kept in ${folder}`,
  );
  await build({ kubeVersion, binaries: cacheLacks, folder, env, say: (line) => say(`control plane: ${line}`) });
  return assets('build', folder);
}

/** The cache folder of one Kubernetes version, by the XDG base directory rules. */
export function cacheFolder(env: Environment, kubeVersion: string): string {
  const xdg = env['XDG_CACHE_HOME'];
  const root = xdg === undefined || xdg === '' ? path.join(env['HOME'] ?? homedir(), '.cache') : xdg;
  return path.join(root, 'finance-cloud-operator', 'controlplane', kubeVersion);
}

function assets(source: Assets['source'], folder: string): Assets {
  return { source, folder, file: (binary) => path.join(folder, binary) };
}

async function missing(folder: string, binaries: readonly BinaryName[]): Promise<readonly BinaryName[]> {
  const usable = await Promise.all(
    binaries.map((binary) =>
      access(path.join(folder, binary), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return binaries.filter((_, index) => usable[index] !== true);
}

function cost(binaries: readonly BinaryName[]): string {
  const total = binaries.reduce((sum, binary) => sum + BINARIES[binary].buildSeconds, 0);
  return total < 60 ? `${total} s` : `${Math.ceil(total / 60)} min`;
}

interface Failure {
  readonly kubeVersion: string;
  readonly binaries: readonly BinaryName[];
  readonly folder: string;
  readonly givenWhy: string;
  readonly cacheLacks: readonly BinaryName[];
  readonly buildWhy: string;
}

function noWay({ kubeVersion, binaries, folder, givenWhy, cacheLacks, buildWhy }: Failure): string {
  return [
    `no control plane: ${binaries.join(', ')} of Kubernetes ${kubeVersion} not found. The ways to get them:`,
    `  1. KUBEBUILDER_ASSETS=<folder with the binaries>, as setup-envtest prints it: ${givenWhy}`,
    `  2. the cache ${folder}: lacks ${cacheLacks.join(', ')}`,
    `  3. a build from Go modules: ${buildWhy}`,
    '  4. USE_EXISTING_CLUSTER=true: the same tests against the current kubeconfig context',
  ].join('\n');
}

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
  /** Folder of kubectl, and of the others unless they had to be put together. */
  readonly folder: string;
  /** Whether there is one that was optional. */
  has(binary: BinaryName): boolean;
  /** Path of one binary that was asked for. */
  file(binary: BinaryName): string;
}

/** What is needed, and from where; `say` hears one line for the way taken and lines of progress. */
export interface AssetsRequest {
  readonly kubeVersion: string;
  readonly binaries: readonly BinaryName[];
  /** Those that may be missing: envtest, for one, ships no controller manager. */
  readonly optional?: readonly BinaryName[];
  readonly env: Environment;
  readonly say: (line: string) => void;
}

/** Returns the binaries, building them if need be; throws an error that names every way when none works. */
export async function ensureAssets(request: AssetsRequest): Promise<Assets> {
  const { binaries, optional = [], say } = request;
  if (optional.length === 0) return find(request);
  try {
    return await find({ ...request, binaries: [...binaries, ...optional] });
  } catch {
    const without = await find(request);
    say(`control plane: there is no ${optional.join(', ')} and none can be built; what needs it is skipped`);
    return without;
  }
}

async function find(request: AssetsRequest): Promise<Assets> {
  const { env, say, kubeVersion, binaries } = request;
  const given = env['KUBEBUILDER_ASSETS'];
  const givenLacks = given === undefined || given === '' ? undefined : await missing(given, binaries);
  if (given !== undefined && givenLacks?.length === 0) {
    say(`control plane: using KUBEBUILDER_ASSETS (${given}), whatever version it holds; nothing to build`);
    return assets('KUBEBUILDER_ASSETS', given, binaries);
  }
  const givenWhy = givenLacks === undefined ? 'is not set' : `lacks ${givenLacks.join(', ')} (${given})`;
  if (givenLacks !== undefined) say(`control plane: KUBEBUILDER_ASSETS ${givenWhy}; looking elsewhere`);
  const folder = cacheFolder(env, kubeVersion);
  const cacheLacks = await missing(folder, binaries);
  if (cacheLacks.length === 0) {
    say(`control plane: Kubernetes ${kubeVersion} from the cache ${folder}; nothing to build`);
    return assets('cache', folder, binaries);
  }
  // What somebody gave is not built again for the sake of the one that it lacks.
  const fromGiven = given === undefined ? [] : binaries.filter((each) => givenLacks?.includes(each) === false);
  const lacking = cacheLacks.filter((each) => !fromGiven.includes(each));
  if (lacking.length === 0 && given !== undefined) {
    say(`control plane: ${fromGiven.join(', ')} from KUBEBUILDER_ASSETS, the others from the cache ${folder}`);
    return together(request, { given, fromGiven, folder, source: 'cache' });
  }
  const buildWhy = await whyNotBuildable(env);
  if (buildWhy !== undefined) {
    throw new Error(noWay({ kubeVersion, binaries, folder, givenWhy, cacheLacks, buildWhy }));
  }
  say(
    `control plane: building ${lacking.join(', ')} of Kubernetes ${kubeVersion} from Go modules, ` +
      `up to ${cost(lacking)} on two cores, once; kept in ${folder}`,
  );
  await build({ kubeVersion, binaries: lacking, folder, env, say: (line) => say(`control plane: ${line}`) });
  if (given !== undefined && fromGiven.length > 0)
    return together(request, { given, fromGiven, folder, source: 'build' });
  return assets('build', folder, binaries);
}

interface Parts {
  readonly given: string;
  readonly fromGiven: readonly BinaryName[];
  readonly folder: string;
  readonly source: 'cache' | 'build';
}

/** Binaries of two folders. */
function together({ binaries }: AssetsRequest, { given, fromGiven, folder, source }: Parts): Assets {
  const homeOf = (binary: BinaryName): string => (fromGiven.includes(binary) ? given : folder);
  return {
    source,
    folder: homeOf('kubectl'),
    has: (binary) => binaries.includes(binary),
    file: (binary) => path.join(homeOf(binary), binary),
  };
}

/** The cache folder of one Kubernetes version, by the XDG base directory rules. */
export function cacheFolder(env: Environment, kubeVersion: string): string {
  const xdg = env['XDG_CACHE_HOME'];
  const root = xdg === undefined || xdg === '' ? path.join(env['HOME'] ?? homedir(), '.cache') : xdg;
  return path.join(root, 'finance-cloud-operator', 'controlplane', kubeVersion);
}

function assets(source: Assets['source'], folder: string, binaries: readonly BinaryName[]): Assets {
  return {
    source,
    folder,
    has: (binary) => binaries.includes(binary),
    file: (binary) => path.join(folder, binary),
  };
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

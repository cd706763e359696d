// Builds the control plane's binaries from the pinned Go module into the project's cache.
import { execFile } from 'node:child_process';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describeExit, spawnBound } from '../support/bound-process.ts';
import { errorCode } from '../support/error-code.ts';
import { BINARIES, DEFAULT_KUBE_VERSION, type BinaryName } from './binaries.ts';
import { withLock } from './build-lock.ts';
import { writeGoModule } from './go-module.ts';

const run = promisify(execFile);

/** The environment a build runs in: PATH finds go. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What to build, and where to. */
export interface BuildRequest {
  readonly kubeVersion: string;
  readonly binaries: readonly BinaryName[];
  /** The cache folder of this version. */
  readonly folder: string;
  readonly env: Environment;
  readonly say: (line: string) => void;
}

/** Why nothing can be built here, or undefined: there is a Go that is new enough. */
export async function whyNotBuildable(env: Environment): Promise<string | undefined> {
  const needed = /^go (\S+)$/m.exec(await readFile(path.join(import.meta.dirname, 'go.mod'), 'utf8'))?.[1] ?? '';
  try {
    // In the module's folder, so that a Go that fetches newer toolchains by itself answers with that one.
    const { stdout } = await run('go', ['env', 'GOVERSION'], { env, cwd: import.meta.dirname });
    const found = stdout.trim().replace(/^go/, '');
    if (found.localeCompare(needed, 'en', { numeric: true }) >= 0) return undefined;
    return `Go ${found} is too old (${needed} or newer is needed)`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return `no go on the PATH (${needed} or newer is needed)`;
    return `go does not work: ${error instanceof Error ? error.message.trim() : String(error)}`;
  }
}

/** Builds what is still missing; one builder at a time for each version. */
export async function build(request: BuildRequest): Promise<void> {
  const { folder, say } = request;
  await mkdir(folder, { recursive: true });
  let nextWord = 0;
  const onWait = (waitedMs: number): void => {
    if (waitedMs < nextWord) return;
    nextWord = waitedMs + 10_000;
    say(`another process is building into ${folder}; waiting (${seconds(waitedMs)})`);
  };
  await withLock(path.join(folder, '.lock'), { onWait }, async () => {
    for (const binary of request.binaries) {
      const done = await access(path.join(folder, binary)).then(
        () => true,
        () => false,
      );
      if (!done) await buildOne(binary, request);
    }
  });
}

async function buildOne(binary: BinaryName, { kubeVersion, folder, env, say }: BuildRequest): Promise<void> {
  const start = performance.now();
  const elapsed = (): string => seconds(performance.now() - start);
  const module = await moduleFolder(kubeVersion, folder);
  const target = path.join(folder, `.${binary}.${process.pid}`);
  let packages = 0;
  say(`building ${binary} ...`);
  const go = spawnBound('nice', ['-n', '5', 'go', ...buildArguments(binary, kubeVersion, target)], {
    name: 'go build',
    cwd: module,
    env: { ...env, CGO_ENABLED: '0', GOWORK: 'off' },
    onLine: () => (packages += 1), // -v names each compiled package
  });
  const progress = setInterval(() => say(`building ${binary}: ${elapsed()}, ${packages} packages compiled`), 10_000);
  const exit = await go.exited;
  clearInterval(progress);
  if (exit.code !== 0) {
    await rm(target, { force: true });
    throw new Error(`build of ${binary} failed after ${elapsed()} (${describeExit(exit)}):\n${go.tail(20)}`);
  }
  await rename(target, path.join(folder, binary));
  say(`built ${binary} in ${elapsed()}`);
}

function buildArguments(binary: BinaryName, kubeVersion: string, target: string): readonly string[] {
  const [major, minor] = kubeVersion.split('.');
  const version = 'k8s.io/component-base/version';
  // Without these the server says that it is v0.0.0-master.
  const stamps = { gitVersion: `v${kubeVersion}`, gitMajor: major, gitMinor: minor };
  const flags = Object.entries(stamps).map(([name, value]) => `-X ${version}.${name}=${value}`);
  const linker = ['-s', '-w', ...flags].join(' ');
  const { goPackage } = BINARIES[binary];
  return ['build', '-v', '-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', linker, '-o', target, goPackage];
}

/** The committed module for the default version; for another one a module generated beside its binaries. */
async function moduleFolder(kubeVersion: string, folder: string): Promise<string> {
  if (kubeVersion === DEFAULT_KUBE_VERSION) return import.meta.dirname;
  const generated = path.join(folder, 'module');
  await access(path.join(generated, 'go.sum')).catch(() => writeGoModule(kubeVersion, generated));
  return generated;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

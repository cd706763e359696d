// Which way to the binaries is taken, tried with folders and programs made for the purpose.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cacheFolder, ensureAssets } from './assets.ts';
import { ALL_BINARIES, DEFAULT_KUBE_VERSION, kubeVersionOf, type BinaryName } from './binaries.ts';
import type { Environment } from './build.ts';

const WITHOUT_MANAGER: readonly BinaryName[] = ['etcd', 'kubectl', 'kube-apiserver'];

// Answers like Go and "builds" a file: -o is the last but one argument.
const FAKE_GO = `#!/bin/sh
case "$1" in
  env) echo "go$FAKE_VERSION" ;;
  build)
    for last; do target=$previous; previous=$last; done
    if [ -n "$FAKE_FAILURE" ]; then echo "$FAKE_FAILURE" >&2; exit 1; fi
    echo some/package >&2; echo "$@" > "$target"; chmod +x "$target" ;;
esac
`;

interface Case {
  readonly why: string;
  readonly given?: readonly BinaryName[];
  readonly cached?: readonly BinaryName[];
  readonly go?: { readonly version: string; readonly failure?: string };
  readonly wanted?: readonly BinaryName[];
  readonly optional?: readonly BinaryName[];
  /** Which of the optional ones there are. */
  readonly has?: readonly BinaryName[];
  readonly source?: string;
  readonly says?: RegExp;
  readonly fails?: readonly RegExp[];
}

const CASES: readonly Case[] = [
  {
    why: 'KUBEBUILDER_ASSETS wins over the cache: it is what somebody asked for',
    given: WITHOUT_MANAGER,
    cached: ALL_BINARIES,
    source: 'KUBEBUILDER_ASSETS',
    says: /using KUBEBUILDER_ASSETS .*nothing to build/,
  },
  {
    why: 'KUBEBUILDER_ASSETS without the controller manager, as envtest ships it, does not serve those who need one',
    given: WITHOUT_MANAGER,
    cached: ALL_BINARIES,
    wanted: ALL_BINARIES,
    source: 'cache',
    says: /KUBEBUILDER_ASSETS lacks kube-controller-manager/,
  },
  {
    why: 'what KUBEBUILDER_ASSETS holds is not built again: the one binary that it lacks is built alone',
    given: WITHOUT_MANAGER,
    wanted: ALL_BINARIES,
    go: { version: '1.25.0' },
    source: 'build',
    says: /building kube-controller-manager of Kubernetes .*, up to 2 min/,
  },
  {
    why: 'the one binary that it lacks may be in the cache',
    given: WITHOUT_MANAGER,
    cached: ['kube-controller-manager'],
    wanted: ALL_BINARIES,
    source: 'cache',
    says: /etcd.* from KUBEBUILDER_ASSETS, the others from the cache/,
  },
  {
    why: 'without Go and without a controller manager there is one less, and a line that says so',
    given: WITHOUT_MANAGER,
    optional: ['kube-controller-manager'],
    source: 'KUBEBUILDER_ASSETS',
    says: /no kube-controller-manager and none can be built; what needs it is skipped/,
  },
  {
    why: 'what is optional is taken where it is',
    cached: ALL_BINARIES,
    optional: ['kube-controller-manager'],
    source: 'cache',
    has: ['kube-controller-manager'],
    says: /nothing to build/,
  },
  {
    why: 'a complete cache costs nothing',
    cached: ALL_BINARIES,
    source: 'cache',
    says: /from the cache .*nothing to build/,
  },
  {
    why: 'only what the cache lacks is built, and the line says what it costs',
    cached: WITHOUT_MANAGER,
    wanted: ALL_BINARIES,
    go: { version: '1.25.0' },
    source: 'build',
    says: /building kube-controller-manager of Kubernetes 1\.35\.0 from Go modules, up to 2 min/,
  },
  { why: 'everything is built when there is nothing', go: { version: '1.26.1' }, source: 'build', says: /up to 7 min/ },
  {
    why: 'without Go every way is named with the reason it does not work',
    given: ['etcd'],
    fails: [
      /KUBEBUILDER_ASSETS=.*lacks kubectl, kube-apiserver/,
      /the cache .*lacks etcd/,
      /no go on the PATH/,
      /USE_EXISTING_CLUSTER/,
    ],
  },
  {
    why: 'an old Go is found out before the long build, compared as numbers and not as text',
    go: { version: '1.9.7' },
    fails: [/KUBEBUILDER_ASSETS.*is not set/, /Go 1\.9\.7 is too old \(1\.25\.0 or newer/],
  },
  {
    why: 'a failing build shows what Go said',
    go: { version: '1.25.3', failure: 'dial tcp: no route to the module proxy' },
    fails: [/build of etcd failed.*no route to the module proxy/s],
  },
];

describe('ensureAssets', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'assets-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  for (const { why, ...of } of CASES) {
    it(why, async () => {
      const { given, cached = [], go, wanted = WITHOUT_MANAGER, optional = [], has = [], source, says, fails } = of;
      const env: Environment = {
        HOME: home,
        // The shell and nice of the system, but no Go of the system.
        PATH: [path.join(home, 'bin'), '/usr/bin', '/bin'].join(':'),
        FAKE_VERSION: go?.version,
        FAKE_FAILURE: go?.failure,
        ...(given === undefined ? {} : { KUBEBUILDER_ASSETS: path.join(home, 'given') }),
      };
      fill(path.join(home, 'given'), given ?? []);
      fill(cacheFolder(env, DEFAULT_KUBE_VERSION), cached);
      if (go !== undefined) writeProgram(path.join(home, 'bin', 'go'), FAKE_GO);
      const said: string[] = [];
      const request = {
        kubeVersion: DEFAULT_KUBE_VERSION,
        binaries: wanted,
        optional,
        env,
        say: (line: string) => said.push(line),
      };
      if (fails !== undefined) {
        const error: unknown = await ensureAssets(request).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        for (const pattern of fails) assert.match(String(error), pattern);
        return;
      }
      const assets = await ensureAssets(request);
      assert.equal(assets.source, source);
      for (const binary of [...wanted, ...has]) assert.ok(existsSync(assets.file(binary)), binary);
      assert.deepEqual(
        optional.filter((each) => assets.has(each)),
        has,
      );
      assert.match(said.join('\n'), says ?? /^/);
      assert.deepEqual(
        readdirSync(assets.folder).filter((each) => each.startsWith('.')),
        [],
        'no lock, no half-built file',
      );
    });
  }

  it('ignores a file that cannot be executed: an aborted download is not a binary', async () => {
    const env = { HOME: home, PATH: '/nowhere' };
    const folder = cacheFolder(env, DEFAULT_KUBE_VERSION);
    fill(folder, WITHOUT_MANAGER);
    chmodSync(path.join(folder, 'etcd'), 0o644);
    const request = { kubeVersion: DEFAULT_KUBE_VERSION, binaries: WITHOUT_MANAGER, env, say: () => undefined };
    await assert.rejects(ensureAssets(request), /lacks etcd\n/);
  });

  it('builds once when two processes want the same', async () => {
    const env = { HOME: home, PATH: [path.join(home, 'bin'), '/usr/bin', '/bin'].join(':'), FAKE_VERSION: '1.25.0' };
    writeProgram(path.join(home, 'bin', 'go'), FAKE_GO);
    const said: string[] = [];
    const request = {
      kubeVersion: DEFAULT_KUBE_VERSION,
      binaries: WITHOUT_MANAGER,
      env,
      say: (line: string) => said.push(line),
    };
    await Promise.all([ensureAssets(request), ensureAssets(request)]);
    assert.deepEqual(said.filter((line) => /built etcd/.test(line)).length, 1);
  });
});

describe('cacheFolder', () => {
  it('follows XDG_CACHE_HOME, and treats an empty one as not set', () => {
    assert.equal(
      cacheFolder({ XDG_CACHE_HOME: '/x', HOME: '/h' }, '1.35.0'),
      '/x/finance-cloud-operator/controlplane/1.35.0',
    );
    assert.equal(
      cacheFolder({ XDG_CACHE_HOME: '', HOME: '/h' }, '1.35.0'),
      '/h/.cache/finance-cloud-operator/controlplane/1.35.0',
    );
  });
});

describe('kubeVersionOf', () => {
  const versions: readonly { given: string | undefined; is: string; why: string }[] = [
    { given: undefined, is: DEFAULT_KUBE_VERSION, why: 'nothing said means the pinned version' },
    { given: '', is: DEFAULT_KUBE_VERSION, why: 'an empty variable means not set' },
    { given: '1.31', is: '1.31.0', why: 'a minor release means the patch release that was tested' },
    { given: 'v1.33.2', is: '1.33.2', why: 'any full version may be tried' },
  ];
  for (const { given, is, why } of versions) it(why, () => assert.equal(kubeVersionOf(given), is));

  it('refuses what is no version', () =>
    assert.throws(() => kubeVersionOf('latest'), /expected 1\.31, 1\.35 or 1\.X\.Y/));
});

function fill(folder: string, binaries: readonly BinaryName[]): void {
  mkdirSync(folder, { recursive: true });
  for (const binary of binaries) writeProgram(path.join(folder, binary), '#!/bin/sh\n');
}

function writeProgram(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o755 });
}

// The shipped bundle as a process with the image's V8 flags: time to its first LIST, and its memory with the sample running on
// a real API server. Printed figures: a busy machine changes them.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type ControlPlane, startControlPlane } from '../test/controlplane/control-plane.ts';
import { tempFolder } from '../test/support/run-folder.ts';
import { type BoundProcess, spawnBound } from '../test/support/bound-process.ts';
import { type EmulatorProcess, startEmulatorProcess } from '../test/support/emulator-process.ts';
import { eventually } from '../test/support/eventually.ts';
import { accountObjects, sampleObjects } from '../test/support/lab/objects.ts';
import { SAMPLE_CLOUD } from '../test/support/lab/worlds.ts';
import { LoopbackApi } from '../test/support/loopback-api.ts';
import { median } from './table.ts';

const ROOT = join(import.meta.dirname, '..');
const BUNDLE = join(ROOT, 'dist/finance-cloud-operator.mjs');
const FIXED = ['--bind-address=127.0.0.1', '--metrics-port=0', '--health-port=0', '--metrics-auth=off'];

/** The flags of V8 that the image's entry point gives. */
export function imageFlags(): readonly string[] {
  const found = /ENTRYPOINT (\[.*\])/.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))?.[1];
  const words: readonly string[] = JSON.parse(found ?? '[]');
  return words.filter((word) => word.startsWith('--'));
}

/** Bundles both programs. */
export async function buildBundles(): Promise<void> {
  const build = spawnBound(process.execPath, [join(ROOT, 'scripts/build.ts')], { name: 'build' });
  const { code } = await build.exited;
  if (code !== 0) throw new Error(`the build failed: ${build.tail()}`);
}

function start(kubeconfig: string): BoundProcess {
  const args = [...imageFlags(), BUNDLE, `--kubeconfig=${kubeconfig}`, ...FIXED];
  return spawnBound(process.execPath, args, { name: 'operator' });
}

/** Milliseconds from start to the first LIST of our kinds, in the order of the starts; the first one fills V8's compile cache. */
export async function startTimes(starts: number): Promise<readonly number[]> {
  const folder = tempFolder('bench');
  const api = await LoopbackApi.start();
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(api.url));
  const times: number[] = [];
  try {
    for (let turn = 0; turn < starts; turn++) {
      const before = api.count('list');
      const begun = performance.now();
      const child = start(kubeconfig);
      await eventually(() => Promise.resolve(api.count('list') > before), {
        what: 'the first LIST',
        timeoutMs: 20_000,
        everyMs: 2,
      });
      times.push(performance.now() - begun);
      await child.stop('SIGKILL');
    }
  } finally {
    await api.stop();
    rmSync(folder, { recursive: true });
  }
  return times;
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    clusters: [{ name: 'bench', cluster: { server } }],
    users: [{ name: 'bench', user: { token: 'bench' } }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
  });
}

/** Resident MiB of the operator with the sample Ready: the median of ten samples in a minute, and the most that it ever was. */
export async function sampleMemory(): Promise<{ readonly median: number; readonly peak: number }> {
  const plane = await startControlPlane();
  const emulator = await startEmulatorProcess({ clock: 'scaled:30', config: SAMPLE_CLOUD, guestShell: true });
  let operator: BoundProcess | undefined;
  try {
    await declareSample(plane, emulator);
    operator = start(plane.kubeconfigPath);
    const { pid } = operator;
    await untilReady(plane, operator);
    const samples: number[] = [];
    for (let turn = 0; turn < 10; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 6000));
      samples.push(statusMiB(pid, 'VmRSS'));
    }
    return { median: median(samples), peak: statusMiB(pid, 'VmHWM') };
  } finally {
    await operator?.stop();
    await emulator.stop();
    await plane.stop();
  }
}

async function kubectl(plane: ControlPlane, args: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await plane.kubectl(args, { input });
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function declareSample(plane: ControlPlane, emulator: EmulatorProcess): Promise<void> {
  // Policies that look at other objects refuse everything until the API server has read those.
  const apply = (text: string) =>
    eventually(() => kubectl(plane, ['apply', '--server-side', '-f', '-'], text), {
      what: 'the sample is applied',
      timeoutMs: 30_000,
    });
  await kubectl(plane, ['apply', '--server-side', '-k', join(ROOT, 'config/default')]);
  await kubectl(plane, [
    'wait',
    '--for=condition=Established',
    'crd',
    '-l',
    'app.kubernetes.io/part-of=finance-cloud-operator',
  ]);
  const objects = [...accountObjects(emulator.url, emulator.accessKey), ...sampleObjects()];
  const text = (kinds: readonly string[], are: boolean) =>
    objects
      .filter(({ kind }) => kinds.includes(kind) === are)
      .map((object) => stringify(object))
      .join('---\n');
  await apply(text(['Namespace'], true));
  await apply(text(['Namespace'], false));
}

async function untilReady(plane: ControlPlane, operator: BoundProcess): Promise<void> {
  const wait = async (what: readonly string[]): Promise<void> =>
    void (await kubectl(plane, [
      '-n',
      'payments',
      'wait',
      '--for=condition=Ready',
      '--all',
      '--timeout=120s',
      ...what,
    ]).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${operator.tail()}`);
    }));
  await wait(['financecloudenvironments,securityzones,bastionpools']);
}

function statusMiB(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}

// The operator as a process of its own, with the rights of its own ServiceAccount and durations that fit the emulator's fast clock.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { ControlPlane } from '../../controlplane/control-plane.ts';
import { type BoundProcess, spawnBound } from '../../support/bound-process.ts';
import { eventually } from '../../support/eventually.ts';
import { tempFolder } from '../../support/run-folder.ts';

let program: string | undefined;

// Bundled once: it starts faster, and the sources may be edited while tests run.
function operatorProgram(): string {
  if (program !== undefined) return program;
  const folder = tempFolder('bundle');
  const outfile = join(folder, 'operator.mjs');
  const require = `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`;
  buildSync({
    entryPoints: [join(import.meta.dirname, '../../../src/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.19',
    banner: { js: require },
    logLevel: 'error',
  });
  program = outfile;
  return outfile;
}

/** Namespace of lease and Secrets. */
export const SYSTEM = 'finance-cloud-system';

/** A running operator. */
export interface OperatorProcess {
  readonly process: BoundProcess;
  readonly identity: string;
  readonly logFile: string;
  /** True when its probe says so. */
  ready(): Promise<boolean>;
  stop(): Promise<void>;
}

const FLAGS = {
  'sweep-seconds': 1.5,
  'slow-seconds': 2,
  'guest-seconds': 5,
  'zone-return-seconds': 2,
  'absence-grace-seconds': 0.5,
  'visibility-grace-seconds': 2,
  'lease-seconds': 12,
  workers: 8,
  'log-level': 'debug',
};

/** Starts one and returns when it listens; `identity` is its name in the lease, `more` are further flags, which win. */
export async function startOperator(
  plane: ControlPlane,
  identity: string,
  more: readonly string[] = [],
): Promise<OperatorProcess> {
  // A log that is asked for outlives the tests.
  const isKept = process.env['FLOWS_KEEP_LOGS'] !== undefined;
  const folder = isKept ? mkdtempSync(join(tmpdir(), 'flow-operator-')) : tempFolder('operator');
  const logFile = join(folder, 'operator.log');
  appendFileSync(logFile, '');
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, await ownKubeconfig(plane), { mode: 0o600 });
  const flags = Object.entries(FLAGS).map(([name, value]) => `--${name}=${value}`);
  const fixed = ['--bind-address=127.0.0.1', '--metrics-port=0', '--health-port=0', '--metrics-auth=off'];
  const args = [
    operatorProgram(),
    `--kubeconfig=${kubeconfig}`,
    `--namespace=${SYSTEM}`,
    `--identity=${identity}`,
    ...fixed,
    ...flags,
    ...more,
  ];
  const child = spawnBound(process.execPath, args, { name: `operator ${identity}`, logFile });
  const [, port = ''] = await child.waitForLine(/"health":(\d+)/, { timeoutMs: 30_000 });
  const ready = async (): Promise<boolean> => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok;
  };
  await eventually(ready, { what: `${identity} is ready`, timeoutMs: 30_000 });
  return {
    process: child,
    identity,
    logFile,
    ready,
    stop: async () => {
      await child.stop();
      if (!isKept) rmSync(folder, { recursive: true });
      else process.stderr.write(`log of ${identity}: ${logFile}\n`);
    },
  };
}

/** A token of the operator's ServiceAccount. */
export async function operatorToken(plane: ControlPlane): Promise<string> {
  const { code, stdout, stderr } = await plane.kubectl([
    '-n',
    SYSTEM,
    'create',
    'token',
    'finance-cloud-operator',
    '--duration=2h',
  ]);
  if (code !== 0) throw new Error(`create token: ${stderr}`);
  return stdout.trim();
}

async function ownKubeconfig(plane: ControlPlane): Promise<string> {
  const token = await operatorToken(plane);
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'flows',
    clusters: [{ name: 'flows', cluster: { server: plane.url, 'certificate-authority': plane.caFile } }],
    users: [{ name: 'operator', user: { token } }],
    contexts: [{ name: 'flows', context: { cluster: 'flows', user: 'operator', namespace: SYSTEM } }],
  });
}

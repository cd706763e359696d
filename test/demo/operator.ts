// The operator as its users run it: a process of its own with the rights of its own ServiceAccount.
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeExit, spawnBound, type BoundProcess } from '../support/bound-process.ts';
import { eventually } from '../support/eventually.ts';
import { freePorts } from '../support/free-port.ts';
import type { ControlPlane } from '../controlplane/control-plane.ts';
import { operatorFlags } from './settings.ts';
import { must } from './tools.ts';

const NAMESPACE = 'finance-cloud-system';
const SERVICE_ACCOUNT = 'finance-cloud-operator';
/** V8 options that the container image ships with. */
const V8_FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=96'];

/** A running operator. */
export interface Operator {
  readonly process: BoundProcess;
  readonly program: string;
  readonly metricsUrl: string;
  /** Ends it without a word. */
  stop(graceMs: number): Promise<void>;
}

/** Where things are. */
export interface OperatorStart {
  readonly plane: ControlPlane;
  readonly root: string;
  readonly folder: string;
  readonly node: string;
  /** Hears of an end that nobody here asked for, once it was ready: how it ended, and the line for a shell that starts it again. */
  readonly onEnd: (how: string, command: string) => void;
}

/** Starts it and returns when /readyz says yes. */
export async function startOperator(start: OperatorStart): Promise<Operator> {
  const program = programOf(start.root);
  const kubeconfig = await ownKubeconfig(start);
  const [metricsPort = 0, healthPort = 0] = await freePorts(2);
  const args = [
    ...V8_FLAGS,
    path.join(start.root, program),
    `--kubeconfig=${kubeconfig}`,
    `--namespace=${NAMESPACE}`,
    '--identity=demo',
    '--bind-address=127.0.0.1',
    `--metrics-port=${metricsPort}`,
    `--health-port=${healthPort}`,
    '--metrics-auth=off',
    ...operatorFlags(),
  ];
  const logFile = path.join(start.folder, 'operator.log');
  const child = spawnBound(start.node, args, { name: 'operator', cwd: start.folder, logFile });
  await eventually(() => ready(child, healthPort), {
    what: 'the operator says that it is ready',
    timeoutMs: 30_000,
    everyMs: 100,
  });
  const stop = tellsItsEnd(child, (how) => start.onEnd(how, commandLine(start.node, args)));
  return { process: child, program, metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`, stop };
}

/** Tells how a process ends, unless by the function that is returned. */
export function tellsItsEnd(child: BoundProcess, tell: (how: string) => void): (graceMs: number) => Promise<void> {
  let asked = child.exit() !== undefined;
  void child.exited.then((exit) => {
    if (!asked) tell(describeExit(exit));
  });
  return async (graceMs) => {
    asked = true;
    await child.stop('SIGTERM', graceMs);
  };
}

/** What a shell takes to start the same again. */
export function commandLine(program: string, args: readonly string[]): string {
  const word = (text: string): string =>
    /^[-\w./:=@,+]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return [program, ...args].map(word).join(' ');
}

async function ready(child: BoundProcess, healthPort: number): Promise<boolean> {
  if (child.exit() !== undefined) return true;
  const response = await fetch(`http://127.0.0.1:${healthPort}/readyz`, { signal: AbortSignal.timeout(2_000) });
  return response.ok;
}

// A bundle that is older than the sources would show yesterday's behaviour.
function programOf(root: string): string {
  const bundle = 'dist/finance-cloud-operator.mjs';
  const file = path.join(root, bundle);
  if (!existsSync(file)) return 'src/main.ts';
  const built = statSync(file).mtimeMs;
  const sources = readdirSync(path.join(root, 'src'), { recursive: true, withFileTypes: true });
  const newer = sources.some(
    (entry) => entry.isFile() && statSync(path.join(entry.parentPath, entry.name)).mtimeMs > built,
  );
  return newer ? 'src/main.ts' : bundle;
}

async function ownKubeconfig({ plane, folder }: OperatorStart): Promise<string> {
  const token = await must(plane, ['-n', NAMESPACE, 'create', 'token', SERVICE_ACCOUNT, '--duration=8h']);
  const file = path.join(folder, 'operator.kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'demo',
    clusters: [{ name: 'demo', cluster: { server: plane.url, 'certificate-authority': plane.caFile } }],
    users: [{ name: SERVICE_ACCOUNT, user: { token: token.trim() } }],
    contexts: [{ name: 'demo', context: { cluster: 'demo', user: SERVICE_ACCOUNT, namespace: NAMESPACE } }],
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

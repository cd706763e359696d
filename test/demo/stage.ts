// The stage: an API server, the emulator and the operator, each a process of its own, and eyes on all of them.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { startControlPlane, type ControlPlane } from '../controlplane/control-plane.ts';
import { eventually } from '../support/eventually.ts';
import { cloudView, type CloudView } from './cloud-view.ts';
import { startEmulator, type Emulator } from './emulator.ts';
import { startOperator, type Operator } from './operator.ts';
import type { RunFolder } from '../support/run-folder.ts';
import { readSamples, writeOverlay, type Samples } from './samples.ts';
import { CLOCK_FACTOR, emulatorConfig, environmentSpec, type EnvironmentSpec, type KeyPair } from './settings.ts';
import type { Story } from './story.ts';
import { must } from './tools.ts';
import { watchObjects, type ObjectWatch, type Report } from './watch.ts';

/** Everything that runs, and what the acts need to know of it. */
export interface Stage {
  readonly plane: ControlPlane;
  readonly emulator: Emulator;
  readonly operator: Operator;
  readonly watch: ObjectWatch;
  readonly cloud: CloudView;
  readonly samples: Samples;
  readonly spec: EnvironmentSpec;
  /** Folder of the samples as the repository has them. */
  readonly samplesFolder: string;
  readonly operatorKey: string;
  stop(): Promise<void>;
}

/** Where to build it, and who is told. */
export interface StageOptions {
  readonly root: string;
  readonly folder: RunFolder;
  readonly node: string;
  readonly story: Story;
  readonly seed: number;
  readonly onReport: (report: Report) => void;
}

const KINDS = ['financecloudaccounts', 'financecloudenvironments', 'securityzones', 'bastionpools'];

/** Starts everything and applies the samples. What was started before a failure is stopped again. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).toReversed()) await end();
  };
  try {
    return { ...(await build(options, ends)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Ends = (() => Promise<unknown>)[];

async function build(options: StageOptions, ends: Ends): Promise<Omit<Stage, 'stop'>> {
  const { root, folder, story, node } = options;
  story.now('starting etcd and kube-apiserver');
  const plane = await startControlPlane({ dir: folder.path, say: (line) => story.tell('up', line) });
  ends.push(() => plane.stop());
  up(story, `API server ${plane.url}`, 'installing the kinds, starting the emulator');
  const samples = readSamples(await must(plane, ['kustomize', path.join(root, 'config/samples')]));
  const keys = { operator: newKey('operator'), judge: newKey('judge') };
  const [emulator] = await Promise.all([emulate(options, samples, Object.values(keys)), install(plane, root)]);
  ends.push(() => emulator.process.stop('SIGTERM', 3_000));
  const installed = 'kinds, policies and rights of the operator installed';
  up(story, `emulator of the cloud's API ${emulator.endpoint}; ${installed}`, 'starting the operator');
  await makeSecret(plane, samples, keys.operator);
  const onEnd = (how: string, command: string): void =>
    story.tell('failed', `the operator ended (${how}); this starts it again: ${command}`, story.seconds());
  const operator = await startOperator({ plane, root, folder: folder.path, node, onEnd });
  ends.push(() => operator.stop(3_000));
  if (operator.process.exit() !== undefined) throw new Error(`the operator has ended: ${operator.process.tail()}`);
  const { program, process } = operator;
  const rights = 'with the rights of its own ServiceAccount';
  up(story, `operator (${program}, pid ${process.pid}) ${rights}`, 'applying the samples');
  const watch = watchObjects({ ...plane, paths: watchPaths(samples), onReport: options.onReport });
  ends.push(() => watch.stop());
  const samplesFolder = path.join(root, 'config/samples');
  await apply(plane, writeOverlay(folder.path, samplesFolder, emulator.endpoint));
  // Once more as they are, as a reader does it who wants to change something: kubectl then has its own record of them.
  await must(plane, ['apply', '-k', samplesFolder]);
  story.now('everything runs');
  const spec = environmentSpec(samples.environment);
  const cloud = cloudView({ endpoint: emulator.endpoint, ...keys.judge }, spec.region);
  return { plane, emulator, operator, watch, cloud, samples, spec, samplesFolder, operatorKey: keys.operator.id };
}

// What comes next is said on both sides: a terminal repaints it below the line, a pipe waits anew after it.
function up(story: Story, line: string, next: string): void {
  story.now(next);
  story.tell('up', line, story.seconds());
  story.now(next);
}

function newKey(name: string): KeyPair {
  return { id: `${name}-${randomBytes(6).toString('hex')}`, secret: randomBytes(18).toString('hex') };
}

async function emulate(options: StageOptions, samples: Samples, keys: readonly KeyPair[]): Promise<Emulator> {
  const config = path.join(options.folder.path, 'emulator.json');
  writeFileSync(config, JSON.stringify(emulatorConfig(samples.accountId, keys, samples.environment)), { mode: 0o600 });
  const asRoot = process.getuid?.() === 0 ? ['--guest-shell-as-root'] : [];
  return startEmulator({
    node: options.node,
    script: path.join(options.root, 'emulator/main.ts'),
    args: [
      '--config',
      config,
      '--clock',
      `scaled:${CLOCK_FACTOR}`,
      '--seed',
      String(options.seed),
      '--guest-shell',
      ...asRoot,
    ],
    logFile: path.join(options.folder.path, 'emulator.log'),
    temporaryFolder: options.folder.path,
  });
}

async function install(plane: ControlPlane, root: string): Promise<void> {
  await must(plane, ['apply', '--server-side', '-k', path.join(root, 'config/default')]);
  const crds = KINDS.map((kind) => `crd/${kind}.financecloud.io`);
  await must(plane, ['wait', '--for=condition=Established', ...crds, '--timeout=30s']);
}

async function makeSecret(plane: ControlPlane, samples: Samples, key: KeyPair): Promise<void> {
  const { name, idKey, secretKey } = samples.secret;
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'finance-cloud-system' },
    stringData: { [idKey]: key.id, [secretKey]: key.secret },
  };
  await must(plane, ['apply', '-f', '-'], JSON.stringify(secret));
}

function watchPaths(samples: Samples): readonly string[] {
  const base = '/apis/financecloud.io/v1alpha1';
  return KINDS.map((kind) =>
    kind === 'financecloudaccounts' ? `${base}/${kind}` : `${base}/namespaces/${samples.namespace}/${kind}`,
  );
}

// The first request for a kind may come before the server knows that it serves it. The endpoints are this manager's own field,
// so that a reader who applies the samples as they are does not turn the account to the real cloud.
async function apply(plane: ControlPlane, overlay: string): Promise<void> {
  await eventually(async () => must(plane, ['apply', '--server-side', '--field-manager=demo', '-k', overlay]), {
    what: 'the samples are applied',
    timeoutMs: 20_000,
    everyMs: 300,
  });
}

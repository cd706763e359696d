// What all lives share: the API server with the shipped manifests, the operator's bundle and token, and an emulator for each lane.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from '../controlplane/control-plane.ts';
import { type ApiProxy, type Loose, startApiProxy } from '../support/api-proxy.ts';
import { tempFolder } from '../support/run-folder.ts';
import { type EmulatorProcess, startEmulatorProcess } from '../support/emulator-process.ts';
import { bundleOperator } from './operator.ts';
import { ACCOUNT_ID } from './world.ts';

const SYSTEM = 'finance-cloud-system';
const OPERATOR = 'finance-cloud-operator';
const KINDS = ['financecloudaccounts', 'financecloudenvironments', 'securityzones', 'bastionpools'];

/** Everything that lives are played on. */
export interface Stage {
  readonly plane: ControlPlane;
  readonly api: ApiProxy;
  readonly ca: Buffer;
  readonly program: string;
  readonly token: string;
  readonly rules: Loose;
  /** One for each lane; a life has one for itself while it is played. */
  readonly emulators: readonly EmulatorProcess[];
  readonly folder: string;
  stop(): Promise<void>;
}

/** Sets it up on a running API server; `stop` leaves that one alone. */
export async function setStage(plane: ControlPlane, lanes: number): Promise<Stage> {
  const folder = tempFolder('torture');
  const must = async (args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await plane.kubectl(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const [program, emulators] = await Promise.all([
    bundleOperator(folder),
    Promise.all(Array.from({ length: lanes }, () => startEmulator())),
    must(['apply', '--server-side', '-k', join(import.meta.dirname, '../../config/default')]),
  ]);
  await must(['wait', '--for=condition=Established', ...KINDS.map((kind) => `crd/${kind}.financecloud.io`)]);
  const token = (await must(['-n', SYSTEM, 'create', 'token', OPERATOR, '--duration=8h'])).trim();
  const { rules } = JSON.parse(await must(['-n', SYSTEM, 'get', 'role', OPERATOR, '-o', 'json']));
  const api = await startApiProxy(plane);
  const stop = async (): Promise<void> => {
    await Promise.all([api.stop(), ...emulators.map((emulator) => emulator.stop())]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { plane, api, ca: readFileSync(plane.caFile), program, token, rules, emulators, folder, stop };
}

function startEmulator(): Promise<EmulatorProcess> {
  const app = { preset: 'enabled', startSeconds: 1, serves: [{ port: 8080, protocol: 'tcp' }] };
  return startEmulatorProcess({
    clock: 'scaled:100',
    config: {
      accounts: [{ id: ACCOUNT_ID, accessKeys: [{ id: 'good', secret: 'good-secret' }] }],
      guests: { units: { 'app.service': app } },
      visibility: { '*': { create: 20, attribute: 10, delete: 20 } },
    },
  });
}

// One API server for all tests of a mocha process, started by the first test that asks and stopped by a root hook.
import { randomBytes } from 'node:crypto';
import { startControlPlane, type ControlPlane } from '../controlplane/control-plane.ts';

let shared: Promise<ControlPlane> | undefined;
const namespaces = new Set<string>();

/** Time limit for hooks that may be the first to ask: building the binaries once can take minutes. */
export const CONTROL_PLANE_TIMEOUT_MS = 20 * 60_000;

/**
 * The shared control plane, without controller manager: namespaces do not end, nothing is garbage collected, and the
 * aggregated roles view, edit and admin are empty.
 */
export function sharedControlPlane(): Promise<ControlPlane> {
  shared ??= startControlPlane();
  return shared;
}

/** For a `describe`: starts the shared control plane before its tests and returns a function that gives it. */
export function useControlPlane(): () => ControlPlane {
  let plane: ControlPlane | undefined;
  before(async function () {
    this.timeout(CONTROL_PLANE_TIMEOUT_MS);
    plane = await sharedControlPlane();
  });
  return () => {
    if (plane === undefined) throw new Error('the control plane exists only while tests and hooks run');
    return plane;
  };
}

/** Creates a namespace that no other test has, named `<prefix>-<random>`, and returns its name. */
export async function testNamespace(prefix: string): Promise<string> {
  const plane = await sharedControlPlane();
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  const { code, stderr } = await plane.kubectl(['create', 'namespace', name]);
  if (code !== 0) throw new Error(`create namespace ${name}: ${stderr}`);
  namespaces.add(name);
  return name;
}

/** Stops the shared control plane, if any test asked for it; on an existing cluster the tests' namespaces are deleted. */
export async function stopSharedControlPlane(): Promise<void> {
  const plane = await shared?.catch(() => undefined);
  if (plane?.kind === 'existing' && namespaces.size > 0) {
    await plane.kubectl(['delete', 'namespace', '--wait=false', ...namespaces]);
  }
  await plane?.stop();
  shared = undefined;
}

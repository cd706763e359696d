// Small things that several parts of the demo use.
import type { ControlPlane } from '../controlplane/control-plane.ts';

/** Runs kubectl and returns what it printed; throws with its own words when it fails. */
export async function must(plane: ControlPlane, args: readonly string[], input?: string): Promise<string> {
  const result = await plane.kubectl(args, input === undefined ? {} : { input });
  if (result.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${result.stderr.trim()}`);
  return result.stdout;
}

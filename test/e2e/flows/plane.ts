// One API server, with its controllers where there are any, for all flows, with the shipped manifests. The admission policies leave alone the namespaces
// that ask for it by a label: there objects stand as if they had come in an order that no policy saw.
import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from '../../controlplane/control-plane.ts';
import { type ApiProxy, startApiProxy } from '../../support/api-proxy.ts';

/** The API server and a proxy that speaks to it as the administrator. */
export interface FlowPlane {
  readonly plane: ControlPlane;
  readonly api: ApiProxy;
}

/** Label of namespaces that no policy looks at. */
export const UNSEEN = 'flows.test/unseen-by-policies';

const KINDS = ['financecloudaccounts', 'financecloudenvironments', 'securityzones', 'bastionpools'];
let shared: Promise<FlowPlane> | undefined;

/** Starts it for the first who asks. */
export function flowPlane(): Promise<FlowPlane> {
  shared ??= start();
  return shared;
}

async function start(): Promise<FlowPlane> {
  const plane = await startControlPlane({ controllerManager: 'if-found' });
  const must = async (args: readonly string[], input = ''): Promise<string> => {
    const { code, stdout, stderr } = await plane.kubectl(args, { input });
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  await must(['apply', '--server-side', '-k', join(import.meta.dirname, '../../../config/default')]);
  const crds = KINDS.map((kind) => `crd/${kind}.financecloud.io`);
  await must(['wait', '--for=condition=Established', ...crds, '--timeout=30s']);
  const bindings = await must(['get', 'validatingadmissionpolicybindings', '-o', 'name']);
  const selector = { matchExpressions: [{ key: UNSEEN, operator: 'DoesNotExist' }] };
  const body = JSON.stringify({ spec: { matchResources: { namespaceSelector: selector } } });
  for (const name of bindings.split('\n').filter((line) => line.includes('financecloud.io')))
    await must(['patch', name, '--type=merge', '-p', body]);
  return { plane, api: await startApiProxy(plane) };
}

after(async () => {
  const running = await shared?.catch(() => undefined);
  await running?.api.stop();
  await running?.plane.stop();
  shared = undefined;
});

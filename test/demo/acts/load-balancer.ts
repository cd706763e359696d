// Act 3: a colleague turns a load balancer's health check to a path that answers 404, and stops a listener.
import { pause } from '../../support/eventually.ts';
import type { Act, Scene } from '../act.ts';
import { allWell, healthOf, loadBalancerOf, markOf } from '../look.ts';
import { calledOnce, listenerAsDeclared } from '../judge/cloud.ts';
import type { Stage } from '../stage.ts';

const WRONG_PATH = '/login';

/** The health check looks at a page that does not exist. */
export const wrongHealthCheck: Act = {
  title: '3a. A health check looks at the wrong page',
  reportedAs: ['SLB-6'],
  withinSeconds: 30,
  play: async (stage, tell) => {
    const { id, port, path } = webListener(stage);
    tell(
      `a colleague sets the health check of web's listener ${port} from ${path} to ${WRONG_PATH}, which answers 404`,
    );
    const judge = await edit(stage, 'SetLoadBalancerHTTPListenerAttribute', {
      LoadBalancerId: id,
      ListenerPort: port,
      HealthCheck: 'on',
      HealthCheckURI: WRONG_PATH,
    });
    const cut = await abnormalSoon(stage);
    if (cut !== undefined) tell(`${cut} of its backends are cut off, users get 503`);
    return { judge: () => judge('SetLoadBalancerHTTPListenerAttribute') };
  },
};

/** A listener is stopped. */
export const stoppedListener: Act = {
  title: '3b. A listener is stopped',
  reportedAs: ['SLB-15'],
  withinSeconds: 30,
  play: async (stage, tell) => {
    const { id, port } = webListener(stage);
    tell(`a colleague stops web's listener ${port}: nobody gets in`);
    const judge = await edit(stage, 'StopLoadBalancerListener', { LoadBalancerId: id, ListenerPort: port });
    return { judge: () => judge('StartLoadBalancerListener') };
  },
};

type Judge = (repair: string) => ReturnType<Scene['judge']>;

async function edit(stage: Stage, action: string, params: Readonly<Record<string, unknown>>): Promise<Judge> {
  const { id, port, path } = webListener(stage);
  const mark = await markOf(stage);
  await stage.emulator.console({ service: 'slb', action, params });
  return async (repair) => {
    const ledger = await stage.emulator.ledger();
    return [
      listenerAsDeclared(await stage.cloud.httpListener(id, port), path),
      calledOnce(ledger, repair, mark),
      ...(await allWell(stage, ledger)),
    ];
  };
}

function webListener(stage: Stage): { readonly id: string; readonly port: number; readonly path: string } {
  const listener = stage.spec.modules.find(({ name }) => name === 'web')?.loadBalancer?.listeners[0];
  return { id: loadBalancerOf(stage, 'web'), port: listener?.port ?? 0, path: listener?.healthCheck?.path ?? '' };
}

// The cloud needs some probes to notice; the count is for the reader, the judge does not need it. What was not seen is not told.
async function abnormalSoon(stage: Stage): Promise<string | undefined> {
  for (let turn = 0; turn < 20; turn += 1) {
    const health = await healthOf(stage, 'web');
    const abnormal = health.filter(({ status }) => status === 'abnormal').length;
    if (abnormal > 0) return `${abnormal} of ${health.length}`;
    await pause(100);
  }
  return undefined;
}

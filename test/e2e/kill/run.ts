// One run: a namespace, an emulator and proxies of its own; the operator is killed at one write and started again; then the
// end is awaited and handed to the judge.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Loose } from '../../support/api-proxy.ts';
import { type BoundProcess, spawnBound } from '../../support/bound-process.ts';
import { eventually } from '../../support/eventually.ts';
import type { Sent } from '../admission-objects.ts';
import { accountIdOf, startCloud } from '../flows/cloud.ts';
import { F, G, environment, pool, webModule, zone } from '../flows/objects.ts';
import type { FlowPlane } from '../flows/plane.ts';
import { ENVIRONMENT, type Name, POOL, Scene } from '../flows/scene.ts';
import { type Ending, type Life, type Wish, shapeOf, verdicts } from './judge.ts';
import { allowHere } from './rights.ts';
import { type Seen, type Shooter, type Trigger, cloudSignature, kubeSignature, startProxy } from './proxy.ts';

/** What all runs share. */
export interface Theatre {
  readonly flow: FlowPlane;
  /** Token of the operator's ServiceAccount: it runs with its own rights and no others. */
  readonly token: string;
  /** The operator's bundle. */
  readonly program: string;
}

/** Which part of a life is shot at. */
export type Part = 'build' | 'rebalance';

/** One run's order. Without a trigger nothing is killed: that is how signatures are learnt. */
export interface Order {
  readonly index: number;
  /** How the world looks after an undisturbed run; absent while that is learnt. */
  readonly shape?: readonly string[];
  readonly part: Part;
  readonly trigger?: Trigger;
}

/** How it ended. */
export interface Outcome {
  readonly order: Order;
  readonly seen: readonly Seen[];
  readonly problems: readonly string[];
  readonly shape: readonly string[];
  readonly seconds: number;
}

const SETTLED_MS = 45_000;
/** Listings of the servers that must pass over an unchanged end. */
const SWEEPS = 3;
const FLAGS = [
  '--bind-address=127.0.0.1',
  '--metrics-port=0',
  '--health-port=0',
  '--metrics-auth=off',
  '--identity=one',
  '--sweep-seconds=0.6',
  '--slow-seconds=0.8',
  '--guest-seconds=5',
  '--zone-return-seconds=2',
  '--absence-grace-seconds=0.4',
  '--visibility-grace-seconds=1',
  '--lease-seconds=6',
];
const ZONE: Name = ['SecurityZone', 'dmz'];

/** Types of the sample and how many of each are ever made while it is built. */
export const BUILT: Wish = {
  made: { vpc: 1, vswitch: 2, securityGroup: 2, instance: 4, loadbalancer: 1 },
  living: undefined,
};
/** A rebalance makes one more server and releases one. */
export const REBALANCED: Wish = { ...BUILT, made: { ...BUILT.made, instance: 5 } };

/** Plays one order. */
export async function play(theatre: Theatre, order: Order): Promise<Outcome> {
  const began = performance.now();
  const namespace = `kill-${order.index}`;
  const ownCloud = await startCloud(1, {}, order.index);
  const scene = new Scene({ namespace, index: order.index, cloud: ownCloud, flow: theatre.flow });
  const folder = mkdtempSync(join(tmpdir(), 'kill-'));
  let child: BoundProcess | undefined;
  const shooter: Shooter = {
    seen: [],
    armed: order.part === 'build',
    trigger: order.trigger,
    fired: false,
    sweeps: 0,
    flying: new Map(),
    kill: async () => {
      child?.signal('SIGKILL');
      await child?.exited;
    },
  };
  const { plane } = theatre.flow;
  const kube = await startProxy(
    {
      channel: 'kube',
      url: plane.url,
      ca: readFileSync(plane.caFile),
      headers: { authorization: `Bearer ${theatre.token}` },
      signatureOf: kubeSignature,
    },
    shooter,
  );
  const cloud = await startProxy(
    { channel: 'cloud', url: ownCloud.emulator.url, headers: {}, signatureOf: cloudSignature },
    shooter,
  );
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigFor(kube.url));
  const start = (): BoundProcess =>
    spawnBound(
      process.execPath,
      [
        '--max-semi-space-size=2',
        theatre.program,
        `--kubeconfig=${kubeconfig}`,
        `--namespace=${namespace}`,
        `--watch-namespaces=${namespace}`,
        ...FLAGS,
      ],
      {
        name: namespace,
        logFile: join(folder, 'operator.log'),
      },
    );
  try {
    await prepare(scene, cloud.url);
    child = start();
    const restarting = restart(shooter, { exited: () => child?.exited, start: () => (child = start()) });
    const { problems, shape } = await witness(scene, { order, shooter });
    await restarting.stop();
    if (order.trigger !== undefined && !shooter.fired) problems.push('the kill did not happen');
    if (problems.length > 0) problems.push(`the operator's last lines: ${child.tail(5)}`);
    return { order, seen: shooter.seen, problems, shape, seconds: (performance.now() - began) / 1000 };
  } finally {
    await child?.stop('SIGKILL');
    await Promise.all([kube.stop(), cloud.stop(), ownCloud.emulator.stop()]);
    await forget(scene);
    rmSync(folder, { recursive: true });
  }
}

function kubeconfigFor(url: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'kill',
    clusters: [{ name: 'kill', cluster: { server: url } }],
    users: [{ name: 'kill', user: {} }],
    contexts: [{ name: 'kill', context: { cluster: 'kill', user: 'kill' } }],
  });
}

/** Starts the operator again once it was killed. */
function restart(
  shooter: Shooter,
  of: { readonly exited: () => Promise<unknown> | undefined; readonly start: () => unknown },
): { stop(): Promise<void> } {
  let stopped = false;
  const done = (async () => {
    if (shooter.trigger === undefined) return;
    await of.exited();
    if (!stopped && shooter.fired) of.start();
  })();
  return {
    stop: async () => {
      stopped = true;
      if (shooter.fired) await done;
    },
  };
}

async function prepare(scene: Scene, cloudUrl: string): Promise<void> {
  const { namespace, index } = scene;
  await scene.must('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  await allowHere(scene);
  const stringData = { 'access-key-id': `good-${index}`, 'access-key-secret': 'good-secret' };
  await scene.must('POST', `/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: namespace }, stringData });
  const listener = {
    protocol: 'TCP',
    port: 80,
    backendPort: 8080,
    healthCheck: { type: 'TCP', intervalSeconds: 1, healthyThreshold: 2 },
  };
  const spec = {
    modules: [
      webModule({ loadBalancer: { address: 'Internet', billing: { type: 'PayByTraffic' }, listeners: [listener] } }),
    ],
  };
  await plantStrangers(scene);
  await scene.account({ endpoints: ['ECS', 'VPC', 'SLB', 'STS'].map((service) => ({ service, url: cloudUrl })) });
  const objects: readonly Sent[] = [
    environment(namespace, spec),
    zone(namespace),
    pool(namespace, { securityZoneRef: { name: 'dmz' } }),
  ];
  await scene.apply(...objects);
}

/** A colleague's own network and group in the same account: nobody may touch them. */
async function plantStrangers(scene: Scene): Promise<void> {
  const made: Loose = await scene.console('vpc', 'CreateVpc', { CidrBlock: '10.0.0.0/8', VpcName: 'stranger' });
  const create = async (): Promise<boolean> =>
    scene.console('ecs', 'CreateSecurityGroup', { VpcId: made.answer.VpcId, SecurityGroupName: 'stranger' }).then(
      () => true,
      () => false,
    );
  await eventually(create, { what: 'a stranger’s group', timeoutMs: SETTLED_MS, everyMs: 50 });
}

interface Watched {
  readonly order: Order;
  readonly shooter: Shooter;
}

/** Waits for the build, then for the rebalance where that is shot at; says what is wrong with the end, and how it looks. */
async function witness(
  scene: Scene,
  of: Watched,
): Promise<{ readonly problems: string[]; readonly shape: readonly string[] }> {
  const { order, shooter } = of;
  if (order.part === 'rebalance') {
    const built = await settled(scene, BUILT);
    if (built.length > 0) return { problems: [...built], shape: [] };
    const instanceId = await serverIn(scene, F);
    shooter.armed = true;
    const move = { kind: 'serverInOtherZone', account: scene.accountId, instanceId, zone: G };
    await scene.cloud.emulator.control('POST', 'drift', move);
  }
  if (order.trigger !== undefined)
    await eventually(() => Promise.resolve(shooter.fired), {
      what: 'the shot',
      timeoutMs: SETTLED_MS,
      everyMs: 50,
    }).catch(() => undefined);
  const wish = { ...(order.part === 'build' ? BUILT : REBALANCED), living: order.shape };
  const first = await settled(scene, wish);
  if (first.length > 0) return { problems: [...first], shape: [] };
  // The end must also be the end for an operator that has looked around: damage may come after the restart.
  const looked = shooter.sweeps + SWEEPS;
  await eventually(() => Promise.resolve(shooter.sweeps >= looked), {
    what: 'sweeps after the end',
    timeoutMs: SETTLED_MS,
    everyMs: 50,
  });
  const ending = await endingOf(scene);
  return { problems: [...verdicts(ending, wish)], shape: shapeOf(ending.lives) };
}

async function serverIn(scene: Scene, zoneName: string): Promise<string> {
  const environmentNow = await scene.get(ENVIRONMENT);
  const record = environmentNow.status.resources.find(
    (item: Loose) => item.type === 'Server' && item.zone === zoneName,
  );
  return record.id;
}

async function settled(scene: Scene, wish: Wish): Promise<readonly string[]> {
  let last: readonly string[] = ['nothing was seen'];
  const check = async (): Promise<boolean> => {
    last = verdicts(await endingOf(scene), wish);
    return last.length === 0;
  };
  await eventually(check, { what: scene.namespace, timeoutMs: SETTLED_MS, everyMs: 150 }).catch(() => undefined);
  return last;
}

async function endingOf(scene: Scene): Promise<Ending> {
  const objects = [await scene.get(ENVIRONMENT), await scene.get(ZONE), await scene.get(POOL)].filter(
    (object) => object !== undefined,
  );
  const body: Loose = await scene.cloud.emulator.control('GET', 'ledger?since=999999999&limit=0');
  const mine = (life: Life & { readonly account: string }): boolean =>
    life.account === accountIdOf(scene.index) && TYPES.has(life.type);
  return { objects, lives: body.resources.filter(mine) };
}

const TYPES: ReadonlySet<string> = new Set([...Object.keys(BUILT.made), 'listener']);

/** Nobody works on it any more: what is left in the API server goes without its finalizers. */
async function forget(scene: Scene): Promise<void> {
  const names: readonly Name[] = [ENVIRONMENT, ZONE, POOL, scene.accountName];
  for (const name of names) {
    if ((await scene.get(name)) === undefined) continue;
    await scene.remove(name).catch(() => undefined);
    await scene.patch(name, { metadata: { finalizers: null } }).catch(() => undefined);
  }
}

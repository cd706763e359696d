// A large world in which nothing happens: whoever writes then would write for ever, and what grows then grows for ever.
import { type Lab, startLab } from '../../support/lab/lab.ts';
import type { Declared } from '../../support/lab/objects.ts';
import { banks, bastionPool, securityZone } from '../../support/lab/worlds.ts';
import { flush } from '../../support/virtual-clock.ts';
import { type Look, hearWarnings, leftOpen, openHandles, reachableBytes, slopeKb } from './measures.ts';

/** How large, and for how long. */
export interface IdleOptions {
  /** Environments, zones and pools; a multiple of ten. */
  readonly objects: number;
  readonly hours: number;
  /** Ends it earlier, after so many minutes of the machine's time. */
  readonly minutes?: number;
  readonly tell?: (line: string) => void;
}

/** What was seen. */
export interface Idle {
  readonly objects: number;
  readonly hours: number;
  readonly servers: number;
  readonly reads: number;
  readonly kubeWrites: readonly string[];
  /** Questions inside guests left out. */
  readonly cloudWrites: readonly string[];
  readonly slopeKb: number;
  readonly megabytes: number;
  /** Timers that waited at the end of each quarter of an hour. */
  readonly timers: readonly number[];
  readonly left: readonly string[];
}

const QUOTAS = { 'vpc.vpcs': 2000, 'ecs.securityGroups': 10_000, 'ecs.instances': 10_000, 'slb.loadbalancers': 1000 };
/** Growth of reachable memory that is allowed in an idle world, the emulator's included. */
export const MOST_KB_AN_HOUR = 64;
const GUEST_QUESTIONS = new Set(['RunCommand', 'InvokeCommand', 'StopInvocation']);

/** Of ten objects seven are environments, two of them with two servers each, two are zones, and one is a pool of two bastions. */
export function quietWorld(objects: number): readonly Declared[] {
  const world: Declared[] = [];
  const environments = banks(objects, 2).filter(({ kind }) => kind === 'FinanceCloudEnvironment');
  for (const [n, environment] of environments.entries()) {
    const { namespace = '' } = environment.metadata;
    const { modules } = Object(environment.spec);
    const isFull = n % 7 === 0 || n % 7 === 3;
    world.push({ ...environment, spec: { ...Object(environment.spec), modules: isFull ? modules : [] } });
    if (isFull) world.push(securityZone(namespace, { name: 'dmz', index: 0 }));
    if (n % 7 === 0) world.push(bastionPool(namespace, { name: 'ops', zone: 'dmz' }));
    if (world.length >= objects) break;
  }
  return world;
}

/** What one quarter of an hour saw; the lab's own notes are dropped afterwards. */
async function watchQuarter(lab: Lab) {
  await lab.advance(900);
  const changes = lab.calls().filter(({ mutating, action }) => mutating && !GUEST_QUESTIONS.has(action));
  const seen = {
    reads: lab.calls().filter(({ mutating }) => !mutating).length,
    cloudWrites: changes.map(({ at, action }) => `${action} at ${at} s`),
    kubeWrites: lab.writes().map(({ at, object, body }) => `${object} at ${at} s: ${JSON.stringify(body)}`),
    timers: lab.timers(),
  };
  lab.forget();
  return { ...seen, bytes: reachableBytes() };
}

/** Builds the world, lets everything get Ready and watches it for so many virtual hours. */
export async function idle({ objects, hours, minutes = Infinity, tell = () => undefined }: IdleOptions): Promise<Idle> {
  // A test runner sets its timer once the test has begun.
  await flush();
  const before = openHandles();
  const warnings = hearWarnings();
  const end = performance.now() + minutes * 60_000;
  const lab = await startLab({ objects: quietWorld(objects), cloud: { quotas: QUOTAS } });
  const quarters: Awaited<ReturnType<typeof watchQuarter>>[] = [];
  const looks: Look[] = [];
  try {
    tell(`Ready after ${await lab.untilReady(7200)} virtual seconds`);
    // What was learnt while building is looked at once more: the slow tier, and the identity of the account.
    await lab.advance(lab.settings.slowSeconds + 100);
    lab.forget();
    for (let n = 1; n <= hours * 4 && performance.now() < end; n++) {
      const quarter = await watchQuarter(lab);
      quarters.push(quarter);
      looks.push({ hours: n / 4, bytes: quarter.bytes });
      const writes = quarters.reduce(
        (sum, { cloudWrites, kubeWrites }) => sum + cloudWrites.length + kubeWrites.length,
        0,
      );
      const size = Math.round(quarter.bytes / 1024);
      if (n % 4 === 0) tell(`hour ${n / 4}: ${writes} writes so far, ${size} KB, ${quarter.timers} timers`);
    }
  } finally {
    await lab.stop();
  }
  const waiting = lab.timers() === 0 ? [] : [`${lab.timers()} timers of the operator`];
  return {
    objects: lab.objects().filter(({ kind }) => kind !== 'FinanceCloudAccount').length,
    hours: quarters.length / 4,
    servers: lab.living('instance').length,
    reads: quarters.reduce((sum, { reads }) => sum + reads, 0),
    kubeWrites: quarters.flatMap((quarter) => quarter.kubeWrites),
    cloudWrites: quarters.flatMap((quarter) => quarter.cloudWrites),
    slopeKb: slopeKb(looks),
    megabytes: (looks.at(-1)?.bytes ?? 0) / 2 ** 20,
    timers: quarters.map(({ timers }) => timers),
    left: [...(await leftOpen(before)), ...waiting, ...warnings.end()],
  };
}

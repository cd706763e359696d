// Hours in which colleagues edit, the cloud fails and wishes change, all drawn from a seed; when it is over, what lives must be
// what lives in a world that nobody disturbed.
import { DRIFTS } from '../../../bench/drift.ts';
import type { Random } from '../../../src/kernel/random.ts';
import { type Lab, startLab } from '../../support/lab/lab.ts';
import { type Declared, sampleObjects } from '../../support/lab/objects.ts';
import { banks, bastionPool, securityZone } from '../../support/lab/worlds.ts';
import { seededRandom } from '../../support/virtual-clock.ts';
import { type Life, shapeOf } from '../judge.ts';
import { type Look, hearWarnings, leftOpen, openHandles, reachableBytes, slopeKb } from './measures.ts';

/** For how long, and by which seed. */
export interface DriftOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Time to end replacements and to look at everything once more, in virtual seconds. */
  readonly restSeconds?: number;
  readonly tell?: (line: string) => void;
}

/** What was done and what came of it. */
export interface Drifted {
  readonly done: Readonly<Record<string, number>>;
  readonly calls: number;
  readonly failedCalls: number;
  /** Virtual seconds from the end of the trouble until every object was Ready. */
  readonly readyAfter: number;
  /** What lives and should not (`+`), or should and does not (`-`). */
  readonly differences: readonly string[];
  /** Writes after everything had come to rest. */
  readonly restless: readonly string[];
  readonly slopeKb: number;
  readonly left: readonly string[];
}

/**
 * Growth of reachable memory that is allowed while all this happens: the emulator keeps what was deleted, and a look in the middle
 * of a wave sees what is on its way.
 */
export const MOST_KB_AN_HOUR_OF_TROUBLE = 4096;
const BANKS = 3;
/** Between two things that happen. */
const PAUSE_SECONDS = [5, 60] as const;

const FAULTS: readonly object[] = [
  { what: 'throttle' },
  { what: { kind: 'error', status: 500, code: 'InternalError' } },
  { what: { kind: 'error', status: 503, code: 'ServiceUnavailable' }, position: 'after-commit' },
  { what: 'html502' },
  { what: 'reset', position: 'after-commit' },
  { what: 'reset' },
  { what: 'empty200' },
  { what: 'truncated' },
];
const ACTIONS = [
  'RunInstances',
  'StartInstances',
  'AuthorizeSecurityGroup',
  'AddBackendServers',
  'ModifyInstanceAttribute',
  '*',
];

interface Stage {
  readonly lab: Lab;
  readonly random: Random;
}
type Deed = (stage: Stage) => Promise<string> | string;

const pick = <T>(random: Random, list: readonly T[]): T => {
  const found = list[Math.floor(random.next() * list.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
};

const HEALTHY = DRIFTS.filter(({ repair }) => typeof repair === 'string');

const edit: Deed = async ({ lab, random }) => {
  const drift = pick(random, HEALTHY);
  await drift.edit(lab);
  return `edit: ${drift.name}`;
};

const destroy: Deed = async ({ lab, random }) => {
  const server = pick(random, lab.living('instance'));
  await lab.console('ecs', 'DeleteInstance', { InstanceId: server.id, Force: true });
  return 'edit: a server is released';
};

const fail: Deed = async ({ lab, random }) => {
  const count = 1 + Math.floor(random.next() * 12);
  await lab.control('POST', 'faults', { ...pick(random, FAULTS), action: pick(random, ACTIONS), count });
  return 'fault of the cloud';
};

// One unit for both modules: it starts in every guest, and a port is served once.
const serves = [{ port: 8080, paths: { '/app/health': 200, '/health': 200 }, default: 404 }];
const CLOUD = { guests: { units: { 'bank.service': { preset: 'enabled', serves } } } };

/** Guests whose services start by themselves: nothing has to be asked inside them. */
function withoutStartup(object: Declared): Declared {
  const { modules, ...spec } = Object(object.spec);
  const bare = (module: object) => Object.fromEntries(Object.entries(module).filter(([key]) => key !== 'startup'));
  return modules === undefined ? object : { ...object, spec: { ...spec, modules: modules.map(bare) } };
}

/** A rule that is no longer wished is taken away. */
const strict = (object: Declared): Declared =>
  object.kind === 'SecurityZone' ? { ...object, spec: { ...Object(object.spec), undeclaredRules: 'Revoke' } } : object;

const fresh = (): readonly Declared[] => [
  ...sampleObjects().map(withoutStartup),
  ...banks(BANKS, 2).map(strict),
  ...Array.from({ length: BANKS }, (_, n) => bastionPool(`team-${n}`, { name: 'ops', zone: 'dmz' })),
];

/** Another wish for a bank: the last one of a sort holds until the end, where everything is wished as at first. */
const wish: Deed = ({ lab, random }) => {
  const namespace = `team-${Math.floor(random.next() * BANKS)}`;
  const [environment] = banks(BANKS, 1 + Math.floor(random.next() * 5)).filter(
    (object) => object.metadata.namespace === namespace,
  );
  const from = { type: 'CIDR', cidr: `10.${Math.floor(random.next() * 200)}.0.0/16` };
  const inbound = [{ name: 'more', from, protocol: 'TCP', ports: ['8443'] }];
  const zone = strict(securityZone(namespace, { name: 'dmz', index: 0, inbound: random.next() < 0.5 ? inbound : [] }));
  const changed = random.next() < 0.5 && environment !== undefined ? environment : zone;
  lab.apply(changed);
  return `wish: another ${changed.kind}`;
};

const DEEDS: readonly Deed[] = [edit, edit, edit, destroy, fail, fail, wish, wish];

async function world(): Promise<Lab> {
  const lab = await startLab({ objects: fresh(), cloud: CLOUD });
  await lab.untilReady(1800);
  return lab;
}

const lives = (lab: Lab): readonly string[] =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the ledger's own rows
  shapeOf(lab.living() as unknown as readonly Life[]);

async function undisturbed(): Promise<readonly string[]> {
  const lab = await world();
  await lab.advance(300);
  return lives(lab).concat(await lab.stop().then(() => []));
}

function differing(now: readonly string[], due: readonly string[]): readonly string[] {
  const count = (list: readonly string[]) => Map.groupBy(list, (item) => item);
  const [here, there] = [count(now), count(due)];
  return [...new Set([...now, ...due])].flatMap((item) => {
    const more = (here.get(item)?.length ?? 0) - (there.get(item)?.length ?? 0);
    return more === 0 ? [] : [`${more > 0 ? '+' : ''}${more} ${item}`];
  });
}

/** Lives through the trouble and judges the end. */
export async function drift({
  seconds,
  seed,
  restSeconds = 3600,
  tell = () => undefined,
}: DriftOptions): Promise<Drifted> {
  const due = await undisturbed();
  const before = openHandles();
  const warnings = hearWarnings();
  const random = seededRandom(seed);
  const lab = await world();
  const done: Record<string, number> = {};
  const looks: Look[] = [];
  let [calls, failedCalls] = [0, 0];
  const forget = (): void => {
    calls += lab.calls().length;
    failedCalls += lab.calls().filter(({ code }) => code !== 'OK').length;
    lab.forget();
  };
  const start = lab.now();
  try {
    while (lab.now() - start < seconds) {
      // A thing that is gone just now cannot be edited.
      const what = await Promise.resolve(pick(random, DEEDS)({ lab, random })).catch(() => 'nothing: it is not there');
      done[what] = (done[what] ?? 0) + 1;
      await lab.advance(PAUSE_SECONDS[0] + Math.floor(random.next() * (PAUSE_SECONDS[1] - PAUSE_SECONDS[0])));
      if (looks.length < Math.floor((lab.now() - start) / 600)) {
        forget();
        looks.push({ hours: (lab.now() - start) / 3600, bytes: reachableBytes() });
        tell(`${Math.round((lab.now() - start) / 60)} minutes, ${Math.round((looks.at(-1)?.bytes ?? 0) / 1024)} KB`);
      }
    }
    await lab.control('DELETE', 'faults');
    lab.apply(...fresh());
    const readyAfter = await lab.untilReady(7200);
    await lab.advance(restSeconds);
    forget();
    const differences = differing(lives(lab), due);
    await lab.advance(900);
    const restless = [
      ...lab.writes().map(({ object, body }) => `${object}: ${JSON.stringify(body)}`),
      ...lab
        .calls()
        .flatMap(({ mutating, action, params }) =>
          mutating && action !== 'RunCommand' ? [`${action} ${JSON.stringify(params)}`] : [],
        ),
    ];
    await lab.stop();
    const left = [
      ...(await leftOpen(before)),
      ...(lab.timers() === 0 ? [] : [`${lab.timers()} timers`]),
      ...warnings.end(),
    ];
    return { done, calls, failedCalls, readyAfter, differences, restless, slopeKb: slopeKb(looks), left };
  } catch (error) {
    await lab.stop();
    throw error;
  }
}

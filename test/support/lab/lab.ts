// A whole product in one process and in virtual time: the shipped controllers, inventory and SDK door, the emulator on a
// manual clock behind real HTTP, and an API server in memory. Everything it does is counted.
import { type Emulator, startEmulator } from '../../../emulator/emulator.ts';
import { readConfig } from '../../../emulator/config.ts';
import { guestOf } from '../../../emulator/guest-table.ts';
import type { Guest } from '../../../emulator/guest.ts';
import { modules } from '../../../emulator/services/index.ts';
import type { PlanListener } from '../../../src/controllers/visit.ts';
import { type Logger, silentLogger } from '../../../src/kernel/logger.ts';
import type { KubeObject } from '../../../src/runtime/kube-types.ts';
import { keyOf } from '../../../src/runtime/kube-types.ts';
import { type Settings, readSettings } from '../../../src/settings.ts';
import { MemoryKube } from '../memory-kube.ts';
import { VirtualClock, seededRandom } from '../virtual-clock.ts';
import { LAB_ACCOUNT, type Declared, accountObjects, admitted, isOurs, resourceOf } from './objects.ts';
import { startOperator } from './operator.ts';
import { type CloudCall, type Wire, advanceBoth, createWire } from './time.ts';

/** What a lab starts with. */
export interface LabOptions {
  readonly objects?: readonly Declared[];
  /** Flags of the operator by their setting's name; production's defaults without. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly seed?: number;
  /** The emulator's configuration file. */
  readonly cloud?: object;
  /** Really run scripts inside guests. */
  readonly guestShell?: boolean;
  readonly log?: Logger;
  /** Hears of every plan that is made. */
  readonly planned?: PlanListener;
}

/** One write to the API server: seconds since the start. Events are left out, and nobody votes here. */
export interface KubeWrite {
  readonly at: number;
  readonly object: string;
  readonly body: unknown;
}

/** A resource of the emulator's ledger that exists. */
export interface Living {
  readonly type: string;
  readonly id: string;
  readonly zone: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What is changed of an object that lives; what is not named stays as it is, finalizers and a deletion under way included. */
export interface Edit {
  readonly spec?: object;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly status?: object;
}

/** A running lab. */
export interface Lab {
  readonly settings: Settings;
  readonly emulator: Emulator;
  /** Seconds of virtual time since the start. */
  now(): number;
  advance(seconds: number): Promise<void>;
  /** Advances second by second until the condition holds and returns the seconds it took; throws after `maxSeconds`. */
  until(what: string, holds: () => boolean, maxSeconds: number): Promise<number>;
  /** Until every object of ours is Ready in its present generation. */
  untilReady(maxSeconds: number): Promise<number>;
  /** All objects of our kinds, the account included. */
  objects(): readonly KubeObject[];
  get(kind: string, key: string): KubeObject | undefined;
  apply(...objects: readonly Declared[]): void;
  remove(kind: string, key: string): void;
  /** Changes an object that lives: fields of a new wish over the old ones (one generation more), annotations or status in place. */
  edit(kind: string, key: string, change: Edit): void;
  writes(): readonly KubeWrite[];
  calls(): readonly CloudCall[];
  /** Calls that were sent after `since` (seconds), by action. */
  callsByAction(since?: number): Readonly<Record<string, number>>;
  living(type?: string): readonly Living[];
  /** Timers of the operator that wait. */
  timers(): number;
  /** Drops what the lab itself keeps of calls and writes, so that what still grows is the operator's. */
  forget(): void;
  /** What is inside a server at this moment; throws when it never booted. */
  guest(id: string): Guest;
  /** Asks the emulator's control API. */
  control(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>;
  /** A colleague's edit in the console. */
  console(service: string, action: string, params: object): Promise<void>;
  stop(): Promise<void>;
}

const TOKEN = 'lab-token';
const REGION = 'cn-shanghai-finance-1';

/** Starts emulator and operator, and declares the account and the objects. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const clock = new VirtualClock();
  const kube = new MemoryKube();
  const settings = settingsOf(options);
  const emulator = await startCloud(options);
  const wire = createWire(clock);
  const writes = countWrites(kube, clock);
  for (const object of [...accountObjects(`http://${emulator.endpoint}`), ...(options.objects ?? [])])
    kube.put(resourceOf(object.kind), admitted(object));
  const { seed = 1, log = silentLogger, planned } = options;
  const operator = await startOperator({ kube, clock, random: seededRandom(seed), log, settings, wire, planned });
  return {
    settings,
    emulator,
    ...timeOf({ clock, kube, emulator, wire }),
    ...looks({ kube, emulator, wire, writes }),
    timers: () => clock.pending,
    forget: () => {
      for (const list of [kube.operations, wire.calls, writes, emulator.world.state().ledger.calls]) list.length = 0;
    },
    ...hands({ kube, emulator }),
    stop: async () => {
      await operator.stop();
      await emulator.stop();
    },
  };
}

interface Parts {
  readonly clock: VirtualClock;
  readonly kube: MemoryKube;
  readonly emulator: Emulator;
  readonly wire: Wire;
  readonly writes: KubeWrite[];
}

function timeOf({ clock, kube, emulator, wire }: Omit<Parts, 'writes'>) {
  const advance = (seconds: number) => advanceBoth(clock, { world: emulator.world, wire, ms: seconds * 1000 });
  const now = () => clock.monotonic() / 1000;
  const until = async (what: string, holds: () => boolean, maxSeconds: number): Promise<number> => {
    const start = now();
    for (await advance(0); !holds(); await advance(1))
      if (now() - start >= maxSeconds)
        throw new Error(`Not within ${maxSeconds} virtual seconds: ${what}\n${unready(all(kube))}`);
    return now() - start;
  };
  return {
    advance,
    now,
    until,
    untilReady: (maxSeconds: number) => until('every object is Ready', () => unready(all(kube)) === '', maxSeconds),
  };
}

function looks({ kube, emulator, wire, writes }: Omit<Parts, 'clock'>) {
  return {
    objects: () => all(kube),
    get: (kind: string, key: string) => kube.peek(resourceOf(kind), key),
    writes: () => writes,
    calls: () => wire.calls,
    callsByAction: (since = 0) => countBy(wire.calls.filter(({ at }) => at >= since)),
    living: (type?: string) => livingOf(emulator).filter((item) => type === undefined || item.type === type),
    guest: (id: string) => guestIn(emulator, id),
  };
}

function hands({ kube, emulator }: Pick<Parts, 'kube' | 'emulator'>) {
  const control = (method: string, path: string, body?: object) => ask(emulator, { method, path, body });
  return {
    control,
    apply: (...objects: readonly Declared[]): void => {
      for (const object of objects) kube.put(resourceOf(object.kind), admitted(object));
    },
    remove: (kind: string, key: string) => kube.erase(resourceOf(kind), key),
    edit: (kind: string, key: string, { spec, annotations, status }: Edit): void => {
      const live = kube.peek(resourceOf(kind), key);
      if (live === undefined) throw new Error(`No ${kind} ${key}`);
      const generation = (live.metadata.generation ?? 1) + (spec === undefined ? 0 : 1);
      const metadata = { ...live.metadata, generation, ...(annotations === undefined ? {} : { annotations }) };
      const wish = spec === undefined ? live.spec : { ...Object(live.spec), ...spec };
      const edited = { ...live, kind, metadata, spec: wish, ...(status === undefined ? {} : { status }) };
      kube.put(resourceOf(kind), admitted({ ...edited, apiVersion: live.apiVersion ?? '' }));
    },
    console: async (service: string, action: string, params: object) => {
      const body = { service, action, account: LAB_ACCOUNT.id, params: { RegionId: REGION, ...params } };
      await control('POST', 'drift', body);
    },
  };
}

function settingsOf({ settings = {} }: LabOptions): Settings {
  const read = readSettings(settings);
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return read.settings;
}

function startCloud({ cloud = {}, seed = 1, guestShell = false }: LabOptions): Promise<Emulator> {
  const { id, key, secret } = LAB_ACCOUNT;
  const config = { accounts: [{ id, accessKeys: [{ id: key, secret }] }], ...cloud };
  return startEmulator({
    settings: {
      ...readConfig(JSON.stringify(config)),
      seed,
      clock: { kind: 'manual' },
      guestShell: guestShell ? 'on' : 'off',
    },
    modules,
    host: '127.0.0.1',
    port: 0,
    controlToken: TOKEN,
    complain: (text) => {
      throw new Error(text);
    },
  });
}

function countWrites(kube: MemoryKube, clock: VirtualClock): KubeWrite[] {
  const writes: KubeWrite[] = [];
  kube.interfere = ({ verb, kind, name, body }) => {
    const isWrite = ['create', 'replace', 'patch', 'remove'].includes(verb);
    if (isWrite && kind.plural !== 'events')
      writes.push({ at: clock.monotonic() / 1000, object: `${kind.kind} ${name}`, body });
    return undefined;
  };
  return writes;
}

function all(kube: MemoryKube): readonly KubeObject[] {
  return kube
    .all()
    .filter(({ plural }) => isOurs(plural))
    .map(({ object }) => object);
}

/** One line for each object that is not Ready in its present generation. */
function unready(objects: readonly KubeObject[]): string {
  return objects
    .flatMap(({ kind = '', metadata, status }) => {
      const conditions = conditionsOf(status);
      const ready = conditions.find(({ type }) => type === 'Ready');
      const current = ready?.status === 'True' && ready.observedGeneration === metadata.generation;
      return current ? [] : [`${kind} ${keyOf(metadata)}: ${ready?.reason ?? 'unseen'} ${ready?.message ?? ''}`];
    })
    .join('\n');
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

/** The conditions of a status as it is stored. */
export function conditionsOf(status: unknown): readonly Condition[] {
  // What the operator wrote was checked against its schema elsewhere.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (status as { readonly conditions?: readonly Condition[] } | undefined)?.conditions ?? [];
}

function countBy(calls: readonly CloudCall[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { action } of calls) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

function guestIn({ world }: Emulator, id: string): Guest {
  world.settle();
  const guest = guestOf(world.scope(LAB_ACCOUNT.id, REGION), id);
  if (guest === undefined) throw new Error(`${id} never booted`);
  return guest;
}

function livingOf({ world }: Emulator): readonly Living[] {
  return world.state().ledger.resources.filter(({ deletedAt }) => deletedAt === null);
}

async function ask(
  { endpoint }: Emulator,
  of: { readonly method: string; readonly path: string; readonly body: object | undefined },
): Promise<unknown> {
  const headers = { 'x-emulator-token': TOKEN, 'content-type': 'application/json' };
  const body = of.body === undefined ? {} : { body: JSON.stringify(of.body) };
  const response = await fetch(`http://${endpoint}/_emulator/${of.path}`, { method: of.method, headers, ...body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${of.method} ${of.path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

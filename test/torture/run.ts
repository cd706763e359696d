// Plays one plan: a life in phases, with a fault in some of them, judged at every step and at the end of each phase.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../support/eventually.ts';
import type { EmulatorProcess } from '../support/emulator-process.ts';
import { type At, type Phase, type Plan, phasesOf } from './plan.ts';
import { type Reach, act } from './deeds.ts';
import { Gate, type Seen, type Sender } from './gate.ts';
import type { Wish } from './judge.ts';
import { Replica } from './operator.ts';
import { type Asked, type Proxy, type Way, startProxy } from './proxy.ts';
import { type Expecting, MISSED, type Settled, endsLeadership, settle } from './settle.ts';
import { Reads, isReadFault } from './reads.ts';
import type { Stage } from './stage.ts';
import { Watches } from './watches.ts';
import { Witness } from './witness.ts';
import { World } from './world.ts';

/** How the world looks after each phase of an undisturbed life. */
export type Shapes = Readonly<Partial<Record<Phase, readonly string[]>>>;

/** How a life went. */
export interface Outcome {
  readonly plan: Plan;
  readonly seen: readonly Seen[];
  /** What is wrong, in the phase in which the life ended; empty when all holds. */
  readonly problems: readonly string[];
  /** The phase that problems are of. */
  readonly failedIn: Phase | undefined;
  /** True when the only problem is that the write aimed at never came. */
  readonly missed: boolean;
  /** True when the operator waited for a person, by design, and went on when the person had spoken. */
  readonly spoken: boolean;
  readonly shapes: Shapes;
  readonly seconds: number;
  readonly log: string;
}

/** Milliseconds by which each request of a channel is late: other orders than those of an idle machine. */
export type Lag = Readonly<Record<At['channel'], number>>;

/** Where to play. */
export interface Lane {
  readonly stage: Stage;
  readonly emulator: EmulatorProcess;
  /** What each phase must end like; empty while that is learnt. */
  readonly due: Shapes;
  readonly lag?: Lag;
  readonly expecting?: Expecting | undefined;
}

/** Lease of replicas that contend; they give up after two thirds of it. */
const LEADERS_LEASE_S = 8;

let lives = 0;

/** Plays one plan on a lane. */
export async function play(lane: Lane, plan: Plan): Promise<Outcome> {
  const began = performance.now();
  const life = new LifeOf(lane, plan);
  try {
    await life.begin();
    const end = await life.live();
    const log = end.problems.length > 0 ? [life.logs(), life.writes(), await life.state()].join('\n') : '';
    return { plan, seen: life.gate.seen, ...end, log, seconds: (performance.now() - began) / 1000 };
  } finally {
    await life.end();
  }
}

type End = Pick<Outcome, 'problems' | 'failedIn' | 'missed' | 'spoken' | 'shapes'>;

class LifeOf {
  readonly gate: Gate;
  readonly #lane: Lane;
  readonly #plan: Plan;
  readonly #world: World;
  readonly #witness: Witness;
  readonly #replicas: readonly Replica[];
  readonly #watches = new Map<Sender, Watches>();
  readonly #reads = new Map<Sender, Reads>();
  readonly #proxies: Proxy[] = [];
  readonly #folder: string;
  #sweeps = 0;

  constructor(lane: Lane, plan: Plan) {
    const { stage, emulator } = lane;
    lives += 1;
    const namespace = `torture-${process.pid}-${lives}`;
    this.#lane = lane;
    this.#plan = plan;
    this.#folder = mkdtempSync(join(stage.folder, 'life-'));
    this.#world = new World({ name: namespace, api: stage.api, emulator, rules: stage.rules });
    this.#witness = new Witness(this.#world, wishFor(['build'], undefined));
    const leaseSeconds = plan.replicas > 1 ? LEADERS_LEASE_S : 30;
    const own = { program: stage.program, token: stage.token, namespace, folder: this.#folder, leaseSeconds };
    this.#replicas = ['one', 'two'].slice(0, plan.replicas).map((identity) => new Replica({ ...own, identity }));
    const reach: Reach = {
      world: this.#world,
      witness: this.#witness,
      gate: () => this.gate,
      watches: this.#watches,
      reads: this.#reads,
      renewDeadlineMs: LEADERS_LEASE_S * 667,
    };
    this.gate = new Gate({
      before: (write) => this.#witness.before(write),
      after: () => this.#witness.after(),
      names: this.#witness.names,
      act: (fault, sender, made) => act(reach, fault, { sender, made }),
    });
  }

  async begin(): Promise<void> {
    const clouds = await Promise.all(this.#replicas.map((replica) => this.#cloudProxy(replica)));
    const [first] = clouds;
    if (first === undefined) throw new Error('a life has at least one replica');
    await this.#world.create(first.url);
    this.#open('build', ['build']);
    for (const [index, replica] of this.#replicas.entries()) {
      const kube = await this.#kubeProxy(replica, { from: first.url, to: clouds[index]?.url ?? first.url });
      replica.start(kube.url);
    }
  }

  async live(): Promise<End> {
    const shapes: Partial<Record<Phase, readonly string[]>> = {};
    let isSpoken = false;
    const phases = phasesOf(this.#plan);
    for (const [index, phase] of phases.entries()) {
      const lived = phases.slice(0, index + 1);
      if (phase !== 'build') this.#open(phase, lived);
      await this.#do(phase);
      const { problems, shape, spoken } = await this.#settle(phase, lived);
      isSpoken ||= spoken;
      const all = [...problems, ...this.#witness.violations, ...this.#surprises(phase), ...this.gate.loops];
      const missed = all.length === 1 && all[0] === MISSED;
      if (all.length > 0) return { problems: all, failedIn: phase, missed, spoken: isSpoken, shapes };
      shapes[phase] = shape;
    }
    return { problems: [], failedIn: undefined, missed: false, spoken: isSpoken, shapes };
  }

  #lost(lived: readonly Phase[]): number {
    return this.#plan.shots.filter(({ phase, fault }) => lived.includes(phase) && fault.kind === 'vanish').length;
  }

  #open(phase: Phase, lived: readonly Phase[]): void {
    this.#witness.expect(wishFor(lived, undefined, this.#lost(lived)));
    this.gate.begin(
      phase,
      this.#plan.shots.find((shot) => shot.phase === phase),
    );
  }

  /** A leader that cannot renew its lease for so long ends by itself: that is right. */
  #surprises(phase: Phase): readonly string[] {
    const fault = this.#plan.shots.find((shot) => shot.phase === phase)?.fault;
    if (fault !== undefined && endsLeadership(fault)) return [];
    return this.#replicas.flatMap(({ surprises }) => surprises);
  }

  async #do(phase: Phase): Promise<void> {
    switch (phase) {
      case 'build':
        return;
      case 'rebalance':
        return this.#world.unbalance();
      case 'drift':
        return this.#world.deform();
      case 'deletion':
        return this.#world.farewell();
      default:
        return phase satisfies never;
    }
  }

  #settle(phase: Phase, lived: readonly Phase[]): Promise<Settled> {
    return settle({
      plan: this.#plan,
      phase,
      wish: wishFor(lived, this.#lane.due[phase], this.#lost(lived)),
      gate: this.gate,
      witness: this.#witness,
      sweeps: () => this.#sweeps,
      speak: (question) => this.#world.answer(question),
      expecting: this.#lane.expecting,
    });
  }

  async #ask(channel: At['channel'], asked: Asked, replica: Replica): Promise<Way> {
    const late = this.#lane.lag?.[channel] ?? 0;
    if (late > 0) await pause(late);
    return this.gate.ask(channel, asked, replica);
  }

  async #cloudProxy(replica: Replica): Promise<Proxy> {
    // Whole answers cost time: they are read where a plan needs them.
    const reads = this.#plan.shots.some(({ fault }) => isReadFault(fault)) ? new Reads() : undefined;
    if (reads !== undefined) this.#reads.set(replica, reads);
    const ask = async (asked: Asked): Promise<Way> => {
      if (asked.headers['x-acs-action'] === 'DescribeInstances') this.#sweeps += 1;
      const way = await this.#ask('cloud', asked, replica);
      return way.kind === 'stream' ? (reads?.ask(asked) ?? way) : way;
    };
    const proxy = await startProxy({ url: this.#lane.emulator.url }, { ask });
    this.#proxies.push(proxy);
    return proxy;
  }

  /** Every replica has a cloud proxy of its own: the account that it reads names that one. */
  async #kubeProxy(replica: Replica, url: { readonly from: string; readonly to: string }): Promise<Proxy> {
    const { plane, ca } = this.#lane.stage;
    const watches = new Watches();
    this.#watches.set(replica, watches);
    const proxy = await startProxy(
      { url: plane.url, ca },
      {
        ask: async (asked) => {
          const way = await this.#ask('kube', asked, replica);
          return way.kind === 'stream' ? (watches.ask(asked) ?? way) : way;
        },
        streaming: (asked, stream) => watches.began(asked, stream),
        ...(url.from === url.to
          ? {}
          : {
              rewrite: (chunk: Buffer) => Buffer.from(chunk.toString('latin1').replaceAll(url.from, url.to), 'latin1'),
            }),
      },
    );
    this.#proxies.push(proxy);
    return proxy;
  }

  logs(): string {
    return this.#replicas.map(({ logFile }) => readFileSync(logFile, 'utf8')).join('\n');
  }

  /** What was written in which phase, after how many milliseconds. */
  writes(): string {
    return this.gate.seen
      .map(({ phase, channel, facts, ms }) => `${phase} ${ms} ${channel} ${facts.join(' | ')}`)
      .join('\n');
  }

  /** What the objects say of themselves, for who looks for the cause. */
  async state(): Promise<string> {
    const objects = await this.#world.objects();
    return objects
      .map(({ kind, metadata, status }) => `${kind} ${metadata.name} ${JSON.stringify(status, undefined, 1)}`)
      .join('\n');
  }

  async end(): Promise<void> {
    await Promise.all(this.#replicas.map((replica) => replica.stop()));
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
    await this.#world.forget();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Types of the sample, how many are ever made and how many live at once, after these phases; `lost` servers were taken away by the cloud. */
export function wishFor(lived: readonly Phase[], living: readonly string[] | undefined, lost = 0): Wish {
  const more = lived.filter((phase) => phase === 'rebalance' || phase === 'drift').length + lost;
  const made = { vpc: 1, vswitch: 2, securityGroup: 2, instance: 4 + more, loadbalancer: 1 };
  const gone = lived.includes('deletion');
  const peak = { ...made, instance: lived.includes('rebalance') || lived.includes('drift') ? 5 : 4 };
  return { made, peak, living, gone };
}

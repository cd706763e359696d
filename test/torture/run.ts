// Plays one plan: a life in phases, with a fault in some of them, judged at every step and at the end of each phase.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import type { EmulatorProcess } from '../support/emulator-process.ts';
import { type Fault, type Phase, type Plan, phasesOf } from './plan.ts';
import { Gate, type Seen, type Sender } from './gate.ts';
import { type Wish, shapeOf, verdicts } from './judge.ts';
import { Replica } from './operator.ts';
import { type Proxy, startProxy } from './proxy.ts';
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
  readonly shapes: Shapes;
  readonly seconds: number;
  readonly log: string;
}

/** Where to play. */
export interface Lane {
  readonly stage: Stage;
  readonly emulator: EmulatorProcess;
  /** What each phase must end like; empty while that is learnt. */
  readonly due: Shapes;
}

const SETTLED_MS = 60_000;
/** Silence is noticed after a minute and a half, and a server that ends every watch is asked ever less often. */
const DEAF_MS = 240_000;
/** On a busy machine a start takes seconds, and so does a change of leaders. */
const START_MS = 6000;
/** Listings of servers that must pass over an unchanged end: damage may come after a restart. */
const SWEEPS = 2;
/** An end that stays for so long without the shot: it will not come any more. */
const IDLE_MS = 4000;
const MISSED = 'the write aimed at never came: this build of the operator does not make it, or makes it otherwise';
/** Lease of replicas that contend; they give up after two thirds of it. */
const LEADERS_LEASE_S = 12;

let lives = 0;

/** Plays one plan on a lane. */
export async function play(lane: Lane, plan: Plan): Promise<Outcome> {
  const began = performance.now();
  const life = new LifeOf(lane, plan);
  try {
    await life.begin();
    const end = await life.live();
    const log = end.problems.length > 0 ? life.logs() : '';
    return { plan, seen: life.gate.seen, ...end, log, seconds: (performance.now() - began) / 1000 };
  } finally {
    await life.end();
  }
}

type End = Pick<Outcome, 'problems' | 'failedIn' | 'missed' | 'shapes'>;

class LifeOf {
  readonly gate: Gate;
  readonly #lane: Lane;
  readonly #plan: Plan;
  readonly #world: World;
  readonly #witness: Witness;
  readonly #replicas: readonly Replica[];
  readonly #watches = new Map<Sender, Watches>();
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
    this.gate = new Gate({
      before: (write) => this.#witness.before(write),
      after: () => this.#witness.after(),
      names: this.#witness.names,
      act: (fault, sender) => this.#act(fault, sender),
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
    const phases = phasesOf(this.#plan);
    for (const [index, phase] of phases.entries()) {
      const lived = phases.slice(0, index + 1);
      if (phase !== 'build') this.#open(phase, lived);
      await this.#do(phase);
      const { problems, shape } = await this.#settle(phase, lived);
      const all = [...problems, ...this.#witness.violations, ...this.#surprises(phase)];
      const missed = all.length === 1 && all[0] === MISSED;
      if (all.length > 0) return { problems: all, failedIn: phase, missed, shapes };
      shapes[phase] = shape;
    }
    return { problems: [], failedIn: undefined, missed: false, shapes };
  }

  #open(phase: Phase, lived: readonly Phase[]): void {
    this.#witness.expect(wishFor(lived, undefined));
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

  /** Waits for the shot and for the end; says what is wrong with it, and how it looks. */
  async #settle(
    phase: Phase,
    lived: readonly Phase[],
  ): Promise<{ readonly problems: readonly string[]; readonly shape: readonly string[] }> {
    const wish = wishFor(lived, this.#lane.due[phase]);
    let last: readonly string[] = ['nothing was seen'];
    let since = performance.now();
    let sweeps = 0;
    const check = async (): Promise<boolean> => {
      last = verdicts(await this.#witness.ending(), wish);
      if (last.length > 0 || this.#witness.violations.length > 0) {
        since = performance.now();
        sweeps = this.#sweeps;
        return this.#witness.violations.length > 0;
      }
      // The end must also be the end for an operator that has looked around once more.
      if (this.gate.spent) return phase === 'deletion' || this.#sweeps >= sweeps + SWEEPS;
      return performance.now() - since > IDLE_MS;
    };
    await eventually(check, { what: phase, timeoutMs: this.#patience(phase), everyMs: 100 }).catch(() => undefined);
    const { lives: all } = await this.#witness.ending();
    return { problems: this.gate.spent ? last : [MISSED, ...last], shape: shapeOf(all) };
  }

  #patience(phase: Phase): number {
    const { shots, replicas } = this.#plan;
    const fault = shots.find((shot) => shot.phase === phase)?.fault;
    if (fault?.kind === 'watch' && ['half-open', 'close'].includes(fault.what)) return DEAF_MS;
    const starts = fault?.kind === 'kill' ? fault.again.length : 0;
    return SETTLED_MS * replicas + starts * START_MS;
  }

  async #act(fault: Fault, sender: Sender): Promise<void> {
    switch (fault.kind) {
      case 'watch':
        return this.#watches.get(sender)?.disturb(fault.what, fault.times);
      case 'pause':
        return this.#later(fault.ms, () => sender.signal('SIGCONT'));
      case 'cut':
        this.gate.cut(sender, true);
        return this.#later(fault.ms, () => this.gate.cut(sender, false));
      case 'drop-lease':
        this.#witness.leaseDropped(LEADERS_LEASE_S * 667);
        return this.#world.dropLease();
      case 'store':
        await this.#witness.remember();
        return this.#world.deface(fault.what);
      case 'emulator':
        return void (await this.#world.control('POST', 'faults', fault.rule));
      case 'kill':
      case 'terminate':
      case 'answer':
      case 'lose':
      case 'hang':
        return;
      default:
        return fault satisfies never;
    }
  }

  #later(ms: number, what: () => void): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(() => {
        what();
        resolve();
      }, ms);
    });
  }

  async #cloudProxy(replica: Replica): Promise<Proxy> {
    const proxy = await startProxy(
      { url: this.#lane.emulator.url },
      {
        ask: (asked) => {
          if (asked.headers['x-acs-action'] === 'DescribeInstances') this.#sweeps += 1;
          return this.gate.ask('cloud', asked, replica);
        },
      },
    );
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
          const way = await this.gate.ask('kube', asked, replica);
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

  async end(): Promise<void> {
    await Promise.all(this.#replicas.map((replica) => replica.stop()));
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
    await this.#world.forget();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Types of the sample, how many are ever made and how many live at once, after these phases. */
export function wishFor(lived: readonly Phase[], living: readonly string[] | undefined): Wish {
  const more = lived.filter((phase) => phase === 'rebalance' || phase === 'drift').length;
  const made = { vpc: 1, vswitch: 2, securityGroup: 2, instance: 4 + more, loadbalancer: 1 };
  const gone = lived.includes('deletion');
  const peak = { ...made, instance: lived.includes('rebalance') || lived.includes('drift') ? 5 : 4 };
  return { made, peak, living, gone };
}

function endsLeadership(fault: Fault): boolean {
  if (fault.kind === 'answer') return fault.scope === 'all';
  return ['pause', 'cut', 'drop-lease', 'hang'].includes(fault.kind);
}

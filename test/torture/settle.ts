// Waits for the end of a phase, and says what is wrong with it. The stores are asked when something was written, and seldom otherwise.
import { eventually } from '../support/eventually.ts';
import type { Gate } from './gate.ts';
import { type Awaited, type Ending, type Wish, awaited, shapeOf, verdicts } from './judge.ts';
import type { Fault, Phase, Plan } from './plan.ts';
import type { Witness } from './witness.ts';

/** A phase under way. */
export interface Course {
  readonly plan: Plan;
  readonly phase: Phase;
  readonly wish: Wish;
  readonly gate: Gate;
  readonly witness: Witness;
  /** Listings of servers so far. */
  readonly sweeps: () => number;
  /** A person answers what the operator waits for. */
  readonly speak: (question: Awaited) => Promise<void>;
  readonly expecting: Expecting | undefined;
}

/** For an operator that is known to be wrong: a phase ends at this problem of a step, or after so many milliseconds. */
export interface Expecting {
  readonly step: RegExp;
  readonly ms: number;
}

/** How it ended; `spoken` when the operator waited for a person, by design, and went on when the person had spoken. */
export interface Settled {
  readonly problems: readonly string[];
  readonly shape: readonly string[];
  readonly spoken: boolean;
}

const SETTLED_MS = 60_000;
/** Silence is noticed after a minute and a half, and a server that ends every watch is asked ever less often. */
const DEAF_MS = 240_000;
/** On a busy machine a start takes seconds, and so does a change of leaders. */
const START_MS = 6000;
/** Listings of servers that must pass over an unchanged end: damage may come after a restart. */
const SWEEPS = 2;
/** Listings over which the operator must wait for a person before one speaks. */
const PATIENT_SWEEPS = 6;
/** An end that stays for so long without the shot: it will not come any more. */
const IDLE_MS = 4000;
/** The stores are asked so long after the last write, and at least so often. */
const [CALM_MS, SELDOM_MS] = [150, 700];
/** The only problem of a life whose shot was never due. */
export const MISSED =
  'the write aimed at never came: this build of the operator does not make it, or makes it otherwise';

/** Waits for the shot and for the end. */
export async function settle(course: Course): Promise<Settled> {
  const watch = new Watch(course);
  const timeoutMs = course.expecting?.ms ?? patience(course.plan, course.phase);
  await eventually(() => watch.look(), { what: course.phase, timeoutMs, everyMs: 50 }).catch(() => undefined);
  const { lives } = await course.witness.ending();
  return { problems: watch.problems, shape: shapeOf(lives), spoken: watch.spoken };
}

class Watch {
  readonly #course: Course;
  #last: readonly string[] = ['nothing was seen'];
  #heard = 0;
  #calmSince = 0;
  #looked = 0;
  #holdsSince: { readonly ms: number; readonly sweeps: number } | undefined;
  #waitsSince: number | undefined;
  spoken = false;

  constructor(course: Course) {
    this.#course = course;
  }

  get problems(): readonly string[] {
    return this.#course.gate.spent ? this.#last : [MISSED, ...this.#last];
  }

  /** True at the end. */
  async look(): Promise<boolean> {
    const { gate, witness } = this.#course;
    if (this.#isBroken) return true;
    const now = performance.now();
    if (gate.seen.length !== this.#heard) {
      this.#heard = gate.seen.length;
      this.#calmSince = now;
      this.#looked = Math.min(this.#looked, now - SELDOM_MS + CALM_MS);
    }
    if (!this.#isDue(now)) return false;
    this.#looked = now;
    const ending = await witness.ending();
    this.#last = verdicts(ending, this.#course.wish);
    await this.#listen(ending);
    return this.#judge(now);
  }

  get #isBroken(): boolean {
    const { witness, expecting } = this.#course;
    return witness.violations.some((problem) => expecting === undefined || expecting.step.test(problem));
  }

  /** The end must also be the end for an operator that has looked around once more. */
  #isDue(now: number): boolean {
    if (now - this.#calmSince < CALM_MS) return false;
    return now - this.#looked >= SELDOM_MS || this.#isOver(now);
  }

  #judge(now: number): boolean {
    if (this.#last.length > 0) {
      this.#holdsSince = undefined;
      return this.#isBroken;
    }
    this.#holdsSince ??= { ms: now, sweeps: this.#course.sweeps() };
    return this.#isOver(now);
  }

  #isOver(now: number): boolean {
    const { gate, phase, sweeps } = this.#course;
    if (this.#holdsSince === undefined) return false;
    if (gate.spent) return phase === 'deletion' || sweeps() >= this.#holdsSince.sweeps + SWEEPS;
    return gate.waiting && now - Math.max(this.#holdsSince.ms, this.#calmSince) > IDLE_MS;
  }

  /** Where stored state was taken away the operator may wait for a person: it is answered once, when it stays so. */
  async #listen(ending: Ending): Promise<void> {
    const { plan, phase, gate, wish, sweeps } = this.#course;
    const isTaken = plan.shots.some((shot) => shot.phase === phase && shot.fault.kind === 'store');
    const question = isTaken && !this.spoken && gate.spent ? awaited(ending, wish) : undefined;
    if (question === undefined) {
      this.#waitsSince = undefined;
      return;
    }
    this.#waitsSince ??= sweeps();
    if (sweeps() < this.#waitsSince + PATIENT_SWEEPS) return;
    this.spoken = true;
    await this.#course.speak(question);
  }
}

function patience({ shots, replicas }: Plan, phase: Phase): number {
  const fault = shots.find((shot) => shot.phase === phase)?.fault;
  if (fault?.kind === 'watch' && ['half-open', 'close'].includes(fault.what)) return DEAF_MS;
  const starts = fault?.kind === 'kill' ? fault.again.length : 0;
  return SETTLED_MS * replicas + starts * START_MS;
}

/** A leader that cannot renew its lease for so long ends by itself: that is right. */
export function endsLeadership(fault: Fault): boolean {
  if (fault.kind === 'answer') return fault.scope === 'all';
  return ['pause', 'cut', 'drop-lease', 'hang'].includes(fault.kind);
}

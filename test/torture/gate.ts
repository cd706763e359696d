// Counts the writes of one life by what they say, and lets the plan's fault happen at the write it is aimed at.
import { cloudFacts, cloudParams, isCloudWrite, kubeFacts, objectOf } from './facts.ts';
import type { Loose } from '../support/api-proxy.ts';
import type { At, Fault, Phase, Position, Shot } from './plan.ts';
import type { Answer, Asked, Way } from './proxy.ts';

/** A write that was applied, by the phase in which it was. */
export interface Seen {
  readonly phase: Phase;
  readonly channel: At['channel'];
  readonly facts: readonly string[];
}

/** The operator's process behind a pair of proxies. */
export interface Sender {
  readonly identity: string;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

/** What the gate asks of others. */
export interface Helpers {
  /** Looks at the stores before a cloud write is sent on, and after it was applied. */
  readonly before: (write: CloudWrite) => Promise<void>;
  readonly after: () => Promise<void>;
  /** Logical names of cloud ids. */
  readonly names: ReadonlyMap<string, string>;
  /** Does what is no matter of wires: leases, stored state, rules of the emulator, watches. */
  readonly act: (fault: Fault, sender: Sender) => Promise<void>;
}

/** A cloud write on its way. */
export interface CloudWrite {
  readonly action: string;
  readonly params: Readonly<Record<string, string>>;
  readonly sender: Sender;
}

type Aim = { readonly at: At } | { readonly after: number };
interface Step {
  readonly aim: Aim;
  readonly fault: Fault;
}

/** One life's gate. */
export class Gate {
  readonly seen: Seen[] = [];
  readonly #helpers: Helpers;
  readonly #applied = new Map<string, number>();
  readonly #flying = new Map<string, number>();
  readonly #status = new Map<string, Loose>();
  readonly #cut = new Set<Sender>();
  #phase: Phase | undefined;
  #steps: Step[] = [];
  #since = 0;
  #busy = false;
  /** A fault that goes on for some more requests. */
  #lasting: { readonly fault: Fault; left: number } | undefined;

  constructor(helpers: Helpers) {
    this.#helpers = helpers;
  }

  /** Begins a phase with its shot. */
  begin(phase: Phase, shot: Shot | undefined): void {
    this.#phase = phase;
    this.#applied.clear();
    this.#lasting = undefined;
    this.#steps = shot === undefined ? [] : stepsOf(shot);
  }

  /** True when everything that was ordered for this phase has happened. */
  get spent(): boolean {
    return this.#steps.length === 0 && !this.#busy;
  }

  /** Cuts a sender from the API server, or lets it through again. */
  cut(sender: Sender, on: boolean): void {
    if (on) this.#cut.add(sender);
    else this.#cut.delete(sender);
  }

  /** What becomes of a request. */
  async ask(channel: At['channel'], asked: Asked, sender: Sender): Promise<Way> {
    if (channel === 'kube' && this.#cut.has(sender)) return { kind: 'drop' };
    const facts = this.#factsOf(channel, asked);
    const lasting = this.#last(channel, facts.length > 0);
    if (lasting !== undefined) return lasting;
    if (facts.length === 0) return { kind: 'stream' };
    if (channel === 'cloud') await this.#helpers.before({ ...cloudOf(asked), sender });
    const step = this.#aimed(channel, facts);
    const end = step === undefined ? undefined : await this.#arrive(step, sender);
    if (end !== undefined) return end;
    this.#fly(channel, facts, 1);
    let landed = false;
    const applied = async (answer: Answer | undefined): Promise<'give' | 'drop'> => {
      this.#fly(channel, facts, -1);
      if (!isApplied(answer)) return this.#missed(step);
      landed = true;
      this.#land(channel, facts, { asked, answer });
      if (channel === 'cloud') await this.#helpers.after();
      return step === undefined ? 'give' : this.#answered(step, sender);
    };
    return { kind: 'whole', applied, given: () => (landed ? this.#given(step, sender) : undefined) };
  }

  #factsOf(channel: At['channel'], asked: Asked): readonly string[] {
    if (this.#phase === undefined) return [];
    if (channel === 'kube') {
      const object = objectOf(asked);
      if (object === undefined) return [];
      const facts = kubeFacts({ ...asked, body: JSON.parse(asked.body || '{}') }, this.#status.get(object));
      return facts.length > 0 ? facts : [`${object} other`];
    }
    const { action, params } = cloudOf(asked);
    return isCloudWrite(action) ? cloudFacts(action, params, this.#helpers.names) : [];
  }

  #last(channel: At['channel'], isWrite: boolean): Way | undefined {
    const { fault } = this.#lasting ?? {};
    if (this.#lasting === undefined || fault === undefined || !('times' in fault) || channel !== this.#channel) return;
    if (!isWrite && !(fault.kind === 'answer' && fault.scope === 'all')) return;
    if (fault.kind === 'watch') return;
    this.#lasting.left -= 1;
    if (this.#lasting.left <= 0) this.#lasting = undefined;
    if (fault.kind === 'answer') return answerOf(fault);
    return fault.kind === 'hang'
      ? { kind: 'hang' }
      : { kind: 'whole', applied: async () => 'drop', given: () => undefined };
  }

  #channel: At['channel'] = 'kube';

  #aimed(channel: At['channel'], facts: readonly string[]): Step | undefined {
    const [step] = this.#steps;
    if (step === undefined || this.#busy) return undefined;
    if ('after' in step.aim) {
      this.#since += 1;
      if (this.#since < step.aim.after) return undefined;
    } else if (!this.#isAt(step.aim.at, channel, facts)) return undefined;
    this.#busy = true;
    this.#channel = channel;
    return step;
  }

  #isAt(at: At, channel: At['channel'], facts: readonly string[]): boolean {
    const key = `${channel} ${at.fact}`;
    const nth = (this.#applied.get(key) ?? 0) + (this.#flying.get(key) ?? 0) + 1;
    return at.channel === channel && facts.includes(at.fact) && nth === at.nth;
  }

  /** What happens before the request is sent on. */
  async #arrive(step: Step, sender: Sender): Promise<Way | undefined> {
    const { fault } = step;
    switch (fault.kind) {
      case 'kill':
        return fault.position === 'alpha' ? this.#kill(sender) : undefined;
      case 'answer':
      case 'hang':
        this.#go(fault);
        return fault.kind === 'hang' ? { kind: 'hang' } : answerOf(fault);
      case 'terminate':
        sender.signal('SIGTERM');
        this.#done();
        return undefined;
      case 'drop-lease':
      case 'emulator':
        await this.#helpers.act(fault, sender);
        this.#done();
        return undefined;
      case 'lose':
      case 'pause':
      case 'cut':
      case 'watch':
      case 'store':
        return undefined;
      default:
        return fault satisfies never;
    }
  }

  async #kill(sender: Sender): Promise<Way> {
    await sender.kill();
    this.#done();
    return { kind: 'drop' };
  }

  /** What happens after it was applied and before the answer is given. */
  async #answered(step: Step, sender: Sender): Promise<'give' | 'drop'> {
    const { fault } = step;
    if (fault.kind === 'kill' && fault.position === 'beta') {
      await this.#kill(sender);
      return 'drop';
    }
    if (fault.kind !== 'lose') return 'give';
    this.#go(fault);
    return 'drop';
  }

  /** What happens after the answer was given. */
  #given(step: Step | undefined, sender: Sender): void {
    if (step === undefined || !this.#steps.includes(step)) return;
    const { fault } = step;
    const end =
      fault.kind === 'kill'
        ? sender.kill()
        : fault.kind === 'pause'
          ? Promise.resolve(sender.signal('SIGSTOP'))
          : Promise.resolve();
    void end
      .then(() => (fault.kind === 'kill' ? undefined : this.#helpers.act(fault, sender)))
      .finally(() => this.#done());
  }

  /** The write was refused: it was not the one. */
  #missed(step: Step | undefined): 'give' {
    if (step !== undefined && this.#steps.includes(step)) this.#busy = false;
    return 'give';
  }

  #go(fault: Extract<Fault, { readonly times: number }>): void {
    this.#lasting = fault.times > 1 ? { fault, left: fault.times - 1 } : undefined;
    this.#done();
  }

  #done(): void {
    this.#steps = this.#steps.slice(1);
    this.#since = 0;
    this.#busy = false;
  }

  #fly(channel: At['channel'], facts: readonly string[], by: number): void {
    for (const fact of facts)
      this.#flying.set(`${channel} ${fact}`, (this.#flying.get(`${channel} ${fact}`) ?? 0) + by);
  }

  #land(
    channel: At['channel'],
    facts: readonly string[],
    of: { readonly asked: Asked; readonly answer: Answer },
  ): void {
    for (const fact of facts)
      this.#applied.set(`${channel} ${fact}`, (this.#applied.get(`${channel} ${fact}`) ?? 0) + 1);
    if (this.#phase !== undefined) this.seen.push({ phase: this.#phase, channel, facts });
    const object = channel === 'kube' ? objectOf(of.asked) : undefined;
    if (object !== undefined) this.#status.set(object, JSON.parse(of.answer.body.toString('utf8')).status);
  }
}

function stepsOf({ at, fault }: Shot): Step[] {
  const first: Step = { aim: { at }, fault };
  if (fault.kind !== 'kill') return [first];
  return [
    { aim: { at }, fault: { ...fault, again: [] } },
    ...fault.again.map(({ after, position }: { after: number; position: Position }) => ({
      aim: { after },
      fault: { kind: 'kill' as const, position, again: [] },
    })),
  ];
}

function cloudOf(asked: Asked): { readonly action: string; readonly params: Readonly<Record<string, string>> } {
  return { action: String(asked.headers['x-acs-action'] ?? ''), params: cloudParams(asked.url, asked.body) };
}

const isApplied = (answer: Answer | undefined): answer is Answer =>
  answer !== undefined && answer.status >= 200 && answer.status < 300;

function answerOf({ status, headers, body }: Extract<Fault, { readonly kind: 'answer' }>): Way {
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    kind: 'answer',
    answer: { status, headers: { 'content-type': 'application/json', ...headers }, body: bytes },
  };
}

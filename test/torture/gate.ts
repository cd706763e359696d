// Counts the writes of one life by what they say, and lets the plan's fault happen at the write it is aimed at.
import { cloudFacts, cloudParams, isCloudRead, isCloudWrite, kubeFacts, objectOf } from './facts.ts';
import type { Loose } from '../support/api-proxy.ts';
import { type Lasting, type Step, fateOf, inPlace, isLasting, madeIn, scopeOf, stepsOf } from './effects.ts';
import { isReadFault } from './reads.ts';
import type { At, Fault, Phase, Shot } from './plan.ts';
import type { Answer, Asked, Fate, Way } from './proxy.ts';

/** A write that was applied, by the phase in which it was. */
export interface Seen {
  readonly phase: Phase;
  readonly channel: At['channel'];
  readonly facts: readonly string[];
  /** Milliseconds since the phase began. */
  readonly ms: number;
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
  readonly act: (fault: Fault, sender: Sender, made: readonly string[]) => Promise<void>;
}

/** A cloud write on its way. */
export interface CloudWrite {
  readonly action: string;
  readonly params: Readonly<Record<string, string>>;
  readonly sender: Sender;
}

/** More often nothing is sent in one phase, whatever happens: ten kills and three refusals are fewer. */
const MOST = 20;

/** A write that is sent on. */
interface Write {
  readonly channel: At['channel'];
  readonly facts: readonly string[];
  readonly asked: Asked;
  readonly sender: Sender;
  readonly step: Step | undefined;
  readonly lasting: Lasting | undefined;
}

/** One life's gate. */
export class Gate {
  readonly seen: Seen[] = [];
  readonly #helpers: Helpers;
  readonly #applied = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  readonly #flying = new Map<string, number>();
  readonly #status = new Map<string, Loose>();
  readonly #cut = new Set<string>();
  #phase: Phase | undefined;
  #steps: Step[] = [];
  #began = 0;
  #since = 0;
  #busy = false;
  /** A fault that goes on for some more requests. */
  #lasting: { readonly fault: Lasting; left: number } | undefined;

  constructor(helpers: Helpers) {
    this.#helpers = helpers;
  }

  /** Begins a phase with its shot. */
  begin(phase: Phase, shot: Shot | undefined): void {
    this.#phase = phase;
    this.#began = performance.now();
    this.#applied.clear();
    this.#sent.clear();
    this.#lasting = undefined;
    this.#steps = shot === undefined ? [] : stepsOf(shot);
  }

  /** True when everything that was ordered for this phase has happened. */
  get spent(): boolean {
    return this.#steps.length === 0 && !this.#busy;
  }

  /** True while the write aimed at has not come. */
  get waiting(): boolean {
    return this.#steps.length > 0 && !this.#busy;
  }

  /** Cloud writes that were sent again and again in this phase. */
  get loops(): readonly string[] {
    return [...this.#sent]
      .filter(([, count]) => count > MOST)
      .map(([fact, count]) => `${fact} was sent ${count} times`);
  }

  /** Cuts a sender from the API server or the cloud, or lets it through again. */
  cut(sender: Sender, { channel, on }: { readonly channel: At['channel']; readonly on: boolean }): void {
    if (on) this.#cut.add(`${channel} ${sender.identity}`);
    else this.#cut.delete(`${channel} ${sender.identity}`);
  }

  /** What becomes of a request. */
  async ask(channel: At['channel'], asked: Asked, sender: Sender): Promise<Way> {
    if (this.#cut.has(`${channel} ${sender.identity}`)) return { kind: 'drop' };
    const facts = this.#factsOf(channel, asked);
    const lasting = this.#last(channel, asked, facts.length > 0);
    const instead = lasting === undefined ? undefined : inPlace(lasting);
    if (instead !== undefined) return instead;
    if (facts.length === 0) return lasting === undefined ? { kind: 'stream' } : spoiling(lasting);
    if (channel === 'cloud') {
      for (const fact of facts) this.#sent.set(fact, (this.#sent.get(fact) ?? 0) + 1);
      await this.#helpers.before({ ...cloudOf(asked), sender });
    }
    const step = lasting === undefined ? this.#aimed(channel, facts) : undefined;
    const end = step === undefined ? undefined : await this.#arrive(step, sender);
    if (end !== undefined) return end;
    return this.#send({ channel, facts, asked, sender, step, lasting });
  }

  /** The way of a write that is sent on. */
  #send(write: Write): Way {
    const { channel, facts, step, lasting, sender } = write;
    this.#fly(channel, facts, 1);
    let made: readonly string[] = [];
    let landed = false;
    const applied = async (answer: Answer | undefined): Promise<Fate> => {
      this.#fly(channel, facts, -1);
      if (!isApplied(answer)) return this.#missed(step);
      landed = true;
      made = channel === 'cloud' ? madeIn(answer, this.#helpers.names) : [];
      this.#land(write, answer);
      if (channel === 'cloud') await this.#helpers.after();
      if (lasting !== undefined) return fateOf(lasting, answer);
      return step === undefined ? 'give' : this.#answered(step, sender, { answer, made });
    };
    if (step?.fault.kind === 'late') return { kind: 'late', ms: step.fault.ms, applied };
    return { kind: 'whole', applied, given: () => (landed ? this.#given(step, sender, made) : undefined) };
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

  /** The fault that goes on and is meant for this request. */
  #last(channel: At['channel'], asked: Asked, isWrite: boolean): Lasting | undefined {
    if (this.#lasting === undefined || channel !== this.#channel) return undefined;
    const { fault } = this.#lasting;
    const scope = scopeOf(fault);
    const isRead = channel === 'kube' ? asked.method === 'GET' : isCloudRead(cloudOf(asked).action);
    if (scope !== 'all' && !(scope === 'reads' ? isRead : isWrite)) return undefined;
    this.#lasting.left -= 1;
    if (this.#lasting.left <= 0) this.#lasting = undefined;
    return fault;
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
    if (fault.kind === 'kill') return fault.position === 'alpha' ? this.#kill(sender) : undefined;
    if (isLasting(fault) && scopeOf(fault) === 'reads') {
      this.#lasting = { fault, left: fault.times };
      this.#done();
      return undefined;
    }
    const instead = inPlace(fault);
    if (instead !== undefined && isLasting(fault)) {
      this.#go(fault);
      return instead;
    }
    if (fault.kind === 'terminate') sender.signal('SIGTERM');
    if (fault.kind === 'drop-lease' || fault.kind === 'emulator') await this.#helpers.act(fault, sender, []);
    if (['terminate', 'drop-lease', 'emulator', 'late'].includes(fault.kind)) this.#done();
    return undefined;
  }

  async #kill(sender: Sender): Promise<Way> {
    await sender.kill();
    this.#done();
    return { kind: 'drop' };
  }

  /** What happens after it was applied and before the answer is given. */
  async #answered(
    step: Step,
    sender: Sender,
    { answer, made }: { readonly answer: Answer; readonly made: readonly string[] },
  ): Promise<Fate> {
    const { fault } = step;
    if (fault.kind === 'kill' && fault.position === 'beta') {
      await this.#kill(sender);
      return 'drop';
    }
    if (!this.#steps.includes(step)) return 'give';
    // Stopped before it has read the answer: what it does with that comes after the sleep.
    if (fault.kind === 'pause') sender.signal('SIGSTOP');
    if (isReadFault(fault)) {
      await this.#helpers.act(fault, sender, made);
      this.#done();
    }
    if (isLasting(fault)) this.#go(fault);
    return fateOf(fault, answer);
  }

  /** What happens after the answer was given. */
  #given(step: Step | undefined, sender: Sender, made: readonly string[]): void {
    if (step === undefined || !this.#steps.includes(step)) return;
    const { fault } = step;
    const end = fault.kind === 'kill' ? sender.kill() : this.#helpers.act(fault, sender, made);
    void end.finally(() => this.#done());
  }

  /** The write was refused: it was not the one. */
  #missed(step: Step | undefined): 'give' {
    if (step !== undefined && this.#steps.includes(step)) this.#busy = false;
    return 'give';
  }

  #go(fault: Lasting): void {
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

  #land({ channel, facts, asked }: Write, answer: Answer): void {
    for (const fact of facts)
      this.#applied.set(`${channel} ${fact}`, (this.#applied.get(`${channel} ${fact}`) ?? 0) + 1);
    if (this.#phase !== undefined)
      this.seen.push({ phase: this.#phase, channel, facts, ms: Math.round(performance.now() - this.#began) });
    const object = channel === 'kube' ? objectOf(asked) : undefined;
    if (object !== undefined) this.#status.set(object, JSON.parse(answer.body.toString('utf8')).status);
  }
}

function cloudOf(asked: Asked): { readonly action: string; readonly params: Readonly<Record<string, string>> } {
  return { action: String(asked.headers['x-acs-action'] ?? ''), params: cloudParams(asked.url, asked.body) };
}

const isApplied = (answer: Answer | undefined): answer is Answer =>
  answer !== undefined && answer.status >= 200 && answer.status < 300;

/** A read whose answer does not arrive as it was given. */
const spoiling = (fault: Lasting): Way => ({
  kind: 'whole',
  applied: async (answer) => (answer === undefined ? 'give' : fateOf(fault, answer)),
  given: () => undefined,
});

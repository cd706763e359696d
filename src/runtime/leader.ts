// Leader election on a Lease, with client-go's semantics. It keeps two replicas from acting at once as far as a lease
// can: before each cloud write the gate asks `validForMs`, which is counted from before the last renewal was sent.
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { type Meter, defineMetric } from '../kernel/meter.ts';
import { type Random, jitter } from '../kernel/random.ts';
import type { Kube, KubeResult } from './kube.ts';
import { LEASES, type Lease, type Observation, claim, heldByOther, observe, release } from './lease.ts';
import type { Leadership } from './manager-types.ts';

/** Durations in milliseconds; tests scale them together. */
export interface LeaseTimings {
  /** How long others wait for a renewal before they take over. */
  readonly leaseMs: number;
  /** How long the leader tries to renew before it gives up; shorter than the lease. */
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

/** Which lease, and who we are. */
export interface LeaderSettings extends LeaseTimings {
  readonly namespace: string;
  readonly name: string;
  /** The pod's name: a restarted container then retakes its own lease at once. */
  readonly identity: string;
}

/** What an elector needs. */
export interface LeaderOptions extends LeaderSettings {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly meter: Meter;
}

const masterStatus = defineMetric({
  kind: 'gauge',
  name: 'leader_election_master_status',
  help: 'Whether this process leads: 1 while it does, else 0. The name label is the lease.',
  labels: ['name'],
  stability: 'STABLE',
});

/** Definitions for the documentation. */
export const leaderMetricDefinitions = [masterStatus];

/** The lease is given back before everything else, and the end of the process does not wait long for it. */
const RELEASE_CALL = { urgent: true, deadlineMs: 5000 } as const;

/** Spreads the attempts of the candidates. */
const RETRY_JITTER = 1.2;

/** The part of an election that a lifecycle goes through. */
export interface Elector extends Leadership {
  /** Resolves once leading, or when the signal aborts. */
  acquire(signal: AbortSignal): Promise<void>;
  /** Renews until the signal aborts (`stopped`) or the lease can no longer be held (`lost`). */
  keep(signal: AbortSignal): Promise<'stopped' | 'lost'>;
  /** Gives the lease back, so that the next candidate need not wait; only after the last effect. */
  release(): Promise<void>;
  /** Ends the leadership at once when its time has run out, for a process that was asleep; says whether it did. */
  stepDownIfExpired(): boolean;
}

/** No election: this process always leads. For tools and tests. */
export const soleCandidate: Elector = {
  leading: true,
  validForMs: () => Infinity,
  acquire: async () => undefined,
  keep: (signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve('stopped'), { once: true });
    }),
  release: async () => undefined,
  stepDownIfExpired: () => false,
};

/** Takes part in one election. */
export class LeaderElector implements Elector {
  readonly #options: LeaderOptions;
  readonly #setMaster: (leading: boolean) => void;
  #seen: Observation | undefined;
  #leading = false;
  /** When the request that last renewed the lease was begun, on both clocks. */
  #renewed = { monotonic: 0, wall: 0 };

  constructor(options: LeaderOptions) {
    this.#options = options;
    const gauge = options.meter.gauge(masterStatus);
    this.#setMaster = (leading) => gauge.set({ name: options.name }, leading ? 1 : 0);
    this.#setMaster(false);
  }

  get leading(): boolean {
    return this.#leading;
  }

  /**
   * The monotonic clock stands still while a virtual machine is suspended and the wall clock may be set; whichever
   * says that more time has passed is believed.
   */
  validForMs(): number {
    if (!this.#leading) return 0;
    const { clock, leaseMs } = this.#options;
    const passed = Math.max(clock.monotonic() - this.#renewed.monotonic, clock.now() - this.#renewed.wall);
    return Math.max(0, leaseMs - passed);
  }

  /** Holder of the lease as last seen. */
  get holder(): string | undefined {
    return this.#seen?.lease.spec?.holderIdentity ?? undefined;
  }

  async acquire(signal: AbortSignal): Promise<void> {
    const { clock, random, log, name, identity } = this.#options;
    let told: string | undefined;
    while (!signal.aborted) {
      if (await this.#try(signal)) {
        this.#lead(true);
        log.info('Became the leader', { lease: name, identity });
        return;
      }
      told = this.#tellHolder(told);
      await clock.sleep(jitter(random, this.#options.retryMs, RETRY_JITTER - 1), signal);
    }
  }

  async keep(signal: AbortSignal): Promise<'stopped' | 'lost'> {
    const { clock, log, name } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(this.#pause(), signal);
      if (signal.aborted) break;
      // A process that slept past its deadline does not ask whether it may go on: what it began may be undone by now.
      if (this.#expired() || (!(await this.#try(signal)) && (this.#taken() || this.#expired()))) {
        this.#lead(false);
        // Nobody else has it when it was not renewed in time: the own name would read as if it were still held.
        log.error('Lost the lease', { lease: name, ...(this.#taken() ? { holder: this.holder } : {}) });
        return 'lost';
      }
    }
    return 'stopped';
  }

  async release(): Promise<void> {
    const { kube, log, namespace, name } = this.#options;
    if (!this.#leading || this.#seen === undefined) return;
    this.#lead(false);
    let answer = await this.#giveBack(this.#seen.lease);
    if (answer.kind === 'conflict') {
      // The end may have cut off a renewal that the server had made already.
      const found = await kube.get(LEASES, { namespace, name }, RELEASE_CALL);
      if (found.kind === 'ok' && found.value.spec?.holderIdentity === this.#options.identity)
        answer = await this.#giveBack(found.value);
    }
    log.info(answer.kind === 'ok' ? 'Released the lease' : 'Left the lease to run out', { lease: name });
  }

  #giveBack(lease: Lease): Promise<KubeResult<Lease>> {
    const { kube, clock } = this.#options;
    return kube.replace(LEASES, release(lease, clock.now()), RELEASE_CALL);
  }

  stepDownIfExpired(): boolean {
    if (!this.#leading || !this.#expired()) return false;
    this.#lead(false);
    return true;
  }

  #expired(): boolean {
    return !this.#leading || this.#leftToRenew() <= 0;
  }

  #lead(leading: boolean): void {
    this.#leading = leading;
    this.#setMaster(leading);
  }

  #leftToRenew(): number {
    const { clock, renewDeadlineMs } = this.#options;
    return renewDeadlineMs - (clock.monotonic() - this.#renewed.monotonic);
  }

  /** Until the next renewal; shorter steps towards the deadline, so that the last attempts come before and not at it. */
  #pause(): number {
    const { retryMs } = this.#options;
    const left = this.#leftToRenew();
    return left > retryMs ? retryMs : Math.max(left / 2, Math.min(left, retryMs / 10));
  }

  #taken(): boolean {
    const holder = this.#seen?.lease.spec?.holderIdentity;
    return holder !== this.#options.identity;
  }

  /** Says once for each holder why this process does nothing yet. */
  #tellHolder(told: string | undefined): string | undefined {
    const { clock, log, name, identity } = this.#options;
    if (this.#seen === undefined || !heldByOther(this.#seen, identity, clock.monotonic())) return told;
    const { holder } = this;
    const seconds = this.#seen.lease.spec?.leaseDurationSeconds ?? 0;
    if (holder !== told)
      log.info('Waits for the lease that another holds; takes it when it is not renewed for so long', {
        lease: name,
        holder,
        seconds,
      });
    return holder;
  }

  /** One attempt to take or renew the lease. */
  async #try(signal: AbortSignal): Promise<boolean> {
    const { clock, identity } = this.#options;
    const begun = { monotonic: clock.monotonic(), wall: clock.now() };
    if (this.#leading && this.#seen !== undefined) {
      // The leader knows the lease it wrote last; a conflict shows that somebody else wrote.
      if (await this.#write(this.#seen.lease, begun, signal)) return true;
    }
    const { kube, namespace, name } = this.#options;
    const found = await kube.get(LEASES, { namespace, name }, this.#call(signal));
    if (found.kind === 'not-found') return this.#write({ metadata: { namespace, name } }, begun, signal);
    if (found.kind !== 'ok') return this.#failed('read', found);
    this.#seen = observe(this.#seen, found.value, clock.monotonic());
    if (heldByOther(this.#seen, identity, clock.monotonic())) return false;
    return this.#write(found.value, begun, signal);
  }

  async #write(lease: Lease, begun: { monotonic: number; wall: number }, signal: AbortSignal): Promise<boolean> {
    const { kube, clock, identity, leaseMs } = this.#options;
    const wanted = claim(lease, { identity, leaseMs, now: clock.now() });
    const exists = lease.metadata.resourceVersion !== undefined;
    const answer = await (exists
      ? kube.replace(LEASES, wanted, this.#call(signal))
      : kube.create(LEASES, wanted, this.#call(signal)));
    if (answer.kind !== 'ok') return this.#failed('write', answer);
    this.#seen = observe(this.#seen, answer.value, clock.monotonic());
    this.#renewed = begun;
    return true;
  }

  #failed(what: 'read' | 'write', answer: Exclude<KubeResult<Lease>, { kind: 'ok' }>): false {
    const { log, name } = this.#options;
    if (answer.kind !== 'conflict') log.warn(`Could not ${what} the lease`, { lease: name, error: answer.message });
    return false;
  }

  /** A hanging request must not outlast the time in which another attempt could succeed. */
  #call(signal: AbortSignal): { signal: AbortSignal; urgent: true; deadlineMs: number } {
    const { retryMs, renewDeadlineMs } = this.#options;
    const left = this.#leading ? Math.max(1, this.#leftToRenew()) : renewDeadlineMs;
    return { signal, urgent: true, deadlineMs: Math.min(retryMs, left) };
  }
}

// The one client of an account and region: paces, gates, sends, retries what is safe, measures. Reads are retried; a write is
// tried again only when the try before it surely had no effect. Unknown outcomes go back to the caller, who looks up.
import type { Clock } from '../kernel/clock.ts';
import { type Random, jitter } from '../kernel/random.ts';
import type { Answer, Call, CloudClient, CloudError, Gate, Lane, ServiceName, WriteAnswer } from './call.ts';
import { clientCodes, cloudError, isUnserved } from './errors.ts';
import type { Limiter } from './limiter.ts';
import type { CallMeter } from './metrics.ts';
import type { SendOnce } from './wire-call.ts';

/** One try, as logs tell it. */
export interface CallRecord {
  readonly service: ServiceName;
  readonly action: string;
  readonly lane: Lane;
  readonly mutating: boolean;
  readonly attempt: number;
  readonly durationMs: number;
  readonly code: string;
  readonly requestId?: string;
}

/** Everything a client is made of. */
export interface ClientOptions {
  readonly send: SendOnce;
  readonly limiter: Limiter;
  /** Paces commands inside guests, which must never crowd out or be crowded out by other calls. */
  readonly probeLimiter: Limiter;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly random: Random;
  readonly meter: CallMeter;
  readonly timeouts: Timeouts;
  /** Wall time of the cloud, asked when it says that ours is wrong; undefined when it cannot be read. */
  readonly serverTime?: (service: ServiceName) => Promise<number | undefined>;
  readonly onCall?: (record: CallRecord) => void;
}

/** Milliseconds within which one try ends. */
export interface Timeouts {
  readonly readCall: number;
  readonly mutatingCall: number;
}

/** Actions that take a ClientToken, of those we call. */
const takesToken: ReadonlySet<string> = new Set([
  'vpc/CreateVpc',
  'vpc/CreateVSwitch',
  'slb/CreateLoadBalancer',
  'ecs/RunInstances',
  'ecs/DeleteInstances',
  'ecs/CreateSecurityGroup',
  'ecs/AuthorizeSecurityGroup',
  'ecs/RevokeSecurityGroup',
  'ecs/RunCommand',
]);

const MOST_TRIES = 4;
const FIRST_DELAY_MS = 250;

interface Asked {
  readonly call: Call;
  readonly lane: Lane;
  readonly limiter: Limiter;
  readonly gate?: Gate;
}

/** Makes the client; it holds no connection or timer of its own, so it needs no end beyond its limiters'. */
export function createCloudClient(options: ClientOptions): CloudClient {
  return new Client(options);
}

class Client implements CloudClient {
  readonly #options: ClientOptions;
  #clockOffsetMs = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  async read(call: Call, lane: Lane): Promise<Answer> {
    const answer = await this.#attempt({ call, lane, limiter: this.#options.limiter });
    return answer.kind === 'held' ? closed(call) : answer;
  }

  write(call: Call, { token, lane }: { readonly token?: string; readonly lane: Lane }): Promise<WriteAnswer> {
    const { limiter, gate } = this.#options;
    return this.#attempt({ call: withToken(call, token), lane, limiter, gate });
  }

  async run(call: Call, { token }: { readonly token: string }): Promise<WriteAnswer> {
    const { probeLimiter: limiter, gate, meter } = this.#options;
    const answer = await this.#attempt({ call: withToken(call, token), lane: 'poll', limiter, gate });
    meter.commanded(codeOf(answer));
    return answer;
  }

  async #attempt(asked: Asked): Promise<WriteAnswer> {
    const { clock, random } = this.#options;
    for (let tries = 1; ; tries++) {
      const answer = await this.#tryOnce(asked, tries);
      if (answer.kind !== 'error' || tries >= MOST_TRIES) return answer;
      const { error } = answer;
      if (tries === 1 && (await this.#setClock(error))) continue;
      if (isTooLong(error, asked, tries) || !mayRetry(error, asked.gate !== undefined)) return answer;
      // The limiter itself waits for throttled APIs, so only other failures wait here.
      if (error.class !== 'throttled') await clock.sleep(jitter(random, FIRST_DELAY_MS * 2 ** (tries - 1), 1));
    }
  }

  async #tryOnce(asked: Asked, attempt: number): Promise<WriteAnswer> {
    const { call, lane, limiter, gate } = asked;
    const { clock, meter, timeouts, send } = this.#options;
    const api = `${call.service}/${call.action}`;
    const askedAt = clock.monotonic();
    const granted = await limiter.acquire(api, lane);
    const startedAt = clock.monotonic();
    meter.waited(call.service, lane, startedAt - askedAt);
    if (!granted) return closed(call);
    // Asked after every wait and right before sending: leadership or the freeze may have ended meanwhile.
    const open = gate?.() ?? { open: true };
    if (!open.open) return { kind: 'held', reason: open.reason };
    const mutating = gate !== undefined;
    const timeoutMs = mutating ? timeouts.mutatingCall : timeouts.readCall;
    const { answer, quota } = await send(call, { mutating, timeoutMs, clockOffsetMs: this.#clockOffsetMs });
    if (answer.kind === 'error' && answer.error.class === 'throttled') limiter.throttled(api, answer.error);
    else limiter.worked(api, quota);
    this.#report({ asked, attempt, answer, durationMs: clock.monotonic() - startedAt });
    return answer;
  }

  #report({ asked, attempt, answer, durationMs }: Reported): void {
    const { call, lane, gate } = asked;
    const { meter, onCall } = this.#options;
    const code = codeOf(answer);
    const requestId = answer.kind === 'ok' ? answer.body['RequestId'] : answer.error.requestId;
    if (answer.kind === 'error' && answer.error.class === 'throttled') meter.throttled(call);
    meter.tried(call, code, durationMs);
    const { service, action } = call;
    const record = { service, action, lane, mutating: gate !== undefined, attempt, durationMs, code };
    onCall?.(typeof requestId === 'string' ? { ...record, requestId } : record);
  }

  /** Corrects our clock by the cloud's; false when that is not what was wrong or not possible. */
  async #setClock(error: CloudError): Promise<boolean> {
    const { serverTime, clock } = this.#options;
    if (error.code !== 'InvalidTimeStamp.Expired' || serverTime === undefined) return false;
    const time = await serverTime(error.service);
    if (time === undefined) return false;
    this.#clockOffsetMs = time - clock.now();
    return true;
  }
}

interface Reported {
  readonly asked: Asked;
  readonly attempt: number;
  readonly answer: Answer;
  readonly durationMs: number;
}

function codeOf(answer: WriteAnswer): string {
  if (answer.kind === 'error') return answer.error.code;
  return answer.kind === 'ok' ? 'OK' : 'Held';
}

/** The limiter waits ever longer: whoever asked for a write must be able to say meanwhile why nothing happens. */
function isTooLong(error: CloudError, asked: Asked, tries: number): boolean {
  return error.class === 'throttled' && asked.gate !== undefined && tries > 1;
}

/** Reads: whatever may pass by itself. Writes: only what surely had no effect and passes by itself. */
function mayRetry(error: CloudError, mutating: boolean): boolean {
  if (error.code === clientCodes.closed || isUnserved(error)) return false;
  if (mutating) return !error.mayHaveHappened && (error.class === 'throttled' || error.class === 'transient');
  return ['throttled', 'transient', 'busy', 'unknown'].includes(error.class);
}

function withToken(call: Call, token: string | undefined): Call {
  if (token === undefined || !takesToken.has(`${call.service}/${call.action}`)) return call;
  return { ...call, params: { ...call.params, ClientToken: token } };
}

function closed({ service, action }: Call): Answer {
  const failure = { service, action, code: clientCodes.closed, mutating: false };
  return { kind: 'error', error: cloudError(failure, { message: 'The account was released; nothing was sent' }) };
}

// One account: its verified sender, and per region a client and an inventory that outlive every change of the key.
import type { CloudClient, CloudError, Gate } from '../call.ts';
import { type CallRecord, type ClientOptions, createCloudClient } from '../client.ts';
import { type Credential, fingerprint } from '../credentials.ts';
import { type Endpoint, type EndpointOverrides, endpointOf } from '../endpoints.ts';
import { cloudError } from '../errors.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { Limiter } from '../limiter.ts';
import { createSdk } from '../sdk-core.ts';
import { readServerTime } from '../server-time.ts';
import { getCallerIdentity, identityOf } from '../sts/api.ts';
import type { SendOnce } from '../wire-call.ts';
import { type Connection, judgeIdentity } from './connection.ts';

/** What is declared of an account. A change of key or endpoints is verified before it is used; the rest applies at once. */
export interface AccountConfig {
  readonly name: string;
  readonly accountId: string;
  readonly credential: Credential;
  readonly endpoints: EndpointOverrides;
  /** Calls a minute that each API of a region may take. */
  readonly callsPerMinute: number;
  readonly writes: 'Enabled' | 'Frozen';
}

/** All that is used of one account in one region. */
export interface CloudPlace {
  readonly client: CloudClient;
  readonly inventory: Inventory;
}

/** What an account is made of beside its declaration. */
export interface AccountTools extends Pick<ClientOptions, 'clock' | 'random' | 'meter' | 'timeouts'> {
  readonly gate: Gate;
  readonly userAgent: string;
  /** Commands inside guests, a minute. */
  readonly probesPerMinute: number;
  /** For how long a verified identity is believed, in milliseconds. */
  readonly identityMs: number;
  readonly inventory: (place: {
    readonly account: string;
    readonly region: string;
    readonly reader: CloudClient;
  }) => Inventory;
  readonly onCall: (account: string, region: string, record: CallRecord) => void;
  /** Makes senders; the door to the SDK unless somebody puts a meter in front of it. */
  readonly sender?: typeof createSdk;
}

interface Place extends CloudPlace {
  readonly limiter: Limiter;
  readonly probeLimiter: Limiter;
}

/** What was verified, and when; `since` is monotonic. */
interface Verified {
  readonly print: string;
  readonly connection: Connection;
  readonly since: number;
}

/** Identity: its places, which keep timers. */
export class Account {
  readonly #tools: AccountTools;
  readonly #places = new Map<string, Place>();
  readonly #senders = new Map<string, SendOnce>();
  #config: AccountConfig;
  #verified: Verified | undefined;
  #verifying: { readonly print: string; readonly result: Promise<Connection> } | undefined;

  constructor(config: AccountConfig, tools: AccountTools) {
    this.#config = config;
    this.#tools = tools;
  }

  /** Takes the declaration over (a freeze holds from here on) and says whether the account may be used. */
  connect(config: AccountConfig): Promise<Connection> {
    const print = printOf(config);
    if (print !== printOf(this.#config)) this.#senders.clear();
    this.#config = config;
    for (const { limiter } of this.#places.values()) limiter.setBudget(config.callsPerMinute);
    const { clock, identityMs } = this.#tools;
    const verified = this.#verified;
    if (
      verified?.print === print &&
      verified.connection.kind === 'ok' &&
      clock.monotonic() - verified.since < identityMs
    ) {
      return Promise.resolve(verified.connection);
    }
    if (this.#verifying?.print === print) return this.#verifying.result;
    const result = this.#verify(config, print).finally(() => {
      if (this.#verifying?.print === print) this.#verifying = undefined;
    });
    this.#verifying = { print, result };
    return result;
  }

  /** The client and inventory of a region; undefined until the present key was verified. */
  place(region: string): CloudPlace | undefined {
    if (!this.#isConnected()) return undefined;
    let place = this.#places.get(region);
    if (place === undefined) this.#places.set(region, (place = this.#makePlace(region)));
    return place;
  }

  close(): void {
    this.#verified = undefined;
    this.#forgetPlaces();
  }

  #isConnected(): boolean {
    return this.#verified?.print === printOf(this.#config) && this.#verified.connection.kind === 'ok';
  }

  async #verify(config: AccountConfig, print: string): Promise<Connection> {
    const { clock, timeouts } = this.#tools;
    const options = { mutating: false, timeoutMs: timeouts.readCall, clockOffsetMs: 0 };
    const send = this.#senderOf('', config);
    const first = await send(getCallerIdentity, options);
    const { answer } = await this.#withServerTime(first, (clockOffsetMs) =>
      send(getCallerIdentity, { ...options, clockOffsetMs }),
    );
    const connection = judgeIdentity(config.accountId, identityOf(answer));
    // A cloud out of reach says nothing about a key that was good a while ago.
    const keeps =
      connection.kind === 'unreachable' && this.#verified?.print === print && this.#verified.connection.kind === 'ok';
    if (print === printOf(this.#config) && !keeps) this.#verified = { print, connection, since: clock.monotonic() };
    return connection;
  }

  /** Asks once more with the cloud's time when it refused ours. */
  async #withServerTime(first: Awaited<ReturnType<SendOnce>>, again: (offsetMs: number) => ReturnType<SendOnce>) {
    if (first.answer.kind !== 'error' || first.answer.error.code !== 'InvalidTimeStamp.Expired') return first;
    const time = await readServerTime(this.#endpoint('', 'sts'), this.#tools.timeouts.readCall);
    return time === undefined ? first : again(time - this.#tools.clock.now());
  }

  #makePlace(region: string): Place {
    const { clock, random, meter, timeouts, probesPerMinute, onCall, inventory } = this.#tools;
    const { name, callsPerMinute } = this.#config;
    const limiter = new Limiter({ clock, callsPerMinute });
    const probeLimiter = new Limiter({ clock, callsPerMinute: probesPerMinute });
    const client = createCloudClient({
      send: (call, options) => this.#send(region, call, options),
      limiter,
      probeLimiter,
      gate: () => this.#gate(),
      clock,
      random,
      meter,
      timeouts,
      serverTime: (service) => readServerTime(this.#endpoint(region, service), timeouts.readCall),
      onCall: (record) => onCall(name, region, record),
    });
    return { client, limiter, probeLimiter, inventory: inventory({ account: name, region, reader: client }) };
  }

  #gate(): ReturnType<Gate> {
    return this.#config.writes === 'Frozen'
      ? { open: false, reason: 'The account’s writes are Frozen' }
      : this.#tools.gate();
  }

  /** No call is made with a key that was not verified: its answers would be about somebody else's resources. */
  #send(region: string, ...[call, options]: Parameters<SendOnce>): ReturnType<SendOnce> {
    if (this.#isConnected()) return this.#senderOf(region, this.#config)(call, options);
    return Promise.resolve({ answer: { kind: 'error', error: notConnected(call) } });
  }

  #senderOf(region: string, config: AccountConfig): SendOnce {
    const { clock, userAgent, sender: make = createSdk } = this.#tools;
    const key = `${printOf(config)} ${region}`;
    let sender = this.#senders.get(key);
    if (sender === undefined) {
      const endpoint = (service: Parameters<typeof endpointOf>[0]): Endpoint =>
        endpointOf(service, region, config.endpoints);
      this.#senders.set(key, (sender = make({ credential: config.credential, region, endpoint, clock, userAgent })));
    }
    return sender;
  }

  #endpoint(region: string, service: Parameters<typeof endpointOf>[0]): Endpoint {
    return endpointOf(service, region, this.#config.endpoints);
  }

  #forgetPlaces(): void {
    for (const { inventory, limiter, probeLimiter } of this.#places.values()) {
      inventory.close();
      limiter.close();
      probeLimiter.close();
    }
    this.#places.clear();
  }
}

function printOf({ credential, endpoints, accountId }: AccountConfig): string {
  const { ecs, vpc, slb, sts } = endpoints;
  return [fingerprint(credential), accountId, ecs, vpc, slb, sts].join(' ');
}

function notConnected({ service, action }: Parameters<SendOnce>[0]): CloudError {
  const failure = { service, action, code: 'Account.NotConnected', mutating: false };
  return {
    ...cloudError(failure, { message: 'The account’s present key was not verified; nothing was sent' }),
    class: 'credential',
  };
}

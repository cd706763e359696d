// One HTTP request to the API server: a deadline on every wait, the credential read again after a 401, a common
// pause after a 429, and an honest answer to whether the request can have reached the server.
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../kernel/clock.ts';
import type { Meter } from '../kernel/meter.ts';
import { messageOf } from '../kernel/thrown.ts';
import type { KubeFailure } from './kube.ts';
import { type HttpAnswer, failureOf } from './kube-answer.ts';
import type { Connection, Credentials } from './kube-client.ts';
import { type RequestMeter, requestMeter } from './kube-metrics.ts';

/** One request; `path` includes the query. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number | undefined;
  readonly urgent?: boolean | undefined;
}

/** A response whose body has not been read. */
export interface OpenResponse {
  readonly kind: 'open';
  readonly response: IncomingMessage;
  /** Ends the request and its connection. */
  readonly abort: () => void;
}

/** Sends requests over one connection. */
export interface Transport {
  /** The whole answer, whatever its status, or a failure to get one. */
  send(request: TransportRequest): Promise<HttpAnswer | KubeFailure>;
  /** A response to read as it comes; statuses of 300 and more are failures already. */
  open(request: TransportRequest): Promise<OpenResponse | KubeFailure>;
}

/** What a transport needs. */
export interface TransportOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly userAgent?: string;
}

const DEADLINE_MS = 15_000;
const DEFAULT_AGENT = 'finance-cloud-operator';

/** Creates a transport. */
export function createTransport(options: TransportOptions): Transport {
  return new HttpTransport(options);
}

class HttpTransport implements Transport {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #meter: RequestMeter;
  readonly #userAgent: string;
  #holdUntil = 0;

  constructor({ connection, clock, meter, userAgent }: TransportOptions) {
    this.#connection = connection;
    this.#clock = clock;
    this.#meter = requestMeter(meter, connection.url.host);
    this.#userAgent = userAgent ?? DEFAULT_AGENT;
  }

  async send(request: TransportRequest): Promise<HttpAnswer | KubeFailure> {
    const deadline = new Deadline(this.#clock, request);
    try {
      const opened = await this.#openSigned(request, deadline);
      if (opened.kind !== 'open') return opened;
      return await readAnswer(opened.response, deadline).catch((error: unknown) => lost(request, error, true));
    } finally {
      deadline.end();
    }
  }

  async open(request: TransportRequest): Promise<OpenResponse | KubeFailure> {
    const deadline = new Deadline(this.#clock, request);
    try {
      const opened = await this.#openSigned(request, deadline);
      if (opened.kind !== 'open' || (opened.response.statusCode ?? 0) < 300) return opened;
      const answer = await readAnswer(opened.response, deadline).catch((error: unknown) => lost(request, error, true));
      return 'kind' in answer ? answer : failureOf(answer, isMutating(request));
    } finally {
      deadline.end();
    }
  }

  async #openSigned(request: TransportRequest, deadline: Deadline): Promise<OpenResponse | KubeFailure> {
    const wait = this.#holdUntil - this.#clock.monotonic();
    if (wait > 0 && request.urgent !== true) {
      return { kind: 'throttled', message: 'The API server asked for a pause', retryAfterMs: wait };
    }
    const first = await this.#openOnce(request, deadline, false);
    if (first.kind !== 'open' || first.response.statusCode !== 401) return this.#noteThrottle(first);
    first.response.resume();
    return this.#noteThrottle(await this.#openOnce(request, deadline, true));
  }

  /** One overloaded server is everybody's concern: a 429 pauses all requests but the lease's. */
  #noteThrottle(opened: OpenResponse | KubeFailure): OpenResponse | KubeFailure {
    if (opened.kind === 'open' && opened.response.statusCode === 429) {
      const seconds = Number(opened.response.headers['retry-after'] ?? 1);
      const pause = Number.isFinite(seconds) ? seconds * 1000 : 1000;
      this.#holdUntil = Math.max(this.#holdUntil, this.#clock.monotonic() + pause);
    }
    return opened;
  }

  async #openOnce(
    request: TransportRequest,
    deadline: Deadline,
    refresh: boolean,
  ): Promise<OpenResponse | KubeFailure> {
    const started = this.#clock.monotonic();
    let credentials: Credentials;
    try {
      credentials = await this.#connection.credentials(refresh);
    } catch (error) {
      return { kind: 'unavailable', message: `Credentials could not be read: ${messageOf(error)}` };
    }
    const result = await this.#roundTrip(request, deadline, credentials);
    const code = result.kind === 'open' ? String(result.response.statusCode) : '<error>';
    this.#meter.observe({ method: request.method, code, seconds: (this.#clock.monotonic() - started) / 1000 });
    return result;
  }

  #roundTrip(
    request: TransportRequest,
    deadline: Deadline,
    credentials: Credentials,
  ): Promise<OpenResponse | KubeFailure> {
    return new Promise((resolve) => {
      if (deadline.reason !== undefined) return resolve(lost(request, new Error(deadline.reason), false));
      const { url } = this.#connection;
      const call = (url.protocol === 'http:' ? httpRequest : httpsRequest)(
        new URL(url.pathname.replace(/\/$/, '') + request.path, url),
        { method: request.method, headers: this.#headers(request, credentials), agent: credentials.agent },
      );
      const sent = watchConnection(call);
      const abort = (): void => {
        call.destroy();
      };
      deadline.onEnd(abort);
      call.on('response', (response) => resolve({ kind: 'open', response, abort }));
      call.on('error', (error) => resolve(lost(request, new Error(deadline.reason ?? messageOf(error)), sent())));
      call.end(request.body);
    });
  }

  #headers(request: TransportRequest, credentials: Credentials): Record<string, string | number> {
    const headers: Record<string, string | number> = {
      accept: 'application/json',
      'user-agent': this.#userAgent,
      ...credentials.headers,
    };
    if (request.body !== undefined) {
      headers['content-type'] = request.contentType ?? 'application/json';
      headers['content-length'] = Buffer.byteLength(request.body);
    }
    return headers;
  }
}

/** Whether a request changes anything. */
export function isMutating(request: TransportRequest): boolean {
  return request.method !== 'GET';
}

/** A request without an answer: certain to have done nothing only if it was a read or never left. */
function lost(request: TransportRequest, error: unknown, sent: boolean): KubeFailure {
  const message = `${request.method} ${request.path.split('?')[0]}: ${messageOf(error)}`;
  return { kind: sent && isMutating(request) ? 'unknown-outcome' : 'unavailable', message };
}

/** Tells whether the connection had been made, so that the request may have left. */
function watchConnection(call: ClientRequest): () => boolean {
  let connected = false;
  call.on('socket', (socket) => {
    connected = !socket.connecting;
    if (connected) return;
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
      connected = true;
    });
  });
  return () => connected;
}

async function readAnswer(response: IncomingMessage, deadline: Deadline): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(Buffer.from(chunk));
  } catch (error) {
    throw new Error(deadline.reason ?? messageOf(error), { cause: error });
  }
  const body = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body };
}

/** Ends a request when its time or its caller's patience is over. */
class Deadline {
  readonly #cancel: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = (): void => this.#fire('cancelled');
  #callbacks: (() => void)[] = [];
  reason: string | undefined;

  constructor(clock: Clock, request: TransportRequest) {
    const ms = request.deadlineMs ?? DEADLINE_MS;
    this.#cancel = clock.setTimer(ms, () => this.#fire(`no answer within ${Math.ceil(ms)} ms`));
    this.#signal = request.signal;
    if (this.#signal?.aborted === true) this.reason = 'cancelled';
    else this.#signal?.addEventListener('abort', this.#abort, { once: true });
  }

  onEnd(run: () => void): void {
    this.#callbacks.push(run);
  }

  end(): void {
    this.#cancel();
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#callbacks = [];
  }

  #fire(reason: string): void {
    this.reason ??= reason;
    for (const run of this.#callbacks) run();
  }
}

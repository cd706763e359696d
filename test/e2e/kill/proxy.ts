// A loopback proxy that numbers mutating requests by signature, and at one of them kills the operator: before it is sent on,
// after it was applied and before the answer is given, or after the answer was given. It knows wires, nothing of the operator.
import {
  type IncomingMessage,
  type Server,
  type ServerResponse,
  createServer,
  request as httpRequest,
} from 'node:http';
import { request as httpsRequest } from 'node:https';

/** Before the request, applied with the answer lost, after the answer. */
export type Position = 'before' | 'answer-lost' | 'after';

/** One write that was applied: `signature` is stable over runs, `nth` counts equal signatures from 1. */
export interface Seen {
  readonly channel: 'kube' | 'cloud';
  readonly signature: string;
  readonly nth: number;
}

/** Where to kill. */
export interface Trigger extends Seen {
  readonly position: Position;
}

/** What proxies of one run share: what was seen, and the one shot. */
export interface Shooter {
  readonly seen: Seen[];
  /** Counting and shooting begin when armed. */
  armed: boolean;
  readonly trigger: Trigger | undefined;
  fired: boolean;
  /** Writes under way, by signature: several may be on their way at once. */
  readonly flying: Map<string, number>;
  /** Sweeps of the servers so far: how the judge knows that a restarted operator has looked again. */
  sweeps: number;
  /** Kills the operator and resolves when its process has ended. */
  kill(): Promise<void>;
}

/** Where a proxy sends requests on. */
export interface Upstream {
  readonly channel: Seen['channel'];
  readonly url: string;
  readonly ca?: Buffer;
  /** Added to every request, such as a bearer token. */
  readonly headers: Readonly<Record<string, string>>;
  /** The signature of a mutating request that counts; undefined for all others. */
  readonly signatureOf: (request: IncomingMessage) => string | undefined;
}

/** A running proxy. */
export interface Proxy {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one. */
export async function startProxy(upstream: Upstream, shooter: Shooter): Promise<Proxy> {
  const server = createServer((request, response) => {
    handle(upstream, shooter, { request, response }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
  return { url: `http://127.0.0.1:${address.port}`, stop: () => close(server) };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function handle(upstream: Upstream, shooter: Shooter, { request, response }: Exchange): Promise<void> {
  if (upstream.channel === 'cloud' && request.headers['x-acs-action'] === 'DescribeInstances') shooter.sweeps += 1;
  const signature = shooter.armed ? upstream.signatureOf(request) : undefined;
  const body = await bodyOf(request);
  if (signature === undefined) {
    await forward(upstream, { request, response, body });
    return;
  }
  const { trigger } = shooter;
  const flying = shooter.flying.get(signature) ?? 0;
  if (
    trigger?.position === 'before' &&
    isAim(upstream, shooter, { signature, nth: count(upstream, shooter, signature) + flying + 1 })
  ) {
    shooter.fired = true;
    await shooter.kill();
    response.destroy();
    return;
  }
  shooter.flying.set(signature, flying + 1);
  const answer = await applied(upstream, { request, body });
  shooter.flying.set(signature, (shooter.flying.get(signature) ?? 1) - 1);
  const position = isApplied(answer) ? land(upstream, shooter, signature) : undefined;
  if (position === 'answer-lost') {
    await shooter.kill();
    response.destroy();
    return;
  }
  await give(response, answer);
  if (position === 'after') await shooter.kill();
}

/** Counts a write that was applied; the position to shoot at when it is the one. */
function land(upstream: Upstream, shooter: Shooter, signature: string): Position | undefined {
  const nth = count(upstream, shooter, signature) + 1;
  const hit = shooter.trigger?.position !== 'before' && isAim(upstream, shooter, { signature, nth });
  shooter.seen.push({ channel: upstream.channel, signature, nth });
  if (!hit) return undefined;
  shooter.fired = true;
  return shooter.trigger?.position;
}

/** Writes of this signature that were applied so far; what was refused or busy does not count. */
function count(upstream: Upstream, shooter: Shooter, signature: string): number {
  return shooter.seen.filter((item) => item.channel === upstream.channel && item.signature === signature).length;
}

/** True for the write to shoot at. */
function isAim(
  upstream: Upstream,
  { trigger, fired }: Shooter,
  of: { readonly signature: string; readonly nth: number },
): boolean {
  return (
    !fired && trigger?.channel === upstream.channel && trigger.signature === of.signature && trigger.nth === of.nth
  );
}

interface WholeAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

function isApplied(answer: WholeAnswer | undefined): answer is WholeAnswer {
  return answer !== undefined && answer.status >= 200 && answer.status < 300;
}

function give(response: ServerResponse, answer: WholeAnswer | undefined): Promise<void> {
  if (answer === undefined) {
    response.destroy();
    return Promise.resolve();
  }
  const { 'transfer-encoding': _chunked, ...headers } = answer.headers;
  response.writeHead(answer.status, headers);
  return new Promise((resolve) => {
    response.once('close', () => resolve());
    response.end(answer.body, () => resolve());
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function open(upstream: Upstream, request: IncomingMessage): ReturnType<typeof httpRequest> {
  const target = new URL(request.url ?? '/', upstream.url);
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = { ...request.headers, ...upstream.headers };
  return send(target, {
    method: request.method ?? 'GET',
    headers,
    ...(upstream.ca === undefined ? {} : { ca: upstream.ca }),
  });
}

/** Sends on and streams the answer back; resolves when the answer was given whole or a side went away. */
function forward(upstream: Upstream, of: Exchange & { readonly body: Buffer }): Promise<void> {
  return new Promise((resolve) => {
    const out = open(upstream, of.request);
    const end = (): void => {
      of.response.destroy();
      resolve();
    };
    out.once('error', end);
    of.response.once('close', () => {
      out.destroy();
      resolve();
    });
    out.once('response', (answer) => {
      of.response.writeHead(answer.statusCode ?? 502, answer.headers);
      of.response.flushHeaders();
      answer.once('error', end);
      answer.pipe(of.response);
    });
    out.end(of.body);
  });
}

/** Sends on and reads the whole answer; undefined when there was none. */
function applied(
  upstream: Upstream,
  of: { readonly request: IncomingMessage; readonly body: Buffer },
): Promise<WholeAnswer | undefined> {
  return new Promise((resolve) => {
    const out = open(upstream, of.request);
    out.once('error', () => resolve(undefined));
    out.once('response', (answer) => {
      bodyOf(answer).then(
        (body) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body }),
        () => resolve(undefined),
      );
    });
    out.end(of.body);
  });
}

/** Signature of a Kubernetes write: verb, kind and subresource; leases and events do not count. */
export function kubeSignature(request: IncomingMessage): string | undefined {
  const { method = 'GET', url = '' } = request;
  if (method === 'GET') return undefined;
  const match = /\/apis\/financecloud\.io\/v1alpha1\/(?:namespaces\/[^/]+\/)?([a-z]+)\/[^/?]+(\/status)?/.exec(url);
  return match === null ? undefined : `${method} ${match[1] ?? ''}${match[2] ?? ''}`;
}

/** Signature of a cloud write: its action; questions inside guests do not count. */
export function cloudSignature(request: IncomingMessage): string | undefined {
  const action = String(request.headers['x-acs-action'] ?? '');
  return /^(Describe|List|Get|RunCommand)/.test(action) || action === '' ? undefined : action;
}

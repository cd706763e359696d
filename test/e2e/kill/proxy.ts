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
import type { AddressInfo } from 'node:net';

/** Before the request, applied with the answer lost, after the answer. */
export type Position = 'before' | 'answer-lost' | 'after';

/** One mutating request as it was seen: `signature` is stable over runs, `nth` counts equal signatures from 1. */
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
  const address = server.address() as AddressInfo;
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
  const signature = shooter.armed ? upstream.signatureOf(request) : undefined;
  const position = signature === undefined ? undefined : count(upstream, shooter, signature);
  const body = await bodyOf(request);
  if (position === undefined) return forward(upstream, { request, response, body });
  shooter.fired = true;
  if (position === 'before') {
    await shooter.kill();
    response.destroy();
    return;
  }
  if (position === 'answer-lost') {
    await applied(upstream, { request, body });
    await shooter.kill();
    response.destroy();
    return;
  }
  await forward(upstream, { request, response, body });
  await shooter.kill();
}

/** Counts a request; its position when it is the one to shoot at. */
function count(upstream: Upstream, shooter: Shooter, signature: string): Position | undefined {
  const nth =
    shooter.seen.filter((item) => item.channel === upstream.channel && item.signature === signature).length + 1;
  shooter.seen.push({ channel: upstream.channel, signature, nth });
  const { trigger } = shooter;
  const hit =
    trigger?.channel === upstream.channel && trigger.signature === signature && trigger.nth === nth && !shooter.fired;
  return hit ? trigger.position : undefined;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
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

/** Sends on and waits for the whole answer, which nobody gets. */
function applied(upstream: Upstream, of: { readonly request: IncomingMessage; readonly body: Buffer }): Promise<void> {
  return new Promise((resolve) => {
    const out = open(upstream, of.request);
    out.once('error', () => resolve());
    out.once('response', (answer) => {
      answer.resume();
      answer.once('close', () => resolve());
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

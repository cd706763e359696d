// A loopback proxy that asks an interceptor about every request. It knows wires, nothing of the operator and nothing of faults.
import { Agent, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer, request as httpRequest } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';
import { pause } from '../support/eventually.ts';

/** A request that has come whole. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders | Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What becomes of an answer: given as it is, lost, or another one in its place. */
export type Fate = 'give' | 'drop' | { readonly answer: Answer };

/** What becomes of a request: streamed through, sent on and read whole, cut and sent on later, answered here, cut, or never answered. */
export type Way =
  | { readonly kind: 'stream' }
  | {
      readonly kind: 'whole';
      readonly applied: (answer: Answer | undefined) => Promise<Fate>;
      readonly given: () => void;
    }
  | { readonly kind: 'late'; readonly ms: number; readonly applied: (answer: Answer | undefined) => Promise<Fate> }
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'drop' }
  | { readonly kind: 'hang' };

/** Decides about requests. */
export interface Interceptor {
  ask(asked: Asked): Promise<Way>;
  /** A stream began: what can be done to it. */
  streaming?(asked: Asked, stream: OpenStream): void;
  /** Changes what a stream or a whole answer says. */
  rewrite?(chunk: Buffer): Buffer;
}

/** A response under way. */
export interface OpenStream {
  readonly response: ServerResponse;
  readonly upstream: IncomingMessage;
}

/** Where a proxy sends requests on. */
export interface Upstream {
  readonly url: string;
  readonly ca?: Buffer;
}

/** A running proxy. */
export interface Proxy {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one on a free port. */
export async function startProxy(upstream: Upstream, interceptor: Interceptor): Promise<Proxy> {
  const agent = upstream.url.startsWith('https:')
    ? new SecureAgent({ keepAlive: true })
    : new Agent({ keepAlive: true });
  const wire: Wire = { upstream, agent, interceptor };
  const server = createServer((request, response) => {
    handle(wire, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      agent.destroy();
      await close(server);
    },
  };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

interface Wire {
  readonly upstream: Upstream;
  readonly agent: Agent;
  readonly interceptor: Interceptor;
}

async function handle(wire: Wire, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = (await bytesOf(request)).toString('utf8');
  const asked: Asked = { method: request.method ?? 'GET', url: request.url ?? '/', headers: request.headers, body };
  const way = await wire.interceptor.ask(asked);
  switch (way.kind) {
    case 'stream':
      return forward(wire, asked, response);
    case 'whole': {
      const answer = await wholeAnswer(wire, asked);
      const fate = await way.applied(answer);
      if (fate === 'drop' || answer === undefined) response.destroy();
      else {
        const said = fate === 'give' ? answer : fate.answer;
        await give(response, { ...said, body: wire.interceptor.rewrite?.(said.body) ?? said.body });
        way.given();
      }
      return;
    }
    case 'late':
      response.destroy();
      await pause(way.ms);
      await way.applied(await wholeAnswer(wire, asked));
      return;
    case 'answer':
      return give(response, way.answer);
    case 'drop':
      response.destroy();
      return;
    case 'hang':
      return new Promise((resolve) => response.once('close', resolve));
    default:
      return way satisfies never;
  }
}

function give(response: ServerResponse, answer: Answer): Promise<void> {
  const { 'transfer-encoding': _chunked, ...headers } = answer.headers;
  response.writeHead(answer.status, { ...headers, 'content-length': answer.body.length });
  return new Promise((resolve) => {
    response.once('close', () => resolve());
    response.end(answer.body, () => resolve());
  });
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function open({ upstream, agent }: Wire, asked: Asked): ReturnType<typeof httpRequest> {
  const target = new URL(asked.url, upstream.url);
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const ca = upstream.ca === undefined ? {} : { ca: upstream.ca };
  return send(target, { method: asked.method, headers: asked.headers, agent, ...ca });
}

/** Streams the answer back; resolves when it was given whole or a side went away. */
function forward(wire: Wire, asked: Asked, response: ServerResponse): Promise<void> {
  const { interceptor } = wire;
  return new Promise((resolve) => {
    const out = open(wire, asked);
    const end = (): void => {
      response.destroy();
      resolve();
    };
    out.once('error', end);
    response.once('close', () => {
      out.destroy();
      resolve();
    });
    out.once('response', (answer) => {
      // What is rewritten has another length.
      const { 'content-length': length, ...headers } = answer.headers;
      const kept = interceptor.rewrite === undefined && length !== undefined ? { 'content-length': length } : {};
      response.writeHead(answer.statusCode ?? 502, { ...headers, ...kept });
      response.flushHeaders();
      answer.once('error', end);
      answer.on('data', (chunk: Buffer) => void response.write(interceptor.rewrite?.(chunk) ?? chunk));
      answer.once('end', () => response.end());
      interceptor.streaming?.(asked, { response, upstream: answer });
    });
    out.end(asked.body);
  });
}

/** Sends on and reads the whole answer; undefined when there was none. */
function wholeAnswer(wire: Wire, asked: Asked): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const out = open(wire, asked);
    out.once('error', () => resolve(undefined));
    out.once('response', (answer) => {
      bytesOf(answer).then(
        (body) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body }),
        () => resolve(undefined),
      );
    });
    out.end(asked.body);
  });
}

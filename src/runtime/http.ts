// A small HTTP server for endpoints that answer a GET with a text.
import { type Server, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/thrown.ts';

/** An answer. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  /** Default `text/plain; charset=utf-8`. */
  readonly contentType?: string;
}

/** Answers a GET of one path. */
export type Handler = (request: IncomingMessage) => Promise<Reply>;

/** Where to listen and what to answer. */
export interface EndpointOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly routes: Readonly<Record<string, Handler>>;
  readonly log: Logger;
}

/** A server that listens. */
export interface Endpoint {
  readonly port: number;
  close(): Promise<void>;
}

/** A scrape or a probe is short; whoever needs longer is not one. */
const REQUEST_MS = 30_000;

/** Starts listening; rejects when the port cannot be had. */
export async function listen(options: EndpointOptions): Promise<Endpoint> {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    void respond(options, request).then((reply) => {
      const contentType = reply.contentType ?? 'text/plain; charset=utf-8';
      response.writeHead(reply.status, { 'content-type': contentType, 'x-content-type-options': 'nosniff' });
      response.end(request.method === 'HEAD' ? undefined : reply.body);
    });
  };
  const server = options.tls === undefined ? createServer(answer) : createTlsServer(options.tls, answer);
  server.requestTimeout = REQUEST_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  server.on('error', (error) => options.log.error('HTTP server failed', { error: messageOf(error) }));
  return { port: portOf(server.address()), close: () => close(server) };
}

async function respond({ routes, log }: EndpointOptions, request: IncomingMessage): Promise<Reply> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, body: 'Method not allowed\n' };
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const handler = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (handler === undefined) return { status: 404, body: 'Not found\n' };
  try {
    return await handler(request);
  } catch (error) {
    log.error('Failed to answer a request', { path, error: messageOf(error) });
    return { status: 500, body: 'Internal error\n' };
  }
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

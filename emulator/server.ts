// The listener: reads requests, hands them to the chain or the control API, and does to the connection what a fault orders.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Delivery, parseFields, type WireAnswer, type WireRequest } from './wire.ts';

// The SDKs put all parameters into the query, also 32 KiB of user data in base64; Node's own limit is 16 KiB.
const MAX_HEAD = 256 * 1024;
const MAX_BODY = 4 * 1024 * 1024;

/** Who answers: the API and the control API. */
export interface Handlers {
  readonly api: (request: WireRequest) => Promise<Delivery>;
  readonly control: (request: WireRequest) => Promise<WireAnswer> | WireAnswer;
}

const readBody = async (message: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BODY) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
};

const flatHeaders = (message: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );

const toWire = (message: IncomingMessage, body: Buffer, signal: AbortSignal): WireRequest => {
  const url = message.url ?? '/';
  const at = url.indexOf('?');
  const headers = flatHeaders(message);
  return {
    method: message.method ?? 'GET',
    path: at < 0 ? url : url.slice(0, at),
    query: parseFields(at < 0 ? '' : url.slice(at + 1)),
    headers,
    body,
    form:
      headers['content-type']?.includes('application/x-www-form-urlencoded') === true
        ? parseFields(body.toString('utf8'))
        : {},
    signal,
  };
};

const send = (response: ServerResponse, answer: WireAnswer): void => {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
};

const deliver = (message: IncomingMessage, response: ServerResponse, delivery: Delivery): void => {
  switch (delivery.kind) {
    case 'answer':
      send(response, delivery.answer);
      return;
    case 'truncated': {
      const { answer } = delivery;
      response.writeHead(answer.status, { ...answer.headers, connection: 'close' });
      response.end(answer.body.slice(0, Math.floor(answer.body.length / 2)));
      return;
    }
    case 'reset':
      message.socket.resetAndDestroy();
      return;
    case 'hang':
  }
};

const serve = async (handlers: Handlers, message: IncomingMessage, response: ServerResponse): Promise<void> => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const body = await readBody(message);
  if (body === undefined) {
    send(response, { status: 413, headers: { connection: 'close' }, body: '' });
    return;
  }
  const request = toWire(message, body, gone.signal);
  if (/^\/_emulator(\/|$)/.test(request.path)) send(response, await handlers.control(request));
  else deliver(message, response, await handlers.api(request));
};

/** A running listener. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Stops listening and cuts what is still connected. */
  readonly close: () => Promise<void>;
}

const closing = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Listens; rejects with the system's error when it cannot. */
export const listen = (
  at: { readonly host: string; readonly port: number },
  handlers: Handlers,
  complain: (text: string) => void,
): Promise<Listener> =>
  new Promise((resolve, reject) => {
    const server = createServer({ maxHeaderSize: MAX_HEAD }, (message, response) => {
      serve(handlers, message, response).catch((error: unknown) => {
        // A client that goes away in the middle of its body ends here; so would a defect of the control API.
        if (!message.destroyed || message.complete)
          complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
        message.socket.destroy();
      });
    });
    // A client's pool may hold its connections between requests for as long as it likes.
    server.keepAliveTimeout = 75_000;
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.removeListener('error', reject);
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : at.port;
      resolve({ host: at.host, port, close: () => closing(server) });
    });
  });

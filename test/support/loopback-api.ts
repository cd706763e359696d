// A loopback server that speaks just enough of the Kubernetes API to be watched, and that fails on command: each
// fault is a function that takes over one request. Real sockets, so that resets and silence are what they are.
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { Socket } from 'node:net';
import { applyMergePatch } from '../../src/runtime/merge-patch.ts';
import {
  type Fault,
  type SeenRequest,
  type StoredObject,
  isA,
  json,
  keyOf,
  kindOf,
  splitObject,
  status,
} from './loopback-wire.ts';

interface ArmedFault {
  readonly matches: (request: SeenRequest) => boolean;
  readonly fault: Fault;
  left: number;
}

interface Watcher {
  readonly prefix: string;
  readonly response: ServerResponse;
}

const PAGE = 500;

/** The server; one collection per path. */
export class LoopbackApi {
  readonly requests: SeenRequest[] = [];
  readonly #collections = new Map<string, Map<string, StoredObject>>();
  readonly #history: { readonly prefix: string; readonly version: number; readonly line: string }[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #faults: ArmedFault[] = [];
  #version = 10;
  #uids = 0;
  #compacted = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.#serve(request, response, Buffer.concat(chunks).toString('utf8')));
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** Starts on a free loopback port. */
  static async start(): Promise<LoopbackApi> {
    const api = new LoopbackApi();
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`;
  }

  get openWatches(): number {
    return this.#watchers.size;
  }

  get version(): string {
    return String(this.#version);
  }

  /** Requests of a list, of a watch, or of a method. */
  count(what: string): number {
    return this.requests.filter((request) => kindOf(request) === what || request.method === what).length;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The next `times` requests that match are taken over. */
  fail(matches: ArmedFault['matches'] | string, fault: Fault, times = 1): void {
    const test = typeof matches === 'function' ? matches : isA(matches);
    this.#faults.push({ matches: test, fault, left: times });
  }

  /** Ends all armed faults. */
  heal(): void {
    this.#faults = [];
  }

  /** Creates or changes an object and tells the watchers, unless `silently`. */
  put(prefix: string, object: StoredObject, { silently = false } = {}): StoredObject {
    const collection = this.#collection(prefix);
    const key = keyOf(object);
    const old = collection.get(key);
    const uid = object.metadata.uid ?? old?.metadata.uid ?? `uid-${++this.#uids}`;
    const stored = { ...object, metadata: { ...object.metadata, uid, resourceVersion: String(++this.#version) } };
    collection.set(key, stored);
    if (!silently) this.#tell(prefix, old === undefined ? 'ADDED' : 'MODIFIED', stored);
    return stored;
  }

  /** Deletes an object and tells the watchers, unless `silently`. */
  remove(prefix: string, key: string, { silently = false } = {}): void {
    const collection = this.#collection(prefix);
    const old = collection.get(key);
    if (old === undefined) return;
    collection.delete(key);
    const gone = { ...old, metadata: { ...old.metadata, resourceVersion: String(++this.#version) } };
    if (!silently) this.#tell(prefix, 'DELETED', gone);
  }

  get(prefix: string, key: string): StoredObject | undefined {
    return this.#collection(prefix).get(key);
  }

  /** Sends a raw line to all watchers of a collection. */
  say(prefix: string, line: string): void {
    for (const watcher of this.#watchers) if (watcher.prefix === prefix) watcher.response.write(line);
  }

  bookmark(prefix: string): void {
    this.say(
      prefix,
      `${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: this.version } } })}\n`,
    );
  }

  /** Ends all watches: cleanly, or with a reset. */
  cutWatches(how: 'close' | 'reset'): void {
    for (const { response } of this.#watchers) {
      if (how === 'close') response.end();
      else response.socket?.resetAndDestroy();
    }
    this.#watchers.clear();
  }

  /** Forgets the history: older versions are 410 from now on. */
  compact(): void {
    this.#compacted = this.#version;
    this.#history.length = 0;
  }

  /** Makes the next answers come from an older time, as after a restore. */
  rewind(version: number): void {
    this.#version = version;
  }

  #collection(prefix: string): Map<string, StoredObject> {
    const found = this.#collections.get(prefix) ?? new Map<string, StoredObject>();
    this.#collections.set(prefix, found);
    return found;
  }

  #tell(prefix: string, type: string, object: StoredObject): void {
    const line = `${JSON.stringify({ type, object })}\n`;
    this.#history.push({ prefix, version: Number(object.metadata.resourceVersion), line });
    this.say(prefix, line);
  }

  #serve(incoming: IncomingMessage, response: ServerResponse, body: string): void {
    const url = new URL(incoming.url ?? '/', 'http://loopback');
    const request = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body,
    };
    this.requests.push(request);
    const armed = this.#faults.find((candidate) => candidate.left > 0 && candidate.matches(request));
    if (armed !== undefined) {
      armed.left -= 1;
      armed.fault(request, response);
      return;
    }
    this.answer(request, response);
  }

  /** The answer without faults; a fault may call it to apply a request and then lose its answer. */
  answer(request: SeenRequest, response: ServerResponse): void {
    if (kindOf(request) === 'watch') return this.#watch(request, response);
    if (kindOf(request) === 'list') return this.#list(request, response);
    if (request.method === 'POST') return this.#create(request, response);
    this.#object(request, response);
  }

  #watch(request: SeenRequest, response: ServerResponse): void {
    const from = Number(request.query.get('resourceVersion'));
    if (from < this.#compacted) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })}\n`);
      return;
    }
    const watcher = { prefix: request.path, response };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const { prefix, version, line } of this.#history) {
      if (prefix === request.path && version > from) response.write(line);
    }
    this.#watchers.add(watcher);
    response.on('close', () => this.#watchers.delete(watcher));
  }

  #list(request: SeenRequest, response: ServerResponse): void {
    const items = [...this.#collection(request.path).values()];
    const start = Number(request.query.get('continue') ?? 0);
    const limit = Number(request.query.get('limit') ?? PAGE);
    const next = start + limit < items.length ? String(start + limit) : undefined;
    const metadata = { resourceVersion: this.version, ...(next && { continue: next }) };
    json(response, 200, { kind: 'List', metadata, items: items.slice(start, start + limit) });
  }

  #create(request: SeenRequest, response: ServerResponse): void {
    const object: StoredObject = JSON.parse(request.body);
    const collection = this.#collection(request.path);
    if (collection.has(keyOf(object))) return status(response, { code: 409, reason: 'AlreadyExists' });
    json(response, 201, this.put(request.path, object));
  }

  #object(request: SeenRequest, response: ServerResponse): void {
    const { prefix: within, key } = splitObject(request.path);
    // A test that watches all namespaces keeps its objects in one collection.
    const prefix = this.#collections.has(within) ? within : within.replace(/\/namespaces\/[^/]+/, '');
    const stored = this.#find(prefix, key);
    if (stored === undefined) return status(response, { code: 404, reason: 'NotFound' });
    if (request.method === 'GET') return json(response, 200, stored);
    if (request.method === 'DELETE') {
      this.remove(prefix, keyOf(stored));
      return json(response, 200, {});
    }
    const body: StoredObject = JSON.parse(request.body);
    const expected = body.metadata?.resourceVersion;
    if (expected !== undefined && expected !== stored.metadata.resourceVersion)
      return status(response, { code: 409, reason: 'Conflict' });
    const merged: StoredObject = request.method === 'PUT' ? body : JSON.parse(patched(stored, body));
    json(response, 200, this.put(prefix, { ...merged, metadata: { ...stored.metadata, ...merged.metadata } }));
  }

  #find(prefix: string, name: string): StoredObject | undefined {
    return [...this.#collection(prefix).values()].find((object) => object.metadata.name === name);
  }
}

function patched(stored: StoredObject, patch: unknown): string {
  return JSON.stringify(applyMergePatch(stored, patch));
}

// Requests, answers and faults of the loopback API server.
import type { IncomingMessage, ServerResponse } from 'node:http';

/** An object as the server stores it. */
export type StoredObject = {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    [field: string]: unknown;
  };
  [field: string]: unknown;
};

/** One request that arrived. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Takes over a request; what it does not answer stays unanswered. */
export type Fault = (request: SeenRequest, response: ServerResponse) => void;

/** Answers with a JSON body. */
export function json(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Answers with a metav1.Status. */
export function status(response: ServerResponse, { code, reason, headers = {} }: Refusal): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ kind: 'Status', status: 'Failure', code, reason, message: `${reason} on command` }));
}

/** What is refused, and how. */
export interface Refusal {
  readonly code: number;
  readonly reason: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Resets the connection. */
export const reset: Fault = (_request, response) => response.socket?.resetAndDestroy();

/** Never answers. */
export const hang: Fault = () => undefined;

/** Answers with a failure. */
export function refuse(code: number, reason: string, headers: Readonly<Record<string, string>> = {}): Fault {
  return (_request, response) => status(response, { code, reason, headers });
}

/** `list`, `watch`, `get`, or the method of a write. */
export function kindOf({ method, path, query }: SeenRequest): string {
  if (method !== 'GET') return method;
  if (query.get('watch') === 'true') return 'watch';
  return query.has('limit') ? 'list' : path === '' ? '' : 'get';
}

/** Matches requests of a kind or method. */
export function isA(what: string): (request: SeenRequest) => boolean {
  return (request) => kindOf(request) === what || request.method === what;
}

/** `namespace/name`, or the name alone. */
export function keyOf(object: StoredObject): string {
  const { namespace, name } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
}

/** `/apis/g/v/namespaces/ns/plural/name[/status]` to collection and name. */
export function splitObject(path: string): { prefix: string; key: string } {
  const parts = path.replace(/\/status$/, '').split('/');
  const key = decodeURIComponent(parts.pop() ?? '');
  return { prefix: parts.join('/'), key };
}

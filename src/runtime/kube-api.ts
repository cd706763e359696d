// The port to the API server over HTTP.
import type { Clock } from '../kernel/clock.ts';
import type { Meter } from '../kernel/meter.ts';
import type {
  CallOptions,
  DeleteOptions,
  Kube,
  KubeResult,
  ListOptions,
  ListPage,
  ObjectList,
  Patch,
  PatchTarget,
  WatchEnd,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './kube.ts';
import { valueOf } from './kube-answer.ts';
import type { Connection } from './kube-client.ts';
import { apiVersionOf, collectionPath, objectPath, withQuery } from './kube-path.ts';
import { type Transport, type TransportRequest, createTransport, isMutating } from './kube-transport.ts';
import type { KubeObject, ObjectRef, ResourceKind } from './kube-types.ts';
import { readWatch } from './watch-stream.ts';

/** What a client of the API server needs. */
export interface KubeOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly userAgent?: string;
}

const PAGE = 500;
/** A list whose pages expire again and again is given up and left to the caller's back-off. */
const LIST_ATTEMPTS = 3;
const PATCH_TYPE = { merge: 'application/merge-patch+json', json: 'application/json-patch+json' } as const;

interface WireList<T> {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
}

/** Creates the client; makes no request. */
export function createKube(options: KubeOptions): Kube {
  return new HttpKube(createTransport(options), options.clock);
}

class HttpKube implements Kube {
  readonly #transport: Transport;
  readonly #clock: Clock;

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  async get<T extends KubeObject>(
    kind: ResourceKind<T>,
    ref: ObjectRef,
    options: CallOptions = {},
  ): Promise<KubeResult<T>> {
    return this.#ask<T>({ method: 'GET', path: objectPath(kind, ref), ...callOf(options) });
  }

  async list<T extends KubeObject>(
    kind: ResourceKind<T>,
    options: ListOptions = {},
  ): Promise<KubeResult<ObjectList<T>>> {
    let last: KubeResult<ObjectList<T>> = { kind: 'unavailable', message: 'not asked' };
    for (let attempt = 0; attempt < LIST_ATTEMPTS; attempt++) {
      last = await this.#listOnce(kind, options);
      if (last.kind !== 'gone') return last;
    }
    return last;
  }

  async listPage<T extends KubeObject>(
    kind: ResourceKind<T>,
    options: ListOptions,
    token?: string,
  ): Promise<KubeResult<ListPage<T>>> {
    const query = { limit: PAGE, continue: token, labelSelector: options.labelSelector };
    const path = withQuery(collectionPath(kind, options.namespace), query);
    const answer = await this.#ask<WireList<T>>({ method: 'GET', path, ...callOf(options) });
    if (answer.kind !== 'ok') return answer;
    const { metadata, items } = answer.value;
    const version = metadata?.resourceVersion;
    if (version === undefined) return { kind: 'unavailable', message: `List of ${kind.plural} has no resourceVersion` };
    const page = { items: items ?? [], resourceVersion: version };
    const next = metadata?.continue;
    return { kind: 'ok', value: next ? { ...page, continue: next } : page };
  }

  async watch<T extends KubeObject>(
    kind: ResourceKind<T>,
    options: WatchOptions,
    onEvent: (event: WatchEvent<T>) => void,
  ): Promise<WatchEnd> {
    const path = withQuery(collectionPath(kind, options.namespace), {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: options.resourceVersion,
      timeoutSeconds: options.timeoutSeconds,
    });
    const opened = await this.#transport.open({ method: 'GET', path, signal: options.signal });
    if (options.signal.aborted) {
      if (opened.kind === 'open') opened.abort();
      return { kind: 'stopped' };
    }
    if (opened.kind !== 'open') return { kind: 'failed', failure: opened };
    const { livenessMs, signal } = options;
    return readWatch<T>({ opened, clock: this.#clock, livenessMs, signal }, onEvent);
  }

  async create<T extends KubeObject>(
    kind: ResourceKind<T>,
    object: T,
    options: WriteOptions = {},
  ): Promise<KubeResult<T>> {
    const path = collectionPath(kind, object.metadata.namespace);
    return this.#ask<T>({ method: 'POST', path, body: bodyOf(kind, object), ...callOf(options) });
  }

  async replace<T extends KubeObject>(
    kind: ResourceKind<T>,
    object: T,
    options: WriteOptions = {},
  ): Promise<KubeResult<T>> {
    const { namespace = '', name } = object.metadata;
    const path = objectPath(kind, { namespace, name }, options.subresource);
    return this.#ask<T>({ method: 'PUT', path, body: bodyOf(kind, object), ...callOf(options) });
  }

  async patch<T extends KubeObject>(
    target: PatchTarget<T>,
    patch: Patch,
    options: WriteOptions = {},
  ): Promise<KubeResult<T>> {
    const path = objectPath(target.kind, target.ref, options.subresource);
    const body = JSON.stringify(patch.kind === 'merge' ? patch.body : patch.operations);
    return this.#ask<T>({ method: 'PATCH', path, body, contentType: PATCH_TYPE[patch.kind], ...callOf(options) });
  }

  async remove(kind: ResourceKind, ref: ObjectRef, options: DeleteOptions = {}): Promise<KubeResult<undefined>> {
    const { uid, resourceVersion } = options;
    const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
    const body = JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', preconditions });
    const answer = await this.#ask({ method: 'DELETE', path: objectPath(kind, ref), body, ...callOf(options) });
    return answer.kind === 'ok' ? { kind: 'ok', value: undefined } : answer;
  }

  async #listOnce<T extends KubeObject>(
    kind: ResourceKind<T>,
    options: ListOptions,
  ): Promise<KubeResult<ObjectList<T>>> {
    const items: T[] = [];
    let token: string | undefined;
    for (;;) {
      const page = await this.listPage(kind, options, token);
      if (page.kind !== 'ok') return page;
      for (const item of page.value.items) items.push(item);
      token = page.value.continue;
      if (token === undefined) return { kind: 'ok', value: { items, resourceVersion: page.value.resourceVersion } };
    }
  }

  async #ask<T>(request: TransportRequest): Promise<KubeResult<T>> {
    const answer = await this.#transport.send(request);
    return 'kind' in answer ? answer : valueOf<T>(answer, isMutating(request));
  }
}

function callOf({
  signal,
  deadlineMs,
  urgent,
}: CallOptions): Pick<TransportRequest, 'signal' | 'deadlineMs' | 'urgent'> {
  return { signal, deadlineMs, urgent };
}

function bodyOf(kind: ResourceKind, object: KubeObject): string {
  return JSON.stringify({ ...object, apiVersion: apiVersionOf(kind), kind: kind.kind });
}

// Requests to the API server as anybody, and waiting for what it says.
import assert from 'node:assert/strict';
import type { Sent } from '../../e2e/admission-objects.ts';
import type { ApiAnswer, ApiCall, ApiProxy, Loose } from '../../support/api-proxy.ts';
import { eventually } from '../../support/eventually.ts';

/** Requests to the API server, and waiting for what it says. */
export interface Hands {
  readonly call: (call: ApiCall) => Promise<ApiAnswer>;
  /** A refusal is an error. */
  readonly must: (call: ApiCall) => Promise<ApiAnswer>;
  /** An object, undefined when there is none. */
  readonly get: (kind: string, name: string, namespace?: string) => Promise<Loose>;
  readonly apply: (...objects: readonly Sent[]) => Promise<void>;
  readonly until: <T>(what: string, check: () => Promise<T | false | undefined>) => Promise<T>;
  /** Waits for a condition of the present generation. */
  readonly condition: (
    kind: string,
    name: string,
    expected: { readonly reason?: string; readonly says?: RegExp },
  ) => Promise<Loose>;
}

/** Hands of the administrator, in the tenant's namespace unless told. */
export function handsOf(api: ApiProxy, home: string): Hands {
  const call = (sent: ApiCall): Promise<ApiAnswer> => api.call(sent);
  const must = async (sent: ApiCall): Promise<ApiAnswer> => {
    const answer = await call(sent);
    assert.ok(answer.status < 300, `${sent.method} ${sent.path}: ${answer.status} ${answer.message}`);
    return answer;
  };
  const get = async (kind: string, name: string, namespace = home): Promise<Loose> => {
    const path = `/apis/financecloud.io/v1alpha1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`;
    const answer = await call({ method: 'GET', path });
    return answer.status === 200 ? answer.body : undefined;
  };
  const until = <T>(what: string, check: () => Promise<T | false | undefined>): Promise<T> =>
    eventually(check, { what, timeoutMs: 60_000, everyMs: 100 });
  return {
    call,
    must,
    get,
    until,
    apply: async (...objects) => {
      for (const object of objects) {
        const path = `${collectionOf(object)}/${object.metadata.name}?fieldManager=attacks&force=true`;
        await must({ method: 'PATCH', path, body: object, contentType: 'application/apply-patch+yaml' });
      }
    },
    condition: async (kind, name, { reason, says }) => {
      let seen: Loose;
      const holds = async (): Promise<Loose> => {
        const object = await get(kind, name);
        seen = object?.status?.conditions;
        const ready = seen?.find((item: Loose) => item.type === 'Ready');
        if (ready === undefined || ready.observedGeneration !== object.metadata.generation) return false;
        return (reason ?? 'Succeeded') === ready.reason && (says?.test(ready.message) ?? true) && object;
      };
      return until(`${kind} ${name} is ${reason ?? 'Ready'} ${says ?? ''}`, holds).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${JSON.stringify(seen)}`, { cause: error });
      });
    },
  };
}

/** The path of an object's kind in its namespace. */
export function collectionOf({ kind, metadata }: Sent): string {
  const home = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `/apis/financecloud.io/v1alpha1${home}/${kind.toLowerCase()}s`;
}

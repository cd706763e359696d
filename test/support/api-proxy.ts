// Plain HTTP to the API server through `kubectl proxy`: many small requests without a process for each, on a local
// control plane and on an existing cluster alike.
import type { ControlPlane } from '../controlplane/control-plane.ts';
import { spawnBound } from './bound-process.ts';

/** JSON of which nothing is known; tests look into it and bend it freely. */
// oxlint-disable-next-line typescript/no-explicit-any -- the whole point
export type Loose = any;

/** The answer to one request; `message` is the Status message of a refusal, empty otherwise. */
export interface ApiAnswer {
  readonly status: number;
  readonly message: string;
  readonly body: Loose;
}

/** One request; `body` is sent as JSON of `contentType` (default application/json); `as` is whom the administrator impersonates. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly as?: string;
}

/** A running proxy. */
export interface ApiProxy {
  call(call: ApiCall): Promise<ApiAnswer>;
  stop(): Promise<void>;
}

const answerOf = async (response: Response): Promise<ApiAnswer> => {
  const body: Loose = await response.json();
  return { status: response.status, message: response.ok ? '' : String(body?.message ?? ''), body };
};

/** Starts a proxy that speaks to the API server as the administrator. */
export async function startApiProxy(plane: ControlPlane): Promise<ApiProxy> {
  const args = ['--kubeconfig', plane.kubeconfigPath, 'proxy', '--port=0'];
  const proxy = spawnBound(plane.kubectlPath, args, { name: 'kubectl proxy' });
  const ready = await proxy.waitForLine(/127\.0\.0\.1:(\d+)/, { timeoutMs: 20_000 });
  const port = ready[1] ?? '';
  return {
    async call({ method, path, body, contentType = 'application/json', as }) {
      const headers = { 'content-type': contentType, ...(as === undefined ? {} : { 'impersonate-user': as }) };
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      return answerOf(await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...init }));
    },
    async stop() {
      await proxy.stop();
    },
  };
}

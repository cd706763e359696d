// The cloud's emulator as a child process on a free port, for tests with the real wire. It dies with the test.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BoundProcess, spawnBound } from './bound-process.ts';
import { tempFolder } from './run-folder.ts';

/** How the emulator is started. */
export interface EmulatorOptions {
  /** `real`, `manual` or `scaled:FACTOR`. */
  readonly clock?: string;
  readonly seed?: number;
  /** The configuration file's content. */
  readonly config?: object;
  /** Really run commands inside guests. */
  readonly guestShell?: boolean;
}

/** A running emulator. */
export interface EmulatorProcess {
  /** `http://127.0.0.1:PORT`, for all services. */
  readonly url: string;
  readonly accessKey: { readonly id: string; readonly secret: string };
  readonly process: BoundProcess;
  /** Asks the control API; a refusal is thrown. */
  control(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>;
  /** Every resource the ledger knows, also the deleted ones. */
  resources(): Promise<readonly LedgerResource[]>;
  stop(): Promise<void>;
}

/** One resource's life in the ledger; `deletedAt` is null while it exists. */
export interface LedgerResource {
  readonly service: string;
  readonly type: string;
  readonly id: string;
  readonly deletedAt: string | null;
}

const MAIN = new URL('../../emulator/main.ts', import.meta.url).pathname;
const READY = /^ready (http:\/\/\S+) control-token (\S+)$/;

/** Starts it and waits until it is ready. The key pair is not the default one, which the guest shell refuses. */
export async function startEmulatorProcess(options: EmulatorOptions = {}): Promise<EmulatorProcess> {
  const accessKey = { id: 'LTAItestkey', secret: 'test-secret' };
  const folder = tempFolder('emulator');
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify(options.config ?? {}));
  const shell =
    options.guestShell === true
      ? ['--guest-shell', ...(process.getuid?.() === 0 ? ['--guest-shell-as-root'] : [])]
      : [];
  const flags = [
    '--port',
    '0',
    '--seed',
    String(options.seed ?? 1),
    '--clock',
    options.clock ?? 'real',
    '--config',
    config,
  ];
  const args = [MAIN, ...flags, '--access-key', `${accessKey.id}:${accessKey.secret}`, '--quiet', ...shell];
  const child = spawnBound(process.execPath, args, { name: 'emulator' });
  // The file is read before the ready line.
  const ready = child.waitForLine(READY, { timeoutMs: 20_000 });
  const [, url = '', token = ''] = await ready.finally(() => rmSync(folder, { recursive: true }));
  return {
    url,
    accessKey,
    process: child,
    control: (method, path, body) => control({ url, token }, { method, path, body }),
    resources: async () => {
      const ledger = await control({ url, token }, { method: 'GET', path: 'ledger', body: undefined });
      return ledgerOf(ledger).resources;
    },
    stop: async () => {
      await child.stop();
    },
  };
}

async function control(
  at: { readonly url: string; readonly token: string },
  asked: { readonly method: string; readonly path: string; readonly body: object | undefined },
): Promise<unknown> {
  const body = asked.body === undefined ? {} : { body: JSON.stringify(asked.body) };
  const headers = { 'x-emulator-token': at.token, 'content-type': 'application/json' };
  const response = await fetch(`${at.url}/_emulator/${asked.path}`, { method: asked.method, headers, ...body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${asked.method} ${asked.path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

function ledgerOf(body: unknown): { readonly resources: readonly LedgerResource[] } {
  // The control API is ours and documented: what it answers is taken at its word.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return body as { readonly resources: readonly LedgerResource[] };
}

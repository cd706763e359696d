// The emulator as the demo uses it: its process, its ledger, and the levers of its control API.
import type { BoundProcess } from '../support/bound-process.ts';
import { spawnBound } from '../support/bound-process.ts';
import type { Guest, Ledger, LedgerCall, LedgerResource } from './judge/facts.ts';

/** A running emulator. */
export interface Emulator {
  readonly process: BoundProcess;
  readonly endpoint: string;
  readonly controlToken: string;
  /** The whole ledger; calls are fetched once each. */
  ledger(): Promise<Ledger>;
  /** Number of the last call so far. */
  lastCall(): Promise<number>;
  /** Milliseconds of the emulator's clock. */
  now(): Promise<number>;
  /** A colleague's edit in the console; throws when the cloud refuses it. */
  console(edit: Readonly<Record<string, unknown>>): Promise<void>;
  zone(zone: string, act: 'outage' | 'restore'): Promise<void>;
  guest(instanceId: string): Promise<Guest>;
  /** Somebody's hand inside a server. */
  insideGuest(instanceId: string, change: Readonly<Record<string, unknown>>): Promise<void>;
  snapshot(id: string): Promise<void>;
  restore(id: string): Promise<void>;
}

/** What to start it with. */
export interface EmulatorStart {
  readonly node: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** Where guests' scripts run, so that what a killed emulator leaves goes with it. */
  readonly temporaryFolder: string;
}

/** Starts it and returns when it listens. */
export async function startEmulator(start: EmulatorStart): Promise<Emulator> {
  const child = spawnBound(start.node, [start.script, '--port', '0', ...start.args], {
    name: 'emulator',
    logFile: start.logFile,
    env: { ...process.env, TMPDIR: start.temporaryFolder },
  });
  const ready = await child.waitForLine(/^ready (http:\/\/\S+) control-token (\S+)/, { timeoutMs: 20_000 });
  return emulatorAt(child, ready[1] ?? '', ready[2] ?? '');
}

function emulatorAt(process: BoundProcess, endpoint: string, controlToken: string): Emulator {
  const control = controlOf(endpoint, controlToken);
  const book = ledgerReader(control);
  const send = async (path: string, body: object): Promise<void> => void (await control(path, body));
  return {
    process,
    endpoint,
    controlToken,
    ledger: () => book.read(),
    lastCall: async () => (await book.read()).calls.at(-1)?.n ?? 0,
    now: async () => {
      const health: { readonly now: number } = JSON.parse(await control('health'));
      return health.now;
    },
    console: (edit) => send('drift', edit),
    zone: (zone, act) => send(`zones/${zone}/${act}`, {}),
    guest: async (instanceId) => {
      const guest: Guest = JSON.parse(await control(`guests/${instanceId}`));
      return guest;
    },
    insideGuest: (instanceId, change) => send(`guests/${instanceId}`, change),
    snapshot: (id) => send('snapshot', { id }),
    restore: async (id) => {
      await send('restore', { id });
      book.forget();
    },
  };
}

type Control = (path: string, body?: object) => Promise<string>;

function controlOf(endpoint: string, token: string): Control {
  return async (path, body) => {
    const response = await fetch(`${endpoint}/_emulator/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'x-emulator-token': token, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`emulator ${path} ${JSON.stringify(body ?? {})}: ${response.status} ${text}`);
    return text;
  };
}

function ledgerReader(control: Control): { read(): Promise<Ledger>; forget(): void } {
  let calls: LedgerCall[] = [];
  const read = async (): Promise<Ledger> => {
    for (;;) {
      const page: LedgerPage = JSON.parse(await control(`ledger?since=${calls.at(-1)?.n ?? 0}`));
      // Two readers at once may fetch the same page: only what follows the last known call is new.
      const last = calls.at(-1)?.n ?? 0;
      calls = [...calls, ...page.calls.map(toCall).filter(({ n }) => n > last)];
      if (!page.more) return { calls, resources: page.resources.map(toResource) };
    }
  };
  return {
    read,
    forget: () => {
      calls = [];
    },
  };
}

type WireCall = Omit<LedgerCall, 'at'> & { readonly atMs: number };
type WireResource = Omit<LedgerResource, 'createdAt' | 'deletedAt'> & {
  readonly createdAtMs: number;
  readonly deletedAt: string | null;
  readonly seconds: number;
};

interface LedgerPage {
  readonly calls: readonly WireCall[];
  readonly resources: readonly WireResource[];
  readonly more: boolean;
}

function toCall(wire: WireCall): LedgerCall {
  return { ...wire, at: wire.atMs };
}

// The end is told to the second only; the length of a life is exact.
function toResource(wire: WireResource): LedgerResource {
  const { createdAtMs, deletedAt, seconds } = wire;
  return {
    ...wire,
    createdAt: createdAtMs,
    deletedAt: deletedAt === null ? null : createdAtMs + Math.round(seconds * 1000),
  };
}

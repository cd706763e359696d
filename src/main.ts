// Composition root of the operator: the only file that reads the command line and the environment, and calls constructors.
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { type CloudAccounts, createCloudAccounts } from './cloud/accounts/index.ts';
import { createInventory } from './cloud/inventory/create.ts';
import { createInventoryMeter } from './cloud/inventory/metrics.ts';
import { createCallMeter } from './cloud/metrics.ts';
import { addControllers } from './controllers/index.ts';
import { details, listers } from './controllers/services.ts';
import { SessionRegistry } from './controllers/session-registry.ts';
import { systemClock, systemRandom } from './runtime/clock.ts';
import { ApiEventRecorder } from './runtime/events.ts';
import type { GuestLimits } from './controllers/guest-state.ts';
import type { Logger } from './kernel/logger.ts';
import type { Kube, Manager } from './runtime/index.ts';
import { createKube } from './runtime/kube-api.ts';
import { type Connection, type KubeSource, connect } from './runtime/kube-client.ts';
import { createLogger } from './runtime/logger.ts';
import { createManager } from './runtime/manager.ts';
import { type Metrics, createMetrics } from './runtime/metrics.ts';
import { type Settings, deadlinesOf, flagOf, readSettings, settingsSchema } from './settings.ts';

const NAME = 'finance-cloud-operator';

/** Flags over environment over defaults; ends the process with the flag's name when one is wrong. */
function settingsOf(argv: readonly string[]): Settings {
  const names = Object.keys(settingsSchema.shape);
  const options = Object.fromEntries(names.map((name) => [flagOf(name).slice(2), { type: 'string' }] as const));
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(helpText());
    process.exit(0);
  }
  try {
    const { values } = parseArgs({ args: [...argv], options, strict: true, allowPositionals: false });
    const given = Object.fromEntries(names.map((name) => [name, values[flagOf(name).slice(2)]]));
    const result = readSettings({
      namespace: process.env['POD_NAMESPACE'],
      identity: process.env['POD_NAME'],
      ...defined(given),
    });
    if ('settings' in result) return result.settings;
    return refuse(result.problems);
  } catch (error) {
    return refuse([error instanceof Error ? error.message : String(error)]);
  }
}

function defined(values: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function refuse(problems: readonly string[]): never {
  process.stderr.write(`${problems.map((problem) => `${NAME}: ${problem}`).join('\n')}\nSee ${NAME} --help\n`);
  process.exit(2);
}

function helpText(): string {
  const rows = Object.entries(settingsSchema.shape).map(([name, schema]) => {
    const fallback = schema.safeParse(undefined);
    const shown = fallback.success && String(fallback.data) !== '' ? ` (default ${String(fallback.data)})` : '';
    return `  ${flagOf(name).padEnd(28)} ${schema.description ?? ''}${shown}`;
  });
  return `${NAME}: keeps Finance Cloud environments as their objects declare them\n\nUsage: ${NAME} [flags]\n\n${rows.join('\n')}\n\nEnvironment: POD_NAMESPACE and POD_NAME stand in for --namespace and --identity.\n`;
}

/** A named kubeconfig, else the pod's service account, else the default kubeconfig. */
function kubeSource(settings: Settings): KubeSource {
  if (settings.kubeconfig !== '') return { kind: 'kubeconfig', path: settings.kubeconfig };
  const [host, port] = [process.env['KUBERNETES_SERVICE_HOST'], process.env['KUBERNETES_SERVICE_PORT']];
  if (host !== undefined && port !== undefined) return { kind: 'in-cluster', host, port };
  // An empty KUBECONFIG is none, as kubectl has it.
  const [named = '', home = ''] = [process.env['KUBECONFIG'], process.env['HOME']];
  return { kind: 'kubeconfig', path: named === '' ? `${home}/.kube/config` : named };
}

/** The way to the API server; what is wrong with a kubeconfig is said with its path. */
async function connectionOf(settings: Settings): Promise<Connection> {
  const source = kubeSource(settings);
  try {
    return await connect(source, clock);
  } catch (error) {
    if (source.kind !== 'kubeconfig') throw error;
    const text = error instanceof Error ? error.message : String(error);
    const reason = text.startsWith('ENOENT') ? 'there is no such file' : text;
    throw new Error(`kubeconfig ${source.path}: ${reason} (--kubeconfig or KUBECONFIG names another)`, {
      cause: error,
    });
  }
}

/** Re-reads of one tick share their calls: a second apart, less only where everything else is short as well. */
function pollOf({ sweepSeconds }: Settings): number {
  return Math.max(100, Math.min(1000, (sweepSeconds * 1000) / 6));
}

const [clock, random] = [systemClock, systemRandom];

/** What every part of the program shares. */
interface Base {
  readonly settings: Settings;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly kube: Kube;
  readonly identity: string;
  readonly namespaces: readonly string[];
}

async function baseOf(settings: Settings): Promise<Base> {
  const metrics = createMetrics();
  const connection = await connectionOf(settings);
  return {
    settings,
    metrics,
    log: createLogger(settings.logLevel),
    kube: createKube({ connection, clock, meter: metrics.meter, userAgent: NAME }),
    // Two processes of one host must never take each other for themselves.
    identity: settings.identity === '' ? `${hostname()}_${randomUUID()}` : settings.identity,
    namespaces: settings.watchNamespaces
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  };
}

function managerOf({ settings, log, metrics, kube, identity, namespaces }: Base): Manager {
  const { lease: leaseMs, renewDeadline: renewDeadlineMs, retryPeriod: retryMs } = deadlinesOf(settings.leaseSeconds);
  const { namespace, bindAddress: host, healthPort, metricsPort, metricsAuth } = settings;
  return createManager({
    kube,
    clock,
    random,
    log,
    metrics,
    leader: { namespace, name: NAME, identity, leaseMs, renewDeadlineMs, retryMs },
    health: { host, port: healthPort },
    metricsEndpoint: { host, port: metricsPort, auth: metricsAuth === 'on' },
    namespaces,
    onListening: ({ health, metrics: port }) => log.info('Listening', { health, metrics: port }),
  });
}

function accountsOf({ settings, log, metrics }: Base, manager: Manager, news: (key: string) => void): CloudAccounts {
  const { readCall, mutatingCall, gateMargin } = deadlinesOf(settings.leaseSeconds);
  const { sweepSeconds, slowSeconds, absenceGraceSeconds, visibilityGraceSeconds } = settings;
  const pollMs = pollOf(settings);
  const { meter } = metrics;
  return createCloudAccounts({
    clock,
    random,
    meter: createCallMeter(meter),
    timeouts: { readCall, mutatingCall },
    userAgent: NAME,
    probesPerMinute: 120,
    identityMs: 600_000,
    gate: () =>
      manager.leadership.validForMs() >= gateMargin
        ? { open: true }
        : { open: false, reason: 'the lease is not held for long enough' },
    inventory: ({ account, region, reader }) =>
      createInventory({
        listers,
        details,
        reader,
        region,
        clock,
        random,
        meter: createInventoryMeter(meter, { account, region }),
        onChange: (keys) => keys.forEach(news),
        settings: { sweepSeconds, slowSeconds, absenceGraceSeconds, visibilityGraceSeconds, pollMs },
      }),
    onCall: (account, region, call) => log.debug('Called the cloud', { account, region, ...call }),
  });
}

function guestLimitsOf({ visibilityGraceSeconds, sweepSeconds, guestSeconds }: Settings): GuestLimits {
  return {
    agentGraceMs: Math.min(60, visibilityGraceSeconds) * 1000,
    retryMs: Math.min(30, sweepSeconds) * 1000,
    periodMs: guestSeconds * 1000,
  };
}

async function run(settings: Settings): Promise<number> {
  const base = await baseOf(settings);
  const { log, kube, identity, namespaces, metrics } = base;
  const { meter } = metrics;
  const manager = managerOf(base);
  const news = (key: string): void => {
    const [controller = '', object = ''] = key.split('|');
    manager.enqueue(controller, object);
  };
  const accounts = accountsOf(base, manager, news);
  const sessions = new SessionRegistry({ accounts, clock, log, guestLimits: guestLimitsOf(settings), news });
  const controller = `financecloud.io/${NAME}`;
  const events = new ApiEventRecorder({ kube, clock, random, log, meter, controller, instance: identity });
  manager.addRunnable({ name: 'events', when: 'always', run: (signal) => events.run(signal) });
  const { namespace, workers } = settings;
  const shared = { manager, accounts, sessions, events, clock, random, log, meter };
  addControllers({ ...shared, settings, namespace, workers, namespaces });
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort());
  const end = await manager.run(stop.signal);
  sessions.close();
  if (end.kind === 'stopped') return 0;
  log.error('Ended', { end: end.kind, ...(end.kind === 'failed' ? { error: String(end.error) } : {}) });
  return 1;
}

// The SDK core's url.parse would put lines into the log that are not JSON, and nobody who runs this can mend it.
process.noDeprecation = true;
const settings = settingsOf(process.argv.slice(2));
process.exitCode = await run(settings).catch((error: unknown) => {
  process.stderr.write(`${NAME}: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
process.exit();

// Composition root of the operator: the only file that reads the command line and the environment, and calls constructors.
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { createCloudAccounts } from './cloud/accounts/index.ts';
import { createInventory } from './cloud/inventory/create.ts';
import { createInventoryMeter } from './cloud/inventory/metrics.ts';
import { createCallMeter } from './cloud/metrics.ts';
import { addControllers } from './controllers/index.ts';
import { details, listers } from './controllers/services.ts';
import { SessionRegistry } from './controllers/session-registry.ts';
import { systemClock, systemRandom } from './runtime/clock.ts';
import { ApiEventRecorder } from './runtime/events.ts';
import type { Manager } from './runtime/index.ts';
import { createKube } from './runtime/kube-api.ts';
import { type KubeSource, connect } from './runtime/kube-client.ts';
import { createLogger } from './runtime/logger.ts';
import { createManager } from './runtime/manager.ts';
import { createMetrics } from './runtime/metrics.ts';
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
    const given = Object.fromEntries(names.map((name) => [name, values[flagOf(name).slice(2)] as string | undefined]));
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
  return { kind: 'kubeconfig', path: process.env['KUBECONFIG'] ?? `${process.env['HOME'] ?? ''}/.kube/config` };
}

/** Re-reads of one tick share their calls: a second apart, less only where everything else is short as well. */
function pollOf({ sweepSeconds }: Settings): number {
  return Math.max(100, Math.min(1000, (sweepSeconds * 1000) / 6));
}

async function run(settings: Settings): Promise<number> {
  const [clock, random] = [systemClock, systemRandom];
  const log = createLogger(settings.logLevel);
  const metrics = createMetrics();
  const { meter } = metrics;
  const deadlines = deadlinesOf(settings.leaseSeconds);
  const namespaces = settings.watchNamespaces
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const identity = settings.identity === '' ? hostname() : settings.identity;
  const kube = createKube({ connection: await connect(kubeSource(settings), clock), clock, meter, userAgent: NAME });
  const manager: Manager = createManager({
    kube,
    clock,
    random,
    log,
    metrics,
    leader: {
      namespace: settings.namespace,
      name: NAME,
      identity,
      leaseMs: deadlines.lease,
      renewDeadlineMs: deadlines.renewDeadline,
      retryMs: deadlines.retryPeriod,
    },
    health: { host: settings.bindAddress, port: settings.healthPort },
    metricsEndpoint: { host: settings.bindAddress, port: settings.metricsPort, auth: settings.metricsAuth === 'on' },
    namespaces,
    onListening: ({ health, metrics: port }) => log.info('Listening', { health, metrics: port }),
  });
  const news = (key: string): void => {
    const [controller = '', object = ''] = key.split('|');
    manager.enqueue(controller, object);
  };
  const accounts = createCloudAccounts({
    clock,
    random,
    meter: createCallMeter(meter),
    timeouts: { readCall: deadlines.readCall, mutatingCall: deadlines.mutatingCall },
    userAgent: NAME,
    probesPerMinute: 120,
    identityMs: 600_000,
    gate: () =>
      manager.leadership.validForMs() >= deadlines.gateMargin
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
        settings: {
          sweepSeconds: settings.sweepSeconds,
          slowSeconds: settings.slowSeconds,
          absenceGraceSeconds: settings.absenceGraceSeconds,
          visibilityGraceSeconds: settings.visibilityGraceSeconds,
          pollMs: pollOf(settings),
        },
      }),
    onCall: (account, region, call) => log.debug('Called the cloud', { account, region, ...call }),
  });
  const guestLimits = {
    agentGraceMs: Math.min(60, settings.visibilityGraceSeconds) * 1000,
    retryMs: Math.min(30, settings.sweepSeconds) * 1000,
    periodMs: settings.guestSeconds * 1000,
  };
  const sessions = new SessionRegistry({ accounts, clock, log, guestLimits, news });
  const events = new ApiEventRecorder({
    kube,
    clock,
    random,
    log,
    meter,
    controller: `financecloud.io/${NAME}`,
    instance: identity,
  });
  manager.addRunnable({ name: 'events', when: 'always', run: (signal) => events.run(signal) });
  addControllers({
    manager,
    accounts,
    sessions,
    events,
    clock,
    random,
    log,
    meter,
    settings,
    namespace: settings.namespace,
    workers: settings.workers,
    namespaces,
  });
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort());
  const end = await manager.run(stop.signal);
  sessions.close();
  if (end.kind !== 'stopped')
    log.error('Ended', { end: end.kind, ...(end.kind === 'failed' ? { error: String(end.error) } : {}) });
  return end.kind === 'stopped' ? 0 : 1;
}

const settings = settingsOf(process.argv.slice(2));
process.exitCode = await run(settings).catch((error: unknown) => {
  process.stderr.write(`${NAME}: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
process.exit();

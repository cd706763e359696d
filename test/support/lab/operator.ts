// The operator in this process, on the lab's clock: everything is the shipped code but the Kubernetes port and the election.
import { setMaxListeners } from 'node:events';
import { createCloudAccounts } from '../../../src/cloud/accounts/index.ts';
import { createInventory } from '../../../src/cloud/inventory/create.ts';
import { createInventoryMeter } from '../../../src/cloud/inventory/metrics.ts';
import { createCallMeter } from '../../../src/cloud/metrics.ts';
import { addControllers } from '../../../src/controllers/index.ts';
import { details, listers } from '../../../src/controllers/services.ts';
import { SessionRegistry } from '../../../src/controllers/session-registry.ts';
import type { PlanListener } from '../../../src/controllers/visit.ts';
import type { Logger } from '../../../src/kernel/logger.ts';
import type { Random } from '../../../src/kernel/random.ts';
import { ApiEventRecorder } from '../../../src/runtime/events.ts';
import type { Kube, ManagerEnd } from '../../../src/runtime/index.ts';
import { createManager } from '../../../src/runtime/manager.ts';
import { createMetrics } from '../../../src/runtime/metrics.ts';
import { type Settings, deadlinesOf } from '../../../src/settings.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { Wire } from './time.ts';

/** What the operator of a lab is made of. */
export interface OperatorParts {
  readonly kube: Kube;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly log: Logger;
  readonly settings: Settings;
  readonly wire: Wire;
  readonly planned?: PlanListener | undefined;
}

/** A running operator. */
export interface LabOperator {
  stop(): Promise<ManagerEnd>;
}

/** Starts it and returns once its endpoints listen; it leads at once. */
export async function startOperator(parts: OperatorParts): Promise<LabOperator> {
  const { kube, clock, random, log, settings } = parts;
  const listening = Promise.withResolvers<unknown>();
  const metrics = createMetrics({ platform: false });
  const address = { host: '127.0.0.1', port: 0 };
  const manager = createManager({
    kube,
    clock,
    random,
    log,
    metrics,
    health: address,
    metricsEndpoint: { ...address, auth: false },
    namespaces: [],
    guard: false,
    onListening: listening.resolve,
  });
  const news = (key: string): void => {
    const [controller = '', object = ''] = key.split('|');
    manager.enqueue(controller, object);
  };
  const accounts = accountsOf(parts, { news, meter: metrics.meter });
  const sessions = new SessionRegistry({ accounts, clock, log, guestLimits: guestLimitsOf(settings), news });
  const common = { kube, clock, random, log, meter: metrics.meter };
  const events = new ApiEventRecorder({ ...common, controller: 'financecloud.io/lab', instance: 'lab' });
  manager.addRunnable({ name: 'events', when: 'always', run: (signal) => events.run(signal) });
  addControllers({
    manager,
    accounts,
    sessions,
    events,
    clock,
    random,
    log,
    meter: metrics.meter,
    settings,
    namespace: settings.namespace,
    workers: settings.workers,
    ...(parts.planned && { planned: parts.planned }),
  });
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const running = manager.run(stop.signal);
  await Promise.race([listening.promise, running]);
  return { stop: () => end(running, { stop, sessions, parts }) };
}

function guestLimitsOf({ visibilityGraceSeconds, sweepSeconds, guestSeconds }: Settings) {
  return {
    agentGraceMs: Math.min(60, visibilityGraceSeconds) * 1000,
    retryMs: Math.min(30, sweepSeconds) * 1000,
    periodMs: guestSeconds * 1000,
  };
}

/** A stop waits for visits under way, and those wait in virtual time. */
async function end(
  running: Promise<ManagerEnd>,
  of: { readonly stop: AbortController; readonly sessions: SessionRegistry; readonly parts: OperatorParts },
): Promise<ManagerEnd> {
  const state = { ended: false };
  const watched = running.finally(() => {
    state.ended = true;
  });
  of.stop.abort();
  while (!state.ended) {
    await of.parts.wire.quiet();
    await of.parts.clock.advance(1000);
  }
  of.sessions.close();
  return watched;
}

function accountsOf(
  { clock, random, settings, wire }: OperatorParts,
  of: { readonly news: (key: string) => void; readonly meter: ReturnType<typeof createMetrics>['meter'] },
) {
  const { readCall, mutatingCall } = deadlinesOf(settings.leaseSeconds);
  const { sweepSeconds, slowSeconds, absenceGraceSeconds, visibilityGraceSeconds } = settings;
  return createCloudAccounts({
    clock,
    random,
    meter: createCallMeter(of.meter),
    timeouts: { readCall, mutatingCall },
    userAgent: 'lab',
    probesPerMinute: 120,
    identityMs: 600_000,
    gate: () => ({ open: true }),
    sender: wire.sender,
    inventory: ({ account, region, reader }) =>
      createInventory({
        listers,
        details,
        reader,
        region,
        clock,
        random,
        meter: createInventoryMeter(of.meter, { account, region }),
        onChange: (keys) => keys.forEach(of.news),
        settings: { sweepSeconds, slowSeconds, absenceGraceSeconds, visibilityGraceSeconds, pollMs: 1000 },
      }),
    onCall: () => undefined,
  });
}

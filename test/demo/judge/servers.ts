// Judgements on servers: even over the zones, replaced once, and replaced in the right order.
import type { BackendHealth, Guest, Ledger, LedgerResource, Server } from './facts.ts';
import { livingServers, writesSince, type Fleet } from './ledger.ts';
import { few, objections, verdict, type Verdict } from './verdict.ts';

/** The fleet has its declared count, all run, and the zones differ by at most one. */
export function even(
  servers: readonly Server[],
  fleet: Pick<Fleet, 'name' | 'count'>,
  zones: readonly string[],
): Verdict {
  const per = zones.map((zone) => servers.filter((server) => server.zone === zone).length);
  const idle = servers.filter((server) => server.status !== 'Running');
  const shown = zones.map((zone, index) => `${per[index]} in ${shortZone(zone)}`).join(', ');
  return verdict(
    objections([
      [servers.length !== fleet.count, `${fleet.name} has ${servers.length} servers, ${fleet.count} are declared`],
      [per.reduce((sum, count) => sum + count, 0) !== servers.length, `${fleet.name} has servers outside its zones`],
      [Math.max(...per) - Math.min(...per) > 1, `${fleet.name} is uneven: ${shown}`],
      [idle.length > 0, `not running: ${few(idle.map(({ id, status }) => `${id} ${status}`))}`],
    ]),
    `${fleet.name}: ${shown}, all running`,
  );
}

/** The letter by which people tell zones apart: `cn-shanghai-finance-1f` -> `f`. */
export function shortZone(zone: string): string {
  return zone.slice(-1);
}

/** Each of these servers, and no other, is a backend that every listener finds normal. */
export function inService(health: readonly BackendHealth[], serverIds: readonly string[], what: string): Verdict {
  const strangers = [...new Set(health.map(({ serverId }) => serverId))].filter((id) => !serverIds.includes(id));
  const missing = serverIds.filter((id) => !health.some(({ serverId }) => serverId === id));
  const bad = health.filter(({ status }) => status !== 'normal');
  return verdict(
    objections([
      [serverIds.length === 0, `${what}: no servers`],
      [missing.length > 0, `${what}: not behind the load balancer: ${few(missing)}`],
      [strangers.length > 0, `${what}: strangers behind the load balancer: ${few(strangers)}`],
      [bad.length > 0, `${what}: ${few(bad.map(({ serverId, status }) => `${serverId} ${status}`))}`],
    ]),
    `${what}: ${serverIds.length} backends normal (DescribeHealthStatus)`,
  );
}

/** Where the story stood when something was broken: the last entry of the ledger, and the key the operator signs with. */
export interface Mark {
  readonly since: number;
  readonly operatorKey: string;
}

/** Servers of the fleet made with the operator's key after the mark. */
export function newcomers(ledger: Ledger, fleet: Pick<Fleet, 'uid' | 'name'>, mark: Mark): readonly LedgerResource[] {
  const made = new Set(writesSince(ledger, mark.since, mark.operatorKey).flatMap(({ resourceIds }) => resourceIds));
  return livingServers(ledger, fleet).filter(
    (server) =>
      made.has(server.id) && createdAfter(ledger, server, mark) && server.createdBy.accessKeyId === mark.operatorKey,
  );
}

function createdAfter(ledger: Ledger, server: LedgerResource, mark: Mark): boolean {
  return server.createdAt >= (ledger.calls.findLast((call) => call.n <= mark.since)?.at ?? 0);
}

/** The lost server was replaced by exactly one new one. */
export function replacedOnce(ledger: Ledger, fleet: Fleet, given: Mark & { readonly lostId: string }): Verdict {
  const lost = ledger.resources.find((resource) => resource.id === given.lostId);
  const news = newcomers(ledger, fleet, given);
  return verdict(
    objections([
      [lost === undefined || lost.deletedAt === null, `${given.lostId} still exists`],
      [news.length === 0, `nothing was made in its place`],
      [news.length > 1, `made ${news.length} in its place: ${few(news.map(({ id }) => id))}`],
    ]),
    `${given.lostId} is gone, ${news[0]?.id} (zone ${shortZone(news[0]?.zone ?? '')}) took its place`,
  );
}

/** The unit is enabled and active, and was started after a boot later than `brokenAt` (the emulator's clock). */
export function unitRepaired(guest: Guest | undefined, unit: string, brokenAt: number): Verdict {
  const state = guest?.units[unit];
  const booted = guest?.bootedAt ?? 0;
  return verdict(
    objections([
      [state === undefined, `${unit} is unknown inside`],
      [booted <= brokenAt, 'the server has not rebooted'],
      [state !== undefined && !state.enabled, `${unit} is not enabled`],
      [state !== undefined && state.state !== 'active', `${unit} is ${state?.state}`],
      [state !== undefined && state.since < booted, `${unit} has not been started since the boot`],
    ]),
    `${unit} enabled and active again, started ${Math.round(((state?.since ?? 0) - booted) / 1000)} of the emulator's seconds after the boot`,
  );
}

/** When the operator first ran a command inside this server after the mark, by the emulator's clock. */
export function askedInside(ledger: Ledger, serverId: string, mark: Mark): number | undefined {
  return writesSince(ledger, mark.since, mark.operatorKey).find(
    (call) => /^(RunCommand|InvokeCommand)$/.test(call.action) && Object.values(call.params).includes(serverId),
  )?.at;
}

/** The operator asked or repaired inside this server after the mark. */
export function wasAskedInside(ledger: Ledger, serverId: string, mark: Mark): Verdict {
  const at = askedInside(ledger, serverId, mark);
  return verdict(
    objections([[at === undefined, `${serverId} has not been asked inside`]]),
    `${serverId} was asked and mended inside (Cloud Assistant)`,
  );
}

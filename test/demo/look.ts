// Looks that several acts share: fleets and their servers, load balancers, and whether everybody is content.
import { even, inService, type Mark } from './judge/servers.ts';
import type { BackendHealth, KubeObject, Ledger, Server } from './judge/facts.ts';
import { livingServers, type Fleet } from './judge/ledger.ts';
import { allReady, type Transition } from './judge/objects.ts';
import type { Verdict } from './judge/verdict.ts';
import type { Stage } from './stage.ts';

/** Objects in the samples: the account, the environment, three zones, a pool. */
export const SAMPLE_OBJECTS = 6;

/** The object of this kind; throws before it exists. */
export function objectOf(stage: Stage, kind: string, name?: string): KubeObject {
  const found = stage.watch
    .objects()
    .find((object) => object.kind === kind && (name ?? object.metadata.name) === object.metadata.name);
  if (found === undefined) throw new Error(`no ${kind} ${name ?? ''} yet`);
  return found;
}

/** Id of a resource that an object has on record. */
export function recordedId(object: KubeObject, type: string, name?: string): string {
  const found = object.status?.resources?.find(
    (resource) => resource.type === type && (name ?? resource.name) === resource.name,
  );
  if (found === undefined) throw new Error(`${object.metadata.name} has no ${type} ${name ?? ''} on record`);
  return found.id;
}

/** Id of a module's load balancer. */
export function loadBalancerOf(stage: Stage, module: string): string {
  return recordedId(objectOf(stage, 'FinanceCloudEnvironment'), 'LoadBalancer', `${module}/lb`);
}

/** All declared fleets; `webReplaced` servers of web had to be made anew so far. */
export function fleetsOf(stage: Stage, webReplaced = 0): readonly Fleet[] {
  const environment = objectOf(stage, 'FinanceCloudEnvironment');
  const pool = objectOf(stage, 'BastionPool');
  const perZone = Number(pool.spec['perZone'] ?? 1);
  return [
    ...stage.spec.modules.map(({ name, servers }) => ({
      uid: environment.metadata.uid,
      name,
      count: servers.replicas,
      replaced: name === 'web' ? webReplaced : 0,
    })),
    { uid: pool.metadata.uid, name: 'bastion', count: perZone * stage.spec.zones.length, replaced: 0 },
  ];
}

/** The fleet of module web. */
export function webFleet(stage: Stage): Fleet {
  const found = fleetsOf(stage).find(({ name }) => name === 'web');
  if (found === undefined) throw new Error('the samples have no module web');
  return found;
}

/** Living servers of a fleet as the cloud's API shows them now. */
export async function serversOf(stage: Stage, fleet: Fleet, ledger: Ledger): Promise<readonly Server[]> {
  return stage.cloud.servers(livingServers(ledger, fleet).map(({ id }) => id));
}

/** Zones by name, the primary one first. */
export function zonesOf(stage: Stage): readonly string[] {
  return stage.spec.zones.toSorted((a, b) => a.role.localeCompare(b.role)).map(({ name }) => name);
}

/** Where the story stands now. */
export async function markOf(stage: Stage): Promise<Mark> {
  return { since: await stage.emulator.lastCall(), operatorKey: stage.operatorKey };
}

/** Every fleet even and running, every module in service, every object Ready: one sentence when all is well. */
export async function allWell(stage: Stage, ledger: Ledger): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const fleet of fleetsOf(stage)) {
    const servers = await serversOf(stage, fleet, ledger);
    verdicts.push(even(servers, fleet, zonesOf(stage)));
    if (fleet.name === 'bastion') continue;
    const ids = servers.map(({ id }) => id);
    verdicts.push(inService(await healthOf(stage, fleet.name), ids, fleet.name));
  }
  const open = [...verdicts, allReady(stage.watch.objects(), SAMPLE_OBJECTS)].filter(({ holds }) => !holds);
  if (open.length > 0) return open;
  const fleets = verdicts.flatMap(({ text }) => (text.includes('backends') ? [] : [text.replace(', all running', '')]));
  return [
    { holds: true, text: `all servers run, all backends are normal, all objects are Ready (${fleets.join('; ')})` },
  ];
}

/** Health of a module's backends. */
export async function healthOf(stage: Stage, module: string): Promise<readonly BackendHealth[]> {
  return stage.cloud.health(loadBalancerOf(stage, module));
}

/** Changes of conditions seen since a real time in milliseconds. */
export function transitionsSince(stage: Stage, at: number): readonly Transition[] {
  return stage.watch
    .reports()
    .flatMap((report) => (report.kind === 'condition' && report.at >= at ? [report.transition] : []));
}

// Act 5: a whole zone fails, is left alone, and comes back.
import type { Act } from '../act.ts';
import {
  allWell,
  healthOf,
  loadBalancerOf,
  markOf,
  objectOf,
  serversOf,
  fleetsOf,
  transitionsSince,
  zonesOf,
} from '../look.ts';
import type { Ledger } from '../judge/facts.ts';
import { nothingMoved } from '../judge/ledger.ts';
import { clearedOnce, nameOf, saysImpaired } from '../judge/objects.ts';
import { inService, shortZone, type Mark } from '../judge/servers.ts';
import { verdict, type Verdict } from '../judge/verdict.ts';
import { OPERATOR_SECONDS } from '../settings.ts';
import type { Stage } from '../stage.ts';

/** Two sweeps: long enough for a hasty operator to do something. */
const WATCHED_SECONDS = 2 * OPERATOR_SECONDS.sweep;

interface Outage {
  readonly zone: string;
  readonly other: string;
  readonly mark: Mark;
  /** Real milliseconds. */
  readonly began: number;
}

/** The outage and the return, which share what they know. */
export function zoneOutage(): readonly [Act, Act] {
  let begun: Outage | undefined;
  const fails = zoneFails((outage) => (begun = outage));
  return [fails, zoneReturns(() => begun)];
}

const zoneFails = (remember: (outage: Outage) => void): Act => ({
  title: '5a. A whole zone fails',
  reportedAs: ['ZonesBalanced'],
  withinSeconds: 45,
  play: async (stage, tell) => {
    const [zone = '', other = ''] = zonesOf(stage);
    const now: Outage = { zone, other, mark: await markOf(stage), began: Date.now() };
    remember(now);
    tell(`zone ${shortZone(zone)} (${zone}) loses its power`);
    await stage.emulator.zone(zone, 'outage');
    return {
      judge: async () => {
        const ledger = await stage.emulator.ledger();
        return [
          saysImpaired(stage.watch.object('FinanceCloudEnvironment'), zone),
          ...(await servedFrom(stage, other, ledger)),
          nothingMoved(ledger, now.mark.since, stage.operatorKey),
          watchedFor(saidAt(stage, now)),
        ];
      },
    };
  },
});

const zoneReturns = (remembered: () => Outage | undefined): Act => ({
  title: '5b. The zone comes back',
  reportedAs: ['ECS-4', 'ServersReady'],
  withinSeconds: 75,
  continues: true,
  does: 'mended',
  play: async (stage, tell) => {
    const past = remembered();
    if (past === undefined) throw new Error('no zone has failed');
    tell(`zone ${shortZone(past.zone)} has power again; its servers start`);
    await stage.emulator.zone(past.zone, 'restore');
    const environment = nameOf(objectOf(stage, 'FinanceCloudEnvironment'));
    return {
      judge: async () => {
        const ledger = await stage.emulator.ledger();
        return [
          ...(await allWell(stage, ledger)),
          nothingMoved(ledger, past.mark.since, stage.operatorKey),
          clearedOnce(transitionsSince(stage, past.began), environment),
          watchedFor(clearedAt(stage, past)),
        ];
      },
    };
  },
});

async function servedFrom(stage: Stage, zone: string, ledger: Ledger): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const fleet of fleetsOf(stage).filter(({ name }) => name !== 'bastion')) {
    const here = (await serversOf(stage, fleet, ledger)).filter((server) => server.zone === zone).map(({ id }) => id);
    const health = (await healthOf(stage, fleet.name)).filter(({ serverId }) => here.includes(serverId));
    verdicts.push(inService(health, here, `${fleet.name} from zone ${shortZone(zone)}`));
    const master = await stage.cloud.masterZone(loadBalancerOf(stage, fleet.name));
    verdicts.push(
      verdict(
        master === zone ? [] : [`${fleet.name}'s load balancer is still in ${master}`],
        `${fleet.name}'s load balancer runs in zone ${shortZone(zone)}`,
      ),
    );
  }
  return verdicts;
}

function saidAt(stage: Stage, { began }: Outage): number | undefined {
  return transitionsSince(stage, began).find(({ to }) => to?.reason === 'ZoneImpaired')?.at;
}

function clearedAt(stage: Stage, past: Outage): number | undefined {
  return transitionsSince(stage, past.began).findLast(
    ({ type, to }) => type === 'ZonesBalanced' && to?.status === 'True',
  )?.at;
}

function watchedFor(since: number | undefined): Verdict {
  const seconds = since === undefined ? 0 : (Date.now() - since) / 1000;
  return verdict(
    seconds >= WATCHED_SECONDS
      ? []
      : [`watching that nothing else happens: ${Math.floor(seconds)} of ${WATCHED_SECONDS} s`],
    `watched for another ${WATCHED_SECONDS} s`,
  );
}

// Act 1: a server is lost and replaced; then the zones are uneven and balanced again, in the careful order.
import type { Act } from '../act.ts';
import { allWell, markOf, serversOf, webFleet, zonesOf } from '../look.ts';
import type { Server } from '../judge/facts.ts';
import { rebalancedInOrder } from '../judge/rebalance.ts';
import { replacedOnce, shortZone } from '../judge/servers.ts';
import { CLOCK_FACTOR } from '../settings.ts';
import type { Stage } from '../stage.ts';

/** A colleague deletes a server in the console. */
export const lostServer: Act = {
  title: '1a. A server is deleted',
  reportedAs: ['ARCH-2', 'ServersReady'],
  withinSeconds: 45,
  webReplaced: 1,
  play: async (stage, tell) => {
    const victim = await webServerIn(stage, zonesOf(stage)[0] ?? '');
    const mark = await markOf(stage);
    tell(`a colleague deletes ${victim.id} (web, zone ${shortZone(victim.zone)}) in the console`);
    await stage.emulator.console({
      service: 'ecs',
      action: 'DeleteInstance',
      params: { InstanceId: victim.id, Force: true },
    });
    return {
      judge: async () => {
        const ledger = await stage.emulator.ledger();
        return [
          replacedOnce(ledger, webFleet(stage), { ...mark, lostId: victim.id }),
          ...(await allWell(stage, ledger)),
        ];
      },
    };
  },
};

/** A server on record turns up in the other zone. */
export const unevenZones: Act = {
  title: '1b. A server turns up in the other zone',
  reportedAs: ['ZonesBalanced'],
  withinSeconds: 60,
  webReplaced: 1,
  play: async (stage, tell) => {
    const [from = '', to = ''] = zonesOf(stage);
    const moved = await webServerIn(stage, from);
    const mark = await markOf(stage);
    tell(`${moved.id} (web) is in zone ${shortZone(to)} now: 1 in ${shortZone(from)}, 3 in ${shortZone(to)}`);
    await stage.emulator.console({ kind: 'serverInOtherZone', instanceId: moved.id, zone: to });
    const drainMs = (stage.spec.repair?.drainSeconds ?? 300) * 1000 * CLOCK_FACTOR;
    const rule = { ...mark, shortZone: from, longZone: to, drainMs: drainMs * 0.95 };
    return {
      judge: async () => {
        const ledger = await stage.emulator.ledger();
        return [rebalancedInOrder(ledger, webFleet(stage), rule), ...(await allWell(stage, ledger))];
      },
    };
  },
};

async function webServerIn(stage: Stage, zone: string): Promise<Server> {
  const servers = await serversOf(stage, webFleet(stage), await stage.emulator.ledger());
  const found = servers.find((server) => server.zone === zone);
  if (found === undefined) throw new Error(`no web server in ${zone}`);
  return found;
}

// Act 2: a module no longer starts at boot, which shows when its server reboots.
import type { Act } from '../act.ts';
import { allWell, markOf, serversOf, webFleet } from '../look.ts';
import { shortZone, unitRepaired, wasAskedInside } from '../judge/servers.ts';

/** A unit is switched off inside a guest and the server reboots. */
export const deadUnit: Act = {
  title: '2. A module does not come up after a reboot',
  reportedAs: ['ECS-4', 'AutoStartReady'],
  withinSeconds: 45,
  play: async (stage, tell) => {
    const unit = stage.spec.modules.find(({ name }) => name === 'web')?.startup?.units[0] ?? '';
    const [server] = await serversOf(stage, webFleet(stage), await stage.emulator.ledger());
    if (server === undefined) throw new Error('no web server');
    const mark = await markOf(stage);
    const brokenAt = await stage.emulator.now();
    tell(`somebody inside ${server.id} (web, zone ${shortZone(server.zone)}) runs: systemctl disable ${unit}`);
    await stage.emulator.insideGuest(server.id, { units: { [unit]: { enabled: false } } });
    tell('the server reboots, and the module does not come up with it');
    await stage.emulator.console({ service: 'ecs', action: 'RebootInstance', params: { InstanceId: server.id } });
    return {
      judge: async () => {
        const ledger = await stage.emulator.ledger();
        return [
          unitRepaired(await stage.emulator.guest(server.id), unit, brokenAt),
          wasAskedInside(ledger, server.id, mark),
          ...(await allWell(stage, ledger)),
        ];
      },
    };
  },
};

// Act 4: somebody opens a management port to the world.
import type { Act } from '../act.ts';
import { allWell, markOf, objectOf, recordedId } from '../look.ts';
import { calledOnce, ruleClosed } from '../judge/cloud.ts';

/** 0.0.0.0/0 may reach port 22 of the web servers. */
export const openRule: Act = {
  title: '4. A port is opened to the world',
  reportedAs: ['SG-8'],
  withinSeconds: 30,
  play: async (stage, tell) => {
    const zone = stage.spec.modules.find(({ name }) => name === 'web')?.securityZoneRef.name ?? '';
    const group = recordedId(objectOf(stage, 'SecurityZone', zone), 'SecurityGroup');
    const before = await stage.cloud.inboundRules(group);
    const mark = await markOf(stage);
    const open = { protocol: 'TCP', ports: '22/22', cidr: '0.0.0.0/0', groupId: '', policy: 'accept' };
    tell(`somebody opens port 22 of zone ${zone} (${group}) to 0.0.0.0/0`);
    await stage.emulator.console({
      service: 'ecs',
      action: 'AuthorizeSecurityGroup',
      params: {
        RegionId: stage.spec.region,
        SecurityGroupId: group,
        Permissions: [
          { IpProtocol: open.protocol, PortRange: open.ports, SourceCidrIp: open.cidr, Policy: open.policy },
        ],
      },
    });
    return {
      judge: async () => {
        const ledger = await stage.emulator.ledger();
        const rules = await stage.cloud.inboundRules(group);
        return [
          ruleClosed(rules, { open, before }),
          calledOnce(ledger, 'RevokeSecurityGroup', mark),
          ...(await allWell(stage, ledger)),
        ];
      },
    };
  },
};

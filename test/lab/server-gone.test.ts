// A server that a colleague deletes leaves its load balancer before its absence is proven: meanwhile nothing asks for it
// back, and nobody is told that the declaration is wrong.
import assert from 'node:assert/strict';
import { startLab } from '../support/lab/lab.ts';
import { FROM_BALANCERS, SERVING_CLOUD, balanced, banks, securityZone } from '../support/lab/worlds.ts';

describe('a server that is gone', function () {
  this.timeout(60_000);

  it('is not put back behind its load balancer, and nothing is called wrong', async () => {
    const [environment] = banks(1, 2);
    assert.ok(environment !== undefined);
    const lab = await startLab({
      objects: [
        { ...environment, spec: { ...Object(environment.spec), modules: [balanced('web', 4)] } },
        securityZone('team-0', { name: 'dmz', index: 0, inbound: [FROM_BALANCERS] }),
      ],
      cloud: SERVING_CLOUD,
      // The load balancer is looked at often and servers are not: the order in which the trouble comes.
      settings: { sweepSeconds: '60', slowSeconds: '10', absenceGraceSeconds: '30', visibilityGraceSeconds: '60' },
    });
    try {
      await lab.untilReady(900);
      for (const [index, second] of [7, 23, 31, 47].entries()) {
        await lab.advance(second);
        const begun = lab.now();
        const [victim] = lab.living('instance');
        await lab.console('ecs', 'DeleteInstance', { InstanceId: victim?.id, Force: true });
        await lab.until('another takes its place', () => lab.living('instance').length === 4, 600);
        await lab.untilReady(600);
        const refused = lab
          .calls()
          .filter(({ at, action, code }) => at >= begun && action === 'AddBackendServers' && code !== 'OK');
        assert.deepEqual(refused, [], `deletion ${index}`);
      }
      const said = lab.writes().map(({ body }) => JSON.stringify(body));
      assert.deepEqual(
        said.filter((body) => body.includes('Correct the declaration')),
        [],
      );
    } finally {
      await lab.stop();
    }
  });
});

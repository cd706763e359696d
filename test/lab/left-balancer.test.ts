// A load balancer that left the spec without a confirmation still serves: who leaves from behind it is drained all the same.
import assert from 'node:assert/strict';
import { startLab } from '../support/lab/lab.ts';
import type { Declared } from '../support/lab/objects.ts';
import { FROM_BALANCERS, SERVING_CLOUD, balanced, banks, securityZone } from '../support/lab/worlds.ts';

const KIND = 'FinanceCloudEnvironment';
const BANK = 'team-0/bank';
const DRAIN_SECONDS = 60;

/** The bank with one module. */
function bankWith(module: object): readonly Declared[] {
  const [environment] = banks(1, 2);
  assert.ok(environment !== undefined);
  const spec = { ...Object(environment.spec), modules: [module], repair: { drainSeconds: DRAIN_SECONDS } };
  return [{ ...environment, spec }, securityZone('team-0', { name: 'dmz', index: 0, inbound: [FROM_BALANCERS] })];
}

describe('a load balancer that left the spec', function () {
  this.timeout(60_000);

  it('has its servers drained before fewer of them run', async () => {
    const lab = await startLab({ objects: bankWith(balanced('web', 4)), cloud: SERVING_CLOUD });
    try {
      await lab.untilReady(900);
      const { loadBalancer: _left, ...bare } = balanced('web', 2);
      const begun = lab.now();
      lab.edit(KIND, BANK, { spec: { modules: [bare] } });
      await lab.until('two are left', () => lab.living('instance').length === 2, 900);
      assert.equal(lab.living('loadbalancer').length, 1, 'nobody confirmed its removal');
      const writes = lab.calls().filter(({ at, mutating }) => mutating && at >= begun);
      const of = (action: string) => writes.filter((call) => call.action === action).map(({ at }) => at);
      const [weighed = NaN] = of('SetBackendServers');
      const [detached = NaN] = of('RemoveBackendServers');
      const [deleted = NaN] = of('DeleteInstances');
      assert.ok(detached - weighed >= DRAIN_SECONDS, `drained for ${detached - weighed} s`);
      assert.ok(deleted >= detached, 'out of the load balancer before it goes');
      await lab.untilReady(120);
    } finally {
      await lab.stop();
    }
  });
});

// A zone in which nothing can be bought: what people read first names the cause, and the other zone is built meanwhile.
import assert from 'node:assert/strict';
import { conditionsOf, startLab } from '../support/lab/lab.ts';
import { ZONES, banks } from '../support/lab/worlds.ts';

describe('a zone that is sold out', function () {
  this.timeout(120_000);

  it('is impaired because of it: Ready and Reconciling tell one story', async () => {
    const [sold] = ZONES;
    const lab = await startLab();
    try {
      await lab.control('POST', `zones/${sold}/soldout`, { types: ['ecs.g6.large'] });
      lab.apply(...banks(1, 4));
      const conditions = () => conditionsOf(lab.get('FinanceCloudEnvironment', 'team-0/bank')?.status);
      const ready = () => conditions().find(({ type }) => type === 'Ready');
      await lab.until('the zone is impaired', () => ready()?.reason === 'ZoneImpaired', 3600);
      const cause = /The cause \(NoStock\): .*RunInstances was answered OperationDenied\.NoStock/;
      await lab.until('with its cause', () => cause.test(ready()?.message ?? ''), 60);
      assert.equal(conditions().find(({ type }) => type === 'Reconciling')?.reason, 'NoStock');
      assert.equal(lab.living('instance').length, 2, 'the other zone has its servers');
      await lab.control('POST', `zones/${sold}/instock`);
      await lab.untilReady(3600);
      assert.equal(lab.living('instance').length, 4);
    } finally {
      await lab.stop();
    }
  });
});

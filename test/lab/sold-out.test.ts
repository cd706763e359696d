// A zone in which nothing can be bought: what people read first names the cause, and the other zone is built meanwhile.
import assert from 'node:assert/strict';
import { type Lab, conditionsOf, startLab } from '../support/lab/lab.ts';
import { ZONES, banks } from '../support/lab/worlds.ts';

const BANK = 'team-0/bank';
const readyOf = (lab: Lab) =>
  conditionsOf(lab.get('FinanceCloudEnvironment', BANK)?.status).find(({ type }) => type === 'Ready');

describe('a zone that is sold out', function () {
  this.timeout(120_000);

  it('is impaired because of it: Ready and Reconciling tell one story', async () => {
    const [sold] = ZONES;
    const lab = await startLab();
    try {
      await lab.control('POST', `zones/${sold}/soldout`, { types: ['ecs.g6.large'] });
      lab.apply(...banks(1, 4));
      const conditions = () => conditionsOf(lab.get('FinanceCloudEnvironment', BANK)?.status);
      const ready = () => readyOf(lab);
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

  it('is impaired no longer than anything is asked of it: stock that comes back is used after a while', async () => {
    const [sold] = ZONES;
    const settings = { visibilityGraceSeconds: '60', absenceGraceSeconds: '30', zoneReturnSeconds: '120' };
    const lab = await startLab({ settings });
    try {
      await lab.control('POST', `zones/${sold}/soldout`, { types: ['ecs.g6.large'] });
      lab.apply(...banks(1, 4));
      await lab.until('the zone is impaired', () => readyOf(lab)?.reason === 'ZoneImpaired', 600);
      const [fewer] = banks(1, 2);
      lab.edit('FinanceCloudEnvironment', BANK, { spec: Object(fewer?.spec) });
      await lab.control('POST', `zones/${sold}/instock`);
      const inZone = () => lab.living('instance').filter(({ zone }) => zone === sold).length;
      await lab.until('one has moved into the zone', () => inZone() === 1 && lab.living('instance').length === 2, 900);
      await lab.untilReady(60);
    } finally {
      await lab.stop();
    }
  });
});

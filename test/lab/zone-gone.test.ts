// A zone that was let go of while a module still names it: its group stays in the cloud and nobody keeps its rules, which
// the environment must not call well.
import assert from 'node:assert/strict';
import { conditionsOf, startLab } from '../support/lab/lab.ts';
import { banks, securityZone } from '../support/lab/worlds.ts';

const KIND = 'FinanceCloudEnvironment';
const BANK = 'team-0/bank';

describe('a zone that is let go of', function () {
  this.timeout(60_000);

  it('is missed by the environment whose module names it', async () => {
    const [environment] = banks(1, 2);
    assert.ok(environment !== undefined);
    const zone = securityZone('team-0', { name: 'dmz', index: 0 });
    const lab = await startLab({
      objects: [{ ...environment, spec: { ...Object(environment.spec), deletionPolicy: 'Retain' } }, zone],
    });
    try {
      await lab.untilReady(600);
      const before = lab.living().map(({ id }) => id);
      lab.remove('SecurityZone', 'team-0/dmz');
      await lab.until('it is gone', () => lab.get('SecurityZone', 'team-0/dmz') === undefined, 60);
      const ready = () => conditionsOf(lab.get(KIND, BANK)?.status).find(({ type }) => type === 'Ready');
      await lab.until('the environment says so', () => ready()?.status === 'Unknown', 90);
      assert.equal(ready()?.reason, 'DependencyNotReady');
      assert.match(ready()?.message ?? '', /Module web names SecurityZone dmz, which does not exist.*Apply/);
      assert.deepEqual(
        lab.living().map(({ id }) => id),
        before,
      );
    } finally {
      await lab.stop();
    }
  });
});

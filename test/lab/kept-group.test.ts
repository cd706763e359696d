// A security zone goes under Retain while another one, strict about undeclared rules, names its group.
import assert from 'node:assert/strict';
import { conditionsOf, startLab } from '../support/lab/lab.ts';
import type { Declared } from '../support/lab/objects.ts';
import { banks, securityZone } from '../support/lab/worlds.ts';

const NAMESPACE = 'team-0';

describe('a security zone that goes under Retain', function () {
  this.timeout(120_000);

  it('keeps the rules that name its group, whatever is done about undeclared ones', async () => {
    const from = { type: 'SecurityZone', securityZoneRef: { name: 'app' } };
    const inbound = [{ name: 'from-app', from, protocol: 'TCP', ports: ['8080'] }];
    const strict = (rules: readonly object[]): Declared => {
      const zone = securityZone(NAMESPACE, { name: 'data', index: 2, inbound: rules });
      return { ...zone, spec: { ...Object(zone.spec), undeclaredRules: 'Revoke' } };
    };
    const app = securityZone(NAMESPACE, { name: 'app', index: 1 });
    const kept: Declared = { ...app, spec: { ...Object(app.spec), deletionPolicy: 'Retain' } };
    const lab = await startLab({ objects: [...banks(1, 2), kept, strict(inbound)] });
    try {
      await lab.untilReady(600);
      const since = lab.now();
      lab.remove('SecurityZone', `${NAMESPACE}/app`);
      await lab.until('the object is gone', () => lab.get('SecurityZone', `${NAMESPACE}/app`) === undefined, 60);
      await lab.advance(600);
      assert.equal(lab.callsByAction(since)['RevokeSecurityGroup'], undefined);
      const data = conditionsOf(lab.get('SecurityZone', `${NAMESPACE}/data`)?.status);
      assert.match(
        data.find(({ type }) => type === 'Ready')?.message ?? '',
        /waits for the security group id \(the object does not exist\) of SecurityZone app/,
      );
    } finally {
      await lab.stop();
    }
  });
});

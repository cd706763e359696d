import assert from 'node:assert/strict';
import type { ResourceType } from '../../crds/index.ts';
import { F, UID, recorded, recordedServers } from '../../../test/support/builders.ts';
import { ownTags, serverRecord } from '../../../test/support/cloud-records.ts';
import { expectPlan, viewOf } from '../../../test/support/view.ts';
import { PREPAID, UNTAGGED, goneOf, planDelete } from './removal.ts';

const [server] = recordedServers('web', [F]);
assert.ok(server !== undefined);
const uid = UID.environment;

describe('planDelete', () => {
  it('deletes by the id on record, after what it needs', () => {
    const plan = planDelete(server, viewOf({ records: { Server: [serverRecord()] } }), { uid, needs: ['VPC:users'] });
    expectPlan(plan, ['Delete Server web/0 (i-web-0)']);
    assert.deepEqual(plan.changes[0]?.needs, ['VPC:users']);
  });

  it('does nothing to what is confirmed gone', () => {
    expectPlan(planDelete(server, viewOf({ absent: ['i-web-0'] }), { uid, needs: [] }), []);
  });

  it('still deletes what is only not visible: the fresh read before the call decides', () => {
    expectPlan(planDelete(server, viewOf(), { uid, needs: [] }), ['Delete Server web/0 (i-web-0)']);
  });

  it('never releases what is prepaid, and says so (ECS-14)', () => {
    const view = viewOf({ records: { Server: [serverRecord({ prepaid: true })] } });
    expectPlan(planDelete(server, view, { uid, needs: [] }), [`wait Server web/0: is ${PREPAID}`]);
  });

  it('never deletes what lost its tags or carries those of another, and says so', () => {
    for (const tags of [{}, ownTags('uid-other')]) {
      const view = viewOf({ records: { Server: [serverRecord({ tags })] } });
      expectPlan(planDelete(server, view, { uid, needs: [] }), [`wait Server web/0: is ${UNTAGGED}`]);
    }
  });

  const calls: readonly (readonly [ResourceType, string])[] = [
    ['VPC', 'DeleteVpc'],
    ['VSwitch', 'DeleteVSwitch'],
    ['SecurityGroup', 'DeleteSecurityGroup'],
    ['Server', 'DeleteServers'],
    ['LoadBalancer', 'DeleteLoadBalancer'],
  ];
  for (const [type, kind] of calls) {
    it(`asks for ${kind} of a ${type}`, () => {
      const [change] = planDelete(recorded(type, 'x', 'id-1'), viewOf(), { uid, needs: [] }).changes;
      assert.equal(change?.action.action.kind, kind);
      assert.match(JSON.stringify(change.action), /id-1/);
    });
  }
});

describe('goneOf', () => {
  it('names what is confirmed absent, and nothing that is only missing', () => {
    const records = recordedServers('web', [F, F, F]);
    assert.deepEqual(goneOf(records, viewOf({ records: { Server: [serverRecord()] }, absent: ['i-web-2'] })), [
      'i-web-2',
    ]);
  });
});

import assert from 'node:assert/strict';
import { F, G, businessModule, recorded, zone } from '../../../test/support/builders.ts';
import { vSwitchRecord, vpcRecord } from '../../../test/support/cloud-records.ts';
import { publishedZone } from '../../../test/support/plan-input.ts';
import { expectPlan, viewOf } from '../../../test/support/view.ts';
import { known, missing } from '../model.ts';
import { type FleetHome, keptOf, tagsOf, templateFor, userDataSource, vSwitchWaits, vpcWait } from './templates.ts';

const home: FleetHome = {
  displayName: 'core-banking-web',
  zone: publishedZone,
  zoneName: 'app',
  groupId: known('sg-app'),
};
const { servers } = businessModule();

describe('templateFor', () => {
  it('names the subnet of its zone and the group', () => {
    const template = templateFor(servers, home, G);
    assert.ok(template.kind === 'known');
    const { vSwitchId, securityGroupId, zone: inZone, systemDisk, hasUserData, internetBandwidthMbps } = template.value;
    assert.deepEqual(
      [vSwitchId, securityGroupId, inZone, systemDisk, hasUserData, internetBandwidthMbps],
      ['vsw-g', 'sg-app', G, { category: 'cloud_essd', sizeGiB: 40 }, false, 0],
    );
  });

  it('waits for the one fact that is missing, by name', () => {
    const group = missing('SecurityZone', 'app', 'security group id');
    assert.deepEqual(templateFor(servers, { ...home, groupId: group }, F), group);
    const half = zone({ status: { resources: [recorded('VSwitch', `vswitch/${F}`, 'vsw-f')] } });
    assert.equal(templateFor(servers, { ...home, zone: half }, F).kind, 'known', 'the other subnet is not needed');
    assert.deepEqual(
      templateFor(servers, { ...home, zone: half }, G),
      missing('SecurityZone', 'app', `vSwitch id in ${G}`),
    );
  });

  it('leaves out what is not declared instead of sending an empty value', () => {
    const { keyPairName: _key, ...rest } = servers;
    const template = templateFor({ ...rest, image: { id: 'own.vhd', login: 'InImage' } }, home, F);
    assert.ok(template.kind === 'known' && !('keyPairName' in template.value) && !('ramRoleName' in template.value));
  });
});

describe('keptOf', () => {
  it('keeps what the template made', () => {
    const kept = keptOf(servers, home);
    const template = templateFor(servers, home, F);
    assert.ok(kept.kind === 'known' && template.kind === 'known');
    const { instanceType, imageId, keyPairName, displayName } = template.value;
    assert.deepEqual(kept.value, {
      groupIds: ['sg-app'],
      displayName,
      description: '',
      instanceType,
      imageId,
      keyPairName,
      internetBandwidthMbps: 0,
    });
  });
});

describe('userDataSource, tagsOf', () => {
  it('name the object of either kind, and nothing when nothing is declared', () => {
    assert.equal(userDataSource(undefined), undefined);
    assert.deepEqual(userDataSource({ type: 'ConfigMap', configMapKeyRef: { name: 'boot', key: 'k' } }), {
      kind: 'ConfigMap',
      name: 'boot',
      key: 'k',
    });
    assert.deepEqual(userDataSource({ type: 'Secret', secretKeyRef: { name: 'boot', key: 'k' } }), {
      kind: 'Secret',
      name: 'boot',
      key: 'k',
    });
  });

  it('take the user’s tags as the cloud takes them', () => {
    assert.deepEqual(tagsOf({ tags: [{ key: 'team', value: 'core' }] }), { team: 'core' });
    assert.deepEqual(tagsOf({}), {});
  });
});

describe('waits', () => {
  it('name each subnet by its id, which requests name in their needs', () => {
    const view = viewOf({ records: { VSwitch: [vSwitchRecord({ state: 'Pending' }), vSwitchRecord({ zone: G })] } });
    expectPlan(vSwitchWaits(publishedZone, view), ['wait VSwitch vsw-f: is not Available yet']);
    expectPlan(vSwitchWaits(publishedZone, viewOf()), [
      'wait VSwitch vsw-f: is not Available yet',
      'wait VSwitch vsw-g: is not Available yet',
    ]);
    expectPlan(vSwitchWaits(undefined, view), []);
  });

  it('wait for the VPC until it is Available', () => {
    expectPlan(vpcWait(undefined, viewOf()), []);
    expectPlan(vpcWait('vpc-1', viewOf()), ['wait VPC vpc: is not Available yet']);
    expectPlan(vpcWait('vpc-1', viewOf({ records: { VPC: [vpcRecord()] } })), []);
  });
});

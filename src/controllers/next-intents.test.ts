import assert from 'node:assert/strict';
import { ANNOTATIONS } from '../crds/index.ts';
import { F, G, UID, environment } from '../../test/support/builders.ts';
import { balancerRecord, ownTags, serverRecord, vpcRecord } from '../../test/support/cloud-records.ts';
import type { Found } from './adopt.ts';
import type { CloudChange } from './model.ts';
import { judgeUnrecorded } from './next-intents.ts';

const create = (type: Found['type'], name: string): CloudChange => ({
  verb: 'Create',
  type,
  name,
  ids: [],
  count: 1,
  fields: [],
  impact: 'Safe',
  blueprint: 'NET-1',
  reason: '',
  needs: [],
  action: { service: 'ecs', action: { kind: 'StartServers', ids: [] } },
});
const server = (id: string, resource: string): Found => ({
  type: 'Server',
  record: serverRecord({ id, tags: ownTags(UID.environment, resource) }),
});
const vpc = (id: string): Found => ({ type: 'VPC', record: vpcRecord({ id, tags: ownTags(UID.environment, 'vpc') }) });
const balancer: Found = { type: 'LoadBalancer', record: balancerRecord({ tags: ownTags(UID.environment, 'web/lb') }) };
const said = environment({ annotations: { [ANNOTATIONS.takeOver]: UID.environment } });

describe('what the cloud holds of us and the record does not', () => {
  const rows: readonly {
    readonly why: string;
    readonly object?: ReturnType<typeof environment>;
    readonly creates: readonly CloudChange[];
    readonly unrecorded: readonly Found[];
    readonly found?: readonly string[];
    readonly unclear?: readonly string[];
  }[] = [
    { why: 'nothing', creates: [create('VPC', 'vpc')], unrecorded: [] },
    {
      why: 'the VPC that is about to be made: its entry was cut out of the record',
      creates: [create('VPC', 'vpc')],
      unrecorded: [vpc('vpc-1')],
      found: ['vpc-1'],
    },
    {
      why: 'two VPCs of one name: nobody can say which',
      creates: [create('VPC', 'vpc')],
      unrecorded: [vpc('vpc-1'), vpc('vpc-2')],
      unclear: ['vpc-1', 'vpc-2'],
    },
    {
      why: 'a load balancer of another name is no answer',
      creates: [create('LoadBalancer', 'app/lb')],
      unrecorded: [balancer],
    },
    {
      why: 'a server of the fleet and zone that lacks one: lost from the record, or a copy of one of ours',
      creates: [create('Server', `web/${F}`)],
      unrecorded: [server('i-1', `web/${F}`), server('i-2', `web/${F}/1`)],
      unclear: ['i-1', 'i-2'],
    },
    {
      why: 'and a person said that it is ours',
      object: said,
      creates: [create('Server', `web/${F}/1`)],
      unrecorded: [server('i-1', `web/${F}`)],
      found: ['i-1'],
    },
    {
      why: 'a server of the other zone or of another fleet is no answer',
      creates: [create('Server', `web/${F}`)],
      unrecorded: [server('i-1', `web/${G}`), server('i-2', `api/${F}`)],
    },
  ];
  for (const { why, object = environment(), creates, unrecorded, found = [], unclear = [] } of rows) {
    it(why, () => {
      const ids = (items: readonly Found[]) => items.map(({ record }) => record.id);
      const judged = judgeUnrecorded(object, creates, unrecorded);
      assert.deepEqual([ids(judged.found), ids(judged.unclear)], [found, unclear]);
    });
  }
});

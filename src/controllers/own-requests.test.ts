import assert from 'node:assert/strict';
import type { Call } from '../cloud/call.ts';
import { type Ownership, requestToken, tagsFor } from '../cloud/tags.ts';
import { tagParams } from '../cloud/wire.ts';
import type { Intent } from '../crds/index.ts';
import { F, OWNER, REGION, UID, environment, intent, pool, zone } from '../../test/support/builders.ts';
import { groupRecord, ownTags, vSwitchRecord, vpcRecord } from '../../test/support/cloud-records.ts';
import { sessionOf } from '../../test/support/session.ts';
import { storesOf } from '../../test/support/stores.ts';
import { viewOf } from '../../test/support/view.ts';
import { type Requester, originOf, requesterOf } from './own-requests.ts';

const object = 'FinanceCloudEnvironment/payments/core-banking';
const foreign = ownTags('uid-of-others');
const of: Requester = {
  owner: OWNER,
  uid: UID.environment,
  object,
  region: REGION,
  neighbours: () => new Set([UID.environment, UID.zone]),
  view: viewOf({
    records: {
      VPC: [vpcRecord({ id: 'vpc-own' }), vpcRecord({ id: 'vpc-theirs', tags: foreign })],
      VSwitch: [vSwitchRecord({ id: 'vsw-own', tags: ownTags(UID.zone) }), vSwitchRecord({ id: 'vsw-bare', tags: {} })],
      SecurityGroup: [
        groupRecord({ id: 'sg-own', tags: ownTags(UID.zone) }),
        groupRecord({ id: 'sg-theirs', tags: foreign }),
      ],
    },
  }),
};

const resource = `web/${F}`;
const ownership: Ownership = { owner: OWNER, install: 'test', object, uid: UID.environment, resource, attempt: 7 };
const token = requestToken({ owner: OWNER, uid: UID.environment, resources: [resource], attempt: 7 });
const genuine = intent({ attempt: 7, resource, token });
const params = {
  RegionId: REGION,
  VSwitchId: 'vsw-own',
  SecurityGroupId: 'sg-own',
  Tag: tagParams(tagsFor(ownership)),
};
const servers: Call = { service: 'ecs', action: 'RunInstances', params };

interface Row {
  readonly why: string;
  readonly call?: Partial<Call>;
  readonly params?: Call['params'];
  readonly intent?: Partial<Intent>;
  readonly is: ReturnType<typeof originOf>;
}

const tagged = (over: Partial<Ownership>): Call['params'] => ({
  Tag: tagParams(tagsFor({ ...ownership, ...over })),
});

const rows: readonly Row[] = [
  { why: 'the request as it was frozen', is: 'own' },
  { why: 'what is not visible yet is not judged', params: { VSwitchId: 'vsw-new' }, is: 'own' },
  { why: 'another action of the same service', call: { action: 'DeleteInstances' }, is: 'forged' },
  { why: 'a command inside a guest', call: { action: 'RunCommand' }, is: 'forged' },
  { why: 'the create of another type', call: { service: 'vpc', action: 'CreateVpc' }, is: 'forged' },
  { why: 'a type that is not kept on record', intent: { type: 'SecurityGroupRules' }, is: 'forged' },
  { why: 'another region', params: { RegionId: 'cn-hangzhou' }, is: 'forged' },
  { why: 'a token of another attempt', intent: { attempt: 8 }, is: 'forged' },
  { why: 'a token of another resource', intent: { resource: 'web/other' }, is: 'forged' },
  { why: 'the uid of another object on its tags', params: tagged({ uid: 'uid-of-others' }), is: 'forged' },
  { why: 'another owner on its tags', params: tagged({ owner: 'others' }), is: 'forged' },
  {
    why: 'the name of another object on its tags',
    params: tagged({ object: 'FinanceCloudEnvironment/b/bank' }),
    is: 'forged',
  },
  { why: 'another resource on its tags', params: tagged({ resource: 'vpc' }), is: 'forged' },
  { why: 'no tags', params: { Tag: [] }, is: 'forged' },
  { why: 'tags that are no list', params: { Tag: 'x' }, is: 'forged' },
  { why: 'a group of others', params: { SecurityGroupId: 'sg-theirs' }, is: 'elsewhere' },
  { why: 'a subnet that carries no tags', params: { VSwitchId: 'vsw-bare' }, is: 'elsewhere' },
  { why: 'a network of others', params: { VpcId: 'vpc-theirs' }, is: 'elsewhere' },
  { why: 'several groups where one belongs', params: { SecurityGroupId: ['sg-own', 'sg-theirs'] }, is: 'elsewhere' },
];

describe('originOf', () => {
  for (const { why, is, ...row } of rows)
    it(`${why}: ${is}`, () => {
      const call: Call = { ...servers, ...row.call, params: { ...params, ...row.params } };
      assert.equal(originOf(call, { ...genuine, ...row.intent }, of), is);
    });
});

describe('requesterOf', () => {
  it('counts the objects of its own namespace as neighbours, and itself before any store knows it', () => {
    const { session } = sessionOf();
    const stores = storesOf({
      zones: [zone()],
      pools: [pool({ namespace: 'elsewhere', uid: 'uid-elsewhere' })],
    });
    const made = requesterOf({ object: environment(), objectTag: object }, session, stores);
    assert.deepEqual(made.neighbours(), new Set([UID.environment, UID.zone]));
    assert.deepEqual([made.uid, made.owner, made.region, made.object], [UID.environment, OWNER, REGION, object]);
  });
});

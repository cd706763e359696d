import assert from 'node:assert/strict';
import type { Tags } from '../cloud/service.ts';
import { TAG_ATTEMPT } from '../cloud/tags.ts';
import { ANNOTATIONS } from '../crds/index.ts';
import { F, G, OWNER, UID, environment } from '../../test/support/builders.ts';
import { balancerRecord, ownTags, serverRecord, vpcRecord } from '../../test/support/cloud-records.ts';
import { ok, recordedCloud, refused } from '../../test/support/recorded-cloud.ts';
import { sessionOf } from '../../test/support/session.ts';
import { type Found, judgeFound, lookUpObject, recordFound, retag } from './adopt.ts';
import { draftOf } from './draft.ts';

const vpc = (tags: Tags = ownTags()): Found => ({ type: 'VPC', record: vpcRecord({ tags }) });
const server = (
  id: string,
  zone: string,
  attempt: number,
  tags = ownTags(UID.environment, `web/${zone}`, attempt),
): Found => ({ type: 'Server', record: serverRecord({ id, zone, tags }) });
const ofOther = (uid = 'uid-old') => ownTags(uid);
const ofOwner = { ...ownTags(), 'financecloud.io/owner': 'another-bank' };
const takeOver = environment({ annotations: { [ANNOTATIONS.takeOver]: 'uid-old' } });

interface Row {
  readonly why: string;
  readonly object?: ReturnType<typeof environment>;
  readonly found: readonly Found[];
  readonly is: string;
}

const vpc2: Found = { type: 'VPC', record: vpcRecord({ id: 'vpc-2' }) };

const rows: readonly Row[] = [
  { why: 'nothing under our name', found: [], is: 'none' },
  { why: 'all ours', found: [vpc(), server('i-1', F, 2)], is: 'ours' },
  {
    why: 'another uid of our owner: a restored cluster must not get a second one',
    found: [vpc(ofOther())],
    is: 'foreign',
  },
  { why: 'another uid, and the right annotation', object: takeOver, found: [vpc(ofOther())], is: 'take-over' },
  {
    why: 'half taken over already: the rest follows',
    object: takeOver,
    found: [vpc(), server('i-1', F, 1, ofOther())],
    is: 'take-over',
  },
  {
    why: 'a third uid is not covered by the annotation',
    object: takeOver,
    found: [vpc(ofOther()), server('i-1', F, 1, ofOther('uid-third'))],
    is: 'foreign',
  },
  {
    why: 'another owner, whatever is annotated',
    object: environment({ annotations: { [ANNOTATIONS.takeOver]: UID.environment } }),
    found: [vpc(ofOwner)],
    is: 'foreign',
  },
  {
    why: 'our name and no uid at all',
    object: takeOver,
    found: [vpc({ 'financecloud.io/owner': OWNER })],
    is: 'foreign',
  },
  { why: 'one stranger among ours stops everything', found: [vpc(), server('i-1', F, 1, ofOther())], is: 'foreign' },
  { why: 'two VPCs of one name: nobody can say which', found: [vpc(), vpc2], is: 'duplicate' },
  {
    why: 'a VPC and a load balancer of one logical name are two things',
    found: [vpc(), { type: 'LoadBalancer', record: balancerRecord({ tags: ownTags() }) }],
    is: 'ours',
  },
  {
    why: 'servers share the name of their request: several are no double',
    found: [server('i-1', F, 1), server('i-2', F, 1)],
    is: 'ours',
  },
];

describe('judgeFound', () => {
  for (const { why, object, found, is } of rows)
    it(why, () => assert.equal(judgeFound(object ?? environment(), found, OWNER).kind, is));

  it('says which ids, and the way out that fits', () => {
    const old = judgeFound(environment(), [vpc(ofOther())], OWNER);
    assert.ok(old.kind === 'foreign');
    assert.match(
      old.message,
      /holds 1 resources .* vpc-1; nothing is created\. Take them over with annotation financecloud.io\/take-over: "uid-old"/,
    );
    const other = judgeFound(environment(), [vpc(ofOwner)], OWNER);
    assert.ok(other.kind === 'foreign');
    assert.match(other.message, /They belong to owner another-bank: remove them, or set that ownerId/);
  });

  it('names the doubles, and what to do', () => {
    const found = judgeFound(environment(), [vpc(), vpc2, server('i-1', F, 1)], OWNER);
    assert.ok(found.kind === 'duplicate');
    assert.match(found.message, /\(VPC vpc: vpc-1, vpc-2\): nothing is created; remove the surplus by hand/);
  });

  it('names ten ids at most', () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      server(`i-${String(index).padStart(2, '0')}`, F, 1, ofOther()),
    );
    const found = judgeFound(environment(), many, OWNER);
    assert.ok(found.kind === 'foreign');
    assert.match(found.message, /holds 12 resources .*i-09, \.\.\.;/);
  });
});

describe('recordFound', () => {
  it('records everything again from its tags; attempts go on after the largest', () => {
    const found = [
      server('i-b', F, 7),
      server('i-a', F, 7),
      server('i-c', G, 3),
      vpc(),
      { type: 'LoadBalancer', record: balancerRecord() } as const,
    ];
    const draft = recordFound(draftOf(undefined), found);
    assert.deepEqual(
      draft.resources.map((record) => `${record.name}=${record.id}@${record.zone ?? ''}`),
      ['vpc=vpc-1@', 'web/lb=lb-1@', `web/0=i-a@${F}`, `web/1=i-b@${F}`, `web/2=i-c@${G}`],
    );
    assert.equal(draft.attempt, 7);
  });

  it('never goes back to an attempt that was used', () => {
    assert.equal(recordFound({ ...draftOf(undefined), attempt: 9 }, [vpc()]).attempt, 9);
    const odd = { ...ownTags(), [TAG_ATTEMPT]: 'x' };
    assert.equal(recordFound(draftOf(undefined), [vpc(odd)]).attempt, 0);
  });

  it('is the same when it is done again', () => {
    const found = [vpc(), server('i-a', F, 1), server('i-b', G, 2)];
    const once = recordFound(draftOf(undefined), found);
    assert.deepEqual(recordFound(once, found), once);
  });
});

describe('lookUpObject', () => {
  it('asks for our name alone, type after type, whatever owner or uid', async () => {
    const { session, asked } = sessionOf({ lookUp: (type) => (type === 'VPC' ? [vpcRecord()] : []) });
    const found = await lookUpObject(environment(), {
      session,
      types: ['VPC', 'Server'],
      objectTag: 'FinanceCloudEnvironment/payments/core-banking',
    });
    assert.equal(found.kind, 'ours');
    assert.deepEqual(asked, [
      'lookUp VPC FinanceCloudEnvironment/payments/core-banking',
      'lookUp Server FinanceCloudEnvironment/payments/core-banking',
    ]);
  });

  it('concludes nothing when one look-up fails', async () => {
    const failed = refused('transient');
    assert.ok(failed.kind === 'error');
    const { session } = sessionOf({ lookUp: () => failed.error });
    assert.equal((await lookUpObject(environment(), { session, types: ['VPC'], objectTag: 'x' })).kind, 'error');
  });
});

describe('retag', () => {
  it('writes our uid on what does not have it, of every type, and reads it again', async () => {
    const client = recordedCloud(() => ok());
    const { session, asked } = sessionOf({ client });
    const found = [
      vpc(ofOther()),
      server('i-1', F, 1, ofOther()),
      { type: 'LoadBalancer', record: balancerRecord({ tags: ofOther() }) } as const,
      server('i-2', F, 1),
    ];
    assert.equal(await retag(environment(), found, session), undefined);
    assert.deepEqual(
      client.asked.map((item) => `${item.call.service} ${item.call.action}`),
      ['vpc TagResources', 'ecs TagResources', 'slb TagResources'],
    );
    assert.ok(client.asked.every((item) => JSON.stringify(item.call.params).includes(UID.environment)));
    assert.deepEqual(asked, ['touch VPC vpc-1', 'touch Server i-1', 'touch LoadBalancer lb-1']);
  });

  it('ends at the first failure or shut gate; the next visit goes on', async () => {
    const failing = recordedCloud(() => refused('throttled'));
    const failed = await retag(
      environment(),
      [vpc(ofOther()), server('i-1', F, 1, ofOther())],
      sessionOf({ client: failing }).session,
    );
    assert.ok(typeof failed === 'object' && failed.class === 'throttled');
    assert.equal(failing.asked.length, 1);
    const held = recordedCloud(() => ({ kind: 'held', reason: 'Frozen' }));
    assert.equal(await retag(environment(), [vpc(ofOther())], sessionOf({ client: held }).session), 'Frozen');
  });
});

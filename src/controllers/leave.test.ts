// The last visits to an object: what lets it go, what holds it, and that nothing it has is forgotten.
import assert from 'node:assert/strict';
import { environment, recorded, zone } from '../../test/support/builders.ts';
import { groupRecord, ownTags } from '../../test/support/cloud-records.ts';
import { refused } from '../../test/support/recorded-cloud.ts';
import { type SessionScript, sessionOf } from '../../test/support/session.ts';
import { storesOf } from '../../test/support/stores.ts';
import { viewOf } from '../../test/support/view.ts';
import { type VisitScene, zoneVisit } from '../../test/support/visits.ts';
import { FINALIZER, type Reason, type SecurityZone } from '../crds/index.ts';
import { leave } from './leave.ts';

const LEFT = 'let go';
const sg = { resources: [recorded('SecurityGroup', 'sg', 'sg-app')] };
const there = viewOf({ records: { SecurityGroup: [groupRecord()] } });

interface Scene extends VisitScene {
  readonly status?: SecurityZone['status'];
  readonly script?: SessionScript;
}

/** Visits the zone on its way out, under Delete unless told. */
async function visited({ status, script, ...scene }: Scene = {}) {
  const { session, asked, client } = sessionOf(script);
  const object = zone({ finalizers: [FINALIZER], ...(status === undefined ? {} : { status }) });
  const visit = { deletionPolicy: 'Delete', ...scene.visit } as const;
  const all = zoneVisit({ ...scene, object, session, visit });
  const outcome = await leave(all.visit, all.tools);
  const isLeft = all.stored()?.metadata.finalizers?.includes(FINALIZER) !== true;
  const { reason = '', message = '' } = all.ready() ?? {};
  return { ...all, outcome, asked, client, is: isLeft ? LEFT : reason, message };
}

const notReady = (reason: Reason): Pick<VisitScene, 'state'> => ({
  state: { kind: 'not-ready', reason, message: 'is not there' },
});

interface Row extends Scene {
  readonly why: string;
  readonly is: string;
  readonly says?: RegExp;
}

const rows: readonly Row[] = [
  { why: 'Retain lets go of whatever is on record', status: sg, visit: { deletionPolicy: 'Retain' }, is: LEFT },
  { why: 'so does Observe', status: sg, visit: { mode: 'Observe' }, is: LEFT },
  {
    why: 'a suspended one waits',
    status: sg,
    visit: { suspended: true },
    is: 'DeletionBlocked',
    says: /suspend.*sg-app/,
  },
  { why: 'a suspended one with nothing on record does not', visit: { suspended: true }, is: LEFT },
  {
    why: 'without its environment the account is not known: what is left is named',
    status: sg,
    environment: undefined,
    is: 'DeletionBlocked',
    says: /FinanceCloudEnvironment is gone.*sg-app.*deletionPolicy: Retain/,
  },
  { why: 'without its environment and with nothing on record', environment: undefined, is: LEFT },
  { why: 'an account whose credentials are dead, and nothing on record', ...notReady('CredentialsInvalid'), is: LEFT },
  { why: 'an account that is being connected is waited for', ...notReady('Progressing'), is: '' },
  {
    why: 'an account that is being connected, with something on record',
    status: sg,
    ...notReady('Progressing'),
    is: 'DeletionBlocked',
    says: /sg-app/,
  },
  {
    why: 'what is there without its tags is named, and not deleted',
    status: sg,
    environment: environment({ spec: { modules: [] } }),
    script: { view: viewOf({ records: { SecurityGroup: [groupRecord({ tags: ownTags('uid-other') })] } }) },
    is: 'DeletionBlocked',
    says: /^sg \(sg-app\): in the cloud without the tags .* Retain$/,
  },
  {
    why: 'the look-up before the end fails: nobody lets go',
    script: {
      lookUp: () => {
        const answer = refused('transient');
        assert.ok(answer.kind === 'error');
        return answer.error;
      },
    },
    is: 'DeletionBlocked',
    says: /Nothing is on record/,
  },
  {
    why: 'the writes of the account are frozen',
    status: sg,
    script: { frozen: true, view: there },
    is: 'WritesFrozen',
  },
];

describe('leave', () => {
  for (const { why, is, says, ...scene } of rows)
    it(why, async () => {
      const end = await visited(scene);
      assert.equal(end.is, is, end.message);
      if (says !== undefined) assert.match(end.message, says);
      assert.deepEqual(end.client.asked, [], 'nothing was sent');
    });

  it('looks for what carries its uid before it lets go, and takes that on record', async () => {
    const lookUp = (type: string) => (type === 'SecurityGroup' ? [groupRecord()] : []);
    const { is, stored, asked } = await visited({ script: { lookUp } });
    assert.notEqual(is, LEFT);
    assert.deepEqual(stored()?.status?.resources, sg.resources);
    assert.deepEqual(asked, ['lookUp VSwitch uid-app', 'lookUp SecurityGroup uid-app']);
  });

  it('lets go when what was on record is gone, though a listing that lags still shows it', async () => {
    const script: SessionScript = { view: viewOf({ absent: ['sg-app'] }), lookUp: () => [groupRecord()] };
    assert.equal((await visited({ status: sg, script })).is, LEFT);
  });

  it('names an account that does not exist', async () => {
    const { message } = await visited({ status: sg, stores: storesOf({}) });
    assert.match(message, /FinanceCloudAccount production does not exist/);
  });
});

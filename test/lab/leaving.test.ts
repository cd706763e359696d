// Objects on their way out whose world changed under them: each way out that a message offers is one.
import assert from 'node:assert/strict';
import { type Lab, conditionsOf, startLab } from '../support/lab/lab.ts';
import { banks } from '../support/lab/worlds.ts';

const ENVIRONMENT = 'FinanceCloudEnvironment';
const ZONE = 'SecurityZone';
const BANK = 'team-0/bank';
const DMZ = 'team-0/dmz';

const readyOf = (lab: Lab, kind: string, key: string) =>
  conditionsOf(lab.get(kind, key)?.status).find(({ type }) => type === 'Ready');

describe('an object that is deleted', function () {
  this.timeout(60_000);
  let lab: Lab;
  beforeEach(async () => {
    lab = await startLab({ objects: banks(1, 2) });
    await lab.untilReady(600);
  });
  afterEach(() => lab.stop());

  it('may be let go of with its own deletionPolicy when its environment is gone', async () => {
    lab.edit(ENVIRONMENT, BANK, { spec: { deletionPolicy: 'Retain' } });
    lab.edit(ZONE, DMZ, { spec: { deletionPolicy: 'Delete' } });
    await lab.untilReady(60);
    lab.remove(ENVIRONMENT, BANK);
    await lab.until('the environment let go', () => lab.get(ENVIRONMENT, BANK) === undefined, 60);
    lab.remove(ZONE, DMZ);
    await lab.until('the zone is blocked', () => readyOf(lab, ZONE, DMZ)?.reason === 'DeletionBlocked', 60);
    assert.match(readyOf(lab, ZONE, DMZ)?.message ?? '', /spec\.deletionPolicy: Retain/);
    const before = lab.living().length;
    lab.edit(ZONE, DMZ, { spec: { deletionPolicy: 'Retain' } });
    await lab.until('the zone let go', () => lab.get(ZONE, DMZ) === undefined, 60);
    assert.equal(lab.living().length, before, 'and left everything where it is');
  });

  it('takes away what carries its tags, though its record was lost with it', async () => {
    for (const [kind, key] of [
      [ZONE, DMZ],
      [ENVIRONMENT, BANK],
    ] as const) {
      lab.edit(kind, key, { status: {} });
      lab.remove(kind, key);
    }
    await lab.until('everybody is gone', () => lab.objects().length === 1, 900);
    assert.deepEqual(lab.living(), []);
  });

  it('says what is in the way of its network when its zones were let go of', async () => {
    lab.edit(ZONE, DMZ, { spec: { deletionPolicy: 'Retain' } });
    await lab.untilReady(60);
    lab.remove(ZONE, DMZ);
    lab.remove(ENVIRONMENT, BANK);
    const isSaid = () => readyOf(lab, ENVIRONMENT, BANK)?.reason === 'DeletionBlocked';
    await lab.until('the environment is blocked', () => lab.get(ZONE, DMZ) === undefined && isSaid(), 600);
    for (const { id } of lab.living('vswitch'))
      assert.match(readyOf(lab, ENVIRONMENT, BANK)?.message ?? '', new RegExp(id));
  });

  it('names what lost its tags and is therefore never deleted, and lets go of it when told to', async () => {
    const [vpc] = lab.living('vpc');
    assert.ok(vpc !== undefined);
    await lab.console('vpc', 'UnTagResources', {
      ResourceType: 'VPC',
      'ResourceId.1': vpc.id,
      'TagKey.1': 'financecloud.io/uid',
    });
    lab.remove(ZONE, DMZ);
    lab.remove(ENVIRONMENT, BANK);
    const said = () => readyOf(lab, ENVIRONMENT, BANK)?.message ?? '';
    await lab.until('the environment says so', () => said().includes(vpc.id) && said().includes('the tags'), 600);
    lab.edit(ENVIRONMENT, BANK, { spec: { deletionPolicy: 'Retain' } });
    await lab.until('the environment let go', () => lab.get(ENVIRONMENT, BANK) === undefined, 60);
    assert.deepEqual(
      lab.living().map(({ id }) => id),
      [vpc.id],
    );
  });
});

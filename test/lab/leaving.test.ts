// Objects on their way out whose world changed under them: each way out that a message offers is one.
import assert from 'node:assert/strict';
import { type Lab, conditionsOf, startLab } from '../support/lab/lab.ts';
import type { Declared } from '../support/lab/objects.ts';
import { banks } from '../support/lab/worlds.ts';

const ENVIRONMENT = 'FinanceCloudEnvironment';
const ZONE = 'SecurityZone';
const BANK = 'team-0/bank';
const DMZ = 'team-0/dmz';

/** Another wish over the object that lives: finalizers, status and a deletion under way stay. */
function declare(lab: Lab, of: { readonly kind: string; readonly key: string; readonly spec: object }): void {
  const live = lab.get(of.kind, of.key);
  assert.ok(live !== undefined);
  const metadata = { ...live.metadata, generation: (live.metadata.generation ?? 1) + 1 };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object of the lab, put back with a change
  lab.apply({ ...live, metadata, spec: { ...Object(live.spec), ...of.spec } } as Declared);
}

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
    declare(lab, { kind: ENVIRONMENT, key: BANK, spec: { deletionPolicy: 'Retain' } });
    declare(lab, { kind: ZONE, key: DMZ, spec: { deletionPolicy: 'Delete' } });
    await lab.untilReady(60);
    lab.remove(ENVIRONMENT, BANK);
    await lab.until('the environment let go', () => lab.get(ENVIRONMENT, BANK) === undefined, 60);
    lab.remove(ZONE, DMZ);
    await lab.until('the zone is blocked', () => readyOf(lab, ZONE, DMZ)?.reason === 'DeletionBlocked', 60);
    assert.match(readyOf(lab, ZONE, DMZ)?.message ?? '', /spec\.deletionPolicy: Retain/);
    const before = lab.living().length;
    declare(lab, { kind: ZONE, key: DMZ, spec: { deletionPolicy: 'Retain' } });
    await lab.until('the zone let go', () => lab.get(ZONE, DMZ) === undefined, 60);
    assert.equal(lab.living().length, before, 'and left everything where it is');
  });
});

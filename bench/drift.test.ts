// Drift is seen within its tier's interval and five seconds, with production's settings and in virtual time.
import assert from 'node:assert/strict';
import { type Lab, startLab } from '../test/support/lab/lab.ts';
import { type Declared, sampleObjects } from '../test/support/lab/objects.ts';
import { SAMPLE_CLOUD } from '../test/support/lab/worlds.ts';
import { DRIFTS, type DriftCase, boundOf, idOf, secondsUntilSeen } from './drift.ts';

describe('drift is seen in time', function () {
  this.timeout(120_000);
  let lab: Lab;
  before(async () => {
    lab = await startLab({ objects: sampleObjects(), cloud: SAMPLE_CLOUD, guestShell: true });
    await lab.untilReady(600);
    // Past the time in which what was just built is read more often.
    await lab.advance(1800);
  });
  after(() => lab.stop());

  for (const drift of DRIFTS) {
    it(`${drift.name}: within the ${drift.bound} interval + 5 s`, async () => {
      const bound = boundOf(lab, drift);
      const took = await secondsUntilSeen(lab, drift, 2 * bound);
      assert.ok(took <= bound, `${took} s, ${bound} s are allowed`);
      if (drift.name.startsWith('a service')) return;
      await lab.untilReady(600);
      await lab.advance(120);
    });
  }
});

/** The sample with another probe. */
function probing(probe: string): readonly Declared[] {
  return sampleObjects().map((object) =>
    object.kind === 'FinanceCloudEnvironment'
      ? JSON.parse(JSON.stringify(object).replaceAll('"AfterBoot"', JSON.stringify(probe)))
      : object,
  );
}

describe('a unit that is disabled inside a guest', function () {
  this.timeout(120_000);
  let lab: Lab;
  afterEach(() => lab.stop());
  const disable = (id: string) =>
    lab.control('POST', `guests/${id}`, { units: { 'bank-web.service': { enabled: false } } }).then(() => undefined);

  it('is enabled again under Periodic within guestSeconds + 5', async () => {
    lab = await startLab({ objects: probing('Periodic'), cloud: SAMPLE_CLOUD, guestShell: true });
    await lab.untilReady(600);
    const drift: DriftCase = {
      name: 'a unit is disabled',
      seenBy: 'RunCommand',
      bound: 'guest',
      edit: () => disable(idOf(lab, 'web/0')),
      repair: 'RunCommand',
    };
    const bound = boundOf(lab, drift);
    await lab.until(
      'the guests are asked again',
      () => lab.calls().some(({ action, at }) => action === 'RunCommand' && at > 1800),
      2 * bound,
    );
    await lab.advance(30);
    const start = lab.now();
    await disable(idOf(lab, 'web/0'));
    const enabled = () => unitOf(lab, idOf(lab, 'web/0')).enabled;
    const took = await lab.until('the unit is enabled', enabled, 2 * bound);
    assert.ok(took <= bound, `${took} s from ${start} s, ${bound} s are allowed`);
  });

  it('is enabled again under AfterBoot within 60 s of the boot being seen', async () => {
    lab = await startLab({ objects: probing('AfterBoot'), cloud: SAMPLE_CLOUD, guestShell: true });
    await lab.untilReady(600);
    await lab.advance(1800);
    const id = idOf(lab, 'web/1');
    await disable(id);
    await lab.advance(4000);
    assert.equal(unitOf(lab, id).enabled, false, 'nobody asks before the next boot');
    await lab.console('ecs', 'RebootInstance', { InstanceId: id });
    const took = await lab.until('the unit is enabled', () => unitOf(lab, id).enabled, 600);
    assert.ok(took <= lab.settings.sweepSeconds + 60, `${took} s`);
  });
});

/** The unit of the web tier inside a server. */
function unitOf(lab: Lab, id: string): { readonly enabled: boolean } {
  const guest = lab.guest(id);
  const unit = guest.units['bank-web.service'];
  assert.ok(unit !== undefined);
  return unit;
}

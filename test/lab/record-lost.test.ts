// A record that loses entries (a script, a restored status) is no reason to make a second one of anything: what exists once
// under its name is taken on record again, and beside a server that may be the lost one nothing is made.
import assert from 'node:assert/strict';
import { ANNOTATIONS } from '../../src/crds/index.ts';
import { type Lab, conditionsOf, startLab } from '../support/lab/lab.ts';
import { banks } from '../support/lab/worlds.ts';

const KIND = 'FinanceCloudEnvironment';
const BANK = 'team-0/bank';
const DMZ = 'team-0/dmz';

interface Entry {
  readonly name: string;
  readonly id: string;
  readonly type: string;
}

function entriesOf(lab: Lab, kind: string, key: string): readonly Entry[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the operator wrote it
  return (lab.get(kind, key)?.status as { readonly resources?: readonly Entry[] } | undefined)?.resources ?? [];
}

/** Somebody with the right to write a status cuts entries out of it. */
function cut(lab: Lab, of: { readonly kind: string; readonly key: string; readonly lost: (entry: Entry) => boolean }) {
  const resources = entriesOf(lab, of.kind, of.key).filter((entry) => !of.lost(entry));
  lab.edit(of.kind, of.key, { status: { ...Object(lab.get(of.kind, of.key)?.status), resources } });
}

const idsOf = (lab: Lab) =>
  lab
    .living()
    .map(({ id }) => id)
    .toSorted();
const readyOf = (lab: Lab) => conditionsOf(lab.get(KIND, BANK)?.status).find(({ type }) => type === 'Ready');

describe('a record that lost entries', function () {
  this.timeout(60_000);
  let lab: Lab;
  beforeEach(async () => {
    lab = await startLab({ objects: banks(1, 4) });
    await lab.untilReady(600);
  });
  afterEach(() => lab.stop());

  const once: readonly (readonly [string, string, string, string])[] = [
    ['the VPC', KIND, BANK, 'VPC'],
    ['a vSwitch', 'SecurityZone', DMZ, 'VSwitch'],
    ['the security group', 'SecurityZone', DMZ, 'SecurityGroup'],
  ];
  for (const [what, kind, key, type] of once)
    it(`${what} is taken on record again and not made again`, async () => {
      const before = idsOf(lab);
      const entries = entriesOf(lab, kind, key);
      const lost = entries.find((entry) => entry.type === type);
      cut(lab, { kind, key, lost: (entry) => entry.id === lost?.id });
      await lab.until('the record is whole', () => entriesOf(lab, kind, key).length === entries.length, 120);
      await lab.advance(120);
      assert.deepEqual(idsOf(lab), before);
      assert.deepEqual(entriesOf(lab, kind, key), entries);
      assert.equal(readyOf(lab)?.status, 'True');
    });

  it('a server stops the creation beside it until a person has spoken', async () => {
    // Until the visibility grace is over the process that made it knows it without a look-up.
    await lab.advance(lab.settings.visibilityGraceSeconds + 60);
    const before = idsOf(lab);
    const [lost] = entriesOf(lab, KIND, BANK).filter(({ type }) => type === 'Server');
    assert.ok(lost !== undefined);
    cut(lab, { kind: KIND, key: BANK, lost: ({ id }) => id === lost.id });
    await lab.until('it says so', () => readyOf(lab)?.reason === 'ExistingResources', 120);
    assert.match(readyOf(lab)?.message ?? '', new RegExp(`${lost.id}.*${ANNOTATIONS.takeOver}`));
    await lab.advance(1200);
    assert.deepEqual(idsOf(lab), before, 'nothing was made beside it');

    const uid = lab.get(KIND, BANK)?.metadata.uid ?? '';
    lab.edit(KIND, BANK, { annotations: { [ANNOTATIONS.takeOver]: uid } });
    await lab.until('it is on record', () => entriesOf(lab, KIND, BANK).some(({ id }) => id === lost.id), 120);
    await lab.untilReady(120);
    assert.deepEqual(idsOf(lab), before);
  });

  it('everything: the whole record comes back from the tags', async () => {
    const before = idsOf(lab);
    cut(lab, { kind: KIND, key: BANK, lost: () => true });
    await lab.until('the record is whole', () => entriesOf(lab, KIND, BANK).length === 5, 120);
    await lab.advance(120);
    assert.deepEqual(idsOf(lab), before);
  });
});

describe('a record that is cut before the cloud shows what was made', function () {
  this.timeout(60_000);
  const cuts = [
    { why: 'one server', lost: ({ type }: Entry) => type === 'Server' },
    { why: 'everything, as a wiped status does', lost: () => true },
  ];
  for (const { why, lost } of cuts)
    it(`${why}: this process knows what it made, and makes nothing twice`, async () => {
      const lab = await startLab({ objects: banks(1, 4), cloud: { visibility: { '*': { create: 30 } } } });
      try {
        const servers = () => entriesOf(lab, KIND, BANK).filter(({ type }) => type === 'Server').length;
        await lab.until('the first servers are on record', () => servers() > 0, 900);
        cut(lab, { kind: KIND, key: BANK, lost });
        await lab.untilReady(900);
        await lab.advance(120);
        const living = lab.living().filter(({ type }) => type === 'instance');
        assert.equal(living.length, 4);
        assert.deepEqual(
          entriesOf(lab, KIND, BANK)
            .filter(({ type }) => type === 'Server')
            .map(({ id }) => id)
            .toSorted(),
          living.map(({ id }) => id).toSorted(),
        );
      } finally {
        await lab.stop();
      }
    });

  it('everything, with servers of all ages: those that the cloud lists and the one that it does not come back together', async () => {
    const lab = await startLab({ objects: banks(1, 4), cloud: { visibility: { 'ecs.instance': { create: 30 } } } });
    try {
      await lab.untilReady(900);
      await lab.advance(lab.settings.visibilityGraceSeconds + 60);
      const [victim] = lab.living('instance');
      await lab.console('ecs', 'DeleteInstance', { InstanceId: victim?.id, Force: true });
      const due = () => lab.living('instance').map(({ id }) => id);
      const servers = () =>
        entriesOf(lab, KIND, BANK)
          .filter(({ type }) => type === 'Server')
          .map(({ id }) => id);
      const isReplaced = () => !servers().includes(victim?.id ?? '') && servers().length === 4;
      await lab.until('another is on record', isReplaced, 900);
      cut(lab, { kind: KIND, key: BANK, lost: () => true });
      await lab.until('the record is whole', () => due().every((id) => servers().includes(id)), 60);
      await lab.untilReady(300);
      assert.equal(due().length, 4);
    } finally {
      await lab.stop();
    }
  });

  it('everything, and the objects are deleted: nothing stays in the cloud', async () => {
    const lab = await startLab({ objects: banks(1, 4), cloud: { visibility: { '*': { create: 60 } } } });
    try {
      const made = () => entriesOf(lab, KIND, BANK).filter(({ type }) => type === 'Server').length;
      await lab.until('servers are on record', () => made() > 0, 900);
      cut(lab, { kind: KIND, key: BANK, lost: () => true });
      for (const { kind, metadata } of lab.objects())
        if (kind !== 'FinanceCloudAccount') lab.remove(kind ?? '', `${metadata.namespace}/${metadata.name}`);
      await lab.until('the objects are gone', () => lab.objects().length === 1, 900);
      assert.deepEqual(lab.living(), []);
    } finally {
      await lab.stop();
    }
  });
});

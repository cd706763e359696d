// What is kept of every server beyond its own list: the maintenance action and the declared tags. Whole product, virtual time.
import assert from 'node:assert/strict';
import { type Lab, type Living, startLab } from '../support/lab/lab.ts';
import { IMAGE, environment, pool, webModule, zone } from './flows/objects.ts';
import { LAB_ACCOUNT } from '../support/lab/objects.ts';

const NAMESPACE = 'payments';
const KEY = `${NAMESPACE}/bank`;
const tags = [{ key: 'team', value: 'core' }];

interface Row {
  readonly rule: string;
  readonly path: string;
  readonly desired: string;
  readonly observed: string;
  readonly decision: string;
}

function driftOf(lab: Lab, kind: string, key: string): readonly Row[] {
  // The status was written by the operator under test.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (lab.get(kind, key)?.status as { readonly drift?: readonly Row[] } | undefined)?.drift ?? [];
}

const servers = (lab: Lab) => lab.living('instance').toSorted((a, b) => (a.id < b.id ? -1 : 1));
const actions = (lab: Lab) => servers(lab).map(({ attributes }) => attributes['maintenance']);
const repairs = (lab: Lab, since: number) => lab.callsByAction(since)['ModifyInstanceMaintenanceAttributes'] ?? 0;

function tagsOf(server: Living | undefined): Readonly<Record<string, string>> {
  // The emulator's own ledger.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (server === undefined ? {} : Reflect.get(server, 'tagsNow')) as Readonly<Record<string, string>>;
}

describe('what is kept of every server', function () {
  this.timeout(120_000);
  let lab: Lab;

  before(async () => {
    const spec = { accountRef: { name: LAB_ACCOUNT.name } };
    const module = webModule({ servers: { replicas: 4, image: IMAGE, tags } });
    lab = await startLab({
      objects: [
        environment(NAMESPACE, { ...spec, modules: [module] }),
        zone(NAMESPACE),
        zone(NAMESPACE, { name: 'mgmt', third: 2, spec: { tier: 'Management' } }),
        pool(NAMESPACE),
      ],
    });
    await lab.untilReady(600);
  });
  after(() => lab?.stop());

  it('costs a build nothing: new servers recover by themselves and have their tags', () => {
    assert.deepEqual(
      actions(lab),
      Array.from({ length: 6 }, () => 'AutoRecover'),
    );
    const calls = lab.callsByAction();
    assert.deepEqual(
      [
        calls['ModifyInstanceMaintenanceAttributes'],
        calls['TagResources'],
        calls['DescribeInstanceMaintenanceAttributes'],
      ],
      [undefined, undefined, 1],
    );
  });

  it('is read once in the slow interval, and writes nothing where nothing differs', async () => {
    await lab.advance(120); // what settles after Ready has settled
    const [since, writes] = [lab.now(), lab.writes().length];
    await lab.advance(1800);
    const reads = lab.callsByAction(since)['DescribeInstanceMaintenanceAttributes'] ?? 0;
    assert.ok(reads === 3 || reads === 4, `${reads} reads in half an hour`);
    assert.equal(lab.writes().length, writes);
  });

  it('sets a maintenance action back to recovery within the slow interval, one call a fleet, and says so', async () => {
    const ids = servers(lab).map(({ id }) => id);
    await lab.console('ecs', 'ModifyInstanceMaintenanceAttributes', { InstanceId: ids, ActionOnMaintenance: 'Stop' });
    const since = lab.now();
    await lab.until(
      'every server recovers by itself again',
      () => actions(lab).every((action) => action === 'AutoRecover'),
      605,
    );
    await lab.untilReady(30);
    assert.equal(repairs(lab, since), 2, 'one for the module, one for the pool');
    const mine = driftOf(lab, 'FinanceCloudEnvironment', KEY).filter(({ rule }) => rule === 'ECS-4');
    assert.equal(mine.length, 4);
    for (const row of mine) {
      assert.match(row.path, /^web\.servers\[i-.*\]\.maintenanceAction$/);
      assert.deepEqual([row.desired, row.observed, row.decision], ['AutoRecover', 'Stop', 'Repaired']);
    }
    assert.equal(driftOf(lab, 'BastionPool', `${NAMESPACE}/ops`).length, 2);
    await lab.advance(1800);
    assert.equal(repairs(lab, since), 2, 'and not once more');
  });

  it('leaves another automatic action alone', async () => {
    const [first] = servers(lab);
    const since = lab.now();
    await lab.console('ecs', 'ModifyInstanceMaintenanceAttributes', {
      InstanceId: [first?.id],
      ActionOnMaintenance: 'AutoRedeploy',
    });
    await lab.advance(700);
    assert.deepEqual([actions(lab)[0], repairs(lab, since)], ['AutoRedeploy', 0]);
  });

  it('sets declared tags back within a sweep, and leaves others where they are', async () => {
    const web = servers(lab).find((server) => 'team' in tagsOf(server));
    const id = web?.id ?? '';
    const current = () => tagsOf(servers(lab).find((server) => server.id === id));
    await lab.console('ecs', 'TagResources', {
      ResourceType: 'instance',
      ResourceId: [id],
      Tag: [
        { Key: 'team', Value: 'other' },
        { Key: 'owner', Value: 'jo' },
      ],
    });
    assert.equal(current()['team'], 'other');
    await lab.until('the tag is back', () => current()['team'] === 'core', 65);
    assert.equal(current()['owner'], 'jo');
    await lab.console('ecs', 'UntagResources', { ResourceType: 'instance', ResourceId: [id], TagKey: ['team'] });
    assert.equal(current()['team'], undefined);
    await lab.until('the tag is back again', () => current()['team'] === 'core', 65);
    await lab.untilReady(30);
    const rows = driftOf(lab, 'FinanceCloudEnvironment', KEY).filter(({ rule }) => rule === 'ECS-5');
    assert.deepEqual(
      rows.map(({ path, desired, decision }) => [path, desired, decision]),
      [[`web.servers[${id}].tags[team]`, 'core', 'Repaired']],
    );
  });
});

// Whose is what the cloud holds: objects that come back with other uids, and references that form rings.
import assert from 'node:assert/strict';
import type { Sent } from '../admission-objects.ts';
import { flows, type Play } from './group.ts';
import { SYSTEM } from './operator.ts';
import { balancer, environment, pool, webModule, zone } from './objects.ts';
import { DMZ, ENVIRONMENT, MGMT, POOL, type Name, Scene } from './scene.ts';

const ALL: readonly Name[] = [ENVIRONMENT, DMZ, MGMT, POOL];

const from = (kind: 'SecurityZone' | 'BastionPool', name: string) => ({
  name: `ssh-${name}`,
  from: kind === 'SecurityZone' ? { type: kind, securityZoneRef: { name } } : { type: kind, bastionPoolRef: { name } },
  protocol: 'TCP',
  ports: ['22'],
});

/** Environment, two zones that admit each other and the pool, and the pool: every reference has one back. */
function ring(namespace: string, policy: 'Retain' | 'Delete'): readonly Sent[] {
  const dmz = [from('SecurityZone', 'mgmt'), from('SecurityZone', 'dmz'), from('BastionPool', 'ops')];
  const mgmt = [from('SecurityZone', 'dmz'), from('BastionPool', 'ops')];
  return [
    environment(namespace, { modules: [webModule({ loadBalancer: balancer })], deletionPolicy: policy }),
    zone(namespace, { spec: { inbound: dmz } }),
    zone(namespace, { name: 'mgmt', third: 8, spec: { tier: 'Management', inbound: mgmt } }),
    pool(namespace),
  ];
}

/** Applies in one order, deletes in another: everything is Ready, then nothing is left. */
const ringIn =
  (applied: readonly number[], deleted: readonly number[]): Play =>
  async (scene) => {
    await scene.settle();
    const objects = ring(scene.namespace, 'Delete');
    for (const index of applied) {
      const object = objects[index];
      assert.ok(object);
      await scene.apply(object);
    }
    await scene.ready(...ALL);
    await scene.finding(DMZ, /Rule ssh-dmz admits the zone itself/);
    for (const index of deleted) {
      const name = ALL[index];
      assert.ok(name);
      await scene.remove(name);
    }
    await scene.gone(...ALL);
    assert.deepEqual(
      (await scene.living()).map(({ type, id }) => `${type} ${id}`),
      [],
    );
  };

/** Lets everything go under Retain and applies it again: other uids. */
async function returned(scene: Scene): Promise<{ readonly mark: number; readonly uids: ReadonlyMap<string, string> }> {
  await scene.settle();
  await scene.apply(...ring(scene.namespace, 'Retain'));
  await scene.ready(...ALL);
  const uids = new Map<string, string>();
  for (const name of ALL) uids.set(name.join(' '), (await scene.get(name)).metadata.uid);
  const mark = await scene.mark();
  await scene.remove(...ALL);
  await scene.gone(...ALL);
  await scene.apply(...ring(scene.namespace, 'Retain'));
  return { mark, uids };
}

flows('flows: whose resources they are', 'own', {
  scenarios: {
    'a Secret beside the operator is never given to a server, whoever declares it and whatever the account allows':
      async (given) => {
        const { index, cloud, flow } = given;
        const scene = new Scene({ namespace: SYSTEM, index, cloud, flow });
        await scene.secret(`good-${index}`);
        await scene.account({ allowedNamespaces: ['*'] });
        const userDataFrom = { type: 'Secret', secretKeyRef: { name: SYSTEM, key: 'access-key-secret' } };
        await scene.apply(environment(SYSTEM, { modules: [webModule({ servers: { userDataFrom } })] }), zone(SYSTEM));
        await scene.condition(ENVIRONMENT, {
          status: 'False',
          reason: 'InvalidSpec',
          message: [/userDataFrom names Secret finance-cloud-system/, /Declare the environment in another namespace/],
        });
        assert.ok(!(await scene.calls()).some(({ action }) => action === 'RunInstances'));
      },
    'all objects re-created with new uids: nothing is made, ids and the way out are named; taking over adopts everything':
      async (scene) => {
        const { mark, uids } = await returned(scene);
        const vpc = (await scene.living('vpc'))[0]?.id ?? '';
        await scene.condition(ENVIRONMENT, {
          type: 'Stalled',
          status: 'True',
          reason: 'ExistingResources',
          message: [
            new RegExp(vpc),
            /nothing is created/,
            new RegExp(`financecloud\\.io/take-over: "${uids.get(ENVIRONMENT.join(' '))}"`),
            /or remove them/,
          ],
        });
        for (const name of ALL.slice(1)) await scene.condition(name, { type: 'Stalled', reason: 'ExistingResources' });
        assert.deepEqual(await scene.creates(mark), []);
        const before = (await scene.living()).map(({ id }) => id).toSorted();
        for (const name of ALL) await scene.annotate(name, { 'financecloud.io/take-over': uids.get(name.join(' ')) });
        await scene.ready(...ALL);
        assert.deepEqual(await scene.creates(mark), []);
        assert.deepEqual((await scene.living()).map(({ id }) => id).toSorted(), before);
        const recorded = (await Promise.all(ALL.map((name) => scene.get(name)))).flatMap(
          (object) => object.status.resources,
        );
        assert.equal(recorded.length, new Set(recorded.map((item: { id: string }) => item.id)).size);
        assert.equal(recorded.filter((item: { type: string }) => item.type === 'Server').length, 4);
      },
    'taking over with a wrong uid changes nothing': async (scene) => {
      const { mark } = await returned(scene);
      const before = (await scene.living()).map(({ id }) => id).toSorted();
      await scene.annotate(ENVIRONMENT, { 'financecloud.io/take-over': '00000000-0000-4000-8000-000000000000' });
      await scene.condition(ENVIRONMENT, { type: 'Stalled', reason: 'ExistingResources' });
      // A zone that still stood while its neighbour left may have closed its rule for it; that is all.
      assert.deepEqual(
        (await scene.writes(mark)).filter((action) => action !== 'RevokeSecurityGroup'),
        [],
      );
      assert.deepEqual((await scene.living()).map(({ id }) => id).toSorted(), before);
    },
    'the status is lost: everything is found again by its tags, nothing is made': async (scene) => {
      await scene.settle();
      await scene.apply(...ring(scene.namespace, 'Delete'));
      await scene.ready(...ALL);
      const mark = await scene.mark();
      const body = { status: null };
      for (const [kind, name] of ALL) {
        const path = `/apis/financecloud.io/v1alpha1/namespaces/${scene.namespace}/${kind.toLowerCase()}s/${name}/status`;
        const answer = await scene.flow.api.call({
          method: 'PATCH',
          path,
          body,
          contentType: 'application/merge-patch+json',
        });
        assert.ok(answer.status < 300, answer.message);
      }
      await scene.until('everything is on record again', async () => {
        const objects = await Promise.all(ALL.map((name) => scene.get(name)));
        return objects.every((object) => (object?.status?.resources ?? []).length > 0);
      });
      await scene.ready(...ALL);
      assert.deepEqual(await scene.creates(mark), []);
    },
    'a ring, applied from the environment on and deleted in the same order': ringIn([0, 1, 2, 3], [0, 1, 2, 3]),
    'a ring, applied backwards and deleted backwards': ringIn([3, 2, 1, 0], [3, 2, 1, 0]),
    'a ring, applied and deleted crosswise': ringIn([2, 0, 3, 1], [1, 3, 2, 0]),
    'a ring, deleted with the zones first': ringIn([1, 2, 3, 0], [2, 1, 0, 3]),
    'a namespace with everything in it is deleted: nothing is left': async (scene) => {
      if (!scene.flow.plane.hasControllers) return 'skip';
      await scene.settle();
      await scene.apply(...ring(scene.namespace, 'Delete'));
      await scene.ready(...ALL);
      await scene.must('DELETE', `/api/v1/namespaces/${scene.namespace}`);
      await scene.gone(...ALL);
      await scene.until('the namespace is gone', async () => {
        const answer = await scene.flow.api.call({ method: 'GET', path: `/api/v1/namespaces/${scene.namespace}` });
        return answer.status === 404;
      });
      assert.deepEqual(
        (await scene.living()).map(({ type, id }) => `${type} ${id}`),
        [],
      );
    },
    'an account that is in use is not deleted and names who uses it': async (scene) => {
      await scene.settle();
      await scene.apply(environment(scene.namespace), zone(scene.namespace));
      await scene.ready(ENVIRONMENT, DMZ);
      await scene.remove(scene.accountName);
      await scene.condition(scene.accountName, {
        reason: 'InUse',
        message: new RegExp(`FinanceCloudEnvironment ${scene.namespace}/bank`),
      });
      await scene.remove(ENVIRONMENT, DMZ);
      await scene.gone(ENVIRONMENT, DMZ, scene.accountName);
      assert.deepEqual(await scene.living(), []);
    },
  },
});

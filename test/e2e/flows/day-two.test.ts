// What people and colleagues do to an environment that works: edits, switches, annotations, hands in the console.
import assert from 'node:assert/strict';
import { flows } from './group.ts';
import { F, G, REGION, balancer, environment, pool, webModule, zone } from './objects.ts';
import { DMZ, ENVIRONMENT, MGMT, POOL, type Name, type Scene } from './scene.ts';

/** Builds environment and zone; `spec` bends the environment. */
async function built(scene: Scene, spec: object = {}): Promise<number> {
  await scene.settle();
  await scene.apply(environment(scene.namespace, spec), zone(scene.namespace));
  await scene.ready(ENVIRONMENT, DMZ);
  return scene.mark();
}

const replicas = (count: number, more: object = {}) => ({
  modules: [webModule({ servers: { replicas: count }, ...more })],
});

async function idOf(scene: Scene, name: Name, resource: string): Promise<string> {
  const resources: readonly { readonly name: string; readonly id: string }[] =
    (await scene.get(name))?.status?.resources ?? [];
  const found = resources.find((item) => item.name === resource);
  assert.ok(found, `${name.join(' ')} has no ${resource}`);
  return found.id;
}

const untilServers = (scene: Scene, count: number) =>
  scene.until(`${count} servers exist`, async () => (await scene.servers()).length === count);

flows('flows: what happens to a working environment', 'day', {
  scenarios: {
    'more servers, then fewer under Retain: nothing is deleted, what is too many is listed': async (scene) => {
      const mark = await built(scene, { ...replicas(4), deletionPolicy: 'Retain' });
      await scene.apply(environment(scene.namespace, { ...replicas(6), deletionPolicy: 'Retain' }));
      await scene.ready(ENVIRONMENT);
      assert.equal((await scene.servers()).length, 6);
      await scene.apply(environment(scene.namespace, { ...replicas(4), deletionPolicy: 'Retain' }));
      await scene.ready(ENVIRONMENT);
      const { retained } = (await scene.get(ENVIRONMENT)).status;
      assert.equal(retained.length, 2);
      const kept = new Set(retained.map((item: { id: string }) => item.id));
      const zones = (await scene.servers()).filter((server) => kept.has(server.id)).map((server) => server.zone ?? '');
      assert.deepEqual(zones.toSorted(), [F, G]);
      assert.match(retained[0].reason, /Retain/);
      assert.equal((await scene.servers()).length, 6);
      assert.deepEqual(
        (await scene.writes(mark)).filter((action) => action.startsWith('Delete')),
        [],
      );
    },
    'fewer servers under Delete: drained and deleted one at a time': async (scene) => {
      const mark = await built(scene, replicas(6, { loadBalancer: balancer }));
      await scene.apply(environment(scene.namespace, replicas(4, { loadBalancer: balancer })));
      await untilServers(scene, 4);
      await scene.ready(ENVIRONMENT);
      const calls = (await scene.calls()).filter((call) => call.n > mark && call.effect === 'committed');
      const order = calls
        .map((call) => call.action)
        .filter((action) => /SetBackendServers|DeleteInstance/.test(action));
      assert.deepEqual(order, ['SetBackendServers', 'DeleteInstances', 'SetBackendServers', 'DeleteInstances']);
      assert.deepEqual((await scene.servers()).map((server) => server.zone ?? '').toSorted(), [F, F, G, G]);
    },
    'a module leaves the spec under Delete: it waits for a person’s confirmation, then goes': async (scene) => {
      const second = webModule({ name: 'batch', loadBalancer: balancer });
      const mark = await built(scene, { modules: [webModule(), second] });
      await scene.apply(environment(scene.namespace));
      await scene.finding(
        ENVIRONMENT,
        /batch left the spec and still runs \(ConfirmationRequired\): set annotation financecloud\.io\/confirm-removal: batch/,
      );
      assert.equal((await scene.servers()).length, 4);
      assert.deepEqual(await scene.writes(mark), []);
      await scene.annotate(ENVIRONMENT, { 'financecloud.io/confirm-removal': 'batch' });
      await untilServers(scene, 2);
      await scene.until('its load balancer is gone', async () => (await scene.living('loadbalancer')).length === 0);
      await scene.ready(ENVIRONMENT);
      const order = await scene.writes(mark);
      const drained = order.indexOf('SetBackendServers');
      assert.ok(drained >= 0 && drained < order.indexOf('DeleteInstances'), 'out of service before it is released');
      assert.equal(order.at(-1), 'DeleteLoadBalancer', 'the address goes last');
    },
    'suspended: nothing is written until the annotation is gone': async (scene) => {
      const mark = await built(scene);
      await scene.annotate(ENVIRONMENT, { 'financecloud.io/suspend': 'true' });
      await scene.condition(ENVIRONMENT, {
        type: 'Reconciling',
        reason: 'Suspended',
        message: /financecloud\.io\/suspend/,
      });
      await scene.apply(environment(scene.namespace, replicas(4)));
      await scene.condition(ENVIRONMENT, { type: 'Reconciling', reason: 'Suspended' });
      assert.deepEqual(await scene.writes(mark), []);
      await scene.annotate(ENVIRONMENT, { 'financecloud.io/suspend': null });
      await scene.ready(ENVIRONMENT);
      assert.equal((await scene.servers()).length, 4);
    },
    'writes Frozen: every write ends within one call, and goes on when Enabled': async (scene) => {
      await scene.settle();
      await scene.apply(environment(scene.namespace, replicas(8, { loadBalancer: balancer })), zone(scene.namespace));
      await scene.until('it is being built', async () => (await scene.creates()).length > 0);
      await scene.account({ writes: 'Frozen' });
      await scene.condition(ENVIRONMENT, {
        type: 'Reconciling',
        reason: 'WritesFrozen',
        message: /spec\.writes of the FinanceCloudAccount is Enabled/,
      });
      await scene.condition(DMZ, { type: 'Reconciling', reason: 'WritesFrozen' });
      const mark = await scene.mark();
      await scene.until(
        'it was looked at twice',
        async () => (await scene.calls()).filter((call) => call.n > mark && call.action === 'DescribeVpcs').length > 1,
      );
      assert.deepEqual(await scene.writes(mark), []);
      await scene.account();
      await scene.ready(ENVIRONMENT, DMZ);
      assert.equal((await scene.servers()).length, 8);
    },
    'mode Observe writes nothing and shows the plan; Enforce does it': async (scene) => {
      await scene.settle();
      await scene.apply(environment(scene.namespace, { mode: 'Observe' }), zone(scene.namespace));
      await scene.condition(ENVIRONMENT, {
        type: 'Reconciling',
        reason: 'Observing',
        message: /status\.plan shows what Enforce would do/,
      });
      const plan = (await scene.get(ENVIRONMENT)).status.plan;
      assert.match(JSON.stringify(plan), /vpc/);
      assert.deepEqual(await scene.writes(), []);
      await scene.apply(environment(scene.namespace, { mode: 'Enforce' }));
      await scene.ready(ENVIRONMENT, DMZ);
      assert.equal((await scene.get(ENVIRONMENT)).status.plan, undefined);
      await scene.apply(environment(scene.namespace, { mode: 'Observe', ...replicas(4) }));
      const mark = await scene.mark();
      await scene.until('the plan shows two more servers', async () => {
        const object = await scene.get(ENVIRONMENT);
        return (
          object.status.observedGeneration === object.metadata.generation &&
          /web\/cn/.test(JSON.stringify(object.status.plan ?? ''))
        );
      });
      assert.deepEqual(await scene.writes(mark), []);
    },
    'the Secret gets another key: it is used, nothing is built anew': async (scene) => {
      const mark = await built(scene);
      await scene.secret(`other-${scene.index}`);
      const isOther = (accessKeyId: string) => accessKeyId === `other-${scene.index}`;
      await scene.until('the new key is in use', async () =>
        (await scene.calls()).some((call) => call.action === 'DescribeInstances' && isOther(call.accessKeyId)),
      );
      const switched = await scene.mark();
      await scene.apply(environment(scene.namespace, replicas(4)));
      await scene.ready(ENVIRONMENT, scene.accountName);
      assert.deepEqual(await scene.creates(mark), ['RunInstances', 'RunInstances']);
      assert.ok((await scene.calls()).filter((call) => call.n > switched).every((call) => isOther(call.accessKeyId)));
    },
    'the Secret goes while the environment is being deleted: blocked with ids, then Retain lets go': async (scene) => {
      await built(scene);
      await scene.dropSecret();
      await scene.condition(scene.accountName, { reason: 'CredentialsMissing' });
      const mark = await scene.mark();
      await scene.remove(ENVIRONMENT, DMZ);
      const server = await idOf(scene, ENVIRONMENT, 'web/0');
      await scene.condition(ENVIRONMENT, {
        type: 'Stalled',
        reason: 'DeletionBlocked',
        message: [/Secret .* does not exist/, new RegExp(server), /set spec\.deletionPolicy: Retain to let go/],
      });
      await scene.condition(DMZ, { type: 'Stalled', reason: 'DeletionBlocked', message: /vsw-|sg-/ });
      await scene.patch(ENVIRONMENT, { spec: { deletionPolicy: 'Retain' } });
      await scene.gone(ENVIRONMENT);
      // The zone has no policy of its own: the environment's last word is its.
      await scene.gone(DMZ);
      assert.deepEqual(await scene.writes(mark), []);
    },
    'the first-boot script is missing, then there': async (scene) => {
      const from = { type: 'ConfigMap', configMapKeyRef: { name: 'boot', key: 'user-data' } };
      await scene.settle();
      await scene.apply(
        environment(scene.namespace, { modules: [webModule({ servers: { userDataFrom: from } })] }),
        zone(scene.namespace),
      );
      await scene.condition(ENVIRONMENT, { reason: 'DependencyNotReady', message: /ConfigMap boot/ });
      await scene.ready(DMZ);
      assert.deepEqual(await scene.servers(), []);
      await scene.must('POST', `/api/v1/namespaces/${scene.namespace}/configmaps`, {
        metadata: { name: 'boot' },
        data: { 'user-data': '#!/bin/sh\ntrue\n' },
      });
      await scene.ready(ENVIRONMENT);
      assert.equal((await scene.servers()).length, 2);
    },
    'a security zone that is in use is not deleted: it names its users, and goes after them': async (scene) => {
      await built(scene);
      await scene.remove(DMZ);
      await scene.condition(DMZ, {
        reason: 'DeletionBlocked',
        message: /is used by module web of FinanceCloudEnvironment bank/,
      });
      assert.equal((await scene.living('securityGroup')).length, 1);
      await scene.remove(ENVIRONMENT);
      await scene.gone(ENVIRONMENT, DMZ);
      assert.deepEqual(
        (await scene.living()).map(({ type, id }) => `${type} ${id}`),
        [],
      );
    },
    'a stranger’s rule names our group: the deletion is blocked and says whose group it is': async (scene) => {
      await built(scene);
      const [ours, vpc] = [await idOf(scene, DMZ, 'sg'), await idOf(scene, ENVIRONMENT, 'vpc')];
      const made = await scene.console('ecs', 'CreateSecurityGroup', { VpcId: vpc, SecurityGroupName: 'stranger' });
      const stranger: string = made.answer.SecurityGroupId;
      await scene.console('ecs', 'AuthorizeSecurityGroup', {
        SecurityGroupId: stranger,
        Permissions: [{ IpProtocol: 'TCP', PortRange: '22/22', SourceGroupId: ours, Policy: 'accept' }],
      });
      await scene.remove(ENVIRONMENT, DMZ);
      await scene.condition(DMZ, { reason: 'DeletionBlocked', message: new RegExp(stranger) });
      await scene.console('ecs', 'DeleteSecurityGroup', { SecurityGroupId: stranger });
      await scene.gone(DMZ, ENVIRONMENT);
    },
    'somebody takes the tags off a server: it is reported, neither touched nor made again': async (scene) => {
      const mark = await built(scene);
      const server = await idOf(scene, ENVIRONMENT, 'web/0');
      await scene.console('ecs', 'UntagResources', { ResourceType: 'instance', ResourceId: [server], All: true });
      const row = await scene.drifted(ENVIRONMENT, /web\/0\.tags/);
      assert.equal(row.class, 'Forbidden');
      assert.deepEqual(await scene.writes(mark), []);
      assert.equal((await scene.servers()).length, 2);
    },
    'a server in a stranger’s security group is put back': async (scene) => {
      await built(scene);
      const [server, group, vpc] = [
        await idOf(scene, ENVIRONMENT, 'web/0'),
        await idOf(scene, DMZ, 'sg'),
        await idOf(scene, ENVIRONMENT, 'vpc'),
      ];
      const made = await scene.console('ecs', 'CreateSecurityGroup', { VpcId: vpc, SecurityGroupName: 'stranger' });
      const stranger: string = made.answer.SecurityGroupId;
      await scene.console('ecs', 'JoinSecurityGroup', { SecurityGroupId: stranger, InstanceId: server });
      await scene.console('ecs', 'LeaveSecurityGroup', { SecurityGroupId: group, InstanceId: server });
      await scene.drifted(ENVIRONMENT, /web\/0\.groupIds|web\/0/, 'Repaired');
      const found = (await scene.servers()).find((item) => item.id === server);
      assert.match(JSON.stringify(found?.attributes), new RegExp(group));
      await scene.ready(ENVIRONMENT);
    },
    'a server taken from the load balancer is attached again, and a changed bandwidth is set back': async (scene) => {
      const mark = await built(scene, replicas(2, { loadBalancer: balancer }));
      const [server, lb] = [await idOf(scene, ENVIRONMENT, 'web/0'), await idOf(scene, ENVIRONMENT, 'web/lb')];
      await scene.console('slb', 'RemoveBackendServers', {
        LoadBalancerId: lb,
        BackendServers: JSON.stringify([{ ServerId: server }]),
      });
      await scene.until('it is attached', async () => (await scene.writes(mark)).includes('AddBackendServers'));
      await scene.console('slb', 'ModifyLoadBalancerInternetSpec', { LoadBalancerId: lb, Bandwidth: 50 });
      await scene.until('it is set back', async () =>
        (await scene.writes(mark)).includes('ModifyLoadBalancerInternetSpec'),
      );
      await scene.ready(ENVIRONMENT);
      assert.deepEqual((await scene.writes(mark)).toSorted(), ['AddBackendServers', 'ModifyLoadBalancerInternetSpec']);
    },
    'a stopped server is started': async (scene) => {
      const mark = await built(scene, replicas(4));
      const server = await idOf(scene, ENVIRONMENT, 'web/0');
      await scene.console('ecs', 'StopInstance', { InstanceId: server });
      await scene.until('it is started', async () =>
        (await scene.writes(mark)).some((action) => action.startsWith('StartInstance')),
      );
      await scene.ready(ENVIRONMENT);
      assert.deepEqual(await scene.creates(mark), []);
    },
    'a clone with our tags is reported, never used, never drained': async (scene) => {
      const mark = await built(scene);
      const [first] = await scene.servers();
      assert.ok(first);
      const tags = Object.entries(first.tagsNow).map(([Key, Value]) => ({ Key, Value }));
      const vsw = await idOf(scene, DMZ, `vswitch/${F}`);
      const made = await scene.console('ecs', 'RunInstances', {
        ZoneId: F,
        VSwitchId: vsw,
        SecurityGroupId: await idOf(scene, DMZ, 'sg'),
        InstanceType: 'ecs.g6.large',
        ImageId: 'centos_7_9_x64_20G_alibase_20240628.vhd',
        KeyPairName: 'ops',
        Amount: 1,
        Tag: tags,
      });
      const clone: string = made.answer.InstanceIdSets.InstanceIdSet[0];
      await scene.finding(
        ENVIRONMENT,
        new RegExp(`Server ${clone} carries this object's tags and is not on record \\(UnrecordedServer\\)`),
      );
      assert.deepEqual(await scene.writes(mark), []);
      await scene.ready(ENVIRONMENT);
      assert.equal((await scene.servers()).length, 3);
    },
    'kubectl shows what matters in columns, and the story in events': async (scene) => {
      const { namespace } = scene;
      await scene.settle();
      await scene.apply(environment(namespace, replicas(2, { loadBalancer: balancer })), zone(namespace));
      await scene.apply(
        zone(namespace, { name: 'mgmt', third: 8, spec: { tier: 'Management', inbound: [] } }),
        pool(namespace),
      );
      await scene.ready(ENVIRONMENT, DMZ, MGMT, POOL);
      const { plane } = scene.flow;
      const shown = await plane.kubectl(['-n', namespace, 'get', 'fce,sz,bp', '-o', 'wide']);
      const account = await plane.kubectl(['get', 'fca', namespace, '-o', 'wide']);
      assert.match(
        shown.stdout,
        /NAME +READY +REASON +ID +REGION +MODE +AGE +MESSAGE\n\S+\/bank +True +Succeeded +vpc-\S+/,
      );
      assert.match(
        shown.stdout,
        /NAME +READY +REASON +ID +TIER +ENVIRONMENT +AGE +MESSAGE\n\S+\/dmz +True +Succeeded +sg-\S+ +DMZ +bank/,
      );
      assert.match(
        shown.stdout,
        /NAME +READY +REASON +ID +ZONE +ENVIRONMENT +AGE +MESSAGE\n\S+\/ops +True +Succeeded +sg-\S+ +mgmt +bank/,
      );
      assert.match(account.stdout, new RegExp(`${namespace} +True +Succeeded +${scene.accountId} +Enabled`));
      // Events are sent beside the status, not before it.
      await scene.until('the story is told in events', async () => {
        const described = await plane.kubectl(['-n', namespace, 'describe', 'fce', 'bank']);
        return /Normal +Succeeded .* All servers run as declared/.test(described.stdout);
      });
      assert.match(shown.stdout, new RegExp(REGION));
      const waited = await plane.kubectl([
        'wait',
        '--for=condition=Ready',
        '--all',
        'fce,sz,bp',
        '-n',
        namespace,
        '--timeout=10s',
      ]);
      assert.equal(waited.code, 0, waited.stderr);
    },
  },
});

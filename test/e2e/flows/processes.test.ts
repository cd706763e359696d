// Operators that come and go, and an API server that dies: one writes at a time, and nothing is made twice.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Cloud, startCloud } from './cloud.ts';
import { forget } from './group.ts';
import { balancer, environment, webModule, zone } from './objects.ts';
import { type OperatorProcess, SYSTEM, startOperator } from './operator.ts';
import { type FlowPlane, flowPlane } from './plane.ts';
import { DMZ, ENVIRONMENT, Scene } from './scene.ts';

describe('flows: operators and the API server come and go', function () {
  this.timeout(240_000);
  let flow: FlowPlane;
  let cloud: Cloud;
  const running: OperatorProcess[] = [];
  const start = async (identity: string): Promise<OperatorProcess> => {
    const operator = await startOperator(flow.plane, identity);
    running.push(operator);
    return operator;
  };
  const sceneOf = (index: number) => new Scene({ namespace: `proc-${index}`, index, cloud, flow });
  before(async function () {
    this.timeout(20 * 60_000);
    flow = await flowPlane();
    cloud = await startCloud(3, {});
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((operator) => operator.stop()));
    await forget(flow);
  });
  after(() => cloud?.emulator.stop());

  const holder = async (): Promise<string> => {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${SYSTEM}/leases/finance-cloud-operator`;
    const answer = await flow.api.call({ method: 'GET', path });
    return String(answer.body?.spec?.holderIdentity ?? '');
  };
  const until = (scene: Scene, who: string) => scene.until(`${who} leads`, async () => (await holder()) === who);

  it('of two replicas only the leader writes; killed in the midst of work, the other goes on', async () => {
    const scene = sceneOf(0);
    const leader = await start('first');
    await until(scene, 'first');
    const follower = await start('second');
    await scene.settle();
    await scene.apply(environment(scene.namespace, fleet(2)), zone(scene.namespace));
    await scene.ready(ENVIRONMENT, DMZ);
    assert.deepEqual(writesIn(follower), []);
    assert.ok(writesIn(leader).length > 0);
    await scene.apply(environment(scene.namespace, fleet(8)));
    const mark = await scene.mark();
    await scene.until('more servers are asked for', async () => (await scene.creates(mark)).length > 0);
    leader.process.signal('SIGKILL');
    await until(scene, 'second');
    await scene.ready(ENVIRONMENT, DMZ);
    assert.equal((await scene.servers()).length, 8);
    assert.ok((await follower.ready()) && follower.process.exit() === undefined);
  });

  it('SIGTERM ends it well, and the lease is free for the next at once', async () => {
    const scene = sceneOf(1);
    const leader = await start('third');
    const next = await start('fourth');
    await scene.settle();
    await scene.apply(environment(scene.namespace, fleet(4)), zone(scene.namespace));
    await scene.until('it is being built', async () => (await scene.creates()).length > 0);
    const led = await holder();
    const [going, coming] = led === leader.identity ? [leader, next] : [next, leader];
    assert.deepEqual(await going.process.stop('SIGTERM', 30_000), { code: 0, signal: null });
    await until(scene, coming.identity);
    await scene.ready(ENVIRONMENT, DMZ);
    assert.equal((await scene.servers()).length, 4);
    assert.equal((await scene.living('vpc')).length, 1);
  });

  it('the API server is killed in the midst of work and comes back', async function () {
    if (flow.plane.kind !== 'local') return this.skip();
    const scene = sceneOf(2);
    const operator = await start('fifth');
    await scene.settle();
    await scene.apply(environment(scene.namespace, fleet(4)), zone(scene.namespace));
    await scene.until('it is being built', async () => (await scene.creates()).length > 0);
    await flow.plane.killApiServer();
    // It cannot renew its lease, so it ends before anybody else could lead; its Deployment starts it again.
    assert.equal((await operator.process.exited).code, 1);
    await flow.plane.restartApiServer();
    const again = await start('fifth');
    await scene.ready(ENVIRONMENT, DMZ);
    assert.equal((await scene.servers()).length, 4);
    assert.deepEqual([(await scene.living('vpc')).length, (await scene.living('loadbalancer')).length], [1, 1]);
    // A young API server refuses what its policies' parameters are not read for yet.
    await scene.until('six servers are declared', async () => {
      await scene.apply(environment(scene.namespace, fleet(6)));
      return true;
    });
    await flow.plane.killApiServer();
    await flow.plane.restartApiServer();
    let revived = false;
    await scene.until('six servers exist', async () => {
      // A slow machine may need longer for the restart than the lease lasts.
      if (again.process.exit() !== undefined && !revived) {
        revived = true;
        await start('fifth');
      }
      return (await scene.servers()).length === 6;
    });
    await scene.ready(ENVIRONMENT, DMZ);
    assert.equal((await scene.servers()).length, 6);
  });
});

/** Module web with so many servers behind a load balancer. */
function fleet(replicas: number): object {
  return { modules: [webModule({ servers: { replicas }, loadBalancer: balancer })] };
}

/** Writes to the cloud that this process logged. */
function writesIn(operator: OperatorProcess): readonly string[] {
  return readFileSync(operator.logFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"mutating":true'));
}

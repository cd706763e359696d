// The cloud refuses, slows down, loses answers and falls silent: nothing is made twice, the condition says what, where and what to do,
// and when it is over everything goes on by itself.
import assert from 'node:assert/strict';
import { CLOCK_FACTOR } from './cloud.ts';
import { flows, type Play } from './group.ts';
import { F, balancer, environment, webModule, zone } from './objects.ts';
import { DMZ, ENVIRONMENT, type Scene } from './scene.ts';

const REQUEST = /request [0-9A-F-]{36}/;
const error = (status: number, code: string, message = 'By order.') => ({ kind: 'error', status, code, message });

/** Builds the small environment. */
async function build(scene: Scene, spec: object = {}): Promise<void> {
  await scene.settle();
  await scene.apply(environment(scene.namespace, spec), zone(scene.namespace));
}

/** Two servers, one VPC, no more were ever made. */
async function madeOnce(scene: Scene): Promise<void> {
  assert.equal((await scene.servers()).length, 2);
  const vpcs = await scene.living('vpc');
  assert.equal(vpcs.length, 1);
}

/** One fault while building, and the end is as if it had not been. */
const survives =
  (rule: object): Play =>
  async (scene) => {
    await scene.settle();
    await scene.fault({ nth: 1, count: 1, ...rule });
    await scene.apply(environment(scene.namespace), zone(scene.namespace));
    await scene.ready(ENVIRONMENT, DMZ);
    await madeOnce(scene);
  };

/** A refusal of RunInstances that lasts until it is ended. */
const refusedUntilEnded =
  (of: { code: string; status: number; reason: string; stalled: boolean; next: RegExp }): Play =>
  async (scene) => {
    await scene.settle();
    const end = await scene.fault({ match: { action: 'RunInstances' }, count: 0, what: error(of.status, of.code) });
    await scene.apply(environment(scene.namespace), zone(scene.namespace));
    await scene.condition(ENVIRONMENT, {
      type: of.stalled ? 'Stalled' : 'Reconciling',
      status: 'True',
      reason: of.reason,
      message: [new RegExp(`web/${F}: ecs RunInstances was answered ${of.code}`), REQUEST, of.next],
    });
    await scene.ready(DMZ);
    await end();
    await scene.ready(ENVIRONMENT);
    await madeOnce(scene);
  };

flows('flows: a cloud that does not do as asked', 'cloud', {
  scenarios: {
    'InternalError after RunInstances was done': survives({
      match: { action: 'RunInstances' },
      what: error(500, 'InternalError'),
      position: 'after-commit',
    }),
    'the connection breaks after RunInstances was done': survives({
      match: { action: 'RunInstances' },
      what: { kind: 'reset' },
      position: 'answer-lost',
    }),
    'the connection breaks after RunInstances was done, and the token is forgotten': survives({
      match: { action: 'RunInstances' },
      what: { kind: 'reset' },
      position: 'answer-lost',
      forgetToken: true,
    }),
    'the connection breaks after CreateVpc was done': survives({
      match: { action: 'CreateVpc' },
      what: { kind: 'reset' },
      position: 'answer-lost',
    }),
    'an HTML page instead of an answer': survives({ match: { action: 'CreateVSwitch' }, what: { kind: 'html502' } }),
    'an empty 200': survives({
      match: { action: 'CreateSecurityGroup' },
      what: { kind: 'empty200' },
      position: 'after-commit',
    }),
    'a quota that is used up': refusedUntilEnded({
      code: 'QuotaExceed.ElasticQuota',
      status: 403,
      reason: 'QuotaExceeded',
      stalled: true,
      next: /Ask the cloud for a larger quota, or declare less/,
    }),
    'an account without money': refusedUntilEnded({
      code: 'InvalidAccountStatus.NotEnoughBalance',
      status: 403,
      reason: 'InsufficientBalance',
      stalled: true,
      next: /Pay into the account/,
    }),
    'no right to start servers': refusedUntilEnded({
      code: 'Forbidden.RAM',
      status: 403,
      reason: 'PermissionDenied',
      stalled: true,
      next: /Grant the RAM action ecs:RunInstances/,
    }),
    'throttled at every write, then not any more': async (scene) => {
      await scene.settle();
      const end = await scene.fault({
        match: { action: 'RunInstances' },
        count: 0,
        what: { kind: 'throttle', code: 'Throttling.User' },
      });
      await scene.apply(environment(scene.namespace), zone(scene.namespace));
      await scene.condition(ENVIRONMENT, {
        reason: 'Throttled',
        message: [/ecs RunInstances was answered Throttling\.User/, /It is tried again more slowly/],
      });
      const tries = (await scene.calls()).filter((call) => call.action === 'RunInstances').length;
      assert.ok(tries < 10, `${tries} tries`);
      await end();
      await scene.ready(ENVIRONMENT, DMZ);
      await madeOnce(scene);
    },
    'a zone is sold out and back in stock': async (scene) => {
      const type = 'ecs.c6.large';
      const { emulator } = scene.cloud;
      await emulator.control('POST', `zones/${F}/soldout`, { types: [type] });
      await build(scene, { modules: [webModule({ servers: { instanceType: type, replicas: 4 } })] });
      await scene.condition(ENVIRONMENT, {
        type: 'Reconciling',
        reason: 'NoStock',
        message: [
          new RegExp(`web/${F}: ecs RunInstances was answered OperationDenied\\.NoStock`),
          REQUEST,
          /Wait for stock, or declare another instanceType/,
        ],
      });
      await scene.condition(ENVIRONMENT, { status: 'False', reason: 'ZoneImpaired', message: new RegExp(F) });
      await scene.until('the other zone has its servers', async () => (await scene.servers()).length === 2);
      await emulator.control('POST', `zones/${F}/instock`);
      await scene.ready(ENVIRONMENT, DMZ);
      assert.equal((await scene.servers()).filter((server) => server.zone === F).length, 2);
      assert.equal((await scene.servers()).length, 4);
    },
    'the whole API is silent for ten minutes of the cloud, in the midst of work': async (scene) => {
      await build(scene, { modules: [webModule({ loadBalancer: balancer })] });
      await scene.until('the VPC is made', async () => (await scene.creates()).length > 0);
      const end = await scene.fault({ count: 0, what: { kind: 'reset' } });
      const mark = await scene.mark();
      const from = await virtualNow(scene);
      await scene.condition(ENVIRONMENT, {
        reason: 'CloudUnavailable',
        message: /(was answered Network\.|Timeout).*tried again/,
      });
      await scene.until('ten minutes have passed in the cloud', async () => (await virtualNow(scene)) - from > 600_000);
      assert.deepEqual(await scene.writes(mark), []);
      const tries = (await scene.calls()).filter((call) => call.n > mark).length;
      assert.ok(tries < 60 * (600 / CLOCK_FACTOR), `${tries} calls into a dead API`);
      await end();
      await scene.ready(ENVIRONMENT, DMZ);
      await madeOnce(scene);
      assert.equal((await scene.living('loadbalancer')).length, 1);
    },
    'the whole API is silent and back: a finished environment is not doubted': async (scene) => {
      await build(scene);
      await scene.ready(ENVIRONMENT, DMZ);
      const end = await scene.fault({ count: 0, what: { kind: 'reset' } });
      const mark = await scene.mark();
      const from = await virtualNow(scene);
      await silence(scene);
      await scene.until('ten minutes have passed in the cloud', async () => (await virtualNow(scene)) - from > 600_000);
      await end();
      await scene.until('it was looked at again', async () =>
        (await scene.calls()).some(
          (call) => call.n > mark && call.action === 'DescribeInstances' && call.status === 200,
        ),
      );
      await scene.ready(ENVIRONMENT, DMZ, scene.accountName);
      assert.deepEqual(await scene.writes(mark), []);
    },
  },
});

async function virtualNow({ cloud }: Scene): Promise<number> {
  const health: unknown = await cloud.emulator.control('GET', 'health');
  return typeof health === 'object' && health !== null && 'now' in health ? Number(health.now) : Number.NaN;
}

/** Both objects say that nothing is known any more, since when, and of which call. */
async function silence(scene: Scene): Promise<void> {
  const message = [/The cloud was not read since \d{4}-/, /was answered Network\./, /It is tried again/];
  for (const name of [ENVIRONMENT, DMZ])
    await scene.condition(name, { status: 'Unknown', reason: 'CloudUnavailable', message });
}

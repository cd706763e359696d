// What the running operator says to declarations that cannot be done: contradictions that no policy saw, references to nothing,
// accounts that are not usable, and odd designs that are accepted with a finding.
import assert from 'node:assert/strict';
import { flows, type Play } from './group.ts';
import { F, G, environment, pool, webModule, zone } from './objects.ts';
import { DMZ, ENVIRONMENT, MGMT, POOL, type Scene } from './scene.ts';

const STALLED = { type: 'Stalled', status: 'True' } as const;

/** Ready is False and Stalled is True, both with this reason and message. */
async function refused(
  scene: Scene,
  name: readonly [string, string],
  of: { reason: string; message: readonly RegExp[] },
): Promise<void> {
  await scene.condition(name, { ...STALLED, ...of });
  await scene.condition(name, { status: 'False', ...of });
}

/** Nothing was written to the cloud in this account. */
async function untouched(scene: Scene): Promise<void> {
  assert.deepEqual(await scene.writes(), []);
}

/** The account is usable only as far as its key is. */
const withKey =
  (key: string, expected: { reason: string; message: readonly RegExp[] }): Play =>
  async (scene) => {
    await scene.settle({ key: `${key}-${scene.index}` });
    await scene.apply(environment(scene.namespace), zone(scene.namespace));
    await refused(scene, scene.accountName, expected);
    await scene.condition(ENVIRONMENT, {
      reason: expected.reason,
      message: [new RegExp(scene.namespace), ...expected.message],
    });
    await untouched(scene);
    await scene.secret(`good-${scene.index}`);
    await scene.ready(scene.accountName, ENVIRONMENT, DMZ);
  };

flows('flows: declarations that cannot be done', 'bad', {
  scenarios: {
    'subnets of two zones overlap: the younger zone is refused, the older one works': async (scene) => {
      const { namespace } = scene;
      await scene.settle({ unseen: true });
      await scene.apply(environment(namespace), zone(namespace));
      await scene.ready(DMZ);
      await scene.apply(zone(namespace, { name: 'younger' }));
      await refused(scene, ['SecurityZone', 'younger'], {
        reason: 'InvalidSpec',
        message: [
          /spec\.subnets: subnet 10\.20\.0\.0\/24 overlaps 10\.20\.0\.0\/24 of zone dmz: create the zone anew with a range that no other zone uses/,
        ],
      });
      await scene.ready(ENVIRONMENT, DMZ);
      await scene.remove(['SecurityZone', 'younger']);
      await scene.gone(['SecurityZone', 'younger']);
      await scene.apply(zone(namespace, { name: 'younger', third: 8 }));
      await scene.ready(['SecurityZone', 'younger']);
    },
    'a subnet outside the network': async (scene) => {
      const subnets = [
        { zone: F, cidr: '10.99.0.0/24' },
        { zone: G, cidr: '10.20.1.0/24' },
      ];
      await scene.settle({ unseen: true });
      await scene.apply(zone(scene.namespace, { spec: { subnets } }), environment(scene.namespace));
      await refused(scene, DMZ, {
        reason: 'InvalidSpec',
        message: [
          /subnet 10\.99\.0\.0\/24 of zone dmz is not in the network 10\.20\.0\.0\/16: create the zone anew with a range inside it/,
        ],
      });
      await scene.condition(ENVIRONMENT, { reason: 'DependencyNotReady', message: /SecurityZone dmz/ });
      await scene.until('the VPC is made', async () => (await scene.creates()).length > 0);
      assert.deepEqual(await scene.creates(), ['CreateVpc']);
    },
    'a subnet that cannot hold the servers': async (scene) => {
      const subnets = [
        { zone: F, cidr: '10.20.0.0/29' },
        { zone: G, cidr: '10.20.1.0/24' },
      ];
      const modules = [webModule({ servers: { replicas: 20 } })];
      await scene.settle({ unseen: true });
      await scene.apply(environment(scene.namespace, { modules }), zone(scene.namespace, { spec: { subnets } }));
      await refused(scene, DMZ, {
        reason: 'InvalidSpec',
        message: [
          /subnet 10\.20\.0\.0\/29 of zone dmz has 4 usable addresses and 10 are needed: declare fewer servers, or create the zone anew with a larger range/,
        ],
      });
    },
    'a subnet in a zone that is not the environment’s': async (scene) => {
      const subnets = [
        { zone: F, cidr: '10.20.0.0/24' },
        { zone: 'cn-shanghai-finance-1z', cidr: '10.20.1.0/24' },
      ];
      await scene.settle({ unseen: true });
      await scene.apply(environment(scene.namespace), zone(scene.namespace, { spec: { subnets } }));
      await refused(scene, DMZ, {
        reason: 'InvalidSpec',
        message: [
          /has a subnet in cn-shanghai-finance-1z, the environment's zones are cn-shanghai-finance-1f and cn-shanghai-finance-1g/,
        ],
      });
    },
    'a module, a pool and a rule that name objects of another environment': async (scene) => {
      const { namespace } = scene;
      const other = zone(namespace, { name: 'mgmt', third: 8, spec: { environmentRef: { name: 'elsewhere' } } });
      const inbound = [
        {
          name: 'ssh',
          from: { type: 'SecurityZone', securityZoneRef: { name: 'mgmt' } },
          protocol: 'TCP',
          ports: ['22'],
        },
      ];
      await scene.settle({ unseen: true });
      await scene.apply(other, pool(namespace), zone(namespace, { spec: { inbound } }));
      await scene.apply(environment(namespace, { modules: [webModule({ securityZoneRef: { name: 'mgmt' } })] }));
      await refused(scene, ENVIRONMENT, {
        reason: 'InvalidSpec',
        message: [
          /module web names zone mgmt, which belongs to environment elsewhere: name a zone of this environment/,
        ],
      });
      await refused(scene, POOL, {
        reason: 'InvalidSpec',
        message: [/spec\.securityZoneRef: zone mgmt belongs to environment elsewhere/],
      });
      await refused(scene, DMZ, { reason: 'InvalidSpec', message: [/rule ssh admits mgmt of environment elsewhere/] });
      await scene.condition(MGMT, { reason: 'DependencyNotReady', message: /FinanceCloudEnvironment elsewhere/ });
      await untouched(scene);
    },
    'references to nothing, one after the other': async (scene) => {
      const { namespace } = scene;
      await scene.settle();
      const inbound = [
        { name: 'ssh', from: { type: 'BastionPool', bastionPoolRef: { name: 'ops' } }, protocol: 'TCP', ports: ['22'] },
      ];
      await scene.apply(zone(namespace, { spec: { inbound } }), pool(namespace));
      await scene.condition(DMZ, { reason: 'DependencyNotReady', message: /FinanceCloudEnvironment bank/ });
      await scene.condition(POOL, { reason: 'DependencyNotReady', message: /FinanceCloudEnvironment bank/ });
      await scene.remove(POOL);
      await scene.gone(POOL);
      await scene.apply(environment(namespace, { modules: [webModule({ securityZoneRef: { name: 'nowhere' } })] }));
      await scene.condition(ENVIRONMENT, { reason: 'DependencyNotReady', message: /SecurityZone nowhere.*|nowhere/ });
      await scene.condition(DMZ, {
        type: 'RulesInSync',
        status: 'Unknown',
        reason: 'DependencyNotReady',
        message: /ssh waits for the security group id .*of BastionPool ops|BastionPool ops/,
      });
      await scene.apply(environment(namespace), zone(namespace, { name: 'mgmt', third: 8 }), pool(namespace));
      await scene.ready(ENVIRONMENT, DMZ, MGMT, POOL);
    },
    'the account does not exist, then it does': async (scene) => {
      const { namespace } = scene;
      await scene.must('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
      await scene.apply(environment(namespace), zone(namespace));
      await scene.condition(ENVIRONMENT, {
        reason: 'AccountNotFound',
        message: new RegExp(`FinanceCloudAccount ${namespace} does not exist: create it, or correct spec\\.accountRef`),
      });
      await scene.condition(DMZ, { reason: 'AccountNotFound' });
      await scene.secret(`good-${scene.index}`);
      await scene.account();
      await scene.ready(scene.accountName, ENVIRONMENT, DMZ);
    },
    'an account that this namespace may not use': async (scene) => {
      const { namespace } = scene;
      await scene.settle({ unseen: true, account: { allowedNamespaces: ['another'] } });
      await scene.apply(environment(namespace), zone(namespace));
      const message = [
        new RegExp(
          `FinanceCloudAccount ${namespace} does not allow namespace ${namespace}: add it to spec\\.allowedNamespaces`,
        ),
      ];
      await refused(scene, ENVIRONMENT, { reason: 'NamespaceNotAllowed', message });
      await refused(scene, DMZ, { reason: 'NamespaceNotAllowed', message });
      await untouched(scene);
      await scene.account();
      await scene.ready(ENVIRONMENT, DMZ);
    },
    'a Secret that is missing, then incomplete, then right': async (scene) => {
      const { namespace } = scene;
      await scene.settle();
      await scene.dropSecret();
      const where = `Secret finance-cloud-system/${namespace}`;
      await scene.condition(scene.accountName, {
        status: 'False',
        reason: 'CredentialsMissing',
        message: new RegExp(
          `${where} does not exist: create it in the operator's namespace with keys access-key-id and access-key-secret`,
        ),
      });
      await scene.must('POST', '/api/v1/namespaces/finance-cloud-system/secrets', {
        metadata: { name: namespace },
        stringData: { 'access-key-id': `good-${scene.index}` },
      });
      await scene.condition(scene.accountName, {
        reason: 'CredentialsMissing',
        message: new RegExp(`${where} has no value for access-key-secret: add it`),
      });
      await scene.secret(`good-${scene.index}`);
      await scene.ready(scene.accountName);
    },
    'a key that does not exist': withKey('nobody', {
      reason: 'CredentialsInvalid',
      message: [/InvalidAccessKeyId/, /request [0-9A-F-]{36}/, /Put a valid AccessKey into Secret/],
    }),
    'a key that is switched off': withKey('dead', {
      reason: 'CredentialsInvalid',
      message: [/InvalidAccessKeyId\.Inactive/, /request [0-9A-F-]{36}/, /Put a valid AccessKey into Secret/],
    }),
    'a key of another account': async (scene) => {
      const stranger = scene.index + 1;
      await scene.settle({ key: `good-${stranger}` });
      await scene.apply(environment(scene.namespace));
      const message = [
        new RegExp(
          `belongs to account 10000000000${String(stranger).padStart(5, '0')}, not to spec\\.accountId ${scene.accountId}`,
        ),
      ];
      await refused(scene, scene.accountName, { reason: 'AccountMismatch', message });
      await scene.condition(ENVIRONMENT, { reason: 'AccountMismatch', message });
      await untouched(scene);
    },
    'a wrong secret to a right key': async (scene) => {
      await scene.settle();
      await scene.patchSecret({ 'access-key-secret': 'wrong' });
      await refused(scene, scene.accountName, {
        reason: 'CredentialsInvalid',
        message: [/SignatureDoesNotMatch|IncompleteSignature/, /request [0-9A-F-]{36}/],
      });
    },
    'no permission for one action: the rest is built, the RAM action is named, and it goes on when granted': async (
      scene,
    ) => {
      await scene.settle({ key: `poor-${scene.index}` });
      await scene.apply(environment(scene.namespace), zone(scene.namespace));
      await refused(scene, ENVIRONMENT, {
        reason: 'PermissionDenied',
        message: [
          /ecs RunInstances/,
          /Forbidden\.RAM/,
          /request [0-9A-F-]{36}/,
          /Grant the RAM action ecs:RunInstances/,
        ],
      });
      await scene.ready(DMZ);
      await scene.secret(`good-${scene.index}`);
      await scene.ready(ENVIRONMENT);
      assert.equal((await scene.servers()).length, 2);
    },
    'one server, an odd count and no bastion are accepted with findings': async (scene) => {
      const modules = [webModule({ servers: { replicas: 1 } }), webModule({ name: 'odd', servers: { replicas: 3 } })];
      await scene.settle();
      await scene.apply(environment(scene.namespace, { modules }), zone(scene.namespace));
      await scene.ready(ENVIRONMENT, DMZ);
      await scene.finding(
        ENVIRONMENT,
        /Module web has one server, which is a single point of failure: set servers\.replicas to 2 or more/,
      );
      await scene.finding(ENVIRONMENT, /Module odd has an odd number of servers/);
      await scene.finding(ENVIRONMENT, /No BastionPool belongs to this environment/);
      assert.deepEqual((await scene.servers()).map(({ zone: at }) => at ?? '').toSorted(), [F, F, F, G]);
    },
    'a region that the cloud does not know': async (scene) => {
      const region = 'cn-nowhere-finance-1';
      const zones = [
        { name: `${region}a`, role: 'Primary' },
        { name: `${region}b`, role: 'Standby' },
      ];
      await scene.settle({ unseen: true });
      await scene.apply(environment(scene.namespace, { region, zones, modules: [] }));
      await refused(scene, ENVIRONMENT, {
        reason: 'InvalidParameter',
        message: [/InvalidRegionId\.NotFound/, /request [0-9A-F-]{36}/, /Correct spec\.region/],
      });
    },
    'an instance type that the cloud does not sell, then one that it does': async (scene) => {
      await scene.settle();
      const modules = [webModule({ servers: { instanceType: 'ecs.nothing.large' } })];
      await scene.apply(environment(scene.namespace, { modules }), zone(scene.namespace));
      await refused(scene, ENVIRONMENT, {
        reason: 'InvalidParameter',
        message: [
          /ecs RunInstances was answered InvalidInstanceType/,
          /ecs\.nothing\.large|InstanceType/i,
          /request [0-9A-F-]{36}/,
        ],
      });
      await scene.apply(environment(scene.namespace));
      await scene.ready(ENVIRONMENT);
    },
  },
});

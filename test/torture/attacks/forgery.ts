// Forged records and intents, written by somebody who may write status: the shipped roles give that to nobody.
import { createHash } from 'node:crypto';
import { type Call, accountIdOf } from '../../e2e/flows/cloud.ts';
import { F, G, IMAGE, REGION } from '../../e2e/flows/objects.ts';
import type { Loose } from '../../support/api-proxy.ts';
import { create } from './attempt.ts';
import { foreignCalls } from './verdict.ts';
import { ownZone } from './town.ts';
import type { Yard } from './yard.ts';

/** What the ledger says against it; empty when nothing. */
export interface Forged {
  readonly says: string;
}

const contentType = 'application/merge-patch+json';
const AT = '2026-01-01T00:00:00Z';

async function forge(yard: Yard, object: string, status: object): Promise<void> {
  const path = `/apis/financecloud.io/v1alpha1/namespaces/${yard.a}/${object}/status`;
  await yard.must({ method: 'PATCH', path, body: { status }, contentType, as: yard.clerk });
}

async function verdictOf(yard: Yard, isIt: (call: Call) => boolean): Promise<Forged> {
  return {
    says: (await foreignCalls(yard))
      .filter(isIt)
      .map(({ action, n }) => `${n} ${action}`)
      .join(', '),
  };
}

/** Their VPC on record in place of the own one, and a zone that wants its subnets and group there. */
export async function forgeRecords(yard: Yard): Promise<Forged> {
  await forge(yard, 'financecloudenvironments/records', {
    resources: [{ name: 'vpc', type: 'VPC', id: yard.theirs['bank vpc'] }],
  });
  await yard.must({ ...create(ownZone(yard, ['records', 'records'])), as: yard.tenant });
  await yard.until(
    'the zone was looked at',
    async () => (await yard.get('SecurityZone', 'records'))?.status?.conditions,
  );
  await yard.sweeps(5);
  return verdictOf(yard, ({ params }) => params['VpcId'] === yard.theirs['bank vpc']);
}

/** Their group on record of the own zone: servers of the environment would join it, and a rule would admit it. */
export async function forgeGroup(yard: Yard): Promise<Forged> {
  const group = yard.theirs['dmz sg'] ?? '';
  await forge(yard, 'securityzones/dmz', { resources: [{ name: 'sg', type: 'SecurityGroup', id: group }] });
  const from = { type: 'SecurityZone', securityZoneRef: { name: 'dmz' } };
  const subnets = [F, G].map((name, index) => ({ zone: name, cidr: `10.20.${40 + index}.0/24` }));
  const gate = ownZone(yard, ['gate', 'bank'], { subnets, inbound: [{ name: 'in', from, protocol: 'ICMP' }] });
  await yard.must({ ...create(gate), as: yard.tenant });
  await yard.until('the zone was looked at', async () => (await yard.get('SecurityZone', 'gate'))?.status?.conditions);
  await yard.sweeps(4);
  return verdictOf(yard, ({ params }) => Object.values(params).some((text) => text.includes(group)));
}

/** Their servers as capacity, as surplus, and as retained of an environment with start-up units and a load balancer. */
export async function forgeFleet(yard: Yard, name: string): Promise<Forged> {
  const [first = '', second = ''] = [yard.theirs['bank web/0'], yard.theirs['bank web/1']];
  const object = await yard.get('FinanceCloudEnvironment', name);
  const kept = object.status.resources.filter((item: Loose) => item.type !== 'Server');
  const servers = [first, second].map((id, index) => ({
    name: `web/${index}`,
    type: 'Server',
    id,
    zone: index === 0 ? F : G,
  }));
  const step = { slot: 'web/0', module: 'web', surplusId: first, fromZone: F, toZone: G, step: 'Released', since: AT };
  const retained = [{ name: 'web/9', type: 'Server', id: second, since: AT, reason: 'forged' }];
  await forge(yard, `financecloudenvironments/${name}`, {
    resources: [...kept, ...servers],
    replacements: [step],
    retained,
  });
  const path = `/apis/financecloud.io/v1alpha1/namespaces/${yard.a}/financecloudenvironments/${name}`;
  const startup = { units: ['app.service'] };
  const [module] = object.spec.modules;
  const tagged = { ...module.servers, tags: [{ key: 'stolen', value: 'yes' }] };
  const body = { spec: { modules: [{ ...module, servers: tagged, startup }] } };
  await yard.must({ method: 'PATCH', path, body, contentType, as: yard.tenant });
  await yard.sweeps(6);
  return verdictOf(yard, ({ params }) =>
    Object.values(params).some((text) => text.includes(first) || text.includes(second)),
  );
}

const planted = new WeakMap<Yard, Promise<void>>();

/** All forged intents at once; what came of those with this action. */
export async function forgeIntents(yard: Yard, action: string): Promise<Forged> {
  if (!planted.has(yard)) planted.set(yard, plant(yard));
  await planted.get(yard);
  return verdictOf(yard, (call) => call.action === action);
}

async function plant(yard: Yard): Promise<void> {
  const { metadata, status } = await yard.get('FinanceCloudEnvironment', 'intents');
  const [vpc] = status.resources;
  const life = (await yard.cloud.living(accountIdOf(0))).find(({ id }) => id === vpc.id);
  const tags = life?.tagsNow ?? {};
  const owner = tags['financecloud.io/owner'] ?? '';
  const intents = requests(yard, tags).map(
    ({ action, service = 'ecs', type, resource, params, fromObjects }, index) => {
      const attempt = 101 + index;
      const parts = JSON.stringify([owner, metadata.uid, [resource], attempt]);
      const own: Readonly<Record<string, string>> = {
        ...tags,
        'financecloud.io/resource': resource,
        'financecloud.io/attempt': String(attempt),
      };
      const Tag = Object.keys(own)
        .toSorted()
        .map((Key) => ({ Key, Value: own[Key] }));
      return {
        attempt,
        token: createHash('sha256').update(parts).digest('hex'),
        action,
        type,
        resource,
        count: 1,
        request: JSON.stringify({ service, action, params: { RegionId: REGION, Tag, ...params } }),
        ...(fromObjects === undefined ? {} : { fromObjects }),
        // An intent of the future never grows old.
        startedAt: '2099-01-01T00:00:00Z',
      };
    },
  );
  await forge(yard, 'financecloudenvironments/intents', { intents });
  await yard.sweeps(6);
}

interface Request {
  readonly action: string;
  readonly service?: string;
  readonly type: string;
  readonly resource: string;
  readonly params: object;
  readonly fromObjects?: readonly object[];
}

function requests({ theirs, vault, system }: Yard, tags: object): readonly Request[] {
  const server = theirs['bank web/0'];
  const subnet = theirs[`dmz vswitch/${F}`];
  const foreign = { ...tags, 'financecloud.io/uid': theirs['FinanceCloudEnvironment bank'] };
  const path = `../../${system}/secrets/${vault}`;
  const secret = { param: 'UserData', kind: 'Secret', name: path, key: 'access-key-secret', resourceVersion: '1' };
  return [
    { action: 'DeleteInstances', type: 'Server', resource: `web/${F}`, params: { InstanceId: [server], Force: true } },
    {
      action: 'RunCommand',
      type: 'Server',
      resource: `web/${G}`,
      params: { InstanceId: [server], Type: 'RunShellScript', CommandContent: 'id' },
    },
    {
      action: 'TagResources',
      service: 'vpc',
      type: 'VPC',
      resource: 'vpc',
      params: { ResourceType: 'VPC', ResourceId: [theirs['bank vpc']] },
    },
    {
      action: 'AuthorizeSecurityGroup',
      type: 'SecurityGroup',
      resource: 'sg',
      params: {
        SecurityGroupId: theirs['dmz sg'],
        Permissions: [{ IpProtocol: 'TCP', PortRange: '1/65535', SourceCidrIp: '0.0.0.0/0' }],
      },
    },
    {
      action: 'CreateVSwitch',
      service: 'vpc',
      type: 'VSwitch',
      resource: `vswitch/${F}`,
      params: { VpcId: theirs['bank vpc'], ZoneId: F, CidrBlock: '10.20.99.0/24' },
    },
    {
      action: 'RunInstances',
      type: 'Server',
      resource: `web/${F}/1`,
      params: {
        ZoneId: F,
        VSwitchId: subnet,
        SecurityGroupId: theirs['dmz sg'],
        InstanceType: 'ecs.g6.large',
        ImageId: IMAGE.id,
        Amount: 1,
        SystemDisk: { Category: 'cloud_essd', Size: 40 },
      },
    },
    {
      action: 'CreateVpc',
      service: 'vpc',
      type: 'VPC',
      resource: 'vpc/2',
      params: {
        CidrBlock: '10.0.0.0/16',
        Tag: Object.entries(foreign).map(([Key, Value]) => ({ Key, Value })),
      },
    },
    {
      action: 'CreateSecurityGroup',
      type: 'SecurityGroup',
      resource: 'sg/2',
      params: { VpcId: theirs['bank vpc'] },
      fromObjects: [secret],
    },
  ];
}

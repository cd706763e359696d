// Forged intents: frozen requests that would reach others, with the right token and tags wherever that is possible.
import { createHash } from 'node:crypto';
import { accountIdOf } from '../../e2e/flows/cloud.ts';
import { F, G, IMAGE, REGION } from '../../e2e/flows/objects.ts';
import { type Forged, forge, verdictOf } from './forgery.ts';
import type { Yard } from './yard.ts';

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

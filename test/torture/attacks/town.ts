// What stands before the attempts: the other tenant's bank, which must stand unchanged afterwards, and the tenant's own.
import { type Cloud, accountIdOf } from '../../e2e/flows/cloud.ts';
import { balancer, environment, webModule, zone } from '../../e2e/flows/objects.ts';
import type { Sent } from '../../e2e/admission-objects.ts';
import type { Loose } from '../../support/api-proxy.ts';
import { MARKERS } from './markers.ts';
import { type Hands, collectionOf } from './hands.ts';

interface Town extends Hands {
  readonly a: string;
  readonly b: string;
  readonly shared: string;
  readonly tenant: string;
  readonly cloud: Cloud;
}

/** Tags and names that both tenants use. */
export const ALIKE = { tags: [{ key: 'team', value: 'payments' }], displayName: 'payments' } as const;

/** An environment of the tenant; without modules unless told. */
export function own(of: { readonly a: string; readonly shared: string }, name: string, spec: object = {}): Sent {
  const object = environment(of.a, { accountRef: { name: of.shared }, modules: [], ...spec });
  return { ...object, metadata: { ...object.metadata, name } };
}

/** A zone of one of the tenant's environments, with subnets of its own. */
export function ownZone(
  of: { readonly a: string },
  [name, environmentName]: readonly [name: string, environment: string],
  spec: object = {},
): Sent {
  return zone(of.a, { name, spec: { environmentRef: { name: environmentName }, ...spec } });
}

/** Names of a module's zone are those of the environment with `-dmz` behind it. */
export const module = (zoneName: string, over: object = {}): Loose =>
  webModule({ securityZoneRef: { name: zoneName }, ...over });

/** Builds both and returns what is the other tenant's. */
export async function build(town: Town): Promise<Readonly<Record<string, string>>> {
  const { a, b, shared, cloud, tenant, must, apply, condition, get, until } = town;
  await cloud.emulator.control('POST', 'drift', {
    service: 'vpc',
    action: 'CreateVpc',
    account: accountIdOf(0),
    params: { RegionId: 'cn-shanghai-finance-1', CidrBlock: '10.0.0.0/8', VpcName: 'strangers' },
  });
  const secret = (name: string, stringData: object) =>
    must({ method: 'POST', path: `/api/v1/namespaces/${b}/secrets`, body: { metadata: { name }, stringData } });
  await secret('first-boot', { script: `#!/bin/sh\n: ${MARKERS.theirScript}\n` });
  await secret('ledger', { password: MARKERS.otherSecret });
  const userDataFrom = { type: 'Secret', secretKeyRef: { name: 'first-boot', key: 'script' } };
  const servers = { userDataFrom, tags: ALIKE.tags, displayName: ALIKE.displayName };
  const network = { displayName: ALIKE.displayName };
  const theirsOnly = environment(b, { accountRef: { name: shared }, modules: [] });
  await apply(
    environment(b, {
      accountRef: { name: shared },
      network,
      modules: [webModule({ servers, loadBalancer: balancer })],
    }),
    zone(b),
    zone(b, { name: 'inner', third: 8 }),
    zone(b, { name: 'core', third: 24 }),
    { ...theirsOnly, metadata: { ...theirsOnly.metadata, name: 'theirs' } },
  );
  const mine = [
    own({ a, shared }, 'bank', { network, modules: [module('dmz', { servers: { replicas: 2, tags: ALIKE.tags } })] }),
    ownZone({ a }, ['dmz', 'bank']),
    own({ a, shared }, 'records'),
    own({ a, shared }, 'intents'),
    own({ a, shared }, 'fleet', { modules: [module('fleet', { loadBalancer: balancer })] }),
    ownZone({ a }, ['fleet', 'fleet']),
  ];
  for (const object of mine) await must({ method: 'POST', path: collectionOf(object), body: object, as: tenant });
  for (const name of ['bank', 'records', 'intents', 'fleet']) await condition('FinanceCloudEnvironment', name, {});
  const theirs: Record<string, string> = {};
  for (const [kind, name] of [
    ['FinanceCloudEnvironment', 'bank'],
    ['SecurityZone', 'dmz'],
    ['SecurityZone', 'inner'],
    ['SecurityZone', 'core'],
    ['FinanceCloudEnvironment', 'theirs'],
  ] as const) {
    const object: Loose = await until(`${kind} ${name} of the other tenant is Ready`, async () => {
      const found = await get(kind, name, b);
      return found?.status?.conditions?.some((item: Loose) => item.type === 'Ready' && item.status === 'True') && found;
    });
    theirs[`${kind} ${name}`] = object.metadata.uid;
    for (const resource of object.status.resources) theirs[`${name} ${resource.name}`] = resource.id;
  }
  return theirs;
}

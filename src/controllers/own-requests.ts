// Whether a frozen request is one that this object would have made. Whoever was given the right may write a status: what a record
// says is sent only when it is the create of its type, carries this object's token and tags, and stays in its namespace.
import type { Call } from '../cloud/call.ts';
import { TAG_UID, ownershipOf, requestToken } from '../cloud/tags.ts';
import type { CloudRecord } from '../cloud/service.ts';
import type { Intent, ResourceType } from '../crds/index.ts';
import type { Stores } from './kind.ts';
import type { OwnerObject, View } from './model.ts';
import { isRecorded } from './records.ts';
import type { CloudSession } from './sessions.ts';

/** Whose a request must be. */
export interface Requester {
  readonly owner: string;
  readonly uid: string;
  /** Value of the object tag. */
  readonly object: string;
  readonly region: string;
  /** uids of the objects of its namespace, whose networks and groups it may live in. */
  readonly neighbours: () => ReadonlySet<string>;
  readonly view: Pick<View, 'get'>;
}

/** An object as one whose requests are judged. */
export function requesterOf(
  { object, objectTag }: { readonly object: OwnerObject; readonly objectTag: string },
  { owner, region, inventory }: Pick<CloudSession, 'owner' | 'region' | 'inventory'>,
  stores: Pick<Stores, 'environments' | 'zones' | 'pools'>,
): Requester {
  const { uid, namespace = '' } = object.metadata;
  const lists = [stores.environments, stores.zones, stores.pools];
  const uids = () => lists.flatMap((list) => list.list(namespace).map(({ metadata }) => metadata.uid));
  let known: ReadonlySet<string> | undefined;
  const neighbours = () => (known ??= new Set([uid, ...uids()]));
  return { owner, uid, object: objectTag, region, neighbours, view: inventory };
}

const CREATES: Readonly<Record<ResourceType, string>> = {
  VPC: 'vpc CreateVpc',
  VSwitch: 'vpc CreateVSwitch',
  SecurityGroup: 'ecs CreateSecurityGroup',
  Server: 'ecs RunInstances',
  LoadBalancer: 'slb CreateLoadBalancer',
};

const PLACES: Readonly<Record<string, ResourceType>> = {
  VpcId: 'VPC',
  VSwitchId: 'VSwitch',
  SecurityGroupId: 'SecurityGroup',
};

/** `forged`: never made by this object. `elsewhere`: made for a network or group that carries the uid of nobody in its namespace (now). */
export type Origin = 'own' | 'elsewhere' | 'forged';

/** Where the request of an intent comes from. */
export function originOf(call: Call, intent: Intent, of: Requester): Origin {
  const isOwn =
    isRecorded(intent.type) &&
    CREATES[intent.type] === `${call.service} ${call.action}` &&
    call.params['RegionId'] === of.region &&
    isOwnToken(intent, of) &&
    carriesOwnTags(call, intent, of);
  if (!isOwn) return 'forged';
  return Object.entries(PLACES).some(([param, type]) => isElsewhere(type, call.params[param], of))
    ? 'elsewhere'
    : 'own';
}

function isOwnToken({ token, resource, attempt }: Intent, { owner, uid }: Requester): boolean {
  return token === requestToken({ owner, uid, resources: [resource], attempt });
}

function carriesOwnTags(call: Call, intent: Intent, of: Requester): boolean {
  const ownership = ownershipOf(tagsOf(call));
  return (
    ownership?.owner === of.owner &&
    ownership.uid === of.uid &&
    ownership.object === of.object &&
    ownership.resource === intent.resource &&
    ownership.attempt === intent.attempt
  );
}

function tagsOf({ params }: Call): Readonly<Record<string, string>> {
  const tags: unknown = params['Tag'];
  if (!Array.isArray(tags)) return {};
  return Object.fromEntries(tags.flatMap((tag: unknown) => (isPair(tag) ? [[tag.Key, tag.Value]] : [])));
}

function isPair(tag: unknown): tag is { readonly Key: string; readonly Value: string } {
  return typeof tag === 'object' && tag !== null && 'Key' in tag && 'Value' in tag;
}

/** What is not seen yet is not judged: the cloud shows late what was just made. */
function isElsewhere(type: ResourceType, id: unknown, { view, neighbours }: Requester): boolean {
  if (id === undefined) return false;
  if (typeof id !== 'string') return true;
  const presence = view.get<CloudRecord>(type, id);
  return presence.kind === 'present' && !neighbours().has(presence.record.tags[TAG_UID] ?? '');
}

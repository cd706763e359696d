// Before an object's first create: whatever the cloud holds under its name decides. Ours is taken on record again from its
// tags; another's stops everything until a person says whose it is. A restored cluster must not get a second environment.
import type { CloudError } from '../cloud/call.ts';
import type { CloudRecord, Tags } from '../cloud/service.ts';
import { TAG_OBJECT, TAG_OWNER, TAG_UID, ownershipOf } from '../cloud/tags.ts';
import { ANNOTATIONS, type ResourceType } from '../crds/index.ts';
import type { Draft } from './draft.ts';
import type { CloudAction, OwnerObject } from './model.ts';
import { sorted, withMade } from './records.ts';
import { apply } from './services.ts';
import type { CloudSession } from './sessions.ts';

/** A live resource under our name. */
export interface Found {
  readonly type: ResourceType;
  readonly record: CloudRecord & { readonly zone?: string };
}

/** What the look-up says. */
export type Adoption =
  | { readonly kind: 'none' }
  | { readonly kind: 'ours'; readonly found: readonly Found[] }
  | { readonly kind: 'take-over'; readonly found: readonly Found[] }
  | { readonly kind: 'foreign'; readonly message: string }
  | { readonly kind: 'duplicate'; readonly message: string }
  | { readonly kind: 'error'; readonly error: CloudError };

/** Lists the cloud by the object tag alone, whatever owner or uid. */
export async function lookUpObject(
  object: OwnerObject,
  of: { readonly session: CloudSession; readonly types: readonly ResourceType[]; readonly objectTag: string },
): Promise<Adoption> {
  const found: Found[] = [];
  for (const type of of.types) {
    const records = await of.session.inventory.lookUp<Found['record']>(type, { [TAG_OBJECT]: of.objectTag });
    if ('class' in records) return { kind: 'error', error: records };
    found.push(...records.map((record) => ({ type, record })));
  }
  return judgeFound(object, found, of.session.owner);
}

/** Whose the found resources are (pure). */
export function judgeFound(object: OwnerObject, found: readonly Found[], owner: string): Adoption {
  if (found.length === 0) return { kind: 'none' };
  const { uid, annotations } = object.metadata;
  const old = annotations?.[ANNOTATIONS.takeOver];
  const strangers = found.filter(({ record }) => !belongs(record.tags, { owner, uids: [uid, old] }));
  if (strangers.length > 0) return { kind: 'foreign', message: foreignMessage(strangers, owner) };
  const doubles = doublesOf(found);
  if (doubles.length > 0)
    return {
      kind: 'duplicate',
      message: `More resources exist than one request asked for (${doubles.join('; ')}): nothing is created; remove the surplus by hand`,
    };
  return found.every(({ record }) => record.tags[TAG_UID] === uid)
    ? { kind: 'ours', found }
    : { kind: 'take-over', found };
}

/** Everything but servers exists once under its logical name. */
function doublesOf(found: readonly Found[]): readonly string[] {
  const single = found.filter(({ type }) => type !== 'Server');
  const groups = Map.groupBy(
    single,
    ({ type, record }) => `${type} ${ownershipOf(record.tags)?.resource ?? record.id}`,
  );
  return [...groups]
    .filter(([, group]) => group.length > 1)
    .map(([name, group]) => `${name}: ${group.map(({ record }) => record.id).join(', ')}`);
}

function belongs(tags: Tags, of: { readonly owner: string; readonly uids: readonly (string | undefined)[] }): boolean {
  const uid = tags[TAG_UID];
  return tags[TAG_OWNER] === of.owner && uid !== undefined && of.uids.includes(uid);
}

function foreignMessage(strangers: readonly Found[], owner: string): string {
  const ids = strangers.map(({ record }) => record.id).toSorted();
  const more = ids.length > 10 ? ', ...' : '';
  const [tags = {}] = strangers.map(({ record }) => record.tags);
  const way =
    tags[TAG_OWNER] === owner
      ? `Take them over with annotation ${ANNOTATIONS.takeOver}: "${tags[TAG_UID] ?? ''}", or remove them`
      : `They belong to owner ${tags[TAG_OWNER] ?? 'unknown'}: remove them, or set that ownerId on the FinanceCloudAccount first`;
  return `The cloud holds ${ids.length} resources of an object of this name with another uid: ${ids.slice(0, 10).join(', ')}${more}; nothing is created. ${way}`;
}

/** The draft with what was found on record; the attempt goes on after the largest on tags. Pure. */
export function recordFound(draft: Draft, found: readonly Found[]): Draft {
  const groups = Map.groupBy(
    found,
    ({ type, record }) => `${type}|${ownershipOf(record.tags)?.resource ?? record.id}|${record.zone ?? ''}`,
  );
  const resources = [...groups.values()].reduce((records, group) => {
    const [first] = group;
    if (first === undefined) return records;
    const resource = ownershipOf(first.record.tags)?.resource ?? first.record.id;
    return withMade(records, {
      type: first.type,
      resource,
      ids: group.map(({ record }) => record.id),
      // As requests record it: only servers are told apart by their zone.
      zone: first.type === 'Server' ? first.record.zone : undefined,
    });
  }, draft.resources);
  const attempts = found.map(({ record }) => ownershipOf(record.tags)?.attempt ?? 0);
  return { ...draft, resources: sorted(resources), attempt: Math.max(draft.attempt, ...attempts) };
}

/** Writes the new uid on every resource that is taken over; the first failure ends it, and the next visit goes on. */
export async function retag(
  object: OwnerObject,
  found: readonly Found[],
  session: CloudSession,
): Promise<CloudError | string | undefined> {
  const tags: Tags = { [TAG_UID]: object.metadata.uid };
  for (const { type, record } of found) {
    if (record.tags[TAG_UID] === object.metadata.uid) continue;
    const end = await apply(tagAction(type, record.id, tags), {
      region: session.region,
      reader: session.client,
      writer: session.client,
    });
    if (end.kind === 'failed') return end.error;
    if (end.kind === 'held') return end.reason;
    session.inventory.touch(type, [record.id]);
  }
  return undefined;
}

function tagAction(type: ResourceType, id: string, tags: Tags): CloudAction {
  switch (type) {
    case 'VPC':
    case 'VSwitch':
      return { service: 'vpc', action: { kind: 'TagVpcResource', type, id, tags } };
    case 'SecurityGroup':
    case 'Server':
      return { service: 'ecs', action: { kind: 'TagEcsResource', type, ids: [id], tags } };
    case 'LoadBalancer':
      return { service: 'slb', action: { kind: 'TagLoadBalancer', id, tags } };
    default:
      return type satisfies never;
  }
}

// Plans taking away, in the order the cloud demands: what is used goes after its users. Only ids on record are named.
import type { CloudRecord } from '../../cloud/service.ts';
import { TAG_UID } from '../../cloud/tags.ts';
import type { RecordedResource } from '../../crds/index.ts';
import { type ResourceKey, emptyPlan } from '../../plan/change.ts';
import type { CloudAction, CloudChange, CloudPlan, View } from '../model.ts';

/** How a plan says that a resource is kept because it is prepaid. */
export const PREPAID = 'prepaid, and never released by the operator';
/** How a plan says that nobody can tell any more whose a resource is. */
export const UNTAGGED = 'in the cloud without the tags of this object, and never deleted by the operator';

/** The delete call of each type on record. */
function deleteAction(record: RecordedResource): CloudAction {
  const { id } = record;
  switch (record.type) {
    case 'VPC':
      return { service: 'vpc', action: { kind: 'DeleteVpc', id } };
    case 'VSwitch':
      return { service: 'vpc', action: { kind: 'DeleteVSwitch', id } };
    case 'SecurityGroup':
      return { service: 'ecs', action: { kind: 'DeleteSecurityGroup', id } };
    case 'Server':
      return { service: 'ecs', action: { kind: 'DeleteServers', ids: [id] } };
    case 'LoadBalancer':
      return { service: 'slb', action: { kind: 'DeleteLoadBalancer', id } };
    default:
      return record.type satisfies never;
  }
}

/** Deletes one resource on record, after `needs`; nothing once it is confirmed absent, and never what is prepaid. */
export function planDelete(
  record: RecordedResource,
  view: View,
  of: {
    readonly uid: string; // of the object on whose record it is
    readonly needs: readonly ResourceKey[];
    readonly reason?: string;
    readonly impact?: 'Safe' | 'Disruptive';
  },
): CloudPlan {
  const presence = view.get<CloudRecord & { readonly prepaid?: boolean }>(record.type, record.id);
  if (presence.kind === 'absent') return emptyPlan;
  if (presence.kind === 'present') {
    if (presence.record.tags[TAG_UID] !== of.uid) return kept(record, UNTAGGED);
    if (presence.record.prepaid === true) return kept(record, PREPAID);
  }
  const change: CloudChange = {
    verb: 'Delete',
    type: record.type,
    name: record.name,
    ids: [record.id],
    count: 1,
    fields: [],
    impact: of.impact ?? 'Safe',
    blueprint: 'ARCH-6',
    ...(record.zone === undefined ? {} : { zone: record.zone }),
    reason: of.reason ?? 'the object is deleted under deletionPolicy Delete',
    needs: of.needs,
    action: deleteAction(record),
  };
  return { ...emptyPlan, changes: [change] };
}

/** What is paid for in advance (ECS-14) or carries no tags of ours is never released by us: it waits for a person. */
function kept({ type, name, id }: RecordedResource, what: string): CloudPlan {
  return { ...emptyPlan, pending: [{ type, name, id, why: `is ${what}` }] };
}

/** Records that are confirmed absent. */
export function goneOf(records: readonly Pick<RecordedResource, 'type' | 'id'>[], view: View): readonly string[] {
  return records
    .filter((record) => view.get<CloudRecord>(record.type, record.id).kind === 'absent')
    .map((record) => record.id);
}

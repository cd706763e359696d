// Plans taking away, in the order the cloud demands: what is used goes after its users. Only ids on record are named.
import type { CloudRecord } from '../../cloud/service.ts';
import type { RecordedResource } from '../../crds/index.ts';
import { type ResourceKey, emptyPlan } from '../../plan/change.ts';
import type { CloudAction, CloudChange, CloudPlan, View } from '../model.ts';

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

/** Deletes one resource on record, after `needs`; nothing once it is confirmed absent. */
export function planDelete(record: RecordedResource, needs: readonly ResourceKey[], view: View): CloudPlan {
  const presence = view.get<CloudRecord>(record.type, record.id);
  if (presence.kind === 'absent') return emptyPlan;
  const change: CloudChange = {
    verb: 'Delete',
    type: record.type,
    name: record.name,
    ids: [record.id],
    count: 1,
    fields: [],
    impact: 'Safe',
    blueprint: 'ARCH-6',
    ...(record.zone === undefined ? {} : { zone: record.zone }),
    reason: 'the object is deleted under deletionPolicy Delete',
    needs,
    action: deleteAction(record),
  };
  return { ...emptyPlan, changes: [change] };
}

/** Records that are confirmed absent. */
export function goneOf(records: readonly RecordedResource[], view: View): readonly string[] {
  return records
    .filter((record) => view.get<CloudRecord>(record.type, record.id).kind === 'absent')
    .map((record) => record.id);
}

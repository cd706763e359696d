// Plans what the cloud does with a fleet's servers when their host fails: they must come back by themselves. Only exceptions
// are known; a server of which nothing was read yet is left alone.
import type { MaintenanceRecord } from '../../cloud/ecs/model.ts';
import type { FieldChange } from '../../plan/fields.ts';
import { type Reported, emptyPlan } from '../../plan/change.ts';
import type { CloudChange, CloudPlan, View } from '../model.ts';

/** Type under which maintenance actions are listed and planned. */
export const MAINTENANCE = 'ServerMaintenance';

/** The servers of a fleet that are ours to change. */
export interface MaintenanceInput {
  readonly fleet: string;
  readonly serverIds: ReadonlySet<string>;
}

/** One change for all servers of the fleet that would stay down; where the cloud offers no recovery it is only reported. */
export function planMaintenance(input: MaintenanceInput, view: View): CloudPlan {
  const exceptions = view
    .records<MaintenanceRecord>(MAINTENANCE)
    .filter(({ id }) => input.serverIds.has(id))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const mendable = exceptions.filter((record) => record.canRecover);
  return {
    ...emptyPlan,
    changes: mendable.length > 0 ? [setBack(input.fleet, mendable)] : [],
    reported: exceptions.filter((record) => !record.canRecover).map((record) => reportAction(input.fleet, record)),
  };
}

function setBack(fleet: string, records: readonly MaintenanceRecord[]): CloudChange {
  const ids = records.map(({ id }) => id);
  return {
    verb: 'Update',
    type: MAINTENANCE,
    name: fleet,
    ids,
    count: records.length,
    impact: 'Safe',
    blueprint: 'ECS-4',
    fields: records.map(fieldOf),
    reason: 'has servers that would stay down after a fault of their host',
    needs: [],
    action: { service: 'ecs', action: { kind: 'SetMaintenance', ids, action: 'AutoRecover' } },
  };
}

const pathOf = ({ id }: MaintenanceRecord): string => `servers[${id}].maintenanceAction`;

function fieldOf(record: MaintenanceRecord): FieldChange {
  return {
    path: pathOf(record),
    from: record.action,
    to: 'AutoRecover',
    impact: 'Safe',
    rule: 'mutable',
    blueprint: 'ECS-4',
  };
}

function reportAction(fleet: string, record: MaintenanceRecord): Reported {
  return {
    path: `${fleet}.${pathOf(record)}`,
    desired: 'AutoRecover',
    observed: `${record.action}, the only choice for this server`,
    impact: 'Forbidden',
    blueprint: 'ECS-4',
  };
}

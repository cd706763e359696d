// Takes a security zone away: its rules that name our other groups first (so that rings come apart), then subnets and group
// once nothing uses them.
import type { GroupRules, ServerSpec, ServerRecord } from '../../cloud/ecs/model.ts';
import { emptyPlan, joinPlans } from '../../plan/change.ts';
import type { KindPlan } from '../kind.ts';
import type { CloudPlan } from '../model.ts';
import { goneOf, planDelete } from '../parts/removal.ts';
import { namedBy, planRules } from '../parts/rules.ts';
import { recordOf } from '../records.ts';
import type { ZoneInput } from './plan.ts';

/** The plan of a zone that is deleted under Delete. */
export function teardownZone(input: ZoneInput): KindPlan {
  const group = recordOf(input.records, 'sg');
  const inUse = usersOf(input);
  const plan = joinPlans([
    withdrawRules(input, group?.id),
    inUse,
    ...input.records.map((record) =>
      planDelete(record, input.view, {
        uid: input.object.metadata.uid,
        needs: ['Server:users', 'SecurityGroupRules:sg/naming'],
      }),
    ),
    group === undefined ? emptyPlan : namedBy(input.view, group.id),
  ]);
  return { plan, fleets: [], replacements: [], gone: goneOf(input.records, input.view), retain: [] };
}

/** Our own rules with a group as source are ours to withdraw; the rest goes with the group. */
function withdrawRules(input: ZoneInput, groupId: string | undefined): CloudPlan {
  if (groupId === undefined || input.view.get('SecurityGroup', groupId).kind !== 'present') return emptyPlan;
  const live = input.view.detail<GroupRules>('GroupRules', groupId)?.parts;
  if (live === undefined) return emptyPlan;
  const named = live.rules.filter((rule) => rule.source.kind === 'group');
  return planRules({
    groupName: 'sg',
    groupId,
    desired: [],
    blocked: [],
    live: { rules: named },
    undeclared: 'Revoke',
    leavingGroups: new Set(),
  });
}

/** Servers that still live in the zone, and objects that are going to put some there. */
function usersOf(input: ZoneInput): CloudPlan {
  const ids = new Set(input.records.map((record) => record.id));
  const servers = input.view
    .records<ServerRecord & ServerSpec>('Server')
    .filter((server) => ids.has(server.vSwitchId) || server.groupIds.some((id) => ids.has(id)));
  const users = [
    ...input.refs.users,
    ...servers.filter(() => input.refs.users.length === 0).map((server) => `server ${server.id}`),
  ];
  if (users.length === 0) return emptyPlan;
  return {
    ...emptyPlan,
    pending: [
      {
        type: 'Server',
        name: 'users',
        id: '',
        why: `is used by ${users.slice(0, 5).join(', ')}${users.length > 5 ? ` and ${users.length - 5} more` : ''}`,
      },
    ],
  };
}

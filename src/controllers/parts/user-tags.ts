// Plans the tags that an object declares for its servers. Tags that nobody declared and reserved ones are left alone.
import type { ServerRecord } from '../../cloud/ecs/model.ts';
import type { Tags } from '../../cloud/service.ts';
import { isReservedKey } from '../../cloud/tags.ts';
import { emptyPlan } from '../../plan/change.ts';
import type { FieldChange } from '../../plan/fields.ts';
import type { CloudPlan } from '../model.ts';

/** One change that sets the declared tags on all servers of the fleet that lack one or have another value. */
export function planUserTags(fleet: string, declared: Tags, servers: readonly ServerRecord[]): CloudPlan {
  const tags = Object.fromEntries(Object.entries(declared).filter(([key]) => !isReservedKey(key)));
  const differing = servers.filter((server) => differences(server, tags).length > 0);
  if (differing.length === 0) return emptyPlan;
  const ids = differing.map(({ id }) => id);
  const change = {
    verb: 'Tag',
    type: 'Server',
    name: fleet,
    ids,
    count: ids.length,
    impact: 'Safe',
    blueprint: 'ECS-5',
    fields: differing.flatMap((server) => differences(server, tags)),
    reason: 'has servers without the declared tags',
    needs: [],
    action: { service: 'ecs', action: { kind: 'TagEcsResource', type: 'Server', ids, tags } },
  } as const;
  return { ...emptyPlan, changes: [change] };
}

function differences(server: ServerRecord, tags: Tags): readonly FieldChange[] {
  return Object.entries(tags)
    .filter(([key, value]) => server.tags[key] !== value)
    .map(([key, value]) => ({
      path: `servers[${server.id}].tags[${key}]`,
      from: server.tags[key] ?? 'absent',
      to: value,
      impact: 'Safe',
      rule: 'mutable',
      blueprint: 'ECS-5',
    }));
}

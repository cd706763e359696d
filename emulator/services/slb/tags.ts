// Tag actions of load balancing: instances, listeners and server groups.
import type { Answer, Call } from '../../service.ts';
import type { Table } from '../../table.ts';
import { listTagResources, tagResources, untagResources } from '../../tags.ts';
import type { TagCodes, Tagged, TaggedKind, TagRules } from '../../tags.ts';
import { listeners, loadBalancers, serverGroups } from './world.ts';

/** How load balancing refuses tags. */
export const TAG_CODES: TagCodes = {
  key: 'InvalidParam.TagKey',
  value: 'InvalidParam.TagValue',
  duplicate: 'Duplicate.TagKey',
  quota: 'SizeLimitExceeded.Tag',
};

function kind<T extends Tagged>(table: Table<T>, patch: (tags: Tagged['tags']) => Partial<T>): TaggedKind {
  return {
    get: table.get,
    seen: table.seen,
    listSeen: table.listSeen,
    setTags: (id, tags) => table.update(id, patch(tags)),
  };
}

const RULES: TagRules = {
  kinds: (call) => ({
    instance: kind(call.table(loadBalancers), (tags) => ({ tags })),
    listener: kind(call.table(listeners), (tags) => ({ tags })),
    vservergroup: kind(call.table(serverGroups), (tags) => ({ tags })),
  }),
  codes: TAG_CODES,
  unknownType: 'InvalidParam.ResourceType',
  unknownId: 'ResourceNotExist',
  tooManyIds: 'SizeLimitExceeded.ResourceId',
  bothEmpty: 'MissingParam.TagOrResourceId',
};

export const tagSlbResources = (call: Call): Answer => tagResources(call, RULES);
export const untagSlbResources = (call: Call): Answer => untagResources(call, RULES);
export const listSlbTags = (call: Call): Answer => listTagResources(call, RULES);

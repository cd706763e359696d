// Tag codes of ECS, and what can be tagged here.

import type { Call } from '../../service.ts';
import type { TagCodes, TaggedKind, TagRules } from '../../tags.ts';
import { instances, securityGroups } from './tables.ts';

/** How ECS refuses tags. */
export const ECS_TAG_CODES: TagCodes = {
  key: 'InvalidTagKey.Malformed',
  value: 'InvalidTagValue.Malformed',
  duplicate: 'Duplicate.TagKey',
  quota: 'OperationDenied.QuotaExceed',
};

const servers = (call: Call): TaggedKind => {
  const table = call.table(instances);
  return { ...table, setTags: (id, tags) => void table.update(id, { tags }) };
};

const groups = (call: Call): TaggedKind => {
  const table = call.table(securityGroups);
  return { ...table, setTags: (id, tags) => void table.update(id, { tags }) };
};

/** The tag actions of ECS. */
export const ECS_TAG_RULES: TagRules = {
  kinds: (call) => ({ instance: servers(call), securitygroup: groups(call) }),
  codes: ECS_TAG_CODES,
  unknownType: 'InvalidResourceType.NotFound',
  unknownId: 'InvalidResourceId.NotFound',
  tooManyIds: 'NumberExceed.ResourceIds',
  bothEmpty: 'BothEmpty.TagsAndResources',
};

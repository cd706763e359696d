// Tag codes of VPC, and tags in its form `{Key, Value}`.

import type { Call } from '../../service.ts';
import type { TagCodes, TaggedKind, TagRules, Tags } from '../../tags.ts';
import { vpcs, vswitches } from './tables.ts';

/** How VPC refuses tags. */
export const TAG_CODES: TagCodes = {
  key: 'InvalidTagKey',
  value: 'InvalidTagValue',
  duplicate: 'Forbidden.TagKey.Duplicated',
  quota: 'QuotaExceeded.TagNum',
};

/** Tags on the wire. */
export const tagList = (tags: Tags): { readonly Tag: readonly { readonly Key: string; readonly Value: string }[] } => ({
  Tag: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});

const networks = (call: Call): TaggedKind => {
  const table = call.table(vpcs);
  return { ...table, setTags: (id, tags) => void table.update(id, { tags }) };
};

const subnets = (call: Call): TaggedKind => {
  const table = call.table(vswitches);
  return { ...table, setTags: (id, tags) => void table.update(id, { tags }) };
};

/** The tag actions of VPC. */
export const TAG_RULES: TagRules = {
  kinds: (call) => ({ VPC: networks(call), VSWITCH: subnets(call) }),
  codes: TAG_CODES,
  unknownType: 'InvalidInstanceType.NotFound',
  unknownId: 'InvalidInstanceIds.NotFound',
  tooManyIds: 'SizeLimitExceeded.ResourceId',
  bothEmpty: 'BothEmpty.TagsAndResources',
};

// Tag codes of VPC, and tags in its form `{Key, Value}`.

import type { Call } from '../../service.ts';
import type { TagCodes, TaggedKind, TagRules, Tags } from '../../tags.ts';
import { type VSwitch, vpcs, vswitches } from './tables.ts';
import type { TableSpec } from '../../table.ts';

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

const kind = <T extends Pick<VSwitch, 'id' | 'tags'>>(call: Call, spec: TableSpec<T>): TaggedKind => {
  const table = call.table<Pick<VSwitch, 'id' | 'tags'>>(spec as unknown as TableSpec<Pick<VSwitch, 'id' | 'tags'>>);
  return {
    get: table.get,
    seen: table.seen,
    listSeen: table.listSeen,
    setTags: (id, tags) => void table.update(id, { tags }),
  };
};

/** The tag actions of VPC. */
export const TAG_RULES: TagRules = {
  kinds: (call) => ({ VPC: kind(call, vpcs), VSWITCH: kind(call, vswitches) }),
  codes: TAG_CODES,
  unknownType: 'InvalidInstanceType.NotFound',
  unknownId: 'InvalidInstanceIds.NotFound',
  tooManyIds: 'SizeLimitExceeded.ResourceId',
  bothEmpty: 'BothEmpty.TagsAndResources',
};

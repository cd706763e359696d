// Tags as all services take them: `Tag.N.Key`, `Tag.N.Value` (also in lower case), filters, and the three tag actions.

import type { Answer, Call } from './service.ts';
import type { Params } from './params.ts';
import { nextToken, readToken } from './paging.ts';

/** Key to value. */
export type Tags = Readonly<Record<string, string>>;

/** One `Tag.N` of a request. */
export interface TagParam {
  readonly key: string;
  readonly value: string | undefined;
}

/** The tags of a request, in order. */
export const tagParams = (params: Params, name = 'Tag'): readonly TagParam[] =>
  params
    .objects(name)
    .map((tag) => ({ key: tag.text('Key') ?? tag.text('key') ?? '', value: tag.text('Value') ?? tag.text('value') }));

/** Codes with which a service refuses tags. */
export interface TagCodes {
  readonly key: string;
  readonly value: string;
  readonly duplicate: string;
  readonly quota: string;
}

const MAX_TAGS = 20;

const keyIsFree = (key: string): boolean =>
  /^.{1,128}$/.test(key) && !/^(aliyun|acs:)/i.test(key) && !/https?:\/\//.test(key);

/** The tags that a create or TagResources may set; `present` are those that the resource has already. */
export const acceptTags = (call: Call, codes: TagCodes, present: Tags = {}): Tags => {
  const given = tagParams(call.params);
  for (const { key, value } of given) {
    if (!keyIsFree(key)) call.refuse(codes.key);
    if ((value ?? '').length > 128 || /^acs:/i.test(value ?? '')) call.refuse(codes.value);
  }
  if (new Set(given.map(({ key }) => key)).size < given.length) call.refuse(codes.duplicate);
  const tags = { ...present, ...Object.fromEntries(given.map(({ key, value }) => [key, value ?? ''])) };
  if (Object.keys(tags).length > MAX_TAGS) call.refuse(codes.quota);
  return tags;
};

/** Whether tags pass a filter: each key is there, with its value where one is given. */
export const tagsMatch = (tags: Tags, filter: readonly TagParam[]): boolean =>
  filter.every(({ key, value }) => Object.hasOwn(tags, key) && (value === undefined || tags[key] === value));

/** Something with tags, whatever it is. */
export interface Tagged {
  readonly id: string;
  readonly tags: Tags;
}

/** The resources of one ResourceType, for the tag actions. */
export interface TaggedKind {
  readonly get: (id: string) => Tagged | undefined;
  readonly seen: (id: string) => Tagged | undefined;
  readonly listSeen: () => readonly Tagged[];
  readonly setTags: (id: string, tags: Tags) => void;
}

/** What a service says about its tag actions. */
export interface TagRules {
  readonly kinds: (call: Call) => Readonly<Record<string, TaggedKind>>;
  readonly codes: TagCodes;
  readonly unknownType: string;
  readonly unknownId: string;
  readonly tooManyIds: string;
  readonly bothEmpty: string;
}

const kindOf = (call: Call, rules: TagRules): { name: string; kind: TaggedKind } => {
  const asked = call.params.required('ResourceType');
  const found = Object.entries(rules.kinds(call)).find(([name]) => name.toLowerCase() === asked.toLowerCase());
  if (found === undefined) return call.refuse(rules.unknownType);
  return { name: found[0], kind: found[1] };
};

const targets = (call: Call, rules: TagRules, kind: TaggedKind): readonly Tagged[] => {
  const ids = call.params.texts('ResourceId');
  if (ids.length > 50) call.refuse(rules.tooManyIds);
  return ids.map((id) => kind.get(id) ?? call.refuse(rules.unknownId));
};

/** TagResources: all or nothing. */
export const tagResources = (call: Call, rules: TagRules): Answer => {
  const { kind } = kindOf(call, rules);
  const changes = targets(call, rules, kind).map((row) => ({
    id: row.id,
    tags: acceptTags(call, rules.codes, row.tags),
  }));
  for (const { id, tags } of changes) kind.setTags(id, tags);
  return {};
};

/** UntagResources: named keys, or all with `All`. */
export const untagResources = (call: Call, rules: TagRules): Answer => {
  const { kind } = kindOf(call, rules);
  const keys = new Set(call.params.texts('TagKey'));
  const all = call.params.flag('All') === true && keys.size === 0;
  for (const { id, tags } of targets(call, rules, kind)) {
    kind.setTags(id, all ? {} : Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.has(key))));
  }
  return {};
};

const LIST_PAGE = 50;

/** ListTagResources: by ids, by tags, or both; paged by NextToken. */
export const listTagResources = (call: Call, rules: TagRules): Answer => {
  const { name, kind } = kindOf(call, rules);
  const ids = call.params.texts('ResourceId');
  const filter = tagParams(call.params);
  if (ids.length === 0 && filter.length === 0) call.refuse(rules.bothEmpty);
  const rows = ids.length > 0 ? ids.map((id) => kind.seen(id)).filter((row) => row !== undefined) : kind.listSeen();
  const entries = rows
    .filter((row) => tagsMatch(row.tags, filter))
    .flatMap((row) =>
      Object.entries(row.tags).map(([TagKey, TagValue]) => ({
        ResourceId: row.id,
        ResourceType: name,
        TagKey,
        TagValue,
      })),
    );
  const start = readToken(call, call.params.text('NextToken')) ?? 0;
  const size = call.params.int('MaxResults') ?? LIST_PAGE;
  return {
    TagResources: { TagResource: entries.slice(start, start + size) },
    ...(start + size < entries.length ? { NextToken: nextToken(start + size) } : { NextToken: '' }),
  };
};

// Whose a cloud resource is: reserved tags that every resource of ours carries, and the token that makes a create happen once.
import { createHash } from 'node:crypto';
import type { Tags } from './service.ts';

/** Prefix of every key that users may not set. */
export const RESERVED_PREFIX = 'financecloud.io/';
/** Owner id of the account: survives the restore of a cluster. */
export const TAG_OWNER = 'financecloud.io/owner';
/** Name of the release that made the resource. */
export const TAG_INSTALL = 'financecloud.io/install';
/** `<Kind>/<namespace>/<name>` of the object. */
export const TAG_OBJECT = 'financecloud.io/object';
/** uid of the object. */
export const TAG_UID = 'financecloud.io/uid';
/** Logical name of what the request made, shared by all servers of one request. */
export const TAG_RESOURCE = 'financecloud.io/resource';
/** Number of the intent, never used twice by one object. */
export const TAG_ATTEMPT = 'financecloud.io/attempt';

/** Longest value of a tag. */
const LONGEST_VALUE = 128;
/** Longest token that the services take. */
const TOKEN_LENGTH = 64;

/** What the reserved tags say. */
export interface Ownership {
  readonly owner: string;
  readonly install: string;
  /** Value of the object tag, from `objectTag`. */
  readonly object: string;
  readonly uid: string;
  readonly resource: string;
  readonly attempt: number;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Value of the object tag; a name that would be too long is replaced by its hash. */
export function objectTag(kind: string, namespace: string, name: string): string {
  const plain = `${kind}/${namespace}/${name}`;
  return plain.length <= LONGEST_VALUE ? plain : `${kind}/sha256-${sha256(plain)}`;
}

/** True for keys that are the operator's, or that a reader could take for them. */
export function isReservedKey(key: string): boolean {
  return key.trim().toLowerCase().startsWith(RESERVED_PREFIX);
}

/** All tags of a resource; user tags never override or forge reserved ones. */
export function tagsFor(ownership: Ownership, userTags: Tags = {}): Tags {
  const { owner, install, object, uid, resource, attempt } = ownership;
  const allowed = Object.entries(userTags).filter(([key]) => !isReservedKey(key));
  return {
    ...Object.fromEntries(allowed),
    [TAG_OWNER]: owner,
    [TAG_INSTALL]: install,
    [TAG_OBJECT]: object,
    [TAG_UID]: uid,
    [TAG_RESOURCE]: resource,
    [TAG_ATTEMPT]: String(attempt),
  };
}

/** What a resource's tags say of its owner; undefined when one of them is missing or no attempt can be read. */
export function ownershipOf(tags: Tags): Ownership | undefined {
  const owner = tags[TAG_OWNER];
  const install = tags[TAG_INSTALL];
  const object = tags[TAG_OBJECT];
  const uid = tags[TAG_UID];
  const resource = tags[TAG_RESOURCE];
  const attempt = Number(tags[TAG_ATTEMPT] ?? Number.NaN);
  if (!owner || !install || !object || !uid || !resource || !Number.isSafeInteger(attempt)) return undefined;
  return { owner, install, object, uid, resource, attempt };
}

/** What a request is made for. `resources` are the logical names it makes; their order does not matter. */
export interface TokenInput {
  readonly owner: string;
  readonly uid: string;
  readonly resources: readonly string[];
  readonly attempt: number;
}

/** The ClientToken of a request: the same for every try and every process, 64 ASCII characters. */
export function requestToken({ owner, uid, resources, attempt }: TokenInput): string {
  return sha256(JSON.stringify([owner, uid, resources.toSorted(), attempt])).slice(0, TOKEN_LENGTH);
}

// Fields that several kinds share: names, addresses, references, tags. Limits come from the cloud's own.
import { z } from 'zod';
import { RESERVED_TAG_PREFIX } from './names.ts';
import { formed, int32, listMap, rules, text } from './schema.ts';

/** A name inside a list or of another object: a DNS label. */
export const label = (max = 63): z.ZodString =>
  formed(max, {
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    message: `must be 1 to ${max} lower-case letters, digits and -, with a letter or a digit at both ends: such as web or web-2`,
  });

/** A reference to an object of the same namespace (or to a cluster-scoped one) by name. */
export const reference = (what: string) =>
  z.object({ name: label().describe(`Name of the ${what}.`) }).describe(`The ${what}.`);

/** NET-4: how the cloud's console shows a resource. Empty means: derived from metadata.name. */
export const displayName = text(128, {
  min: 2,
  pattern: /^[A-Za-z一-龥][A-Za-z0-9一-龥_-]{1,127}$/,
}).describe(
  'Name shown in the cloud console: 2 to 128 Latin letters, Chinese characters, digits, _ or -, starting with a letter or a Chinese character. Derived from metadata.name when absent.',
);

/** NET-4: free text kept with the resource in the cloud. */
export const description = rules(
  text(256, { min: 0 }).describe(
    'Description kept with the resource: empty, or 2 to 256 characters that do not start with http:// or https://.',
  ),
  {
    rule: 'size(self) != 1',
    message: 'description must be empty or have 2 to 256 characters: write more, or leave it out',
  },
  {
    rule: "!self.startsWith('http://') && !self.startsWith('https://')",
    message: 'description must not start with http:// or https://: put a word in front of the link',
  },
);

/** An IPv4 network in canonical form, such as 10.20.0.0/24. */
export const cidr = (field: string) =>
  rules(
    // No `format: cidr`: the server's own sentence would come first, without a way out.
    text(18, { min: 9 }),
    {
      rule: 'isCIDR(self) && cidr(self).ip().family() == 4',
      message: `${field} must be an IPv4 network such as 10.20.0.0/24`,
    },
    {
      rule: '!isCIDR(self) || cidr(self) == cidr(self).masked()',
      message: `${field} has host bits set: write the network address, such as 10.20.0.0/24`,
    },
  );

/** A zone id such as cn-shanghai-finance-1f. */
export const zoneId = text(64, { pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/ });

/** What happens to the cloud's resources when something leaves the spec, or the object goes. */
export const deletionPolicy = z.enum(['Retain', 'Delete']);

/** What happens to a security-group rule that nobody declared. */
export const undeclaredRules = z
  .enum(['Revoke', 'Report'])
  .describe('Revoke: a rule in the security group that nobody declared is taken away. Report: it is only reported.');

// The cloud takes 20 tags in a create request; six are the operator's own.
const MAX_TAGS = 14;

const tagKey = rules(
  text(128),
  {
    // In any case of letters: the cloud looks at its own so, and nobody may take one for the operator's.
    rule: `!self.lowerAscii().startsWith('${RESERVED_TAG_PREFIX}') && !self.lowerAscii().startsWith('aliyun') && !self.lowerAscii().startsWith('acs:') && !self.contains('http://') && !self.contains('https://')`,
    message: `a tag key must not start with ${RESERVED_TAG_PREFIX}, aliyun or acs:, nor hold http:// or https://: those are reserved, choose another key`,
  },
  {
    rule: 'self == self.trim()',
    message: 'a tag key must not begin or end with white space: leave it out, or choose another key',
  },
).describe('Tag key.');

const tagValue = rules(text(128, { min: 0 }), {
  rule: "!self.lowerAscii().startsWith('acs:') && !self.contains('http://') && !self.contains('https://')",
  message:
    'a tag value must not start with acs:, nor hold http:// or https://: the cloud refuses those, choose another value',
}).describe('Tag value, may be empty.');

/** The user's own tags of servers. */
export const tags = listMap(z.object({ key: tagKey, value: tagValue }), ['key'], MAX_TAGS).describe(
  'Tags put on the servers beside the operator’s own. Tags that others put there are left alone.',
);

/** A TCP or UDP port. */
export const port = int32(1, 65535);

const objectName = text(253, { pattern: /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/ });
const dataKey = text(253, { pattern: /^[-._a-zA-Z0-9]+$/ });

/** A key of a ConfigMap or Secret in the same namespace. */
export const keyReference = (what: string) =>
  z
    .object({ name: objectName.describe(`Name of the ${what}.`), key: dataKey.describe('Key of the value.') })
    .describe(`A key of a ${what} in the same namespace.`);

/** Name of a Secret in the operator's own namespace. */
export const secretReference = z
  .object({ name: objectName.describe('Name of the Secret.') })
  .describe('A Secret in the namespace of the operator.');

/** A key of a Secret's data. */
export const secretKey = dataKey;

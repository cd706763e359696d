// Forging the tags by which it is known whose a resource is.
import assert from 'node:assert/strict';
import { pool } from '../../../e2e/flows/objects.ts';
import { accountIdOf } from '../../../e2e/flows/cloud.ts';
import { type Attempt, create, refused } from '../attempt.ts';
import { module, own, ownZone } from '../town.ts';
import type { Yard } from '../yard.ts';

const server = (yard: Yard, key: string, value = 'x') =>
  own(yard, 'x-tag', { modules: [module('dmz', { servers: { tags: [{ key, value }] } })] });
const bastion = (yard: Yard, key: string) => ({
  ...pool(yard.a, { tags: [{ key, value: 'x' }] }),
  metadata: { name: 'x-tag', namespace: yard.a },
});

const RESERVED = [
  ['`financecloud.io/uid`', 'financecloud.io/uid'],
  ['`FinanceCloud.IO/uid`, another case of letters', 'FinanceCloud.IO/uid'],
  ['` financecloud.io/uid`, white space before it', ' financecloud.io/uid'],
  ['`acs:tag`', 'acs:tag'],
  ['`ACS:tag`', 'ACS:tag'],
  ['`aliyun-tag`', 'aliyun-tag'],
  ['`Aliyun-tag`', 'Aliyun-tag'],
  ['`http://tag`', 'http://tag'],
] as const;

const reserved: readonly Attempt[] = RESERVED.flatMap(([shown, key], index) => [
  refused({
    id: `T${2 * index + 1}`,
    sends: `servers with the tag ${shown}`,
    names: 'spec.modules[0].servers.tags[0].key',
    says: /a tag key must not (start|begin|end) .*: .*another key/,
    call: (yard) => create(server(yard, key)),
  }),
  refused({
    id: `T${2 * index + 2}`,
    sends: `a pool with the tag ${shown}`,
    names: 'spec.tags[0].key',
    says: /a tag key must not (start|begin|end) .*: .*another key/,
    call: (yard) => create(bastion(yard, key)),
  }),
]);

/** Keys that a person reads as reserved, and names that JavaScript objects have by themselves. */
const LOOK_ALIKE = [
  'fіnancecloud.io/uid',
  'ﬁnancecloud.io/uid',
  'financecloud.io／uid',
  '\u200bfinancecloud.io/uid',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
] as const;

/** All of them. */
export const forgedTags = {
  title: 'Override reserved tags',
  attempts: [
    ...reserved,
    refused({
      id: 'T17',
      sends: 'the tag value `ACS:x`',
      names: 'spec.modules[0].servers.tags[0].value',
      says: /choose another value/,
      call: (yard) => create(server(yard, 'team', 'ACS:x')),
    }),
    {
      id: 'T18',
      sends: 'look-alikes of reserved keys (Cyrillic, ligature, full width, zero width), `__proto__`, `constructor`',
      defence: 'tags like any other; the reserved ones stand beside them',
      judged: 'ledger: tags of the servers; no tag is written twice',
      play: async (yard: Yard) => {
        const tags = LOOK_ALIKE.map((key) => ({ key, value: 'x' }));
        await yard.must({
          ...create(own(yard, 'odd', { modules: [module('odd', { servers: { tags } })] })),
          as: yard.tenant,
        });
        await yard.must({ ...create(ownZone(yard, ['odd', 'odd'])), as: yard.tenant });
        const { metadata, status } = await yard.condition('FinanceCloudEnvironment', 'odd', {});
        const ids = new Set(status.resources.map((item: { id: string }) => item.id));
        const servers = (await yard.cloud.living(accountIdOf(0))).filter(
          ({ type, id }) => type === 'instance' && ids.has(id),
        );
        assert.equal(servers.length, 2);
        for (const { tagsNow } of servers) {
          assert.equal(tagsNow['financecloud.io/uid'], metadata.uid);
          assert.deepEqual(
            LOOK_ALIKE.filter((key) => !Object.hasOwn(tagsNow, key)),
            [],
          );
        }
        await yard.sweeps(3);
        const calls = await yard.cloud.calls(accountIdOf(0));
        const tagged = calls.filter(
          ({ action, resourceIds }) => action === 'TagResources' && resourceIds.some((id) => ids.has(id)),
        );
        assert.deepEqual(tagged, []);
      },
    },
  ],
};

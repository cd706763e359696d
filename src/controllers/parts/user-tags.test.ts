import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { serverRecord } from '../../../test/support/cloud-records.ts';
import { planUserTags } from './user-tags.ts';

const key = fc.stringMatching(/^[a-z]{1,2}$/);
const tags = fc.dictionary(key, fc.stringMatching(/^[a-z]{0,2}$/));
const fleet = fc.array(tags, { maxLength: 5 });

describe('planUserTags', () => {
  it('leaves nothing to set once it was done, and touches no tag that nobody declared', () => {
    fc.assert(
      fc.property(tags, fleet, (declared, live) => {
        const servers = live.map((own, index) => serverRecord({ id: `i-${index}`, tags: own }));
        const [change] = planUserTags('web', declared, servers).changes;
        const action = change?.action.action;
        const ids: readonly string[] = action?.kind === 'TagEcsResource' ? action.ids : [];
        const set = action?.kind === 'TagEcsResource' ? action.tags : {};
        assert.ok(Object.keys(set).every((name) => name in declared));
        const after = servers.map((server) =>
          ids.includes(server.id) ? { ...server, tags: { ...server.tags, ...set } } : server,
        );
        assert.deepEqual(planUserTags('web', declared, after).changes, []);
      }),
    );
  });

  it('never sets a reserved tag, however it is spelled', () => {
    const declared = { 'financecloud.io/uid': 'forged', 'FinanceCloud.io/owner': 'forged' };
    assert.deepEqual(planUserTags('web', declared, [serverRecord()]).changes, []);
  });
});

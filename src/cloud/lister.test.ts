import assert from 'node:assert/strict';
import { ok, recordedCloud, refused } from '../../test/support/recorded-cloud.ts';
import { createLister } from './lister.ts';
import type { CloudRecord } from './service.ts';

const mine = { 'financecloud.io/uid': 'u1' };
const records: readonly CloudRecord[] = [
  { id: 'a', state: '', tags: mine },
  { id: 'b', state: '', tags: {} },
];
const lister = createLister<CloudRecord>({
  type: 'Thing',
  service: 'ecs',
  action: 'DescribeThings',
  paging: 'token',
  pageSize: 100,
  idsPerRead: 3,
  byIds: (ids) => ({ Ids: ids.join(',') }),
  page: (_call, answer) => (answer.kind === 'error' ? answer : { kind: 'ok', value: { records } }),
});

describe('createLister', () => {
  it('sweeps without any filter, so that absence can be judged', async () => {
    const cloud = recordedCloud([ok()]);
    assert.deepEqual(await lister.sweep(cloud, 'r1'), { kind: 'ok', records, complete: true, calls: 1 });
    assert.deepEqual(cloud.asked, [
      {
        face: 'read',
        lane: 'sweep',
        call: { service: 'ecs', action: 'DescribeThings', params: { RegionId: 'r1', MaxResults: 100 } },
      },
    ]);
  });

  it('does not take what a cloud that ignores the tag filter hands out for ours', async () => {
    const listing = await lister.byTags(recordedCloud([ok()]), 'r1', mine);
    assert.deepEqual(listing.kind === 'ok' && listing.records.map((record) => record.id), ['a']);
  });

  it('keeps only the ids that were asked for', async () => {
    const listing = await lister.byIds(recordedCloud([ok()]), 'r1', ['b', 'c']);
    assert.deepEqual(listing.kind === 'ok' && listing.records.map((record) => record.id), ['b']);
  });

  it('asks nothing for no ids: an empty filter would be no filter', async () => {
    const cloud = recordedCloud([]);
    assert.deepEqual(await lister.byIds(cloud, 'r1', []), { kind: 'ok', records: [], complete: true, calls: 0 });
    assert.equal(cloud.asked.length, 0);
  });

  it('hands on the error of a page', async () => {
    const listing = await lister.sweep(recordedCloud([refused('rights')]), 'r1');
    assert.equal(listing.kind === 'error' && listing.error.class, 'rights');
  });
});

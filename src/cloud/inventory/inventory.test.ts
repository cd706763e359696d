// The inventory over a small world of values, under virtual time: what it concludes, from what, and when.
import assert from 'node:assert/strict';
import { VirtualClock, seededRandom } from '../../../test/support/virtual-clock.ts';
import { silentMeter } from '../../kernel/meter.ts';
import type { Answer, CloudError, Reader } from '../call.ts';
import { cloudError } from '../errors.ts';
import type { CloudRecord, DetailReader, Lister, Listing } from '../service.ts';
import { createInventory } from './create.ts';
import type { Interest } from './inventory.ts';
import { createInventoryMeter } from './metrics.ts';

interface Server extends CloudRecord {
  readonly createdAt?: string;
}

const UID = 'financecloud.io/uid';
const server = (id: string, state = 'Running', uid = 'uid-1'): Server => ({ id, state, tags: { [UID]: uid } });
const failure = (code: string): CloudError =>
  cloudError({ service: 'ecs', action: 'DescribeInstances', code, status: 404, mutating: false }, { message: '' });
const noReader: Reader = { read: () => Promise.resolve<Answer>({ kind: 'error', error: failure('unused') }) };

/** A cloud of servers whose answers a test bends. */
class World {
  readonly servers = new Map<string, Server>();
  readonly calls: string[] = [];
  hiddenInSweeps: ReadonlySet<string> = new Set();
  hiddenById: ReadonlySet<string> = new Set();
  complete = true;
  error: CloudError | undefined;
  absenceCode = false;
  sweepMs = 0;
  paged = false;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock, count = 0) {
    this.#clock = clock;
    for (let index = 0; index < count; index++) this.servers.set(`i-${index}`, server(`i-${index}`));
  }

  readonly lister: Lister = {
    type: 'Server',
    service: 'ecs',
    idsPerRead: 100,
    sweep: async (_, __, onPage) => {
      this.calls.push('sweep');
      if (this.paged) onPage?.([...this.servers.values()]);
      const listing = this.#listing([...this.servers.values()].filter(({ id }) => !this.hiddenInSweeps.has(id)));
      await this.#clock.sleep(this.sweepMs); // the answer tells what was true when it was asked
      return listing;
    },
    byIds: (_, __, ids) => {
      this.calls.push(`read ${ids.length}`);
      const found = ids.flatMap((id) => (this.hiddenById.has(id) ? [] : (this.servers.get(id) ?? [])));
      if (this.absenceCode && found.length < ids.length) {
        return Promise.resolve({ kind: 'error', error: failure('InvalidInstanceId.NotFound') });
      }
      return Promise.resolve(this.#listing(found));
    },
    byTags: (_, __, tags) =>
      Promise.resolve(this.#listing([...this.servers.values()].filter(({ tags: own }) => own[UID] === tags[UID]))),
  };

  #listing(records: readonly Server[]): Listing<CloudRecord> {
    if (this.error !== undefined) return { kind: 'error', error: this.error };
    const copies = records.map((record) => ({ ...record, tags: { ...record.tags } }));
    return { kind: 'ok', records: copies, complete: this.complete, calls: 1 };
  }
}

const settings = {
  sweepSeconds: 60,
  slowSeconds: 600,
  pollMs: 1000,
  absenceGraceSeconds: 30,
  visibilityGraceSeconds: 900,
};

function interest(ids: readonly string[], more: Partial<Interest> = {}): Interest {
  return { key: 'zone/a', uid: 'uid-1', ids: ids.map((id) => ({ type: 'Server', id })), details: [], ...more };
}

function started(count: number, options: { details?: readonly DetailReader<unknown>[] } = {}) {
  const clock = new VirtualClock();
  const world = new World(clock, count);
  const heard: string[][] = [];
  const inventory = createInventory({
    listers: [world.lister],
    details: options.details ?? [],
    reader: noReader,
    region: 'r',
    clock,
    random: seededRandom(1),
    settings,
    meter: createInventoryMeter(silentMeter, { account: 'a', region: 'r' }),
    onChange: (keys) => heard.push([...keys]),
  });
  const kind = (id: string): string => inventory.get('Server', id).kind;
  return { clock, world, inventory, heard, kind };
}

const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `i-${index}`);
/** Long enough that nothing is young any more. */
const GROWN = 1_000_000;

async function grown(count: number) {
  const all = started(count);
  all.inventory.track(interest(ids(count)));
  await all.clock.advance(GROWN);
  all.heard.length = 0;
  all.world.calls.length = 0;
  return all;
}

async function vanished(count: number, missing: number) {
  const all = started(count);
  all.inventory.track(interest(ids(count)));
  await all.clock.advance(GROWN);
  const before = new Map(all.world.servers);
  for (const id of ids(missing)) all.world.servers.delete(id);
  await all.clock.advance(200_000);
  return { ...all, before };
}

describe('inventory', () => {
  it('makes no call while nobody tracks anything, and none after the last one left', async () => {
    const { clock, world, inventory } = started(3);
    await clock.advance(600_000);
    assert.deepEqual(world.calls, []);
    inventory.track(interest(ids(3)));
    await clock.advance(100);
    assert.ok(inventory.synced());
    inventory.forget('zone/a');
    const before = world.calls.length;
    await clock.advance(600_000);
    assert.equal(world.calls.length, before);
    assert.equal(clock.pending, 0, 'no timer is left');
    assert.equal(inventory.synced(), false, 'what was seen before a pause is not believed after it');
  });

  it('tells everybody when the first whole pass is over', async () => {
    const { clock, inventory, heard } = started(1);
    inventory.track(interest(['i-0']));
    inventory.track(interest([], { key: 'zone/b', uid: 'uid-2' }));
    assert.equal(inventory.synced(), false);
    await clock.advance(100);
    assert.deepEqual(heard.flat().toSorted(), ['zone/a', 'zone/b']);
  });

  it('is not synced by a pass that was not whole, and sweeps again soon', async () => {
    const { clock, world, inventory } = started(1);
    world.complete = false;
    inventory.track(interest(['i-0']));
    await clock.advance(1000);
    assert.equal(inventory.synced(), false);
    world.complete = true;
    await clock.advance(5000);
    assert.ok(inventory.synced());
  });

  it('sees a change with the next sweep, tells only its owner, and says nothing while nothing changes', async () => {
    const { clock, world, inventory, heard } = started(2);
    world.servers.set('i-9', server('i-9', 'Running', 'uid-2'));
    inventory.track(interest(['i-0', 'i-1']));
    inventory.track(interest(['i-9'], { key: 'zone/b', uid: 'uid-2' }));
    await clock.advance(600_000);
    heard.length = 0;
    const array = inventory.records('Server');
    await clock.advance(600_000);
    assert.deepEqual(heard, []);
    assert.equal(inventory.records('Server'), array, 'a stable array between changes');
    world.servers.set('i-1', server('i-1', 'Stopped'));
    await clock.advance(60_000);
    assert.deepEqual(heard, [['zone/a']]);
  });

  it('tells an owner of a record that only its tag names', async () => {
    const { clock, world, inventory, heard } = started(1);
    inventory.track(interest(['i-0']));
    await clock.advance(1000);
    heard.length = 0;
    world.servers.set('i-clone', server('i-clone'));
    await clock.advance(60_000);
    assert.deepEqual(heard, [['zone/a']]);
    assert.deepEqual(
      inventory.tagged('Server', { [UID]: 'uid-1' }).map(({ id }) => id),
      ['i-0', 'i-clone'],
    );
    assert.deepEqual(inventory.tagged('Server', { [UID]: 'uid-1', other: 'x' }), []);
  });

  it('tells what a page shows without waiting for the last page', async () => {
    const { clock, world, inventory, heard } = started(2);
    inventory.track(interest(ids(2)));
    await clock.advance(1000);
    heard.length = 0;
    world.paged = true;
    world.sweepMs = 30_000;
    world.servers.set('i-1', server('i-1', 'Stopped'));
    await clock.advance(60_000);
    assert.deepEqual(heard, [['zone/a']]);
    assert.equal(world.calls.filter((call) => call === 'sweep').length, 2);
  });

  it('tells whoever tracks the parent of a part, also of a part that a stranger added', async () => {
    const { clock, world, inventory, heard } = started(1);
    world.lister.parentOf = () => 'lb-1';
    inventory.track(interest(['lb-1'], { uid: 'nobody' }));
    await clock.advance(1000);
    heard.length = 0;
    world.servers.set('i-part', server('i-part', 'stopped', 'no-uid'));
    await clock.advance(60_000);
    assert.deepEqual(heard, [['zone/a']]);
  });

  it('shares one read among all who wait, a hundred ids a call', async () => {
    const { clock, world, inventory } = started(150);
    inventory.track(interest(ids(150)));
    await clock.advance(100);
    world.calls.length = 0;
    for (const id of ids(150)) inventory.touch('Server', [id]);
    inventory.touch('Server', ids(150));
    await clock.advance(1000);
    assert.deepEqual(world.calls, ['read 100', 'read 50']);
  });

  it('reads past its memory when asked to, and names the error when that fails', async () => {
    const { clock, world, inventory } = started(1);
    inventory.track(interest(['i-0']));
    await clock.advance(100);
    world.servers.set('i-0', server('i-0', 'Stopped'));
    const found = await inventory.fresh('Server', ['i-0', 'i-none']);
    assert.deepEqual(found, [server('i-0', 'Stopped')]);
    world.error = failure('InvalidAccessKeyId.NotFound');
    const failed = await inventory.fresh('Server', ['i-0']);
    assert.ok('class' in failed && failed.class === 'credential');
  });

  it('never lets a slow sweep overwrite what was read after it began', async () => {
    const { clock, world, inventory } = started(1);
    inventory.track(interest(['i-0']));
    await clock.advance(100);
    world.sweepMs = 20_000;
    await clock.advance(60_000 - 5000); // a sweep that shows Running is under way or about to be
    await clock.advance(6000);
    world.servers.set('i-0', server('i-0', 'Stopped'));
    await inventory.fresh('Server', ['i-0']);
    const sweeps = world.calls.filter((call) => call === 'sweep').length;
    await clock.advance(15_000);
    assert.equal(world.calls.filter((call) => call === 'sweep').length, sweeps);
    const presence = inventory.get('Server', 'i-0');
    assert.ok(presence.kind === 'present' && presence.record.state === 'Stopped');
  });
});

describe('absence', () => {
  it('is judged from a whole sweep and two reads by id half a minute apart, and not before', async () => {
    const { clock, world, heard, kind } = await grown(10);
    world.servers.delete('i-3');
    await clock.advanceUntil(() => kind('i-3') !== 'present');
    assert.equal(kind('i-3'), 'unconfirmed');
    assert.deepEqual(heard, [['zone/a']], 'the vanishing itself is news');
    await clock.advance(100);
    assert.equal(world.calls.filter((call) => call.startsWith('read')).length, 1, 'read by id at once');
    await clock.advance(29_000);
    assert.equal(kind('i-3'), 'unconfirmed');
    await clock.advance(1500);
    assert.equal(kind('i-3'), 'absent');
    assert.deepEqual(heard.at(-1), ['zone/a']);
    assert.equal(kind('i-4'), 'present');
  });

  it('is also told by a code, and then only of the id that the code is about', async () => {
    const { clock, world, kind } = await grown(10);
    world.absenceCode = true;
    world.servers.delete('i-3');
    world.hiddenInSweeps = new Set(['i-3', 'i-4']);
    await clock.advance(120_000);
    assert.equal(kind('i-3'), 'absent');
    assert.equal(kind('i-4'), 'present', 'its own read showed it');
  });

  const harmless: readonly { readonly why: string; readonly bend: (world: World) => void }[] = [
    { why: 'a sweep that lacks what a read by id shows', bend: (world) => (world.hiddenInSweeps = new Set(['i-3'])) },
    { why: 'a read by id that lacks what sweeps show', bend: (world) => (world.hiddenById = new Set(['i-3'])) },
    {
      why: 'a drifting listing, however long',
      bend: (world) => {
        world.complete = false;
        world.servers.delete('i-3');
      },
    },
    { why: 'a dead access key', bend: (world) => (world.error = failure('InvalidAccessKeyId.NotFound')) },
    { why: 'an HTML 404', bend: (world) => (world.error = failure('UnreadableAnswer')) },
    { why: 'a code that nobody knows', bend: (world) => (world.error = failure('Never.Heard.Of')) },
  ];
  for (const { why, bend } of harmless) {
    it(`is never concluded from ${why}`, async () => {
      const { clock, world, inventory, kind } = await grown(10);
      bend(world);
      inventory.touch('Server', ['i-3']);
      await clock.advance(600_000);
      assert.notEqual(kind('i-3'), 'absent');
    });
  }

  it('is not concluded while reads flip between there and not there', async () => {
    const { clock, world, kind, inventory } = await grown(10);
    for (let turn = 0; turn < 40; turn++) {
      const hidden = new Set(turn % 2 === 0 ? ['i-3'] : []);
      world.hiddenInSweeps = hidden;
      world.hiddenById = hidden;
      inventory.touch('Server', ['i-3']);
      await clock.advance(20_000);
      assert.notEqual(kind('i-3'), 'absent');
    }
  });

  it('ends when the id is seen again', async () => {
    const { clock, world, heard, kind } = await grown(10);
    const gone = world.servers.get('i-3');
    world.servers.delete('i-3');
    await clock.advance(120_000);
    assert.equal(kind('i-3'), 'absent');
    heard.length = 0;
    if (gone !== undefined) world.servers.set('i-3', gone);
    await clock.advance(60_000);
    assert.equal(kind('i-3'), 'present');
    assert.deepEqual(heard, [['zone/a']]);
  });

  it('is not judged of a young id, and is as soon as it has grown', async () => {
    const { clock, inventory, kind } = started(1);
    inventory.track(interest(['i-0', 'i-new']));
    await clock.advance(899_000);
    assert.equal(kind('i-new'), 'unconfirmed');
    await clock.advance(2500);
    assert.equal(kind('i-new'), 'absent');
  });

  it('protects the young also after they were seen once: lists lag and flip', async () => {
    const { clock, world, inventory, kind } = started(2);
    inventory.track(interest(['i-0', 'i-1']));
    await clock.advance(1000);
    world.servers.delete('i-1');
    await clock.advance(600_000);
    assert.equal(kind('i-1'), 'unconfirmed');
    assert.deepEqual(inventory.get('Server', 'i-1'), { kind: 'unconfirmed', last: server('i-1') });
  });

  it('counts no jump of the wall clock as age', async () => {
    const { clock, inventory, kind } = started(1);
    inventory.track(interest(['i-0', 'i-new']));
    await clock.advance(1000);
    clock.jumpWall(86_400_000);
    await clock.advance(120_000);
    assert.equal(kind('i-new'), 'unconfirmed');
  });

  it('believes the cloud that a server is old, so that a restart does not delay repairs', async () => {
    const { clock, world, inventory, kind } = started(0);
    world.servers.set('i-old', { ...server('i-old'), createdAt: '2025-12-31T10:57Z' });
    world.servers.set('i-young', { ...server('i-young'), createdAt: '2025-12-31T23:50Z' });
    inventory.track(interest(['i-old', 'i-young']));
    await clock.advance(1000);
    world.servers.clear();
    await clock.advance(120_000);
    assert.equal(kind('i-old'), 'absent');
    assert.equal(kind('i-young'), 'unconfirmed', 'ten minutes are less than our clocks may differ');
  });

  for (const [how, tell] of [
    [
      'by the one who deleted it',
      ({ inventory }: ReturnType<typeof started>) => inventory.expectGone('Server', ['i-1']),
    ],
    [
      'by the record of its delete',
      ({ inventory }: ReturnType<typeof started>) =>
        inventory.track(
          interest([], {
            ids: [
              { type: 'Server', id: 'i-0' },
              { type: 'Server', id: 'i-1', leaving: true },
            ],
          }),
        ),
    ],
  ] as const) {
    it(`needs no age when it was announced ${how}`, async () => {
      const all = started(2);
      all.inventory.track(interest(['i-0', 'i-1']));
      await all.clock.advance(1000);
      tell(all);
      await all.clock.advance(2000);
      assert.equal(all.kind('i-1'), 'present', 'it still is listed for a while');
      all.world.servers.delete('i-1');
      await all.clock.advance(120_000);
      assert.equal(all.kind('i-1'), 'absent');
      assert.equal(all.kind('i-0'), 'present');
    });
  }
});

describe('doubt', () => {
  for (const [count, missing, doubtful, why] of [
    [8, 5, true, 'at least five and more than half'],
    [4, 4, false, 'all of them, but fewer than five'],
    [10, 5, false, 'five, but not more than half'],
    [100, 100, true, 'everything'],
  ] as const) {
    it(`${doubtful ? 'begins' : 'does not begin'} when ${missing} of ${count} vanish at once: ${why}`, async () => {
      const { inventory, kind } = await vanished(count, missing);
      assert.equal(inventory.doubt()?.missing, doubtful ? missing : undefined);
      assert.equal(kind('i-0'), doubtful ? 'unconfirmed' : 'absent');
    });
  }

  it('is ended by a full answer in which they are back', async () => {
    const { clock, world, inventory, heard, kind, before } = await vanished(8, 8);
    heard.length = 0;
    for (const [id, record] of before) world.servers.set(id, record);
    await clock.advance(61_000);
    assert.equal(inventory.doubt(), undefined);
    assert.equal(kind('i-0'), 'present');
    assert.deepEqual([...new Set(heard.flat())], ['zone/a']);
  });

  it('is ended by an administrator, and then what is missing is judged', async () => {
    const { clock, inventory, kind } = await vanished(8, 8);
    assert.ok(inventory.doubt());
    inventory.settleDoubt();
    await clock.advance(2000);
    assert.equal(inventory.doubt(), undefined);
    assert.equal(kind('i-0'), 'absent');
  });

  it('is not raised by what was deleted on purpose', async () => {
    const { clock, world, inventory, kind } = started(8);
    inventory.track(interest(ids(8)));
    await clock.advance(1000);
    world.servers.clear();
    inventory.expectGone('Server', ids(8));
    await clock.advance(120_000);
    assert.equal(inventory.doubt(), undefined);
    assert.equal(kind('i-0'), 'absent');
  });

  it('is raised by a first sweep that lacks what is on record: an endpoint may be wrong', async () => {
    const { clock, inventory, kind } = started(0);
    inventory.track(interest(ids(6)));
    await clock.advance(2_000_000);
    assert.equal(inventory.doubt()?.missing, 6);
    assert.equal(kind('i-0'), 'unconfirmed');
  });

  it('is not raised by ids that were made a moment ago and are not listed yet', async () => {
    const { clock, inventory } = started(2);
    inventory.track(interest(ids(2)));
    await clock.advance(10_000);
    inventory.track(interest([...ids(2), ...Array.from({ length: 10 }, (_, index) => `i-new-${index}`)]));
    await clock.advance(600_000);
    assert.equal(inventory.doubt(), undefined);
  });
});

describe('failures and details', () => {
  it('keeps the last failure of a tier until it succeeds, since the first in a row', async () => {
    const { clock, world, inventory } = started(1);
    inventory.track(interest(['i-0']));
    await clock.advance(1000);
    world.error = failure('ServiceUnavailable');
    await clock.advance(60_000);
    const since = inventory.failures()[0]?.since;
    await clock.advance(60_000);
    assert.deepEqual(
      inventory.failures().map((one) => [one.type, one.since === since, one.error.code]),
      [['Server', true, 'ServiceUnavailable']],
    );
    world.error = undefined;
    await clock.advance(60_000);
    assert.deepEqual(inventory.failures(), []);
  });

  it('reads the parts of a parent at once, at its slow interval, and when touched; and tells of changes only', async () => {
    const reads: string[] = [];
    let rules = 1;
    const detail: DetailReader<unknown> = {
      type: 'GroupRules',
      service: 'ecs',
      read: (_, __, parentId) => {
        reads.push(parentId);
        return Promise.resolve({ kind: 'ok', parts: { rules: [rules] } });
      },
    };
    const { clock, inventory, heard } = started(1, { details: [detail] });
    inventory.track(interest(['i-0'], { details: [{ type: 'GroupRules', parentId: 'sg-1' }] }));
    await clock.advance(2000);
    assert.deepEqual(reads, ['sg-1']);
    assert.deepEqual(inventory.detail('GroupRules', 'sg-1')?.parts, { rules: [1] });
    heard.length = 0;
    await clock.advance(605_000);
    assert.equal(reads.length, 2);
    assert.deepEqual(heard, []);
    rules = 2;
    inventory.touchDetail('GroupRules', ['sg-1', 'sg-unwanted']);
    await clock.advance(1000);
    assert.deepEqual(heard, [['zone/a']]);
    assert.deepEqual(reads, ['sg-1', 'sg-1', 'sg-1']);
    inventory.track(interest(['i-0']));
    await clock.advance(700_000);
    assert.equal(reads.length, 3, 'nobody wants it any more');
  });

  it('stops for good when it is closed', async () => {
    const { clock, world, inventory } = started(1);
    inventory.track(interest(['i-0']));
    await clock.advance(1000);
    inventory.close();
    const before = world.calls.length;
    inventory.touch('Server', ['i-0']);
    inventory.track(interest(['i-0']));
    await clock.advance(600_000);
    assert.equal(world.calls.length, before);
    assert.equal(clock.pending, 0);
  });
});

// Slow lists of an inventory under virtual time: when they are read, who hears of them, and what they never decide.
import assert from 'node:assert/strict';
import { VirtualClock, seededRandom } from '../../../test/support/virtual-clock.ts';
import { silentMeter } from '../../kernel/meter.ts';
import type { Answer, CloudError, Reader } from '../call.ts';
import { cloudError } from '../errors.ts';
import type { CloudRecord, Lister, Listing } from '../service.ts';
import { createInventory } from './create.ts';
import { createInventoryMeter } from './metrics.ts';

const record = (id: string): CloudRecord => ({ id, state: '', tags: {} });
const failure = (code: string): CloudError =>
  cloudError(
    { service: 'ecs', action: 'DescribeInstanceMaintenanceAttributes', code, status: 403, mutating: false },
    { message: '' },
  );
const reader: Reader = { read: () => Promise.resolve<Answer>({ kind: 'error', error: failure('unused') }) };
const settings = {
  sweepSeconds: 60,
  slowSeconds: 600,
  pollMs: 1000,
  absenceGraceSeconds: 30,
  visibilityGraceSeconds: 900,
};

function started(count = 2) {
  const clock = new VirtualClock();
  const calls: string[] = [];
  const heard: string[][] = [];
  const world = { down: new Set<string>(), gone: new Set<string>(), error: '', complete: true };
  const listed = (ids: readonly string[]): Listing<CloudRecord> =>
    world.error === ''
      ? { kind: 'ok', records: ids.map(record), complete: world.complete, calls: 1 }
      : { kind: 'error', error: failure(world.error) };
  const absent: Listing<CloudRecord> = { kind: 'error', error: failure('InvalidInstanceId.NotFound') };
  const servers: Lister = {
    type: 'Server',
    service: 'ecs',
    idsPerRead: 100,
    sweep: () =>
      Promise.resolve({
        kind: 'ok',
        records: Array.from({ length: count }, (_, index) => record(`i-${index}`)),
        complete: true,
        calls: 1,
      }),
    byIds: () => Promise.resolve({ kind: 'ok', records: [], complete: true, calls: 1 }),
    byTags: () => Promise.resolve({ kind: 'ok', records: [], complete: true, calls: 1 }),
  };
  const slow: Lister = {
    ...servers,
    type: 'ServerMaintenance',
    tier: 'slow',
    sweep: () => {
      calls.push('sweep');
      return Promise.resolve(listed([...world.down]));
    },
    byIds: (_, __, ids) => {
      calls.push(`read ${ids.length}`);
      return Promise.resolve(
        ids.some((id) => world.gone.has(id)) ? absent : listed(ids.filter((id) => world.down.has(id))),
      );
    },
  };
  const inventory = createInventory({
    listers: [servers, slow],
    details: [],
    reader,
    region: 'r',
    clock,
    random: seededRandom(1),
    settings,
    meter: createInventoryMeter(silentMeter, { account: 'a', region: 'r' }),
    onChange: (keys) => heard.push([...keys]),
  });
  const ids = Array.from({ length: count }, (_, index) => ({ type: 'Server', id: `i-${index}` }));
  inventory.track({ key: 'env/a', uid: 'uid-1', ids, details: [] });
  inventory.track({ key: 'env/b', uid: 'uid-2', ids: [], details: [] });
  const known = () => inventory.records('ServerMaintenance').map(({ id }) => id);
  return { clock, calls, heard, world, inventory, known };
}

describe('exceptions of an inventory', () => {
  it('are swept at the slow interval, and nobody hears of a healthy estate', async () => {
    const { clock, calls, heard, known } = started();
    await clock.advance(1000);
    heard.length = 0;
    await clock.advance(1_799_000);
    assert.ok(calls.length === 3 || calls.length === 4, calls.join());
    assert.deepEqual([known(), heard], [[], []]);
  });

  it('are the news of whoever tracks the resource itself, when they begin and when they end', async () => {
    const { clock, heard, world, inventory, known } = started();
    await clock.advance(1000);
    heard.length = 0;
    world.down.add('i-1');
    await clock.advance(605_000);
    assert.deepEqual([known(), heard], [['i-1'], [['env/a']]]);
    world.down.clear();
    inventory.touch('ServerMaintenance', ['i-1']);
    await clock.advance(1000);
    assert.deepEqual([known(), heard.length], [[], 2], 'what was set back is read at once');
  });

  it('end with the next whole sweep, not with one that lost items', async () => {
    const { clock, world, known } = started();
    world.down.add('i-1');
    await clock.advance(1000);
    world.down.clear();
    world.complete = false;
    await clock.advance(605_000);
    assert.deepEqual(known(), ['i-1']);
    world.complete = true;
    await clock.advance(605_000);
    assert.deepEqual(known(), []);
  });

  it('of one server are read although another of the same read is gone', async () => {
    const { clock, calls, world, inventory, known } = started();
    world.down.add('i-0').add('i-1');
    await clock.advance(1000);
    world.gone.add('i-1');
    world.down.clear();
    inventory.touch('ServerMaintenance', ['i-0', 'i-1']);
    await clock.advance(1000);
    assert.deepEqual(known(), []);
    assert.deepEqual(calls.slice(-3), ['read 2', 'read 1', 'read 1']);
  });

  it('that cannot be read hold nothing up: an account may not have this call at all', async () => {
    const { clock, world, inventory, known } = started();
    world.error = 'OperationDenied.NotInWhiteList';
    await clock.advance(3_600_000);
    assert.deepEqual([inventory.synced(), inventory.failures(), known()], [true, [], []]);
  });

  it('neither raise a doubt nor judge an absence when all of them vanish', async () => {
    const { clock, world, inventory, known } = started(20);
    for (let index = 0; index < 20; index += 1) world.down.add(`i-${index}`);
    await clock.advance(1000);
    assert.equal(known().length, 20);
    world.down.clear();
    await clock.advance(605_000);
    assert.deepEqual([inventory.doubt(), inventory.get('Server', 'i-0').kind, known()], [undefined, 'present', []]);
  });

  it('are forgotten while nobody is interested, and no timer stays after the end', async () => {
    const { clock, calls, world, inventory, known } = started();
    world.down.add('i-1');
    await clock.advance(1000);
    inventory.forget('env/a');
    inventory.forget('env/b');
    assert.deepEqual(known(), []);
    inventory.close();
    const before = calls.length;
    inventory.touch('ServerMaintenance', ['i-1']);
    await clock.advance(1_000_000);
    assert.deepEqual([calls.length, clock.pending], [before, 0]);
  });
});

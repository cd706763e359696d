// The clock of the machine is set forward while something that was just made is not visible yet: its graces have not passed.
import { createInventory } from '../../../../src/cloud/inventory/create.ts';
import { createInventoryMeter } from '../../../../src/cloud/inventory/metrics.ts';
import type { Lister } from '../../../../src/cloud/service.ts';
import { silentMeter } from '../../../../src/kernel/meter.ts';
import { VirtualClock, seededRandom } from '../../../support/virtual-clock.ts';
import type { Scene } from '../bug.ts';

const nothing = () => Promise.resolve({ kind: 'ok', records: [], complete: true, calls: 1 } as const);
const LISTER: Lister = {
  type: 'Server',
  service: 'ecs',
  idsPerRead: 100,
  sweep: nothing,
  byIds: nothing,
  byTags: nothing,
};

export const play: Scene = async () => {
  const clock = new VirtualClock();
  const inventory = createInventory({
    listers: [LISTER],
    details: [],
    reader: { read: () => Promise.reject(new Error('nobody reads here')) },
    region: 'r',
    clock,
    random: seededRandom(1),
    settings: {
      sweepSeconds: 60,
      slowSeconds: 600,
      pollMs: 1000,
      absenceGraceSeconds: 30,
      visibilityGraceSeconds: 900,
    },
    meter: createInventoryMeter(silentMeter, { account: 'a', region: 'r' }),
    onChange: () => undefined,
  });
  inventory.track({ key: 'zone/a', uid: 'u', ids: [{ type: 'Server', id: 'i-new' }], details: [] });
  await clock.advance(120_000);
  const young = inventory.get('Server', 'i-new').kind;
  clock.jumpWall(7_200_000);
  await clock.advance(120_000);
  const set = inventory.get('Server', 'i-new').kind;
  await clock.advance(1_200_000);
  const old = inventory.get('Server', 'i-new').kind;
  inventory.close();
  return [
    ...(young === 'absent' ? ['it was judged gone while it was two minutes old'] : []),
    ...(young !== 'absent' && set === 'absent' ? ['it was judged gone because the clock was set forward'] : []),
    ...(old === 'absent' ? [] : ['it is not judged gone after twenty minutes']),
  ];
};

// A colleague gives a server to somebody else, by its tags, right before everything is deleted: the cache knows nothing of it yet.
import { BANK, ENVIRONMENT, bank, inLab } from './bank.ts';
import type { Scene } from '../bug.ts';

export const play: Scene = () =>
  inLab(bank(), async (lab) => {
    await lab.untilReady(600);
    const [given] = lab.living('instance');
    if (given === undefined) throw new Error('no server lives');
    const Tag = [{ Key: 'financecloud.io/uid', Value: 'another' }];
    await lab.console('ecs', 'TagResources', { ResourceType: 'instance', ResourceId: [given.id], Tag });
    lab.remove(ENVIRONMENT, BANK);
    lab.remove('SecurityZone', 'team-0/dmz');
    await lab.advance(600);
    const left = lab.living('instance').map(({ id }) => id);
    const others = left.filter((id) => id !== given.id);
    return [
      ...(left.includes(given.id) ? [] : [`server ${given.id} was given away and is deleted all the same`]),
      ...others.map((id) => `server ${id} is ours and still lives`),
    ];
  });

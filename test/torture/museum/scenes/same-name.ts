// Everything is deleted and made again under the same names while the cloud still remembers the tokens.
import { bank, farewell, inLab, ready } from './bank.ts';
import type { Scene } from '../bug.ts';

export const play: Scene = () =>
  inLab(bank(), async (lab) => {
    await lab.untilReady(600);
    await farewell(lab);
    lab.apply(...bank());
    return lab.untilReady(900).then(
      () => [],
      () => [`made again under the same name and not Ready: ${ready(lab)}`],
    );
  });

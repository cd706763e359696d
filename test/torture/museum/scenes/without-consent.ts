// Everything is let go under Retain and comes back as objects of the same names: what lives is another's until a person speaks.
import { BANK, ENVIRONMENT, bank, farewell, inLab, ready } from './bank.ts';
import type { Scene } from '../bug.ts';

export const play: Scene = () =>
  inLab(bank({ spec: { deletionPolicy: 'Retain' } }), async (lab) => {
    await lab.untilReady(600);
    await farewell(lab);
    const since = lab.now();
    lab.apply(...bank({ spec: { deletionPolicy: 'Retain' } }));
    await lab.advance(300);
    const taken = lab.calls().filter(({ at, action }) => at > since && /^TagResources|^AddTags/.test(action));
    const status: { readonly resources?: readonly unknown[] } = Object(lab.get(ENVIRONMENT, BANK)?.status);
    return [
      ...(taken.length > 0 || (status.resources ?? []).length > 0
        ? ['what another object had made was adopted, and nobody had agreed']
        : []),
      ...(/ExistingResources/.test(ready(lab)) ? [] : [`it does not say so: ${ready(lab)}`]),
    ];
  });

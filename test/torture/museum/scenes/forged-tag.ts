// Somebody got a tag with a reserved key past the admission: what servers say of their owner must stand all the same.
import { BANK, ENVIRONMENT, bank, inLab } from './bank.ts';
import type { Scene } from '../bug.ts';

const UID = 'financecloud.io/uid';

export const play: Scene = () =>
  inLab(bank({ servers: { tags: [{ key: UID, value: 'forged' }] } }), async (lab) => {
    await lab.advance(300);
    const uid = lab.get(ENVIRONMENT, BANK)?.metadata.uid;
    const made = lab.calls().filter(({ action, code }) => action === 'RunInstances' && code === 'OK');
    const told = made.map(({ params }) => JSON.stringify(params['Tag']));
    if (made.length === 0) return ['no server was made'];
    return told
      .filter((tags) => !tags.includes(JSON.stringify({ Key: UID, Value: uid })))
      .map(
        (tags) =>
          `a server was made whose uid tag is not the object's: ${/"[^"]*uid","Value":"[^"]*"/.exec(tags)?.[0]}`,
      );
  });

// The cloud throttles a write once: the next try is a request of its own, with a nonce of its own.
import { bank, inLab } from './bank.ts';
import type { Scene } from '../bug.ts';

export const play: Scene = () =>
  inLab(bank(), async (lab) => {
    await lab.control('POST', 'faults', { match: { action: 'CreateVpc' }, what: 'throttle' });
    const late = await lab.untilReady(300).then(
      () => [],
      () => ['not everything is Ready'],
    );
    const isTwice = lab.calls().some(({ code }) => code === 'SignatureNonceUsed');
    return isTwice ? ['a nonce was used twice: CreateVpc was answered SignatureNonceUsed'] : late;
  });

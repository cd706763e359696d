// The cloud throttles a write once: the next try is a request of its own, with a nonce of its own.
import { bank, inLab } from './bank.ts';
import type { Scene } from './index.ts';

export const play: Scene = () =>
  inLab(bank(), async (lab) => {
    await lab.control('POST', 'faults', { match: { action: 'CreateVpc' }, what: 'throttle' });
    await lab.untilReady(600);
    const codes = lab.calls().filter(({ action }) => action === 'CreateVpc');
    return codes
      .filter(({ code }) => code === 'SignatureNonceUsed')
      .map(() => 'a nonce was used twice: CreateVpc was answered SignatureNonceUsed');
  });

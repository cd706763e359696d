// The account's key dies: its status says so, and from a status come events. The key itself stands in none of them.
import { LAB_ACCOUNT } from '../../../support/lab/objects.ts';
import { bank, inLab } from './bank.ts';
import type { Scene } from './index.ts';

const DEAD = 'dead-secret-of-the-account';

export const play: Scene = () =>
  inLab(bank(), async (lab) => {
    await lab.untilReady(600);
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'lab', namespace: 'finance-cloud-system' },
      data: { 'access-key-id': base64(LAB_ACCOUNT.key), 'access-key-secret': base64(DEAD) },
    };
    lab.apply(secret);
    const told = () => JSON.stringify(lab.objects().map(({ status }) => status));
    await lab.until('the account says so', () => told().includes('CredentialsInvalid'), 120);
    const isOut = lab.writes().some(({ body }) => JSON.stringify(body).includes(DEAD)) || told().includes(DEAD);
    return isOut ? ['the AccessKey stands in a status, and so in an event'] : [];
  });

// The Secret gets a key of another account: the status says so, and from a status come events. The key itself stands in none of them.
import { LAB_ACCOUNT } from '../../../support/lab/objects.ts';
import { bank, inLab } from './bank.ts';
import type { Scene } from '../bug.ts';

const OTHER = { id: 'LTAIother', secret: 'secret-of-another-account' };
const CLOUD = {
  accounts: [
    { id: LAB_ACCOUNT.id, accessKeys: [{ id: LAB_ACCOUNT.key, secret: LAB_ACCOUNT.secret }] },
    { id: '1000000000000009', accessKeys: [OTHER] },
  ],
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');

export const play: Scene = () =>
  inLab(
    bank(),
    async (lab) => {
      await lab.advance(30);
      const secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'lab', namespace: 'finance-cloud-system' },
        data: { 'access-key-id': base64(OTHER.id), 'access-key-secret': base64(OTHER.secret) },
      };
      lab.apply(secret);
      const told = () => JSON.stringify(lab.objects().map(({ status }) => status));
      await lab.until('the account says so', () => told().includes('AccountMismatch'), 120);
      return told().includes(OTHER.secret) ? ['the AccessKey stands in a status, and so in an event'] : [];
    },
    CLOUD,
  );

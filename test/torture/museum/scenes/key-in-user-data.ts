// An environment beside the operator names the account's own Secret as a first-boot script: the key would leave with the server.
import { LAB_ACCOUNT } from '../../../support/lab/objects.ts';
import { bank, inLab } from './bank.ts';
import type { Scene } from '../bug.ts';

const NAMESPACE = 'finance-cloud-system';

export const play: Scene = () => {
  const userDataFrom = { type: 'Secret', secretKeyRef: { name: 'lab', key: 'access-key-secret' } };
  return inLab(bank({ servers: { userDataFrom }, metadata: { namespace: NAMESPACE } }), async (lab) => {
    await lab.advance(300);
    const key = Buffer.from(LAB_ACCOUNT.secret).toString('base64');
    const out = lab.calls().filter(({ params }) => params['UserData'] === key);
    return out.map(({ action }) => `${action} gives the AccessKey of the account to a server`).slice(0, 1);
  });
};

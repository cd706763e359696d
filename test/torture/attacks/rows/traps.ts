// Objects that can never be deleted would hold their namespace for ever: each goes, or says why and what lets it go.
import assert from 'node:assert/strict';
import type { Loose } from '../../../support/api-proxy.ts';
import { accountIdOf } from '../../../e2e/flows/cloud.ts';
import { create } from '../attempt.ts';
import { own, ownZone } from '../town.ts';
import type { Yard } from '../yard.ts';

const path = ({ a }: Yard, kind: string, name: string): string =>
  `/apis/financecloud.io/v1alpha1/namespaces/${a}/${kind.toLowerCase()}s/${name}`;
const contentType = 'application/merge-patch+json';

const gone = (yard: Yard, kind: string, name: string): Promise<unknown> =>
  yard.until(`${kind} ${name} is gone`, async () => (await yard.get(kind, name)) === undefined);

const drop = (yard: Yard, kind: string, name: string): Promise<unknown> =>
  yard.must({ method: 'DELETE', path: path(yard, kind, name), as: yard.tenant });

/** All of them. */
export const traps = {
  title: 'Trap a namespace with a finalizer',
  attempts: [
    {
      id: 'F1',
      sends: 'objects that name what does not exist, deleted',
      defence: 'they go: nothing was made for them',
      judged: 'the objects are gone',
      play: async (yard: Yard) => {
        await yard.must({ ...create(own({ ...yard, shared: 'no-such-account' }, 'x-f1')), as: yard.tenant });
        await yard.must({ ...create(ownZone(yard, ['x-f1', 'no-such-environment'])), as: yard.tenant });
        await yard.condition('FinanceCloudEnvironment', 'x-f1', { reason: 'AccountNotFound' });
        await drop(yard, 'FinanceCloudEnvironment', 'x-f1');
        await drop(yard, 'SecurityZone', 'x-f1');
        await gone(yard, 'FinanceCloudEnvironment', 'x-f1');
        await gone(yard, 'SecurityZone', 'x-f1');
      },
    },
    {
      id: 'F2',
      sends:
        'an object with the id of the other tenant’s VPC forged into its record, deleted under `deletionPolicy: Delete`',
      defence:
        'the own VPC is taken on record again and goes; where it cannot be, the object stays, names the id, and `deletionPolicy: Retain` lets it go',
      judged: 'condition; their VPC lives; the object is gone',
      play: async (yard: Yard) => {
        await yard.must({ ...create(own(yard, 'trap')), as: yard.tenant });
        await yard.condition('FinanceCloudEnvironment', 'trap', {});
        const id = yard.theirs['bank vpc'] ?? '';
        const body = { status: { resources: [{ name: 'vpc', type: 'VPC', id }] } };
        const status = `${path(yard, 'FinanceCloudEnvironment', 'trap')}/status`;
        await yard.must({ method: 'PATCH', path: status, body, contentType, as: yard.clerk });
        await drop(yard, 'FinanceCloudEnvironment', 'trap');
        // What this operator made a moment ago it takes on record again: then the own VPC goes, and the object with it.
        let said = '';
        const end = await yard
          .until('it is gone, or says why it stays', async () => {
            const object = await yard.get('FinanceCloudEnvironment', 'trap');
            if (object === undefined) return 'gone';
            said = object.status.conditions.find((item: Loose) => item.type === 'Ready').message;
            return said.includes(id) && 'says';
          })
          .catch((error: unknown) => assert.fail(`${String(error)}: ${said}`));
        assert.ok((await yard.cloud.living(accountIdOf(0))).some((life) => life.id === id));
        const retain = { spec: { deletionPolicy: 'Retain' } };
        const home = path(yard, 'FinanceCloudEnvironment', 'trap');
        if (end === 'says')
          await yard.must({ method: 'PATCH', path: home, body: retain, contentType, as: yard.tenant });
        await gone(yard, 'FinanceCloudEnvironment', 'trap');
      },
    },
    {
      id: 'F3',
      sends: 'an object deleted while `financecloud.io/suspend` is set',
      defence: '`DeletionBlocked` names the annotation; without it the object goes, and what it had',
      judged: 'condition; the object is gone',
      play: async (yard: Yard) => {
        await yard.must({ ...create(own(yard, 'held')), as: yard.tenant });
        await yard.condition('FinanceCloudEnvironment', 'held', {});
        const home = path(yard, 'FinanceCloudEnvironment', 'held');
        const suspend = (value: string | null): Promise<unknown> => {
          const body = { metadata: { annotations: { 'financecloud.io/suspend': value } } };
          return yard.must({ method: 'PATCH', path: home, body, contentType, as: yard.tenant });
        };
        await suspend('true');
        await drop(yard, 'FinanceCloudEnvironment', 'held');
        await yard.until('it says why it stays', async () => {
          const { conditions } = (await yard.get('FinanceCloudEnvironment', 'held')).status;
          return conditions.some((item: Loose) => item.reason === 'DeletionBlocked' && /suspend/.test(item.message));
        });
        await suspend(null);
        await gone(yard, 'FinanceCloudEnvironment', 'held');
      },
    },
  ],
};

// Running up the bill, the API server's store or the operator's time.
import assert from 'node:assert/strict';
import { pool } from '../../../e2e/flows/objects.ts';
import { accountIdOf } from '../../../e2e/flows/cloud.ts';
import { type Attempt, at, create, refused } from '../attempt.ts';
import { module, own } from '../town.ts';
import type { Yard } from '../yard.ts';

const many = (count: number, of: (index: number) => object): readonly object[] =>
  Array.from({ length: count }, (_, index) => of(index));
const listener = (index: number) => ({ protocol: 'TCP', port: 1000 + index, backendPort: 1 });
const tooLong = (length: number) => 'x'.repeat(length);

const LIMITS: readonly (readonly [
  sends: string,
  names: string,
  status: number,
  make: (yard: Yard) => ReturnType<typeof own>,
])[] = [
  [
    '1,001 servers in a module',
    'spec.modules[0].servers.replicas',
    422,
    (y) => own(y, 'x', { modules: [module('dmz', { servers: { replicas: 1001 } })] }),
  ],
  [
    'two modules of 600 servers',
    'spec.modules',
    422,
    (y) => own(y, 'x', { modules: many(2, (n) => module('dmz', { name: `m${n}`, servers: { replicas: 600 } })) }),
  ],
  [
    '33 modules',
    'spec.modules',
    422,
    (y) => own(y, 'x', { modules: many(33, (n) => module('dmz', { name: `m${n}` })) }),
  ],
  [
    '51 listeners',
    'spec.modules[0].loadBalancer.listeners',
    422,
    (y) =>
      own(y, 'x', {
        modules: [module('dmz', { loadBalancer: { address: 'Intranet', listeners: many(51, listener) } })],
      }),
  ],
  ['11 bastions in each zone', 'spec.perZone', 422, (y) => pool(y.a, { perZone: 11 })],
  [
    '2,000 Mbps of fixed bandwidth',
    'billing.bandwidthMbps',
    422,
    (y) =>
      own(y, 'x', {
        modules: [
          module('dmz', {
            loadBalancer: {
              address: 'Internet',
              billing: { type: 'PayByBandwidth', bandwidthMbps: 2000 },
              listeners: [listener(0)],
            },
          }),
        ],
      }),
  ],
  [
    'a disk of 1 PiB',
    'systemDisk.sizeGiB',
    422,
    (y) => own(y, 'x', { modules: [module('dmz', { servers: { systemDisk: { sizeGiB: 1048576 } } })] }),
  ],
  [
    'a description of 1 MB',
    'spec.network.description',
    422,
    (y) => at(own(y, 'x'), 'spec.network.description', tooLong(1_000_000)),
  ],
  [
    'annotations of 300 kB',
    'metadata.annotations',
    422,
    (y) => at(own(y, 'x'), 'metadata.annotations', { note: tooLong(300_000) }),
  ],
  ['a spec of 4 MB', 'limit', 413, (y) => at(own(y, 'x'), 'spec.network.description', tooLong(4_000_000))],
];

const limits: readonly Attempt[] = LIMITS.map(([sends, names, status, make], index) =>
  refused({ id: `B${index + 1}`, sends, names, status, call: (yard) => create(make(yard)) }),
);

const FLIPS = 30;

/** All of them. */
export const cost = {
  title: 'Run up costs',
  attempts: [
    ...limits,
    {
      id: `B${LIMITS.length + 1}`,
      sends: `a wish that flips ${FLIPS} times`,
      defence: 'at most one change for each flip, nothing is made or taken away',
      judged: 'ledger: calls of this environment',
      play: async (yard: Yard) => {
        await yard.must({ ...create(own(yard, 'flip')), as: yard.tenant });
        const { status } = await yard.condition('FinanceCloudEnvironment', 'flip', {});
        const id: string = status.resources[0].id;
        const path = `/apis/financecloud.io/v1alpha1/namespaces/${yard.a}/financecloudenvironments/flip`;
        const mark = (await yard.cloud.calls(accountIdOf(0))).at(-1)?.n ?? 0;
        for (let flip = 0; flip < FLIPS; flip += 1) {
          const body = { spec: { network: { description: flip % 2 === 0 ? 'one thing' : 'another' } } };
          await yard.must({
            method: 'PATCH',
            path,
            body,
            contentType: 'application/merge-patch+json',
            as: yard.tenant,
          });
        }
        await yard.condition('FinanceCloudEnvironment', 'flip', {});
        const writes = (await yard.cloud.calls(accountIdOf(0))).filter(
          (call) => call.n > mark && call.mutating && Object.values(call.params).includes(id),
        );
        assert.deepEqual([...new Set(writes.map(({ action }) => action))], ['ModifyVpcAttribute']);
        assert.ok(writes.length <= FLIPS, `${writes.length} writes`);
      },
    },
    {
      id: `B${LIMITS.length + 2}`,
      sends: 'more environments than the administrator’s ResourceQuota has room for',
      defence: 'refused: the quota on `count/financecloudenvironments.financecloud.io` that SECURITY.md recommends',
      judged: 'answer 403',
      play: async (yard: Yard) => {
        const namespace = `${yard.a}-quota`;
        const home = `/api/v1/namespaces/${namespace}/resourcequotas`;
        const hard = { 'count/financecloudenvironments.financecloud.io': '0' };
        await yard.must({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } });
        await yard.must({ method: 'POST', path: home, body: { metadata: { name: 'cost' }, spec: { hard } } });
        // What a controller manager computes from what there is.
        const body = { status: { hard, used: hard } };
        const contentType = 'application/merge-patch+json';
        await yard.must({ method: 'PATCH', path: `${home}/cost/status`, body, contentType });
        const dry = create(own({ a: namespace, shared: 'none' }, 'x'));
        await yard.until('the quota is in force', async () => {
          const answer = await yard.call({ ...dry, path: `${dry.path}&dryRun=All` });
          return answer.status === 403 && /exceeded quota: cost/.test(answer.message);
        });
      },
    },
  ],
};

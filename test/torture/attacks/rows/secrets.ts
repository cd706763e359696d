// Getting at what the operator holds: its endpoints, its Secrets, its lease, its name.
import assert from 'node:assert/strict';
import { type Attempt, forbidden } from '../attempt.ts';
import { portsOf, read, tokenOf } from '../endpoints.ts';
import { markersIn } from '../markers.ts';
import type { Yard } from '../yard.ts';

const PATHS = [
  '/debug/pprof',
  '/debug',
  '/configz',
  '/env',
  '/flags',
  '/healthz?verbose=1',
  '/readyz?verbose=1',
  '/../etc/passwd',
];

const secret = (id: string, sends: string, where: (yard: Yard) => string): Attempt =>
  forbidden(id, sends, (yard) => ({ method: 'GET', path: where(yard) }));

/** All of them. */
export const secrets = {
  title: 'Read what the operator holds, or be taken for it',
  attempts: [
    {
      id: 'M1',
      sends: '`/metrics` without a token, with an invented one, and with the token of a ServiceAccount of the tenant',
      defence: 'refused: 401, 401, 403',
      judged: 'answers; none holds a secret',
      play: async (yard: Yard) => {
        const { metrics } = await portsOf(yard);
        const own = await tokenOf(yard, yard.a, 'scraper');
        for (const [token, status] of [
          [undefined, 401],
          ['invented', 401],
          [own, 403],
        ] as const)
          assert.equal((await read(metrics, '/metrics', token)).status, status);
      },
    },
    {
      id: 'M2',
      sends: 'paths where other programs show their inside, on both ports',
      defence: 'not found; probes say a word for each check',
      judged: 'answers; none holds a secret',
      play: async (yard: Yard) => {
        const { health, metrics } = await portsOf(yard);
        for (const port of [health, metrics])
          for (const path of PATHS) {
            const { status, text } = await read(port, path);
            assert.ok(status === 404 || (port === health && /^\/(healthz|readyz)/.test(path)), `${path}: ${status}`);
            assert.deepEqual(markersIn(text), []);
          }
      },
    },
    secret('M3', 'the Secrets beside the operator', ({ system }) => `/api/v1/namespaces/${system}/secrets`),
    secret('M4', 'the other tenant’s Secret', ({ b }) => `/api/v1/namespaces/${b}/secrets/ledger`),
    secret(
      'M5',
      'a Secret of its own namespace, which the roles for people do not give',
      ({ a }) => `/api/v1/namespaces/${a}/secrets`,
    ),
    forbidden('M6', 'a token of the operator’s ServiceAccount', ({ system }) => ({
      method: 'POST',
      path: `/api/v1/namespaces/${system}/serviceaccounts/finance-cloud-operator/token`,
      body: { spec: {} },
    })),
    forbidden('M7', 'the operator’s lease', ({ system }) => ({
      method: 'DELETE',
      path: `/apis/coordination.k8s.io/v1/namespaces/${system}/leases/finance-cloud-operator`,
    })),
    forbidden('M8', 'the catalogue of regions', ({ system }) => ({
      method: 'PATCH',
      path: `/api/v1/namespaces/${system}/configmaps/finance-cloud-regions`,
      body: { data: { regions: 'evil' } },
      contentType: 'application/merge-patch+json',
    })),
    forbidden('M9', 'a policy', () => ({
      method: 'DELETE',
      path: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/account-allows-namespace.financecloud.io',
    })),
    {
      id: 'M10',
      sends: 'the tenant’s own ServiceAccount, named `finance-cloud-operator`, edits a status and a spec',
      defence:
        'a name gives nothing: no right to a status; specs as the tenant’s roles say, for the policy on the operator is not about it',
      judged: 'answers 403 and 200; the operator itself: 422',
      play: namesake,
    },
    {
      id: 'M11',
      sends: 'a spec, with the stolen token of an operator that is installed in another namespace',
      defence: 'refused at apply: the policy goes by the right that the operator has, wherever it is installed',
      judged: 'answer 422',
      play: elsewhere,
    },
  ],
};

async function elsewhere(yard: Yard): Promise<void> {
  const name = 'finance-cloud-operator';
  const apiGroup = 'rbac.authorization.k8s.io';
  const bindings = `/apis/${apiGroup}/v1/clusterrolebindings`;
  const roleRef = { apiGroup, kind: 'ClusterRole', name };
  const subjects = [{ kind: 'ServiceAccount', name, namespace: yard.b }];
  const metadata = { name: `${yard.a}-elsewhere` };
  await yard.must({ method: 'POST', path: bindings, body: { metadata, roleRef, subjects } });
  const path = `/apis/financecloud.io/v1alpha1/namespaces/${yard.a}/financecloudenvironments/bank`;
  const as = `system:serviceaccount:${yard.b}:${name}`;
  const patch = { method: 'PATCH', path, contentType: 'application/merge-patch+json', as } as const;
  const refusedBy = async (body: object): Promise<string> => (await yard.call({ ...patch, body })).message;
  await yard.until('the right is in force', async () => (await yard.call({ method: 'GET', path, as })).status === 200);
  assert.match(await refusedBy({ spec: { mode: 'Observe' } }), /never changes what is declared/);
  assert.match(
    await refusedBy({ metadata: { annotations: { 'financecloud.io/confirm-removal': 'web' } } }),
    /annotations/,
  );
  await yard.must({ method: 'DELETE', path: `${bindings}/${metadata.name}` });
}

async function namesake(yard: Yard): Promise<void> {
  const { a, system } = yard;
  const name = 'finance-cloud-operator';
  const contentType = 'application/merge-patch+json';
  const path = `/apis/financecloud.io/v1alpha1/namespaces/${a}/securityzones/dmz`;
  await yard.must({ method: 'POST', path: `/api/v1/namespaces/${a}/serviceaccounts`, body: { metadata: { name } } });
  const apiGroup = 'rbac.authorization.k8s.io';
  await yard.must({
    method: 'POST',
    path: `/apis/${apiGroup}/v1/namespaces/${a}/rolebindings`,
    body: {
      metadata: { name: 'namesake' },
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'securityzone-editor' },
      subjects: [{ kind: 'ServiceAccount', name, namespace: a }],
    },
  });
  const edit = (namespace: string, place: string, body: object) =>
    yard.call({ method: 'PATCH', path: place, body, contentType, as: `system:serviceaccount:${namespace}:${name}` });
  const labelled = { metadata: { labels: { team: 'payments' } } };
  await yard.until('the role is in force', async () => (await edit(a, path, labelled)).status === 200);
  assert.equal((await edit(a, `${path}/status`, { status: { observedGeneration: 1 } })).status, 403);
  const spec = { spec: { undeclaredRules: 'Report' } };
  const own = await edit(a, path, spec);
  assert.equal(own.status, 200, own.message);
  const operator = await edit(system, path, { spec: { undeclaredRules: 'Revoke' } });
  assert.equal(operator.status, 422, operator.message);
  assert.match(operator.message, /the operator's ServiceAccount never changes what is declared/);
}

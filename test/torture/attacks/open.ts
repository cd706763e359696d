// Sets up where all attempts are made: one API server, one emulator, one operator as it is shipped; two namespaces of two tenants
// who share a cloud account, and an account that only the second may use.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { ControlPlane } from '../../controlplane/control-plane.ts';
import { type Call, type Cloud, accountIdOf, startCloud } from '../../e2e/flows/cloud.ts';
import { SYSTEM, startOperator } from '../../e2e/flows/operator.ts';
import { account } from '../../e2e/flows/objects.ts';
import { startApiProxy } from '../../support/api-proxy.ts';
import { testNamespace } from '../../support/shared-control-plane.ts';
import { etcdRevision } from './etcd.ts';
import { type Hands, handsOf } from './hands.ts';
import { MARKERS } from './markers.ts';
import { build } from './town.ts';
import type { Yard } from './yard.ts';

const RIGHTS = ['financecloudenvironment', 'securityzone', 'bastionpool'];
const KINDS = ['financecloudenvironments', 'securityzones', 'bastionpools'];
const FAST = [
  '--sweep-seconds=0.6',
  '--slow-seconds=0.8',
  '--absence-grace-seconds=0.4',
  '--visibility-grace-seconds=1',
  '--metrics-auth=on',
];

/** Sets everything up and returns when both tenants have what they declared. */
export async function openYard(plane: ControlPlane): Promise<Yard> {
  const revision = await etcdRevision(plane.etcdUrl);
  const [a, b] = [await testNamespace('attack-a'), await testNamespace('attack-b')];
  const api = await startApiProxy(plane);
  const hands = handsOf(api, a);
  await install(plane);
  const [cloud, trap] = await Promise.all([startCloud(0, config()), openTrap()]);
  const names = { a, b, shared: `${a}-shared`, vault: `${b}-vault`, late: `${a}-late` };
  const people = { tenant: 'mallory', clerk: 'reporter', system: SYSTEM };
  await grant(hands, { ...names, ...people });
  await accounts(hands, cloud, names);
  const operator = await startOperator(plane, 'attacks', [`--watch-namespaces=${a},${b}`, ...FAST]);
  const sweeps = async (count: number): Promise<void> => {
    const seen = async (): Promise<number> => (await cloud.calls(accountIdOf(0))).filter(isSweep).length;
    const until = (await seen()) + count;
    await hands.until(`${count} sweeps`, async () => (await seen()) >= until);
  };
  const theirs = await build({ ...hands, ...names, tenant: people.tenant, cloud });
  const mark = (await cloud.calls(accountIdOf(0))).at(-1)?.n ?? 0;
  const stop = async (): Promise<void> => {
    await operator.stop();
    await Promise.all([cloud.emulator.stop(), trap.close(), leaveNothing(hands, names)]);
    await api.stop();
  };
  return { ...hands, ...names, ...people, plane, cloud, operator, trap, revision, mark, theirs, sweeps, stop };
}

/** A listing of all, not a look at what is named by an id or a tag. */
const isSweep = ({ action, params }: Call): boolean =>
  action === 'DescribeVpcs' && Object.keys(params).every((name) => !/^(VpcId|Tag)/.test(name));

async function install(plane: ControlPlane): Promise<void> {
  const must = async (args: readonly string[]): Promise<void> => {
    const { code, stderr } = await plane.kubectl(args);
    assert.equal(code, 0, stderr);
  };
  await must(['apply', '--server-side', '-k', join(import.meta.dirname, '../../../config/default')]);
  const crds = [...KINDS, 'financecloudaccounts'].map((kind) => `crd/${kind}.financecloud.io`);
  await must(['wait', '--for=condition=Established', ...crds, '--timeout=30s']);
}

const config = () => ({
  accounts: [
    { id: accountIdOf(0), accessKeys: [{ id: MARKERS.sharedId, secret: MARKERS.sharedSecret }] },
    { id: accountIdOf(1), accessKeys: [{ id: MARKERS.vaultId, secret: MARKERS.vaultSecret }] },
  ],
  quotas: { 'vpc.vpcs': 30 },
});

interface Names {
  readonly a: string;
  readonly b: string;
  readonly shared: string;
  readonly vault: string;
  readonly late: string;
}

/** The tenant has the editor roles in one namespace; the clerk, the status as well. */
async function grant({ must }: Hands, of: Names & { readonly tenant: string; readonly clerk: string }): Promise<void> {
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${of.a}`;
  const apiGroup = 'rbac.authorization.k8s.io';
  const bind = (name: string, user: string, role: { readonly kind: string; readonly name: string }) =>
    must({
      method: 'POST',
      path: `${rbac}/rolebindings`,
      body: { metadata: { name }, roleRef: { apiGroup, ...role }, subjects: [{ apiGroup, kind: 'User', name: user }] },
    });
  for (const right of RIGHTS)
    await bind(`tenant-${right}`, of.tenant, { kind: 'ClusterRole', name: `${right}-editor` });
  const rules = [
    { apiGroups: ['financecloud.io'], resources: KINDS.map((kind) => `${kind}/status`), verbs: ['patch'] },
  ];
  await must({ method: 'POST', path: `${rbac}/roles`, body: { metadata: { name: 'clerk' }, rules } });
  await bind('clerk', of.clerk, { kind: 'Role', name: 'clerk' });
}

async function accounts({ must, apply }: Hands, cloud: Cloud, of: Names): Promise<void> {
  const key = (name: string, id: string, secret: string) =>
    must({
      method: 'POST',
      path: `/api/v1/namespaces/${SYSTEM}/secrets`,
      body: { metadata: { name }, stringData: { 'access-key-id': id, 'access-key-secret': secret } },
    });
  await key(of.shared, MARKERS.sharedId, MARKERS.sharedSecret);
  await key(of.vault, MARKERS.vaultId, MARKERS.vaultSecret);
  const { url } = cloud.emulator;
  await apply(
    account(of.shared, { accountId: accountIdOf(0), url, spec: { allowedNamespaces: [of.a, of.b] } }),
    account(of.vault, { accountId: accountIdOf(1), url, spec: { allowedNamespaces: [of.b] } }),
  );
}

async function openTrap() {
  let hits = 0;
  const server = createServer((_request, response) => {
    hits += 1;
    response.end('{}');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const close = (): Promise<unknown> => new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${address.port}`, hits: () => hits, close };
}

/** What is left goes without its finalizers: nobody works on it any more. */
async function leaveNothing({ call }: Hands, of: Names): Promise<void> {
  const root = '/apis/financecloud.io/v1alpha1';
  const drop = async (path: string): Promise<void> => {
    const body = { metadata: { finalizers: null } };
    await call({ method: 'DELETE', path });
    await call({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
  };
  for (const namespace of [of.a, of.b])
    for (const kind of KINDS) {
      const list = await call({ method: 'GET', path: `${root}/namespaces/${namespace}/${kind}` });
      for (const { metadata } of list.body.items ?? [])
        await drop(`${root}/namespaces/${namespace}/${kind}/${metadata.name}`);
    }
  for (const name of [of.shared, of.vault, of.late]) {
    await drop(`${root}/financecloudaccounts/${name}`);
    await call({ method: 'DELETE', path: `/api/v1/namespaces/${SYSTEM}/secrets/${name}` });
  }
}

// The shipped manifests on the shared control plane, with their policies in force.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { ControlPlane } from '../controlplane/control-plane.ts';
import { type ApiProxy, startApiProxy } from './api-proxy.ts';
import { eventually } from './eventually.ts';
import { testNamespace } from './shared-control-plane.ts';

const config = join(import.meta.dirname, '../../config/default');
const GROUP = '/apis/financecloud.io/v1alpha1';

// Refused by the last policy of the list alone: a region that the catalogue does not hold.
const probe = (namespace: string) => ({
  apiVersion: 'financecloud.io/v1alpha1',
  kind: 'FinanceCloudEnvironment',
  metadata: { name: 'probe', namespace },
  spec: {
    accountRef: { name: 'none' },
    region: 'cn-nowhere-finance-1',
    zones: [
      { name: 'cn-nowhere-finance-1a', role: 'Primary' },
      { name: 'cn-nowhere-finance-1b', role: 'Standby' },
    ],
    network: { cidr: '10.0.0.0/8' },
  },
});

/** Applies config/default, waits until kinds and policies are in force, and gives a proxy as the administrator. */
export async function installManifests(plane: ControlPlane): Promise<ApiProxy> {
  const installed = await plane.kubectl(['apply', '--server-side', '-k', config]);
  assert.equal(installed.code, 0, installed.stderr);
  const crds = ['wait', '--for=condition=Established', 'crd', '-l', 'app.kubernetes.io/part-of=finance-cloud-operator'];
  const established = await plane.kubectl(crds);
  assert.equal(established.code, 0, established.stderr);
  const api = await startApiProxy(plane);
  const namespace = await testNamespace('probe');
  const path = `${GROUP}/namespaces/${namespace}/financecloudenvironments?dryRun=All`;
  const refused = async () => (await api.call({ method: 'POST', path, body: probe(namespace) })).status === 422;
  await eventually(refused, { what: 'the admission policies are in force', timeoutMs: 30_000 });
  return api;
}

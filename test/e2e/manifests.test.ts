// What is shipped installs without a warning, grants what the operator needs, and no more.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles } from '../../scripts/generated-files.ts';
import { startApiProxy } from '../support/api-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { CONTROL_PLANE_TIMEOUT_MS, testNamespace, useControlPlane } from '../support/shared-control-plane.ts';
import { samplesIn } from './admission-objects.ts';

const root = join(import.meta.dirname, '../..');

describe('manifests', () => {
  const plane = useControlPlane();
  let namespace: string;

  before(async function () {
    this.timeout(CONTROL_PLANE_TIMEOUT_MS);
    namespace = await testNamespace('manifests');
    const args = ['apply', '--server-side', '-k', join(root, 'config/default')];
    const installed = await plane().kubectl(args);
    assert.equal(installed.code, 0, installed.stderr);
    const again = await plane().kubectl([...args, '--dry-run=server']);
    assert.doesNotMatch(installed.stderr + again.stderr, /Warning/);
  });

  it('are what the schemas give: node scripts/generate.ts', () => {
    const stale = generatedFiles().filter((file) => readFileSync(join(root, file.path), 'utf8') !== file.content);
    assert.deepEqual(
      stale.map((file) => file.path),
      [],
    );
  });

  it('hold a sample for every kind, in the order of any file', async () => {
    const built = await plane().kubectl(['kustomize', join(root, 'config/samples')]);
    for (const kind of ['FinanceCloudAccount', 'FinanceCloudEnvironment', 'SecurityZone', 'BastionPool'])
      assert.match(built.stdout, new RegExp(`kind: ${kind}\n`));
  });

  describe('rights of the operator', () => {
    const system = 'finance-cloud-system';
    const rights: readonly (readonly [string, 'yes' | 'no', string])[] = [
      ['watch financecloudenvironments.financecloud.io -A', 'yes', 'it sees every object'],
      ['patch bastionpools.financecloud.io -A', 'yes', 'it sets its finalizer'],
      ['patch securityzones.financecloud.io --subresource=status -A', 'yes', 'it reports'],
      ['update financecloudenvironments.financecloud.io -A', 'no', 'it never rewrites a spec'],
      ['create financecloudenvironments.financecloud.io -A', 'no', 'people declare'],
      ['delete securityzones.financecloud.io -A', 'no', 'people delete'],
      [`watch secrets -n ${system}`, 'yes', 'a changed access key is picked up at once'],
      ['get secrets -A', 'yes', 'user data may come from a Secret'],
      ['list secrets -A', 'no', 'it reads what is named and nothing else'],
      ['list configmaps -A', 'no', 'it reads what is named and nothing else'],
      [`create leases.coordination.k8s.io -n ${system}`, 'yes', 'it leads'],
      ['create leases.coordination.k8s.io -n default', 'no', 'only in its own namespace'],
      ['create events.events.k8s.io -A', 'yes', 'it tells'],
      ['create tokenreviews.authentication.k8s.io -A', 'yes', 'it asks who scrapes'],
      ['create subjectaccessreviews.authorization.k8s.io -A', 'yes', 'it asks what the scraper may'],
      ['get namespaces/kube-system', 'yes', 'its uid is the default owner'],
      ['get namespaces/default', 'no', 'no other namespace'],
      ['create pods -A', 'no', 'it runs nothing'],
      ['* * -A', 'no', 'it is not an administrator'],
    ];
    for (const [what, expected, why] of rights)
      it(`${expected === 'yes' ? 'may' : 'may not'} ${what}: ${why}`, async () => {
        const { stdout } = await plane().kubectl(['auth', 'can-i', ...what.split(' ')], { as: 'operator' });
        assert.equal(stdout.trim(), expected);
      });
  });

  it('lets a person who may edit everything but status leave status alone', async () => {
    const bind = ['create', 'rolebinding', 'alice', '--clusterrole=financecloudenvironment-editor', '--user=alice'];
    const bound = await plane().kubectl([...bind, '-n', namespace]);
    assert.equal(bound.code, 0, bound.stderr);
    const may = async (verb: string, ...rest: readonly string[]): Promise<string> => {
      const args = ['auth', 'can-i', verb, 'financecloudenvironments.financecloud.io', ...rest, '-n', namespace];
      return (await plane().kubectl(args, { as: 'alice' })).stdout.trim();
    };
    assert.equal(await may('create'), 'yes');
    assert.equal(await may('patch', '--subresource=status'), 'no');
    assert.equal(await may('get', '--subresource=status'), 'yes');
  });

  describe('what the operator may write, beyond its rights', () => {
    const name = 'own-writes';
    const patch = (as: 'operator' | 'admin', body: object, ...more: readonly string[]) =>
      plane().kubectl(
        ['-n', namespace, 'patch', 'securityzone', name, '--type=merge', '-p', JSON.stringify(body), ...more],
        { as },
      );
    const marked = { metadata: { finalizers: ['financecloud.io/finalizer'] } };

    before(async () => {
      const zone = { ...samplesIn(namespace).dmz, metadata: { name, namespace } };
      const made = await plane().kubectl(['apply', '-f', '-'], { input: JSON.stringify(zone) });
      assert.equal(made.code, 0, made.stderr);
      // A policy is in force some moments after it was stored.
      const refused = async () =>
        (await patch('operator', { metadata: { labels: { probe: 'x' } } }, '--dry-run=server')).code !== 0;
      await eventually(refused, { what: 'the policy is in force', timeoutMs: 30_000 });
    });

    const rows: readonly (readonly [string, object, RegExp | undefined])[] = [
      ['its finalizer', marked, undefined],
      ['the spec', { spec: { undeclaredRules: 'Report' } }, /spec: the operator's ServiceAccount never changes/],
      [
        'an annotation',
        { metadata: { annotations: { 'financecloud.io/confirm-removal': 'web' } } },
        /metadata.annotations/,
      ],
      ['a label', { metadata: { labels: { team: 'x' } } }, /metadata.labels/],
      [
        'an owner',
        { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'y' }] } },
        /metadata.ownerReferences/,
      ],
      ['the finalizer of somebody else', { metadata: { finalizers: ['other.io/x'] } }, /metadata.finalizers/],
    ];
    for (const [what, body, refusal] of rows)
      it(`${refusal === undefined ? 'may write' : 'may not write'} ${what}`, async () => {
        const { code, stderr } = await patch('operator', body);
        if (refusal === undefined) assert.equal(code, 0, stderr);
        else assert.match(stderr, refusal);
      });

    it('lets the operator report, and people do all of it', async () => {
      // Not kubectl: it reads a status before it patches it, and the operator has no right to that.
      const api = await startApiProxy({ ...plane(), kubeconfigPath: plane().kubeconfigOf('operator') });
      const path = `/apis/financecloud.io/v1alpha1/namespaces/${namespace}/securityzones/${name}/status`;
      const body = { status: { observedGeneration: 1 } };
      const reported = await api.call({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
      await api.stop();
      assert.equal(reported.status, 200, reported.message);
      const edited = await patch('admin', { metadata: { labels: { team: 'x' }, finalizers: [] } });
      assert.equal(edited.code, 0, edited.stderr);
    });
  });
});

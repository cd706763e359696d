import assert from 'node:assert/strict';
import type { KubeObject, ResourceKind } from '../runtime/index.ts';
import { intent } from '../../test/support/builders.ts';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import type { CloudChange } from './model.ts';
import { missingScript, neededScripts, readScripts } from './scripts.ts';

const HOME = { namespace: 'payments', operatorNamespace: 'finance-cloud-system' };
const config = { kind: 'ConfigMap', name: 'boot', key: 'user-data', fleet: 'web' } as const;
const secret = { kind: 'Secret', name: 'boot', key: 'user-data', fleet: 'web' } as const;

interface WithData extends KubeObject {
  readonly data: Readonly<Record<string, string>>;
}
const kinds: Readonly<Record<'ConfigMap' | 'Secret', ResourceKind<WithData>>> = {
  ConfigMap: { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true },
  Secret: { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true },
};

/** A server that holds an object named boot of each kind given. */
function kubeWith(objects: { readonly ConfigMap?: WithData['data']; readonly Secret?: WithData['data'] }): MemoryKube {
  const kube = new MemoryKube();
  for (const kind of ['ConfigMap', 'Secret'] as const) {
    const { [kind]: data } = objects;
    const object = {
      apiVersion: 'v1',
      kind,
      metadata: { name: 'boot', namespace: 'payments', uid: 'u', resourceVersion: '' },
    };
    if (data !== undefined) kube.put(kinds[kind], Object.assign(object, { data }));
  }
  return kube;
}
const versionOf = (kube: MemoryKube, kind: 'ConfigMap' | 'Secret') =>
  kube.peek(kinds[kind], 'payments/boot')?.metadata.resourceVersion;

describe('readScripts', () => {
  it('reads each object once, in the namespace of its owner; a Secret is base64 already', async () => {
    const kube = kubeWith({ ConfigMap: { 'user-data': '#!/bin/sh' }, Secret: { 'user-data': 'c2VjcmV0' } });
    const scripts = await readScripts(HOME, [config, config, secret], kube);
    assert.deepEqual(Object.fromEntries(scripts), {
      'ConfigMap/boot/user-data': { resourceVersion: versionOf(kube, 'ConfigMap'), base64: 'IyEvYmluL3No' },
      'Secret/boot/user-data': { resourceVersion: versionOf(kube, 'Secret'), base64: 'c2VjcmV0' },
    });
    assert.deepEqual(
      kube.operations.map((item) => `${item.verb} ${item.kind.kind} ${item.name}`),
      ['get ConfigMap payments/boot', 'get Secret payments/boot'],
    );
  });

  it('leaves out what is not there, object or key; its servers wait', async () => {
    const scripts = await readScripts(HOME, [config, secret], kubeWith({ ConfigMap: { other: 'x' } }));
    assert.equal(scripts.size, 0);
    assert.deepEqual(missingScript(HOME, [config, secret], scripts), {
      kind: 'working',
      reason: 'DependencyNotReady',
      message: 'Waits for the key user-data of ConfigMap boot, the first-boot script of web',
    });
  });

  it('never reads a Secret beside the operator, where AccessKeys are, and says so', async () => {
    const home = { ...HOME, operatorNamespace: HOME.namespace };
    const kube = kubeWith({ ConfigMap: { 'user-data': 'x' }, Secret: { 'user-data': 'c2VjcmV0' } });
    const scripts = await readScripts(home, [secret, config], kube);
    assert.deepEqual([...scripts.keys()], ['ConfigMap/boot/user-data']);
    assert.deepEqual(
      kube.operations.map((item) => item.kind.kind),
      ['ConfigMap'],
    );
    const said = missingScript(home, [config, secret], scripts);
    assert.ok(said?.kind === 'stalled' && said.reason === 'InvalidSpec');
    assert.match(
      said.message,
      /userDataFrom names Secret boot of namespace payments.*Declare the environment in another/,
    );
  });

  it('does not look into other namespaces', async () => {
    assert.equal(
      (await readScripts({ ...HOME, namespace: 'other' }, [config], kubeWith({ ConfigMap: { 'user-data': 'x' } })))
        .size,
      0,
    );
  });
});

describe('neededScripts', () => {
  it('are those of creates and of open intents', () => {
    const create: CloudChange = {
      verb: 'Create',
      type: 'Server',
      name: 'web/f',
      ids: [],
      count: 1,
      fields: [],
      impact: 'Safe',
      blueprint: '',
      reason: '',
      needs: [],
      action: { service: 'ecs', action: { kind: 'StartServers', ids: [] }, userDataFrom: config },
    };
    const { fleet: _fleet, ...from } = secret;
    const open = intent({
      resource: 'app/g/2',
      fromObjects: [{ ...from, param: 'UserData', resourceVersion: '7' }],
    });
    assert.deepEqual(
      neededScripts([create], [open, intent()]).map(({ kind, fleet }) => `${kind} of ${fleet}`),
      ['ConfigMap of web', 'Secret of app'],
    );
    assert.equal(missingScript(HOME, [], new Map()), undefined);
  });
});

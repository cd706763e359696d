// The generated go.mod, from what `go mod edit -json` says.
import assert from 'node:assert/strict';
import { goModText } from './go-module.ts';

const UPSTREAM = {
  Go: '1.22.0',
  Require: [
    { Path: 'go.etcd.io/etcd/client/v3', Version: 'v3.5.21' },
    { Path: 'k8s.io/api', Version: 'v0.0.0' },
    { Path: 'k8s.io/klog/v2', Version: 'v2.130.1' },
    { Path: 'k8s.io/kubectl', Version: 'v0.0.0' },
  ],
};

describe('goModText', () => {
  const text = goModText('1.31.14', UPSTREAM);

  it('replaces the staging modules and no other', () => {
    assert.deepEqual(
      text.split('\n').filter((line) => line.includes('=>')),
      ['\tk8s.io/api => k8s.io/api v0.31.14', '\tk8s.io/kubectl => k8s.io/kubectl v0.31.14'],
    );
  });

  it('takes the etcd server of the version whose client the API server has', () => {
    assert.match(text, /go\.etcd\.io\/etcd\/server\/v3 v3\.5\.21/);
  });

  it('asks for a Go that knows tool lines even where Kubernetes does not', () => {
    assert.match(text, /^go 1\.24\.0$/m);
    assert.match(goModText('1.35.0', { ...UPSTREAM, Go: '1.25.0' }), /^go 1\.25\.0$/m);
  });

  it('does not write a module that cannot build', () => {
    assert.throws(() => goModText('1.35.0', { Go: '1.25.0', Require: [] }), /names no staging modules/);
  });
});

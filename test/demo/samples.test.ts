import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readSamples, writeOverlay } from './samples.ts';
import { emulatorConfig } from './settings.ts';

const RENDERED = `
kind: FinanceCloudAccount
spec: {accountId: "42", credentials: {type: AccessKey, accessKey: {secretRef: {name: key}, idKey: id}}}
---
kind: FinanceCloudEnvironment
metadata: {name: core, namespace: payments}
spec:
  region: r
  zones: []
  modules:
    - name: web
      securityZoneRef: {name: dmz}
      servers: {replicas: 4}
      startup: {units: [bank-web.service]}
      loadBalancer: {address: Internet, listeners: [{protocol: HTTP, port: 80, backendPort: 8080, healthCheck: {path: /app/health}}]}
`;

describe('samples', () => {
  it('says where the access key goes, with the default for a key that is not named', () => {
    const { accountId, secret, namespace } = readSamples(RENDERED);
    assert.deepEqual(
      [accountId, secret, namespace],
      ['42', { name: 'key', idKey: 'id', secretKey: 'access-key-secret' }, 'payments'],
    );
  });

  it('refuses samples without an account: there would be nothing to point at the emulator', () => {
    assert.throws(() => readSamples('kind: ConfigMap'), /lack an account/);
  });

  it('gives the emulator units that answer the declared health path and nothing else', () => {
    const config = emulatorConfig('42', [], readSamples(RENDERED).environment);
    const text = JSON.stringify(config);
    assert.match(
      text,
      /"bank-web.service":\{"serves":\[\{"port":8080,"paths":\{"\/app\/health":200\},"default":404\}\]/,
    );
  });

  it('changes nothing in the samples but the endpoints', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'overlay-test-'));
    try {
      const samples = path.join(folder, 'samples');
      mkdirSync(samples);
      const overlay = writeOverlay(folder, samples, 'http://127.0.0.1:1');
      const written: { resources: string[]; patches: { target: object; patch: string }[] } = JSON.parse(
        readFileSync(path.join(overlay, 'kustomization.yaml'), 'utf8'),
      );
      assert.deepEqual(written.resources, ['../samples']);
      assert.equal(written.patches.length, 1);
      const patch: { path: string; value: { service: string }[] }[] = JSON.parse(written.patches[0]?.patch ?? '');
      assert.deepEqual(
        patch.map((one) => one.path),
        ['/spec/endpoints'],
      );
      assert.deepEqual(
        patch[0]?.value.map(({ service }) => service),
        ['ECS', 'VPC', 'SLB', 'STS'],
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

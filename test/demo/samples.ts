// The sample objects as kustomize renders them, and the overlay that changes nothing in them but the account's endpoints.
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { rowAt, textAt, type Row } from './json.ts';
import type { KubeObject } from './judge/facts.ts';

/** What the demo must know of the samples before it can start the cloud. */
export interface Samples {
  readonly accountId: string;
  readonly secret: { readonly name: string; readonly idKey: string; readonly secretKey: string };
  readonly environment: KubeObject;
  readonly namespace: string;
}

/** Reads the rendered samples; throws when an account or an environment is missing. */
export function readSamples(rendered: string): Samples {
  const objects: readonly Row[] = parseAllDocuments(rendered).map((document): Row => document.toJS());
  const account = objects.find((object) => object['kind'] === 'FinanceCloudAccount');
  const environment = objects.find((object) => object['kind'] === 'FinanceCloudEnvironment');
  if (account === undefined || environment === undefined)
    throw new Error('the samples lack an account or an environment');
  const key = rowAt(rowAt(rowAt(account, 'spec'), 'credentials'), 'accessKey');
  const plain: KubeObject = JSON.parse(JSON.stringify(environment));
  return {
    accountId: textAt(rowAt(account, 'spec'), 'accountId'),
    secret: {
      name: textAt(rowAt(key, 'secretRef'), 'name'),
      idKey: textAt(key, 'idKey') || 'access-key-id',
      secretKey: textAt(key, 'secretKey') || 'access-key-secret',
    },
    environment: plain,
    namespace: textAt(rowAt(environment, 'metadata'), 'namespace'),
  };
}

/** Writes the overlay below `folder` and returns its path. kustomize wants its bases by relative paths. */
export function writeOverlay(folder: string, samples: string, endpoint: string): string {
  const overlay = path.join(realpathSync(folder), 'overlay');
  mkdirSync(overlay);
  const endpoints = ['ECS', 'VPC', 'SLB', 'STS'].map((service) => ({ service, url: endpoint }));
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [path.relative(overlay, realpathSync(samples))],
    patches: [
      {
        target: { kind: 'FinanceCloudAccount' },
        patch: JSON.stringify([{ op: 'add', path: '/spec/endpoints', value: endpoints }]),
      },
    ],
  };
  writeFileSync(path.join(overlay, 'kustomization.yaml'), JSON.stringify(kustomization, undefined, 2));
  return overlay;
}

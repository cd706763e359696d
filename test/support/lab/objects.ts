// Objects for a lab: those of the sample or of a test, with the defaults that the API server would fill in, and what an
// account needs around it.
import { readFileSync, readdirSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { KINDS } from '../../../src/crds/index.ts';
import type { KubeObject, ResourceKind } from '../../../src/runtime/kube-types.ts';

/** What a test declares. */
export interface Declared extends KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The account of every lab; its name is the one that the sample's environment names. */
export const LAB_ACCOUNT = {
  name: 'production',
  id: '1234567890123456',
  key: 'LTAIlab',
  secret: 'lab-secret',
} as const;

const CORE: readonly ResourceKind[] = [
  { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true },
  { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true },
  { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false },
];

const OURS: readonly ResourceKind[] = KINDS.map(({ kind, plural, scope }) => ({
  group: 'financecloud.io',
  version: 'v1alpha1',
  plural,
  kind,
  namespaced: scope === 'Namespaced',
}));

/** Where a kind is served; throws for one that a lab does not know. */
export function resourceOf(kind: string): ResourceKind {
  const found = [...OURS, ...CORE].find((resource) => resource.kind === kind);
  if (found === undefined) throw new Error(`No kind ${kind}`);
  return found;
}

/** Whether the operator reconciles this kind. */
export function isOurs(plural: string): boolean {
  return OURS.some((resource) => resource.plural === plural);
}

/** The object with the defaults of its schema; throws when the schema refuses it. */
export function admitted(object: Declared): KubeObject {
  const definition = KINDS.find(({ kind }) => kind === object.kind);
  return definition === undefined ? object : { ...object, spec: definition.spec.parse(object.spec) };
}

/** The objects of `config/samples`, without the account; times that only matter to readers are theirs. */
export function sampleObjects(): readonly Declared[] {
  const folder = new URL('../../../config/samples/', import.meta.url);
  return readdirSync(folder)
    .filter((file) => !file.startsWith('kustomization') && !file.startsWith('account'))
    .flatMap((file) => parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')))
    .map((document): Declared => document.toJS());
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const namespace = (name: string): Declared => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

/** Namespaces, the Secret and the account itself. */
export function accountObjects(
  url: string,
  key: { readonly id: string; readonly secret: string } = { id: LAB_ACCOUNT.key, secret: LAB_ACCOUNT.secret },
): readonly Declared[] {
  const secret: Declared & { readonly data: object } = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'lab', namespace: 'finance-cloud-system' },
    data: { 'access-key-id': base64(key.id), 'access-key-secret': base64(key.secret) },
  };
  const account: Declared = {
    apiVersion: 'financecloud.io/v1alpha1',
    kind: 'FinanceCloudAccount',
    metadata: { name: LAB_ACCOUNT.name },
    spec: {
      accountId: LAB_ACCOUNT.id,
      credentials: { type: 'AccessKey', accessKey: { secretRef: { name: 'lab' } } },
      allowedNamespaces: ['*'],
      apiBudget: { callsPerMinute: 100_000 },
      endpoints: ['ECS', 'VPC', 'SLB', 'STS'].map((service) => ({ service, url })),
    },
  };
  return [namespace('kube-system'), namespace('finance-cloud-system'), secret, account];
}

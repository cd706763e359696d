// The samples as values to bend: every object of config/samples, in a namespace and under an account of the test's own.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Loose } from '../support/api-proxy.ts';

/** An object as it is sent. */
export interface Sent {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { name: string; namespace?: string; finalizers?: readonly string[] };
  spec: Loose;
}

const folder = join(import.meta.dirname, '../../config/samples');

const documents = (): readonly Sent[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')))
    .map((document): Sent => document.toJS());

/** The path of a kind's objects. */
export const pathOf = (object: Sent): string => {
  const plural = `${object.kind.toLowerCase()}s`;
  const namespace = object.metadata.namespace === undefined ? '' : `/namespaces/${object.metadata.namespace}`;
  return `/apis/${object.apiVersion}${namespace}/${plural}`;
};

/** Fresh copies of the samples' custom resources, by `<kind>/<name>`. */
export interface Samples {
  readonly account: Sent;
  readonly environment: Sent;
  readonly dmz: Sent;
  readonly app: Sent;
  readonly mgmt: Sent;
  readonly bastions: Sent;
}

/** The samples in `namespace`; the account's name is the namespace's, so that tests do not share accounts. */
export const samplesIn = (namespace: string): Samples => {
  const all = documents();
  const take = (kind: string, name: string): Sent => {
    const found = all.find((d) => d.kind === kind && d.metadata.name === name);
    if (found === undefined) throw new Error(`config/samples has no ${kind} ${name}`);
    return { ...found, metadata: { name, namespace } };
  };
  const account = take('FinanceCloudAccount', 'production');
  const environment = take('FinanceCloudEnvironment', 'core-banking');
  environment.spec.accountRef.name = namespace;
  account.spec.allowedNamespaces = [namespace];
  return {
    account: { ...account, metadata: { name: namespace } },
    environment,
    dmz: take('SecurityZone', 'dmz'),
    app: take('SecurityZone', 'app'),
    mgmt: take('SecurityZone', 'mgmt'),
    bastions: take('BastionPool', 'ops'),
  };
};

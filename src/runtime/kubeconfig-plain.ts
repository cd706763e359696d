// Kubeconfig files written as JSON that hold certificates or tokens and nothing cleverer. They are what tests and
// `kubectl config view --raw --flatten -o json` write, and reading them needs no client library.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { TlsMaterial } from './kube-agent.ts';

/** Address and key material of one context. */
export interface PlainKubeconfig {
  readonly url: URL;
  readonly tls: TlsMaterial;
  /** Authorization as the file says it now; token files are read anew. */
  headers(): Promise<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;

const CLUSTER_FIELDS = new Set([
  'server',
  'certificate-authority',
  'certificate-authority-data',
  'insecure-skip-tls-verify',
  'tls-server-name',
]);
const USER_FIELDS = new Set([
  'token',
  'tokenFile',
  'client-certificate',
  'client-certificate-data',
  'client-key',
  'client-key-data',
]);

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function named(list: unknown, name: unknown, part: string): Fields | undefined {
  if (!Array.isArray(list)) return undefined;
  const entry: unknown = list.find((candidate: unknown) => isFields(candidate) && candidate['name'] === name);
  const found = isFields(entry) ? entry[part] : undefined;
  return isFields(found) ? found : undefined;
}

function onlyKnows(fields: Fields, known: ReadonlySet<string>): boolean {
  return Object.keys(fields).every((field) => known.has(field));
}

/** The context of a JSON kubeconfig; undefined when the file needs the full client library. */
export async function readPlainKubeconfig(path: string, context?: string): Promise<PlainKubeconfig | undefined> {
  const text = await readFile(path, 'utf8');
  if (!text.trimStart().startsWith('{')) return undefined;
  const config: unknown = JSON.parse(text);
  const parts = isFields(config) ? partsOf(config, context) : undefined;
  if (parts === undefined) return undefined;
  const { cluster, user } = parts;
  const folder = dirname(path);
  return {
    url: new URL(String(cluster['server'])),
    tls: {
      ca: await material(cluster, 'certificate-authority', folder),
      cert: await material(user, 'client-certificate', folder),
      key: await material(user, 'client-key', folder),
      servername: textOf(cluster['tls-server-name']),
      rejectUnauthorized: cluster['insecure-skip-tls-verify'] === true ? false : undefined,
    },
    headers: async () => authorization(user, folder),
  };
}

function partsOf(config: Fields, context?: string): { readonly cluster: Fields; readonly user: Fields } | undefined {
  const chosen = named(config['contexts'], context ?? config['current-context'], 'context');
  const cluster = named(config['clusters'], chosen?.['cluster'], 'cluster');
  const user = named(config['users'], chosen?.['user'], 'user');
  if (cluster === undefined || user === undefined) return undefined;
  return onlyKnows(cluster, CLUSTER_FIELDS) && onlyKnows(user, USER_FIELDS) ? { cluster, user } : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

async function material(fields: Fields, name: string, folder: string): Promise<string | undefined> {
  const inline = textOf(fields[`${name}-data`]);
  if (inline !== undefined) return Buffer.from(inline, 'base64').toString('utf8');
  const file = textOf(fields[name]);
  return file === undefined ? undefined : readFile(resolve(folder, file), 'utf8');
}

async function authorization(user: Fields, folder: string): Promise<Record<string, string>> {
  const file = textOf(user['tokenFile']);
  const token = file === undefined ? textOf(user['token']) : (await readFile(resolve(folder, file), 'utf8')).trim();
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

// What a write says that was not said before: the stable names by which writes are found again in another run. Pure.
import type { Loose } from '../support/api-proxy.ts';

/** A write on its way to the API server. */
export interface KubeWrite {
  readonly method: string;
  readonly url: string;
  readonly body: Loose;
}

const OBJECT = /\/apis\/financecloud\.io\/v1alpha1\/(?:namespaces\/[^/]+\/)?([a-z]+)\/([^/?]+)(\/status)?/;

/** `<plural>/<name>` of the object written to, accounts without their name; undefined for leases, events and reads. */
export function objectOf({ method, url }: Pick<KubeWrite, 'method' | 'url'>): string | undefined {
  if (method === 'GET') return undefined;
  const [, plural, name] = OBJECT.exec(url) ?? [];
  if (plural === undefined || name === undefined) return undefined;
  return plural === 'financecloudaccounts' ? 'accounts' : `${plural.replace('financecloud', '')}/${name}`;
}

/** Facts of a write on top of the status that was written last. */
export function kubeFacts(write: KubeWrite, before: Loose): readonly string[] {
  const object = objectOf(write);
  if (object === undefined) return [];
  const said = Array.isArray(write.body) ? patchFacts(write.body) : statusFacts(write.body?.status ?? {}, before ?? {});
  return said.map((fact) => `${object} ${fact}`);
}

const patchFacts = (operations: readonly Loose[]): readonly string[] =>
  operations.filter(({ op }) => op !== 'test').map(({ op, path }) => `${op} ${String(path).replace(/\/(\d+|-)$/, '')}`);

function statusFacts(status: Loose, before: Loose): readonly string[] {
  return Object.entries<Loose>(status).flatMap(([field, value]) => {
    const was: Loose = before[field];
    if (value === null) return [`${field}-`, ...listFacts(field, [], was)];
    if (Array.isArray(value)) return listFacts(field, value, was);
    return SCALARS.has(field) ? [`${field}~`] : [];
  });
}

const SCALARS = new Set(['principal', 'ownerId', 'plan', 'lastDeletionPolicy']);

function listFacts(field: string, now: readonly Loose[], was: Loose): readonly string[] {
  const key = KEYS[field];
  if (key === undefined) return [];
  const [old, fresh] = [keyed(Array.isArray(was) ? was : [], key), keyed(now, key)];
  const added = [...fresh].filter(([name]) => !old.has(name)).map(([name]) => `${field}+${name}`);
  return [...added, ...[...old].filter(([name]) => !fresh.has(name)).map(([name]) => `${field}-${name}`)];
}

/** What names an entry; lists that are not here change with time and are no fact. */
const KEYS: Readonly<Record<string, (item: Loose) => string>> = {
  resources: ({ name }) => name,
  intents: ({ resource }) => resource,
  conditions: ({ type, status }) => `${type}=${status}`,
  replacements: ({ slot, step }) => `${slot}:${step}`,
  zones: ({ name, state }) => `${name}:${state}`,
  addresses: ({ name }) => name,
  drift: ({ path, decision }) => `${withoutIds(path)}:${decision}`,
};

const keyed = (items: readonly Loose[], key: (item: Loose) => string): ReadonlyMap<string, Loose> =>
  new Map(items.map((item) => [key(item), item]));

/** Ids of the cloud differ from run to run. */
export const withoutIds = (text: string): string => text.replaceAll(/\b(vpc|vsw|sg|i|lb)-[a-z0-9]{15,}/g, '$1-*');

/** Parameters of a cloud request, of query and form. */
export function cloudParams(url: string, body: string): Readonly<Record<string, string>> {
  const query = new URL(url, 'http://x').searchParams;
  const form = body.startsWith('{') ? new URLSearchParams() : new URLSearchParams(body);
  return Object.fromEntries([...query, ...form]);
}

/** True for a request that changes something and is no question inside a guest. */
export const isCloudWrite = (action: string): boolean =>
  action !== '' && !/^(Describe|List|Get|RunCommand)/.test(action);

/** True for a request that only asks. */
export const isCloudRead = (action: string): boolean => /^(Describe|List|Get)/.test(action);

/** Facts of a cloud write: its action and the logical names of what it is about. */
export function cloudFacts(
  action: string,
  params: Readonly<Record<string, string>>,
  names: ReadonlyMap<string, string>,
): readonly string[] {
  const tag = Object.keys(params).find((key) => params[key] === 'financecloud.io/resource');
  const made = tag === undefined ? undefined : params[tag.replace(/Key$/, 'Value')];
  const ids = Object.entries(params).filter(([key]) => /Id(s|\.\d+)?$/.test(key));
  const about = ids.flatMap(([, id]) =>
    [...id.matchAll(/\b(?:vpc|vsw|sg|i|lb)-[a-z0-9]{15,}/g)].map(([found]) => found),
  );
  const named = [...new Set(about.map((id) => names.get(id) ?? withoutIds(id)))].toSorted((a, b) => a.localeCompare(b));
  return [`${action} ${made ?? named.join(',')}`.trim()];
}

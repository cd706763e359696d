// First-boot scripts: read when servers are about to be made, never kept in a record, an event or a log.
import type { KubeObject, Kube, ResourceKind } from '../runtime/index.ts';
import type { Intent } from '../crds/index.ts';
import type { Dependency } from '../plan/change.ts';
import type { CloudChange, UserDataSource } from './model.ts';
import type { Script } from './visit.ts';

interface DataObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const CONFIG_MAP: ResourceKind<DataObject> = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};
const SECRET: ResourceKind<DataObject> = {
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  namespaced: true,
};

/** The scripts that creates and open intents of this visit need, by `kind/name/key`; what cannot be read is left out, and its servers wait. */
export async function readScripts(
  namespace: string,
  sources: readonly UserDataSource[],
  kube: Kube,
): Promise<ReadonlyMap<string, Script>> {
  const distinct = new Map(sources.map((source) => [`${source.kind}/${source.name}/${source.key}`, source]));
  const scripts = await Promise.all([...distinct.values()].map((source) => readScript(namespace, source, kube)));
  return new Map(scripts.flatMap((script) => (script === undefined ? [] : [script])));
}

/** What a plan and open intents need read. */
export function neededScripts(changes: readonly CloudChange[], intents: readonly Intent[]): readonly UserDataSource[] {
  const ofChanges = changes.flatMap(({ action }) =>
    action.service === 'ecs' && action.userDataFrom !== undefined ? [action.userDataFrom] : [],
  );
  return [...ofChanges, ...intents.flatMap((intent) => intent.fromObjects ?? [])];
}

/** The first script that is needed and not there, as the dependency that its servers wait for. */
export function missingScript(
  sources: readonly UserDataSource[],
  scripts: ReadonlyMap<string, Script>,
): Dependency | undefined {
  const source = sources.find((item) => !scripts.has(`${item.kind}/${item.name}/${item.key}`));
  return source === undefined ? undefined : { kind: source.kind, name: source.name, fact: `key ${source.key}` };
}

async function readScript(
  namespace: string,
  source: UserDataSource,
  kube: Kube,
): Promise<readonly [string, Script] | undefined> {
  const answer = await kube.get(source.kind === 'ConfigMap' ? CONFIG_MAP : SECRET, { namespace, name: source.name });
  if (answer.kind !== 'ok') return undefined;
  const value = answer.value.data?.[source.key];
  if (value === undefined) return undefined;
  const base64 = source.kind === 'Secret' ? value : Buffer.from(value, 'utf8').toString('base64');
  return [
    `${source.kind}/${source.name}/${source.key}`,
    { resourceVersion: answer.value.metadata.resourceVersion ?? '', base64 },
  ];
}

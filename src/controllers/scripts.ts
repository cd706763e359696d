// First-boot scripts: read when servers are about to be made, never kept in a record, an event or a log.
import type { KubeObject, Kube, ResourceKind } from '../runtime/index.ts';
import type { Intent, Progress } from '../crds/index.ts';
import { dependency } from './admit.ts';
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

/** Where scripts are read: the namespace of their owner, and the operator's own. */
export interface ScriptHome {
  readonly namespace: string;
  readonly operatorNamespace: string;
}

/** Secrets beside the operator hold AccessKeys: whoever may declare servers there must not get them out through user data. */
function isWithheld({ kind }: Pick<UserDataSource, 'kind'>, home: ScriptHome): boolean {
  return kind === 'Secret' && home.namespace === home.operatorNamespace;
}

/** The scripts that creates and open intents of this visit need, by `kind/name/key`; what cannot be read is left out, and its servers wait. */
export async function readScripts(
  home: ScriptHome,
  sources: readonly UserDataSource[],
  kube: Kube,
): Promise<ReadonlyMap<string, Script>> {
  const distinct = new Map(
    sources
      .filter((source) => !isWithheld(source, home))
      .map((source) => [`${source.kind}/${source.name}/${source.key}`, source]),
  );
  const scripts = await Promise.all([...distinct.values()].map((source) => readScript(home.namespace, source, kube)));
  return new Map(scripts.flatMap((script) => (script === undefined ? [] : [script])));
}

/** A script and the fleet (a module, or the bastions) whose servers start with it. */
export interface NeededScript extends UserDataSource {
  readonly fleet: string;
}

/** What a plan and open intents need read. */
export function neededScripts(changes: readonly CloudChange[], intents: readonly Intent[]): readonly NeededScript[] {
  const ofChanges = changes.flatMap(({ action, name }) =>
    action.service === 'ecs' && action.userDataFrom !== undefined ? [neededBy(name, action.userDataFrom)] : [],
  );
  const ofIntents = intents.flatMap(({ resource, fromObjects }) =>
    (fromObjects ?? []).map((source) => neededBy(resource, source)),
  );
  return [...ofChanges, ...ofIntents];
}

function neededBy(resource: string, source: UserDataSource): NeededScript {
  return { ...source, fleet: resource.split('/')[0] ?? resource };
}

/** How an object stands whose servers need a script that is not there, or that is never given to servers. */
export function missingScript(
  home: ScriptHome,
  sources: readonly NeededScript[],
  scripts: ReadonlyMap<string, Script>,
): Progress | undefined {
  const source = sources.find((item) => !scripts.has(`${item.kind}/${item.name}/${item.key}`));
  if (source === undefined) return undefined;
  const { kind, name, key, fleet } = source;
  if (!isWithheld(source, home))
    return dependency({ kind, name: `${name}, the first-boot script of ${fleet}`, fact: `key ${key}` });
  const message = `servers.userDataFrom names Secret ${source.name} of namespace ${home.namespace}, where the operator keeps its AccessKeys: no Secret of that namespace is given to a server. Declare the environment in another namespace, or name a ConfigMap`;
  return { kind: 'stalled', reason: 'InvalidSpec', message };
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

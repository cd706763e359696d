// FinanceCloudAccount: reads the credentials, asks the cloud whose they are, and lets the other controllers in.
import type { CloudAccounts, Connection } from '../../cloud/accounts/index.ts';
import { accessKey } from '../../cloud/credentials.ts';
import type { EndpointOverrides } from '../../cloud/endpoints.ts';
import { ANNOTATIONS, FINALIZER, type FinanceCloudAccount } from '../../crds/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Random } from '../../kernel/random.ts';
import { Finalizers } from '../../runtime/finalizers.ts';
import {
  type Kube,
  type KubeObject,
  type ObjectRef,
  type Outcome,
  type ReconcileContext,
  type ResourceKind,
  type StoreView,
  done,
  keyOf,
  requeue,
  requeueAfter,
  retry,
} from '../../runtime/index.ts';
import { ObjectReader } from '../../runtime/object-reader.ts';
import { OwnWrites } from '../../runtime/own-writes.ts';
import { StatusWriter } from '../../runtime/status-writer.ts';
import { listing } from '../judge.ts';
import type { Stores } from '../kind.ts';
import { reasonOf } from '../report.ts';
import { ACCOUNT_RESOURCE } from '../resources.ts';
import type { SessionRegistry } from '../session-registry.ts';
import { type Found, problem, statusFrom } from './status.ts';

/** What the account controller works with. */
export interface AccountOptions {
  readonly kube: Kube;
  readonly store: StoreView<FinanceCloudAccount>;
  readonly stores: Stores;
  readonly accounts: CloudAccounts;
  readonly sessions: SessionRegistry;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The operator's own namespace: the only one whose Secrets accounts may name. */
  readonly namespace: string;
  /** Namespaces this release watches; empty: all. An account that none of them may use belongs to another release. */
  readonly namespaces: readonly string[];
  readonly recheckMs: number;
  readonly heard: (before: KubeObject, after: KubeObject) => void;
  /** Called when the account became usable or stopped being so. */
  readonly changed: (account: string) => void;
}

interface SecretObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const SECRET: ResourceKind<SecretObject> = {
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  namespaced: true,
};
const NAMESPACE: ResourceKind = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};
const PROBLEM_MS = 5000;

/** The reconcile function of accounts. */
export function createAccountReconciler(
  options: AccountOptions,
): (ref: ObjectRef, context: ReconcileContext) => Promise<Outcome> {
  const { kube, store, clock, random, log } = options;
  const ownWrites = new OwnWrites(clock);
  const reader = new ObjectReader<FinanceCloudAccount>({ kube, kind: ACCOUNT_RESOURCE, store, ownWrites });
  const writer = new StatusWriter<FinanceCloudAccount>({ kube, kind: ACCOUNT_RESOURCE, ownWrites, clock, random, log });
  const finalizers = new Finalizers<FinanceCloudAccount>({
    kube,
    kind: ACCOUNT_RESOURCE,
    finalizer: FINALIZER,
    ownWrites,
  });
  const tools = { options, finalizers, writer, told: new Map() };
  return async (ref, context) => {
    const read = await reader.read(ref, { signal: context.signal });
    if (read.kind === 'not-found') {
      options.sessions.release(ref.name);
      tools.told.delete(ref.name);
      return done;
    }
    if (read.kind !== 'ok') return retry(new Error(`read FinanceCloudAccount ${ref.name}: ${read.message}`));
    if (!isMine(read.value, options.namespaces)) return done;
    return read.value.metadata.deletionTimestamp === undefined
      ? keepAccount(read.value, tools)
      : endAccount(read.value, tools);
  };
}

interface Tools {
  /** For which wish a problem was told, by account, and when (monotonic ms): a status, an own one or another's, is no reason to ask again. */
  readonly told: Map<string, { readonly wish: string; readonly at: number }>;
  readonly options: AccountOptions;
  readonly finalizers: Finalizers<FinanceCloudAccount>;
  readonly writer: StatusWriter<FinanceCloudAccount>;
}

/** Until an account with a problem is looked at again. */
function pauseOf({ recheckMs }: AccountOptions): number {
  return Math.min(PROBLEM_MS, recheckMs);
}

function wishOf({ metadata: { uid, generation, annotations } }: FinanceCloudAccount): string {
  return JSON.stringify([uid, generation, annotations]);
}

async function keepAccount(object: FinanceCloudAccount, tools: Tools): Promise<Outcome> {
  const told = tools.told.get(object.metadata.name);
  if (told?.wish === wishOf(object)) {
    const left = told.at + pauseOf(tools.options) - tools.options.clock.monotonic();
    if (left > 0) return requeueAfter(left);
  }
  const marked = await tools.finalizers.add(object);
  if (marked.kind === 'conflict') return requeue('finalizer conflict');
  if (marked.kind !== 'ok') return retry(new Error(`add finalizer: ${marked.message}`));
  return writeStatus(marked.value, await lookAndTell(marked.value, tools.options), tools);
}

/** While environments name it, an account that is to be deleted goes on serving them. */
async function endAccount(object: FinanceCloudAccount, tools: Tools): Promise<Outcome> {
  const users = usersOf(object.metadata.name, tools.options.stores);
  if (users.length === 0) return letGo(object, tools.finalizers, tools.options);
  await lookAndTell(object, tools.options);
  const inUse = problem('InUse', `Is to be deleted and is still named by ${listing(users)}: delete them first`);
  return writeStatus(object, inUse, tools);
}

async function lookAndTell(object: FinanceCloudAccount, options: AccountOptions): Promise<Found> {
  const { name } = object.metadata;
  const found = await look(object, options);
  if (options.sessions.set(name, stateOf(object, found))) options.changed(name);
  return found;
}

/** Two releases in one cluster, each with its own namespaces and Secrets, must not judge each other's accounts. */
export function isMine(account: Pick<FinanceCloudAccount, 'spec'>, namespaces: readonly string[]): boolean {
  const { allowedNamespaces } = account.spec;
  return (
    namespaces.length === 0 ||
    allowedNamespaces.includes('*') ||
    allowedNamespaces.some((name) => namespaces.includes(name))
  );
}

function usersOf(account: string, stores: Stores): readonly string[] {
  return stores.environments
    .list()
    .filter((environment) => environment.spec.accountRef.name === account)
    .map((environment) => `FinanceCloudEnvironment ${keyOf(environment.metadata)}`);
}

async function letGo(
  object: FinanceCloudAccount,
  finalizers: Finalizers<FinanceCloudAccount>,
  options: AccountOptions,
): Promise<Outcome> {
  const removed = await finalizers.remove(object);
  if (removed.kind === 'conflict') return requeue('finalizer conflict');
  if (removed.kind !== 'ok' && removed.kind !== 'not-found')
    return retry(new Error(`remove finalizer: ${removed.message}`));
  options.sessions.release(object.metadata.name);
  return done;
}

async function look(object: FinanceCloudAccount, options: AccountOptions): Promise<Found> {
  const { kube, namespace, accounts } = options;
  const { secretRef, idKey, secretKey } = object.spec.credentials.accessKey;
  const where = `Secret ${namespace}/${secretRef.name}`;
  const secret = await kube.get(SECRET, { namespace, name: secretRef.name });
  if (secret.kind === 'not-found')
    return problem(
      'CredentialsMissing',
      `${where} does not exist: create it in the operator's namespace with keys ${idKey} and ${secretKey}`,
    );
  if (secret.kind !== 'ok') return problem('CredentialsMissing', `${where} cannot be read: ${secret.message}`);
  const text = (key: string) => Buffer.from(secret.value.data?.[key] ?? '', 'base64').toString('utf8');
  const credential = accessKey(text(idKey), text(secretKey));
  if (credential === undefined)
    return problem(
      'CredentialsMissing',
      `${where} has no value for ${text(idKey).trim() === '' ? idKey : secretKey}: add it`,
    );
  const owner = await ownerOf(object, kube);
  if (owner === undefined)
    return problem(
      'ProgressingWithRetry',
      'The uid of namespace kube-system, the default owner, cannot be read: grant get on it, or set spec.ownerId in a new account',
    );
  const connection = await accounts.connect({
    name: object.metadata.name,
    accountId: object.spec.accountId,
    credential,
    endpoints: endpointsOf(object),
    callsPerMinute: object.spec.apiBudget.callsPerMinute,
    writes: object.spec.writes,
  });
  return judge(connection, { where, owner });
}

/** The owner in force never changes once it is on record: resources are found by it. */
async function ownerOf(object: FinanceCloudAccount, kube: Kube): Promise<string | undefined> {
  const known = object.spec.ownerId ?? object.status?.ownerId;
  if (known !== undefined) return known;
  const system = await kube.get(NAMESPACE, { namespace: '', name: 'kube-system' });
  return system.kind === 'ok' ? system.value.metadata.uid : undefined;
}

function endpointsOf(object: FinanceCloudAccount): EndpointOverrides {
  return Object.fromEntries((object.spec.endpoints ?? []).map(({ service, url }) => [service.toLowerCase(), url]));
}

function judge(connection: Connection, of: { readonly where: string; readonly owner: string }): Found {
  switch (connection.kind) {
    case 'ok': {
      const { arn, accountId } = connection.identity;
      return { kind: 'ok', principal: { arn, accountId, type: typeOf(arn) }, owner: of.owner };
    }
    case 'wrong-account':
      return problem(
        'AccountMismatch',
        `The key in ${of.where} belongs to account ${connection.found}, not to spec.accountId ${connection.expected}: put a key of the declared account there`,
        true,
      );
    case 'dead-key':
      return problem(
        'CredentialsInvalid',
        `${reasonOf(connection.error).message}. Put a valid AccessKey into ${of.where}`,
        true,
      );
    case 'no-permission':
      return problem('PermissionDenied', reasonOf(connection.error).message, true);
    case 'unreachable':
      return problem('CloudUnavailable', `${reasonOf(connection.error).message}. Check spec.endpoints and the network`);
    default:
      return connection satisfies never;
  }
}

/** `user`, `assumed-role`, ...: what stands before the name in `acs:ram::<account>:user/<name>`; the account itself is `root`. */
function typeOf(arn: string): string {
  return arn.split(':').at(-1)?.split('/')[0] ?? 'root';
}

function stateOf(object: FinanceCloudAccount, found: Found): Parameters<SessionRegistry['set']>[1] {
  if (found.kind === 'problem') return { kind: 'not-ready', reason: found.reason, message: found.message };
  return {
    kind: 'ready',
    owner: found.owner,
    frozen: object.spec.writes === 'Frozen',
    acceptInventory: object.metadata.annotations?.[ANNOTATIONS.acceptInventory],
  };
}

async function writeStatus(
  object: FinanceCloudAccount,
  found: Found,
  { writer, options, told }: Pick<Tools, 'writer' | 'options' | 'told'>,
): Promise<Outcome> {
  const result = await writer.write(object, statusFrom(object, found, options.clock.now()));
  if (result.kind === 'written') options.heard(object, result.object);
  const { name } = object.metadata;
  if (found.kind === 'ok' || !('object' in result)) told.delete(name);
  else told.set(name, { wish: wishOf(object), at: options.clock.monotonic() });
  if (result.kind === 'failed') return retry(new Error(`write status: ${result.failure.message}`));
  if (result.kind === 'conflict') return requeue('status conflict');
  return requeueAfter(found.kind === 'ok' ? options.recheckMs : pauseOf(options));
}

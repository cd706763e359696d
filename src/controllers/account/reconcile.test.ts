// The account's own visit over an API server in memory: whose it is, what is said about its key, who hears of it, and how it ends.
import assert from 'node:assert/strict';
import { environment } from '../../../test/support/builders.ts';
import { MemoryKube } from '../../../test/support/memory-kube.ts';
import { refused } from '../../../test/support/recorded-cloud.ts';
import { sessionOf } from '../../../test/support/session.ts';
import { storeOf, storesOf } from '../../../test/support/stores.ts';
import { VirtualClock, seededRandom } from '../../../test/support/virtual-clock.ts';
import { account } from '../../../test/support/visits.ts';
import type { AccountConfig, CloudAccounts, Connection } from '../../cloud/accounts/index.ts';
import type { CloudError } from '../../cloud/call.ts';
import { ANNOTATIONS, FINALIZER, type FinanceCloudAccount } from '../../crds/index.ts';
import { silentLogger } from '../../kernel/logger.ts';
import type { KubeFailure } from '../../runtime/kube.ts';
import type { KubeObject, ResourceKind } from '../../runtime/index.ts';
import { ACCOUNT_RESOURCE } from '../resources.ts';
import { SessionRegistry } from '../session-registry.ts';
import { createAccountReconciler, isMine } from './reconcile.ts';

const core = (plural: string, kind: string, namespaced: boolean): ResourceKind => ({
  group: '',
  version: 'v1',
  plural,
  kind,
  namespaced,
});
const SECRETS = core('secrets', 'Secret', true);
const NAMESPACES = core('namespaces', 'Namespace', false);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const GOOD: Connection = {
  kind: 'ok',
  identity: { accountId: '1234567890123456', arn: 'acs:ram::1234567890123456:user/operator' },
};
const errorOf = (more: Partial<CloudError>): CloudError => {
  const answer = refused(more.class ?? 'credential', { service: 'sts', action: 'GetCallerIdentity', ...more });
  assert.ok(answer.kind === 'error');
  return answer.error;
};

interface Scene {
  readonly spec?: Partial<FinanceCloudAccount['spec']>;
  readonly metadata?: Partial<FinanceCloudAccount['metadata']>;
  readonly connection?: Connection;
  readonly secret?: Readonly<Record<string, string>> | 'none';
  readonly clusterId?: 'none';
  readonly environments?: readonly ReturnType<typeof environment>[];
  readonly namespaces?: readonly string[];
}

/** An account and a reconciler of it. */
function open(scene: Scene = {}) {
  const kube = new MemoryKube();
  const clock = new VirtualClock();
  const declared = account(scene.spec ?? {});
  const object = kube.put(ACCOUNT_RESOURCE, { ...declared, metadata: { ...declared.metadata, ...scene.metadata } });
  if (scene.secret !== 'none')
    kube.put(SECRETS, {
      metadata: { namespace: 'operator', name: 'production-access-key' },
      data: scene.secret ?? { 'access-key-id': base64('LTAI1'), 'access-key-secret': base64('s3cret\n') },
    } as KubeObject);
  if (scene.clusterId !== 'none') kube.put(NAMESPACES, { metadata: { name: 'kube-system', uid: 'cluster-1' } });
  const connected: AccountConfig[] = [];
  const released: string[] = [];
  const place = { client: sessionOf().client, inventory: sessionOf().session.inventory };
  const accounts: CloudAccounts = {
    connect: async (config) => (connected.push(config), scene.connection ?? GOOD),
    place: () => place,
    release: (name) => released.push(name),
    close: () => undefined,
  };
  const guestLimits = { agentGraceMs: 1, retryMs: 1, periodMs: 1 };
  const sessions = new SessionRegistry({ accounts, clock, log: silentLogger, guestLimits, news: () => undefined });
  const changed: string[] = [];
  const heard: unknown[] = [];
  const lag = { on: false };
  const live = {
    ...storeOf<FinanceCloudAccount>([]),
    get: () => (lag.on ? object : kube.peek(ACCOUNT_RESOURCE, 'production')),
  };
  const reconcile = createAccountReconciler({
    kube,
    store: live,
    stores: storesOf({ environments: scene.environments ?? [] }),
    accounts,
    sessions,
    clock,
    random: seededRandom(1),
    log: silentLogger,
    namespace: 'operator',
    namespaces: scene.namespaces ?? [],
    recheckMs: 60_000,
    heard: (before, after) => heard.push([before, after]),
    changed: (name) => changed.push(name),
  });
  const visit = () =>
    reconcile(
      { namespace: '', name: 'production' },
      { signal: new AbortController().signal, log: silentLogger, reconcileID: '1' },
    );
  const stored = () => kube.peek(ACCOUNT_RESOURCE, 'production');
  const ready = () => stored()?.status?.conditions?.find(({ type }) => type === 'Ready');
  const session = () => sessions.of('production', 'r');
  return { kube, object, lag, visit, stored, ready, session, connected, released, changed, heard };
}

describe('isMine', () => {
  const rows: readonly {
    readonly why: string;
    readonly allowed: readonly string[];
    readonly watched: readonly string[];
    readonly is: boolean;
  }[] = [
    { why: 'a release that watches everything has every account', allowed: [], watched: [], is: true },
    { why: 'an account for every namespace belongs to every release', allowed: ['*'], watched: ['a'], is: true },
    { why: 'a watched namespace may use it', allowed: ['b', 'a'], watched: ['a', 'c'], is: true },
    { why: 'only namespaces of another release may use it', allowed: ['b'], watched: ['a', 'c'], is: false },
    { why: 'nobody may use it yet', allowed: [], watched: ['a'], is: false },
  ];
  for (const { why, allowed, watched, is } of rows) {
    it(`${is}: ${why}`, () => assert.equal(isMine(account({ allowedNamespaces: allowed }), watched), is));
  }

  it('is what a visit asks first: the account of another release is not touched', async () => {
    const { visit, kube, connected } = open({ spec: { allowedNamespaces: ['b'] }, namespaces: ['a'] });
    assert.deepEqual(await visit(), { kind: 'done' });
    assert.deepEqual([kube.operations, connected], [[], []]);
  });
});

describe('an account in order', () => {
  it('is Ready, with the principal and the owner, has our finalizer, and is looked at again in a while', async () => {
    const all = open();
    assert.deepEqual(await all.visit(), { kind: 'requeue-after', ms: 60_000 });
    assert.equal(all.ready()?.status, 'True');
    const { principal, ownerId } = all.stored()?.status ?? {};
    assert.deepEqual(principal, {
      arn: GOOD.kind === 'ok' && GOOD.identity.arn,
      accountId: '1234567890123456',
      type: 'user',
    });
    assert.deepEqual([ownerId, all.stored()?.metadata.finalizers], ['cluster-1', [FINALIZER]]);
  });

  it('is connected with what is declared, the key without its line end', async () => {
    const all = open({
      spec: { endpoints: [{ service: 'ECS', url: 'http://ecs' }], writes: 'Frozen', apiBudget: { callsPerMinute: 7 } },
    });
    await all.visit();
    assert.equal(all.connected.length, 1);
    const { credential, ...rest } = all.connected[0] ?? {};
    assert.deepEqual(rest, {
      name: 'production',
      accountId: '1234567890123456',
      endpoints: { ecs: 'http://ecs' },
      callsPerMinute: 7,
      writes: 'Frozen',
    });
    assert.deepEqual({ ...credential }, { type: 'AccessKey', id: 'LTAI1', secret: 's3cret' });
  });

  it('lets others in, tells them once, and tells of each change of how it stands', async () => {
    const all = open();
    await all.visit();
    await all.visit();
    assert.deepEqual([all.changed, all.heard.length, all.session().kind], [['production'], 1, 'ready']);
    all.kube.put(ACCOUNT_RESOURCE, {
      metadata: all.object.metadata,
      spec: { ...all.object.spec, writes: 'Frozen' },
    });
    await all.visit();
    const state = all.session();
    assert.deepEqual([all.changed.length, state.kind === 'ready' && state.session.frozen], [2, true]);
  });

  it("hands an administrator's word about the inventory on", async () => {
    const all = open();
    await all.visit();
    all.kube.put(ACCOUNT_RESOURCE, {
      metadata: { ...all.object.metadata, annotations: { [ANNOTATIONS.acceptInventory]: 'yes' } },
    });
    await all.visit();
    assert.equal(all.changed.length, 2);
  });
});

describe('the owner of an account', () => {
  const kept: readonly {
    readonly why: string;
    readonly scene: Scene;
    readonly status?: string;
    readonly is: string;
  }[] = [
    { why: 'the declared one', scene: { spec: { ownerId: 'bank' } }, status: 'old', is: 'bank' },
    { why: 'the one on record, however the cluster is called now', scene: {}, status: 'old', is: 'old' },
    { why: 'the cluster', scene: {}, is: 'cluster-1' },
  ];
  for (const { why, scene, status, is } of kept) {
    it(`is ${why}`, async () => {
      const all = open(scene);
      if (status !== undefined)
        all.kube.put(ACCOUNT_RESOURCE, { metadata: all.object.metadata, status: { ownerId: status } });
      await all.visit();
      assert.equal(all.stored()?.status?.ownerId, is);
      const state = all.session();
      assert.equal(state.kind === 'ready' && state.session.owner, is);
    });
  }

  it('is needed before anything is connected', async () => {
    const all = open({ clusterId: 'none' });
    await all.visit();
    assert.deepEqual([all.ready()?.reason, all.connected], ['ProgressingWithRetry', []]);
  });
});

describe('an account with a problem', () => {
  const dead = errorOf({ class: 'credential', code: 'InvalidAccessKeyId.NotFound', message: 'unknown key' });
  const rows: readonly {
    readonly why: string;
    readonly scene: Scene;
    readonly reason: string;
    readonly says: string;
    readonly stalled?: true;
  }[] = [
    {
      why: 'no Secret',
      scene: { secret: 'none' },
      reason: 'CredentialsMissing',
      says: 'Secret operator/production-access-key does not exist',
    },
    {
      why: 'no id in the Secret',
      scene: { secret: { 'access-key-secret': base64('x') } },
      reason: 'CredentialsMissing',
      says: 'has no value for access-key-id',
    },
    {
      why: 'nothing but blanks for a secret',
      scene: { secret: { 'access-key-id': base64('x'), 'access-key-secret': base64(' \n') } },
      reason: 'CredentialsMissing',
      says: 'has no value for access-key-secret',
    },
    {
      why: 'the key of another account',
      scene: { connection: { kind: 'wrong-account', expected: '1', found: '2' } },
      reason: 'AccountMismatch',
      says: 'belongs to account 2, not to spec.accountId 1',
      stalled: true,
    },
    {
      why: 'a dead key',
      scene: { connection: { kind: 'dead-key', error: dead } },
      reason: 'CredentialsInvalid',
      says: 'Put a valid AccessKey into Secret operator/',
      stalled: true,
    },
    {
      why: 'no right to ask who it is',
      scene: { connection: { kind: 'no-permission', error: errorOf({ class: 'rights' }) } },
      reason: 'PermissionDenied',
      says: 'sts:GetCallerIdentity',
      stalled: true,
    },
    {
      why: 'a cloud out of reach',
      scene: { connection: { kind: 'unreachable', error: errorOf({ class: 'transient' }) } },
      reason: 'CloudUnavailable',
      says: 'Check spec.endpoints and the network',
    },
  ];
  for (const { why, scene, reason, says, stalled } of rows) {
    it(`says so and lets nobody in: ${why}`, async () => {
      const all = open(scene);
      assert.deepEqual(await all.visit(), { kind: 'requeue-after', ms: 5000 });
      assert.equal(all.ready()?.reason, reason);
      assert.ok(all.ready()?.message.includes(says), all.ready()?.message);
      const state = all.session();
      assert.deepEqual(state, { kind: 'not-ready', reason, message: all.ready()?.message });
      const types = all.stored()?.status?.conditions?.map(({ type }) => type) ?? [];
      assert.equal(types.includes('Stalled'), stalled ?? false);
    });
  }

  it('keeps the principal and the owner that were known', async () => {
    const all = open({ secret: 'none' });
    const principal = { arn: 'acs:ram::1:root', accountId: '1', type: 'root' };
    all.kube.put(ACCOUNT_RESOURCE, { metadata: all.object.metadata, status: { principal, ownerId: 'old' } });
    await all.visit();
    assert.deepEqual([all.stored()?.status?.principal, all.stored()?.status?.ownerId], [principal, 'old']);
  });

  for (const [arn, type] of [
    ['acs:ram::1:root', 'root'],
    ['acs:ram::1:assumed-role/operator/session', 'assumed-role'],
  ] as const) {
    it(`names the kind of principal: ${type}`, async () => {
      const all = open({ connection: { kind: 'ok', identity: { accountId: '1', arn } } });
      await all.visit();
      assert.equal(all.stored()?.status?.principal?.type, type);
    });
  }
});

describe('an account that is to be deleted', () => {
  const leaving = { finalizers: [FINALIZER], deletionTimestamp: '2026-01-01T00:00:00Z' };

  it('goes on serving the environments that name it, and says which', async () => {
    const others = [environment(), environment({ name: 'other', spec: { accountRef: { name: 'elsewhere' } } })];
    const all = open({ metadata: leaving, environments: others });
    assert.deepEqual(await all.visit(), { kind: 'requeue-after', ms: 5000 });
    assert.equal(all.ready()?.reason, 'InUse');
    assert.match(
      all.ready()?.message ?? '',
      /named by FinanceCloudEnvironment payments\/core-banking: delete them first/,
    );
    assert.deepEqual([all.session().kind, all.released], ['ready', []]);
  });

  it('goes when nobody names it, and everything of it ends', async () => {
    const all = open({ metadata: leaving });
    assert.deepEqual(await all.visit(), { kind: 'done' });
    assert.deepEqual([all.stored(), all.released, all.connected], [undefined, ['production'], []]);
    assert.deepEqual(await all.visit(), { kind: 'done' });
    assert.equal(all.released.length, 2, 'also when it is found gone');
  });
});

describe('an account that cannot be written', () => {
  const rows: readonly {
    readonly why: string;
    readonly at: number;
    readonly failure: KubeFailure;
    readonly leaving?: true;
    readonly is: object;
  }[] = [
    {
      why: 'somebody else wrote first',
      at: 1,
      failure: { kind: 'conflict', message: '' },
      is: { kind: 'requeue', reason: 'finalizer conflict' },
    },
    {
      why: 'the finalizer is not taken',
      at: 1,
      failure: { kind: 'unavailable', message: 'cut off' },
      is: { kind: 'retry', error: new Error('add finalizer: cut off'), atLeastMs: 0 },
    },
    {
      why: 'its status meets another write',
      at: 2,
      failure: { kind: 'conflict', message: '' },
      is: { kind: 'requeue', reason: 'status conflict' },
    },
    {
      why: 'its status is not taken',
      at: 2,
      failure: { kind: 'unavailable', message: 'cut off' },
      is: { kind: 'retry', error: new Error('write status: cut off'), atLeastMs: 0 },
    },
    {
      why: 'its end meets another write',
      at: 1,
      leaving: true,
      failure: { kind: 'conflict', message: '' },
      is: { kind: 'requeue', reason: 'finalizer conflict' },
    },
    {
      why: 'its end is not taken',
      at: 1,
      leaving: true,
      failure: { kind: 'unavailable', message: 'cut off' },
      is: { kind: 'retry', error: new Error('remove finalizer: cut off'), atLeastMs: 0 },
    },
  ];
  for (const { why, at, failure, leaving, is } of rows) {
    it(`comes back: ${why}`, async () => {
      const deletion = { finalizers: [FINALIZER], deletionTimestamp: '2026-01-01T00:00:00Z' };
      const all = open(leaving === undefined ? {} : { metadata: deletion });
      let writes = 0;
      all.kube.interfere = ({ verb }) => (verb === 'patch' && ++writes === at ? failure : undefined);
      assert.deepEqual(await all.visit(), is);
      assert.deepEqual([all.heard, all.released], [[], []]);
    });
  }

  it('ends when it is found gone while its finalizer is removed', async () => {
    const all = open({ metadata: { finalizers: [FINALIZER], deletionTimestamp: '2026-01-01T00:00:00Z' } });
    all.kube.interfere = ({ verb }) => (verb === 'patch' ? { kind: 'not-found', message: '' } : undefined);
    assert.deepEqual([await all.visit(), all.released], [{ kind: 'done' }, ['production']]);
  });
});

describe('an account that cannot be read', () => {
  it('comes back when the server is out of reach and the cache does not show the last write yet', async () => {
    const all = open();
    await all.visit();
    all.lag.on = true;
    all.kube.interfere = ({ kind }) =>
      kind.plural === ACCOUNT_RESOURCE.plural ? { kind: 'unavailable', message: 'cut off' } : undefined;
    const error = new Error('read FinanceCloudAccount production: cut off');
    assert.deepEqual(await all.visit(), { kind: 'retry', error, atLeastMs: 0 });
  });

  it('has a problem when it is its Secret that nobody may read', async () => {
    const all = open();
    all.kube.interfere = ({ kind }) =>
      kind.plural === 'secrets' ? { kind: 'forbidden', message: 'no', namespaceTerminating: false } : undefined;
    await all.visit();
    assert.equal(all.ready()?.message, 'Secret operator/production-access-key cannot be read: no');
  });
});

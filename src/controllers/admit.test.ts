// What must hold before the cloud is looked at: each thing that may be in the way, what the status says, and when it is looked at again.
import assert from 'node:assert/strict';
import { G, environment, zone } from '../../test/support/builders.ts';
import { storeOf } from '../../test/support/stores.ts';
import { type VisitScene, account, zoneVisit } from '../../test/support/visits.ts';
import { admit, stopWith } from './admit.ts';

const storesWith = (...accounts: readonly ReturnType<typeof account>[]) => ({ accounts: storeOf(accounts) });
const dependency = { kind: 'BastionPool', name: 'ops', fact: 'address' } as const;

interface Row {
  readonly why: string;
  readonly scene: VisitScene;
  readonly reason: string;
  readonly says: string;
  /** A person has to help: looked at again after half a minute, not after five seconds. */
  readonly stalled?: true;
}

const rows: readonly Row[] = [
  {
    why: 'its environment is not there, as a dependency',
    scene: {
      environment: undefined,
      visit: { dependency: { kind: 'FinanceCloudEnvironment', name: 'e', fact: 'VPC' } },
    },
    reason: 'DependencyNotReady',
    says: 'Waits for the VPC of FinanceCloudEnvironment e',
  },
  {
    why: 'where it belongs is not known yet',
    scene: { environment: undefined },
    reason: 'Progressing',
    says: 'Looking around',
  },
  {
    why: 'its account does not exist',
    scene: { stores: storesWith() },
    reason: 'AccountNotFound',
    says: 'FinanceCloudAccount production does not exist: create it, or correct spec.accountRef of FinanceCloudEnvironment core-banking',
  },
  {
    why: 'its namespace may not use the account',
    scene: { stores: storesWith(account({ allowedNamespaces: ['other'] })) },
    reason: 'NamespaceNotAllowed',
    says: 'FinanceCloudAccount production does not allow namespace payments: add it to spec.allowedNamespaces of the account, or use another account',
    stalled: true,
  },
  {
    why: 'it contradicts its environment',
    scene: { object: zone({ spec: { subnets: [{ zone: G, cidr: '172.16.0.0/24' }] } }) },
    reason: 'InvalidSpec',
    says: 'spec.subnets',
    stalled: true,
  },
  {
    why: 'a fact of a third object is missing',
    scene: { kind: { admit: () => ({ kind: 'waiting', dependency }) } },
    reason: 'DependencyNotReady',
    says: 'Waits for the address of BastionPool ops',
  },
  {
    why: 'its account has a problem of its own',
    scene: { state: { kind: 'not-ready', reason: 'CredentialsInvalid', message: 'the key is dead' } },
    reason: 'CredentialsInvalid',
    says: 'FinanceCloudAccount production: the key is dead',
  },
];

describe('admit', () => {
  for (const { why, scene, reason, says, stalled } of rows) {
    it(`stops when ${why}`, async () => {
      const { visit, tools, ready, stored } = zoneVisit(scene);
      const outcome = await admit(visit, tools);
      assert.deepEqual(outcome, { kind: 'requeue-after', ms: stalled ? 30_000 : 5000 });
      assert.equal(visit.session, undefined, 'no cloud is at hand');
      assert.equal(ready()?.reason, reason);
      assert.ok(ready()?.message.includes(says), ready()?.message);
      const isStalled = stored()?.status?.conditions?.some(
        ({ type, status }) => type === 'Stalled' && status === 'True',
      );
      assert.equal(isStalled ?? false, stalled ?? false);
    });
  }

  it('lets through what is in order, with a session, and writes nothing', async () => {
    const { visit, tools, kube, session } = zoneVisit({
      stores: storesWith(account({ allowedNamespaces: ['payments'] })),
    });
    assert.equal(await admit(visit, tools), undefined);
    assert.equal(visit.session, session);
    assert.deepEqual(kube.operations, []);
  });

  it('asks for the session of the account and region that the environment names', async () => {
    const { visit, tools } = zoneVisit({ environment: environment({ spec: { region: 'r-9' } }) });
    const asked: string[] = [];
    const sessions = {
      of: (name: string, region: string) => (asked.push(`${name} ${region}`), tools.sessions.of(name, region)),
    };
    await admit(visit, { ...tools, sessions });
    assert.deepEqual(asked, ['production r-9']);
  });
});

describe('stopWith', () => {
  it('ends as the status write ended when that did not work out', async () => {
    const { visit, tools, kube } = zoneVisit();
    kube.interfere = ({ verb }) => (verb === 'patch' ? { kind: 'conflict', message: 'somebody wrote' } : undefined);
    const outcome = await stopWith(visit, tools, { kind: 'stalled', reason: 'InvalidSpec', message: 'no' });
    assert.deepEqual(outcome, { kind: 'requeue', reason: 'status conflict' });
  });

  it('keeps what is on record: a visit without a plan loses no id', async () => {
    const resources = [{ name: 'sg', type: 'SecurityGroup', id: 'sg-1' }] as const;
    const { visit, tools, stored } = zoneVisit({ object: zone({ status: { resources } }) });
    await stopWith(visit, tools, { kind: 'working', reason: 'CloudUnavailable', message: 'no' });
    assert.deepEqual(stored()?.status?.resources, resources);
  });
});

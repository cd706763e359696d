import assert from 'node:assert/strict';
import type { KubeObject } from '../runtime/index.ts';
import { environment, pool, zone } from '../../test/support/builders.ts';
import { storesOf } from '../../test/support/stores.ts';
import { usersOf, watchesOf } from './keys.ts';

const elsewhere = { environmentRef: { name: 'other' } };
const world = storesOf({
  environments: [
    environment(),
    environment({ name: 'other', spec: { accountRef: { name: 'rehearsal' } } }),
    environment({ namespace: 'cards' }),
  ],
  zones: [
    zone(),
    zone({ name: 'data' }),
    zone({ name: 'far', spec: elsewhere }),
    zone({ name: 'app', namespace: 'cards' }),
  ],
  pools: [pool(), pool({ name: 'far', spec: elsewhere }), pool({ namespace: 'cards' })],
});
const watches = watchesOf(world);
const account = (name: string): KubeObject => ({ metadata: { name } });

interface Case {
  readonly why: string;
  readonly of: keyof typeof watches;
  readonly kind: string;
  readonly object: KubeObject;
  readonly keys: readonly string[];
}

const cases: readonly Case[] = [
  {
    why: 'an account waits to be let go until nobody names it',
    of: 'FinanceCloudAccount',
    kind: 'FinanceCloudEnvironment',
    object: environment(),
    keys: ['production'],
  },
  {
    why: 'an account that appears or allows more lets its environments in, in every namespace',
    of: 'FinanceCloudEnvironment',
    kind: 'FinanceCloudAccount',
    object: account('production'),
    keys: ['payments/core-banking', 'cards/core-banking'],
  },
  {
    why: 'the group and subnets that a zone publishes are what servers of its environment wait for',
    of: 'FinanceCloudEnvironment',
    kind: 'SecurityZone',
    object: zone({ name: 'far', spec: elsewhere }),
    keys: ['payments/other'],
  },
  {
    why: 'an environment of the same name in another namespace is somebody else',
    of: 'FinanceCloudEnvironment',
    kind: 'BastionPool',
    object: pool({ namespace: 'cards' }),
    keys: ['cards/core-banking'],
  },
  {
    why: 'zones use the account that their environment names, and no other',
    of: 'SecurityZone',
    kind: 'FinanceCloudAccount',
    object: account('rehearsal'),
    keys: ['payments/far'],
  },
  {
    why: 'the VPC that an environment publishes is what its zones wait for',
    of: 'SecurityZone',
    kind: 'FinanceCloudEnvironment',
    object: environment(),
    keys: ['payments/app', 'payments/data'],
  },
  {
    why: 'rules of a zone name its neighbours; its own change needs no second visit',
    of: 'SecurityZone',
    kind: 'SecurityZone',
    object: zone(),
    keys: ['payments/data'],
  },
  {
    why: 'rules of a zone name the pools of its environment',
    of: 'SecurityZone',
    kind: 'BastionPool',
    object: pool(),
    keys: ['payments/app', 'payments/data'],
  },
  {
    why: 'pools use the account that their environment names',
    of: 'BastionPool',
    kind: 'FinanceCloudAccount',
    object: account('production'),
    keys: ['payments/ops', 'cards/ops'],
  },
  {
    why: 'the VPC that an environment publishes is what its pools wait for',
    of: 'BastionPool',
    kind: 'FinanceCloudEnvironment',
    object: environment({ namespace: 'cards' }),
    keys: ['cards/ops'],
  },
  {
    why: 'the subnets that a zone publishes are what pools of its environment wait for',
    of: 'BastionPool',
    kind: 'SecurityZone',
    object: zone({ name: 'data' }),
    keys: ['payments/ops'],
  },
  {
    why: 'an object without a reference, as an older schema may have stored it, leads nowhere',
    of: 'FinanceCloudEnvironment',
    kind: 'SecurityZone',
    object: { metadata: { name: 'bare', namespace: 'payments' } },
    keys: [],
  },
  {
    why: 'an environment that names no account leads to no account',
    of: 'FinanceCloudAccount',
    kind: 'FinanceCloudEnvironment',
    object: { metadata: { name: 'bare', namespace: 'payments' }, spec: { accountRef: {} } },
    keys: [],
  },
];

describe('watchesOf', () => {
  for (const { why, of, kind, object, keys } of cases) {
    it(`${kind} to ${of}: ${why}`, () => {
      const found = watches[of].filter((watch) => watch.kind.kind === kind);
      assert.equal(found.length, 1);
      for (const change of [
        { kind: 'added', object, initial: false },
        { kind: 'updated', object, old: object },
        { kind: 'deleted', object },
      ] as const)
        assert.deepEqual(
          found.flatMap((watch) => watch.keysOf(change)),
          keys,
          change.kind,
        );
    });
  }

  it('has a case for every watch', () => {
    const watched = Object.entries(watches).flatMap(([of, list]) => list.map((watch) => `${watch.kind.kind} to ${of}`));
    assert.deepEqual(new Set(cases.map(({ of, kind }) => `${kind} to ${of}`)), new Set(watched));
  });
});

describe('usersOf', () => {
  it('names everybody once: environments of all namespaces, and the zones and pools that name them', () => {
    assert.deepEqual(usersOf('production', world), {
      environments: ['payments/core-banking', 'cards/core-banking'],
      zones: ['payments/app', 'payments/data', 'cards/app'],
      pools: ['payments/ops', 'cards/ops'],
    });
    assert.deepEqual(usersOf('nobody', world), { environments: [], zones: [], pools: [] });
  });
});

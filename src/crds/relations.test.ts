// Contradictions between objects, as the controllers see them.
import assert from 'node:assert/strict';
import {
  accountAllows,
  type Contradiction,
  moduleZone,
  poolInZone,
  ruleSource,
  zoneInEnvironment,
  zonesApart,
} from './relations.ts';
import { environmentSpec } from './environment.ts';
import { poolSpec } from './pool.ts';
import { zoneSpec } from './zone.ts';

const meta = (name: string) => ({ name, uid: name, resourceVersion: '1', generation: 1 });
const servers = { instanceType: 'ecs.g6.large', image: { id: 'm-1' }, keyPairName: 'ops' };

const environment = (options: { readonly name?: string; readonly cidr?: string; readonly replicas?: number } = {}) => ({
  metadata: meta(options.name ?? 'bank'),
  spec: environmentSpec.parse({
    accountRef: { name: 'production' },
    region: 'cn-shanghai-finance-1',
    zones: [
      { name: 'cn-shanghai-finance-1f', role: 'Primary' },
      { name: 'cn-shanghai-finance-1g', role: 'Standby' },
    ],
    network: { cidr: options.cidr ?? '10.20.0.0/16' },
    modules: [
      {
        name: 'app',
        securityZoneRef: { name: 'app' },
        servers: { ...servers, replicas: options.replicas ?? 4 },
        loadBalancer: { address: 'Intranet', listeners: [{ protocol: 'HTTP', port: 80, backendPort: 8080 }] },
      },
    ],
  }),
});
const zone = (
  name: string,
  options: { readonly cidrs?: readonly [string, string]; readonly of?: string; readonly inbound?: unknown } = {},
) => ({
  metadata: meta(name),
  spec: zoneSpec.parse({
    environmentRef: { name: options.of ?? 'bank' },
    tier: 'Intranet',
    subnets: (options.cidrs ?? ['10.20.2.0/24', '10.20.3.0/24']).map((cidr, i) => ({
      zone: `cn-shanghai-finance-1${i === 0 ? 'f' : 'g'}`,
      cidr,
    })),
    inbound: options.inbound ?? [],
  }),
});
const pool = (options: { readonly of?: string; readonly perZone?: number } = {}) => ({
  metadata: meta('ops'),
  spec: poolSpec.parse({
    environmentRef: { name: options.of ?? 'bank' },
    securityZoneRef: { name: 'app' },
    perZone: options.perZone ?? 1,
    ...servers,
    access: { clientCidrs: ['192.168.100.1/32'] },
  }),
});
const admits = (from: unknown) => [{ name: 'r', from, protocol: 'All' }];
const fromZone = admits({ type: 'SecurityZone', securityZoneRef: { name: 'web' } });
const fromPool = admits({ type: 'BastionPool', bastionPoolRef: { name: 'ops' } });

const account = (allowedNamespaces: readonly string[]) => ({ spec: { allowedNamespaces } });

describe('relations', () => {
  const cases: readonly (readonly [string, readonly Contradiction[], readonly string[]])[] = [
    ['a zone that fits', zoneInEnvironment(zone('app'), environment()), []],
    [
      'another environment’s zone is not judged',
      zoneInEnvironment(zone('app', { of: 'x' }), environment({ cidr: '10.0.0.0/24' })),
      [],
    ],
    [
      'a subnet outside the network',
      zoneInEnvironment(zone('app', { cidrs: ['10.21.0.0/24', '10.20.3.0/24'] }), environment()),
      ['NET-2'],
    ],
    [
      '3 servers and the load balancer just fit into 4 addresses',
      zoneInEnvironment(zone('app', { cidrs: ['10.20.2.0/29', '10.20.3.0/29'] }), environment({ replicas: 6 })),
      [],
    ],
    [
      'with the larger half of 7 the primary subnet is full',
      zoneInEnvironment(zone('app', { cidrs: ['10.20.2.0/29', '10.20.3.0/29'] }), environment({ replicas: 7 })),
      ['NET-3'],
    ],
    [
      '5 servers are too many for either',
      zoneInEnvironment(zone('app', { cidrs: ['10.20.2.0/29', '10.20.3.0/29'] }), environment({ replicas: 10 })),
      ['NET-3', 'NET-3'],
    ],
    ['a module in its own environment’s zone', moduleZone(environment(), zone('app')), []],
    ['a module in a stranger’s zone', moduleZone(environment(), zone('app', { of: 'x' })), ['ARCH-6']],
    ['a stranger’s zone that no module names', moduleZone(environment(), zone('web', { of: 'x' })), []],
    ['zones apart', zonesApart(zone('app'), zone('web', { cidrs: ['10.20.4.0/24', '10.20.5.0/24'] })), []],
    [
      'zones that overlap',
      zonesApart(zone('app'), zone('web', { cidrs: ['10.20.2.0/25', '10.20.5.0/24'] })),
      ['NET-2'],
    ],
    ['a zone never overlaps itself', zonesApart(zone('app'), zone('app')), []],
    ['the same ranges in another environment', zonesApart(zone('app'), zone('web', { of: 'x' })), []],
    ['a pool with room', poolInZone(pool(), zone('app')), []],
    [
      'a pool without room',
      poolInZone(pool({ perZone: 5 }), zone('app', { cidrs: ['10.20.2.0/29', '10.20.3.0/24'] })),
      ['NET-3'],
    ],
    ['a pool in a stranger’s zone', poolInZone(pool({ of: 'x' }), zone('app')), ['ARCH-6']],
    ['a rule for a zone of the same environment', ruleSource(zone('app', { inbound: fromZone }), zone('web')), []],
    [
      'a rule for a stranger’s zone',
      ruleSource(zone('app', { inbound: fromZone }), zone('web', { of: 'x' })),
      ['ARCH-6'],
    ],
    [
      'a rule for a stranger’s pool',
      ruleSource(
        zone('app', { inbound: admits({ type: 'BastionPool', bastionPoolRef: { name: 'ops' } }) }),
        pool({ of: 'x' }),
      ),
      ['ARCH-6'],
    ],
    [
      'a stranger’s pool of a zone’s name',
      ruleSource(zone('web', { inbound: fromPool }), zone('ops', { of: 'x' })),
      [],
    ],
  ];
  for (const [why, found, expected] of cases)
    it(`${expected.length === 0 ? 'says nothing about' : expected.join(', ')}: ${why}`, () => {
      assert.deepEqual(
        found.map((one) => one.rule),
        expected,
        JSON.stringify(found),
      );
      for (const one of found) assert.match(one.message, /: (choose|create|declare|name|lower|correct)/);
    });

  it('an account allows the namespaces it lists, and all by *', () => {
    assert.deepEqual(
      [['a'], ['*'], []].map((list) => accountAllows(account(list), 'a')),
      [true, true, false],
    );
    assert.equal(accountAllows(account(['a']), 'b'), false);
  });
});

import assert from 'node:assert/strict';
import type { LoadBalancerParts } from '../../cloud/slb/model.ts';
import {
  F,
  G,
  balancer,
  businessModule,
  environment,
  listener,
  recorded,
  recordedServers,
  replacement,
} from '../../../test/support/builders.ts';
import {
  balancerRecord,
  listenerRecord,
  runningServers,
  vSwitchRecord,
  vpcRecord,
} from '../../../test/support/cloud-records.ts';
import { environmentInput, guestsThat } from '../../../test/support/plan-input.ts';
import { type World, viewOf } from '../../../test/support/view.ts';
import type { Concern } from '../../crds/index.ts';
import type { StartUpVerdict } from '../kind.ts';
import { judgeEnvironment } from './judge.ts';
import type { EnvironmentInput } from './module.ts';
import { planEnvironment } from './plan.ts';

const startup = { units: ['nginx.service'], probe: 'AfterBoot', repair: 'EnableAndStart' } as const;
const check = {
  type: 'HTTP',
  path: '/app/health',
  intervalSeconds: 2,
  timeoutSeconds: 5,
  healthyThreshold: 3,
  unhealthyThreshold: 3,
} as const;
const object = environment({
  spec: {
    modules: [businessModule({ startup, loadBalancer: balancer({ listeners: [listener({ healthCheck: check })] }) })],
  },
});
const four = recordedServers('web', [F, G, F, G]);
const records = [recorded('VPC', 'vpc', 'vpc-1'), recorded('LoadBalancer', 'web/lb', 'lb-1'), ...four];
const parts = (
  abnormal: readonly string[] = [],
  state: 'abnormal' | 'unavailable' = 'abnormal',
): LoadBalancerParts => ({
  backends: four.map(({ id }) => ({ serverId: id, weight: 100 })),
  health: four.map(({ id }) => ({
    serverId: id,
    listenerPort: 80,
    backendPort: 8080,
    state: abnormal.includes(id) ? state : 'normal',
  })),
});
const world: World = {
  records: {
    VPC: [vpcRecord()],
    VSwitch: [vSwitchRecord(), vSwitchRecord({ zone: G })],
    Server: runningServers(four),
    LoadBalancer: [balancerRecord()],
    Listener: [listenerRecord({ healthPath: '/app/health' })],
  },
  details: { LoadBalancerParts: { 'lb-1': parts() } },
};
const seen = (more: World) => viewOf(world, more);
const healthOf = (value: LoadBalancerParts) => ({ view: seen({ details: { LoadBalancerParts: { 'lb-1': value } } }) });

function verdicts(more: Partial<EnvironmentInput> = {}) {
  const input = environmentInput({ object, records, view: seen({}) }, more);
  return judgeEnvironment(input, planEnvironment(input));
}
const concerns = (more: Partial<EnvironmentInput> = {}) =>
  new Map(verdicts(more).concerns.map((item) => [item.type, `${item.status} ${item.reason}: ${item.message}`]));

interface Row {
  readonly why: string;
  readonly concern: Concern;
  readonly input: Partial<EnvironmentInput>;
  readonly is: string;
}

const unit = (enabled: boolean, active: boolean) => ({ unit: 'nginx.service', enabled, active });
const guests = (verdict: StartUpVerdict) => ({
  guests: guestsThat((id) => (id === 'i-web-1' ? verdict : { kind: 'good' })),
});

const rows: readonly Row[] = [
  { why: 'all good', concern: 'ServersReady', input: {}, is: 'True Succeeded: All servers run as declared' },
  {
    why: 'a stopped server was there and differs',
    concern: 'ServersReady',
    input: { view: seen({ records: { Server: runningServers(four.slice(0, 1), { state: 'Stopped' }) } }) },
    is: 'False ServerDrift: web/0 is Stopped',
  },
  {
    why: 'a server that is made first is not wrong',
    concern: 'ServersReady',
    input: { view: seen({ absent: ['i-web-1'] }) },
    is: `Unknown Progressing: Making web/${G}`,
  },
  {
    why: 'servers that start are waited for by their fleet: the sentence stands still',
    concern: 'ServersReady',
    input: { view: seen({ records: { Server: runningServers(four.slice(0, 3), { state: 'Starting' }) } }) },
    is: 'Unknown Progressing: Waiting for web',
  },
  {
    why: 'while it is being built nothing is drift',
    concern: 'ServersReady',
    input: { built: false, view: seen({ records: { Server: runningServers(four, { state: 'Stopped' }) } }) },
    is: 'Unknown Progressing: Not complete yet: Ready says why',
  },
  {
    why: 'a fact that is missing',
    concern: 'ServersReady',
    input: { view: seen({ absent: ['i-web-1'] }), refs: { zones: new Map(), pools: [], problems: [] } },
    is: `Unknown DependencyNotReady: web/${G} waits for the security group id (the object does not exist) of SecurityZone app`,
  },
  {
    why: 'the VPC differs',
    concern: 'NetworkReady',
    input: { view: seen({ records: { VPC: [vpcRecord({ displayName: 'x' })] } }) },
    is: 'False NetworkDrift: vpc differs from the declaration',
  },
  { why: 'even', concern: 'ZonesBalanced', input: {}, is: 'True Succeeded: The zones differ by at most one server' },
  {
    why: 'uneven',
    concern: 'ZonesBalanced',
    input: { view: seen({ records: { Server: runningServers(four, { zone: F }) } }) },
    is: 'False ZonesUneven: Moving web/3 from cn-shanghai-finance-1f to cn-shanghai-finance-1g',
  },
  {
    why: 'an impaired zone is the first thing to know',
    concern: 'ZonesBalanced',
    input: {
      closedZones: new Set([G]),
      zoneSince: new Map([[G, '2026-01-01T00:00:00Z']]),
      view: seen({ records: { Server: runningServers(four, { zone: F }) } }),
    },
    is: `False ZoneImpaired: Zone ${G} is impaired since 2026-01-01T00:00:00Z: the other zone serves, and nothing is moved into or out of it until it has been healthy for a while`,
  },
  {
    why: 'a server that only leaves makes nothing uneven',
    concern: 'ZonesBalanced',
    input: { replacements: [replacement({ surplusId: 'i-web-2', slot: 'web/2', toZone: F, step: 'Draining' })] },
    is: 'True Succeeded: The zones differ by at most one server',
  },
  {
    why: 'units are good',
    concern: 'AutoStartReady',
    input: {},
    is: 'True Succeeded: Every declared unit is enabled and active',
  },
  {
    why: 'units are off: which, where',
    concern: 'AutoStartReady',
    input: guests({ kind: 'broken', units: [unit(false, true)] }),
    is: 'False AutoStartOff: Not enabled or not active: nginx.service on web/1 (i-web-1)',
  },
  {
    why: 'units that do not stay up are worse',
    concern: 'AutoStartReady',
    input: guests({ kind: 'failing', units: [unit(true, false)] }),
    is: 'False AutoStartFailing: Not staying up after being started: nginx.service on web/1 (i-web-1)',
  },
  {
    why: 'an agent that is offline is reported, not guessed',
    concern: 'AutoStartReady',
    input: guests({ kind: 'agent-offline' }),
    is: 'Unknown AgentOffline: Cloud Assistant does not answer on web/1 (i-web-1)',
  },
  {
    why: 'Windows is reported, not guessed',
    concern: 'AutoStartReady',
    input: guests({ kind: 'unsupported-os' }),
    is: 'Unknown UnsupportedOS: Start-up cannot be asked of web/1 (i-web-1)',
  },
  {
    why: 'no usable answer',
    concern: 'AutoStartReady',
    input: guests({ kind: 'unanswered', code: 'Failed', message: 'exit 1' }),
    is: 'Unknown ProgressingWithRetry: No usable answer from inside web/1 (Failed: exit 1); asked again later',
  },
  {
    why: 'a right that is missing is named, with the server',
    concern: 'AutoStartReady',
    input: {
      guests: {
        ...guestsThat({ kind: 'asking' }),
        lacks: (id) => (id === 'i-web-1' ? 'ecs:RunCommand' : undefined),
      },
    },
    is: 'Unknown PermissionDenied: May not ask inside web/1 (i-web-1): grant the RAM action ecs:RunCommand to the operator',
  },
  {
    why: 'asking',
    concern: 'AutoStartReady',
    input: guests({ kind: 'asking' }),
    is: 'Unknown Progressing: Asking inside the guests whether the declared units start at boot',
  },
  {
    why: 'the balancer and its listeners are as declared',
    concern: 'LoadBalancersReady',
    input: {},
    is: 'True Succeeded: Load balancers and listeners are as declared',
  },
  {
    why: 'a listener whose check was changed',
    concern: 'LoadBalancersReady',
    input: { view: seen({ records: { Listener: [listenerRecord({ healthPath: '/' })] } }) },
    is: 'False LoadBalancerDrift: web/lb/HTTP/80 differs from the declaration',
  },
  { why: 'all members normal', concern: 'BackendsHealthy', input: {}, is: 'True Succeeded: All backends are normal' },
  {
    why: 'abnormal members: servers, port and path are named (SLB-6)',
    concern: 'BackendsHealthy',
    input: healthOf(parts(['i-web-2'])),
    is: 'False BackendsAbnormal: Backends do not answer their health check: web/2 (i-web-2) on port 8080/app/health',
  },
  {
    why: 'while it is being built a backend may fail its first checks (3 x (2 + 5) s): no news yet',
    concern: 'BackendsHealthy',
    input: {
      built: false,
      ...healthOf(parts(['i-web-2'])),
      holdsSince: (_what, holds, at) => (holds ? at - 20_999 : undefined),
    },
    is: 'Unknown Progressing: Waiting for the first health checks',
  },
  {
    why: 'a backend that failed all of its first checks is news also while building',
    concern: 'BackendsHealthy',
    input: {
      built: false,
      ...healthOf(parts(['i-web-2'])),
      holdsSince: (_what, holds, at) => (holds ? at - 21_000 : undefined),
    },
    is: 'False BackendsAbnormal: Backends do not answer their health check: web/2 (i-web-2) on port 8080/app/health',
  },
  {
    why: 'no verdict of the check yet',
    concern: 'BackendsHealthy',
    input: healthOf(parts(['i-web-2'], 'unavailable')),
    is: 'Unknown Progressing: Waiting for the first health checks',
  },
  {
    why: 'a member that is missing',
    concern: 'BackendsHealthy',
    input: healthOf({ ...parts(), backends: parts().backends.slice(1) }),
    is: 'False BackendsMissing: web/lb servers of the module are not behind it',
  },
  {
    why: 'members without a health entry are not healthy',
    concern: 'BackendsHealthy',
    input: healthOf({ ...parts(), health: [] }),
    is: 'Unknown Progressing: Waiting for the first health checks',
  },
];

describe('judgeEnvironment', () => {
  for (const { why, concern, input, is } of rows) {
    it(`${concern}: ${why}`, () => assert.equal(concerns(input).get(concern), is));
  }

  it('says nothing of a concern that has nothing to judge', () => {
    const bare = { object: environment({ spec: { modules: [] } }), records: records.slice(0, 1) };
    assert.deepEqual([...concerns(bare).keys()], ['NetworkReady']);
    const plain = { object: environment() };
    assert.deepEqual([...concerns(plain).keys()], ['NetworkReady', 'ServersReady', 'ZonesBalanced']);
    const never = {
      object: environment({ spec: { modules: [businessModule({ startup: { ...startup, probe: 'Never' } })] } }),
    };
    assert.ok(!concerns(never).has('AutoStartReady'));
  });

  it('a step of a replacement is no drift of the servers nor of the members', () => {
    const item = replacement({ slot: 'web/2', surplusId: 'i-web-2', newId: 'i-web-3', step: 'Draining' });
    const found = concerns({
      replacements: [item],
      object: environment({
        spec: {
          modules: [
            businessModule({
              servers: { replicas: 3 },
              loadBalancer: balancer({ listeners: [listener({ healthCheck: check })] }),
            }),
          ],
        },
      }),
    });
    assert.match(found.get('BackendsHealthy') ?? '', /^True/);
    assert.match(found.get('ServersReady') ?? '', /^True/);
    assert.match(found.get('ZonesBalanced') ?? '', /^False ZonesUneven: Moving web\/2/);
  });

  it('shows what was repaired inside guests, before and after', () => {
    const before = [unit(false, true), { unit: 'other.service', enabled: true, active: true }];
    assert.deepEqual(verdicts(guests({ kind: 'repaired', before })).repaired, [
      {
        path: 'web/1.startup[nginx.service]',
        desired: 'enabled, active',
        observed: 'disabled, active (module web, i-web-1)',
        blueprint: 'ECS-4',
      },
    ]);
  });

  it('publishes the addresses to connect to once they are there', () => {
    assert.deepEqual(verdicts().addresses, [{ name: 'web/lb', type: 'Internet', address: '203.0.113.10' }]);
    assert.deepEqual(
      verdicts({ view: seen({ records: { LoadBalancer: [balancerRecord({ address: '' })] } }) }).addresses,
      [],
    );
  });
});

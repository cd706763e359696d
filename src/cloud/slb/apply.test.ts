import assert from 'node:assert/strict';
import { ok, recordedCloud, refused, type Script } from '../../../test/support/recorded-cloud.ts';
import type { Answer } from '../call.ts';
import { slbService } from './index.ts';
import type { ListenerSpec, LoadBalancerSpec, SlbAction } from './model.ts';

const spec: LoadBalancerSpec = {
  displayName: 'web',
  addressType: 'internet',
  masterZone: 'r1-f',
  slaveZone: 'r1-g',
  vpcId: '',
  vSwitchId: '',
  instanceSpec: 'slb.s1.small',
  chargeType: 'paybytraffic',
  bandwidthMbps: -1,
};
const listener: ListenerSpec = {
  backendPort: 8080,
  bandwidthMbps: -1,
  scheduler: 'rr',
  stickySession: 'insert',
  stickySeconds: 1800,
  healthCheck: 'on',
  healthType: 'http',
  healthPath: '/app/health',
  healthDomain: '',
  healthPort: 8080,
  healthIntervalSeconds: 2,
  healthTimeoutSeconds: 5,
  healthyThreshold: 3,
  unhealthyThreshold: 4,
  healthCodes: ['http_2xx', 'http_3xx'],
  forwardedFor: true,
};
const refOf = (protocol: 'http' | 'tcp' | 'udp') => ({ loadBalancerId: 'lb-1', protocol, port: 80 });

async function applied(action: SlbAction, script: Script = () => ok()) {
  const cloud = recordedCloud(script);
  const end = await slbService.apply(action, {}, { region: 'r1', reader: cloud, writer: cloud });
  return { end, calls: cloud.asked.map((one) => [one.call.action, one.call.params]), asked: cloud.asked };
}
const calls = async (action: SlbAction) => (await applied(action)).calls;
const on = { RegionId: 'r1', LoadBalancerId: 'lb-1' };

describe('slb load balancers', () => {
  const common = {
    RegionId: 'r1',
    LoadBalancerName: 'web',
    MasterZoneId: 'r1-f',
    SlaveZoneId: 'r1-g',
    LoadBalancerSpec: 'slb.s1.small',
    InstanceChargeType: 'PayBySpec',
    PayType: 'PayOnDemand',
    Tag: [],
  };
  const creates: readonly { readonly why: string; readonly other: Partial<LoadBalancerSpec>; readonly want: object }[] =
    [
      {
        why: 'by traffic no bandwidth is sent',
        other: {},
        want: { AddressType: 'internet', InternetChargeType: 'paybytraffic' },
      },
      {
        why: 'by bandwidth it is',
        other: { chargeType: 'paybybandwidth', bandwidthMbps: 5 },
        want: { AddressType: 'internet', InternetChargeType: 'paybybandwidth', Bandwidth: 5 },
      },
      {
        why: 'a public address has no vSwitch, which would make it private',
        other: { vpcId: 'vpc-1', vSwitchId: 'vsw-1' },
        want: { AddressType: 'internet', InternetChargeType: 'paybytraffic' },
      },
      {
        why: 'a private address lives in a vSwitch and is free',
        other: { addressType: 'intranet', vpcId: 'vpc-1', vSwitchId: 'vsw-1' },
        want: { AddressType: 'intranet', VpcId: 'vpc-1', VSwitchId: 'vsw-1' },
      },
    ];
  for (const { why, other, want } of creates) {
    it(`freezes a create: ${why}`, () => {
      const frozen = slbService.freeze({ kind: 'CreateLoadBalancer', spec: { ...spec, ...other }, tags: {} }, 'r1');
      assert.deepEqual([frozen?.action, frozen?.params], ['CreateLoadBalancer', { ...common, ...want }]);
    });
  }

  it('sends one call for each part that differs, charge and bandwidth together', async () => {
    const live = { ...spec, chargeType: 'paybybandwidth', bandwidthMbps: 2 } as const;
    assert.deepEqual(
      await calls({
        kind: 'UpdateLoadBalancer',
        id: 'lb-1',
        live,
        set: { displayName: 'x', bandwidthMbps: 5, instanceSpec: 'slb.s2.small' },
      }),
      [
        ['SetLoadBalancerName', { ...on, LoadBalancerName: 'x' }],
        ['ModifyLoadBalancerInternetSpec', { ...on, InternetChargeType: 'paybybandwidth', Bandwidth: 5 }],
        ['ModifyLoadBalancerInstanceSpec', { ...on, LoadBalancerSpec: 'slb.s2.small' }],
      ],
    );
    assert.deepEqual(
      await calls({
        kind: 'UpdateLoadBalancer',
        id: 'lb-1',
        live,
        set: { chargeType: 'paybytraffic', bandwidthMbps: -1 },
      }),
      [['ModifyLoadBalancerInternetSpec', { ...on, InternetChargeType: 'paybytraffic' }]],
    );
  });

  it('stops at the first part that is refused', async () => {
    const { end, asked } = await applied(
      { kind: 'UpdateLoadBalancer', id: 'lb-1', live: spec, set: { displayName: 'x', instanceSpec: 's' } },
      [refused('busy')],
    );
    assert.deepEqual([end.kind, asked.length], ['failed', 1]);
  });

  it('starts, tags and deletes', async () => {
    assert.deepEqual(await calls({ kind: 'StartLoadBalancer', id: 'lb-1' }), [
      ['SetLoadBalancerStatus', { ...on, LoadBalancerStatus: 'active' }],
    ]);
    assert.deepEqual(await calls({ kind: 'TagLoadBalancer', id: 'lb-1', tags: { a: '1' } }), [
      [
        'TagResources',
        { RegionId: 'r1', ResourceType: 'instance', ResourceId: ['lb-1'], Tag: [{ Key: 'a', Value: '1' }] },
      ],
    ]);
    assert.deepEqual(await calls({ kind: 'DeleteLoadBalancer', id: 'lb-1' }), [['DeleteLoadBalancer', on]]);
  });
});

describe('slb listeners', () => {
  const common = { ...on, ListenerPort: 80, Bandwidth: -1, Scheduler: 'rr' };
  const thresholds = { HealthyThreshold: 3, UnhealthyThreshold: 4, HealthCheckConnectPort: 8080 };
  const http = { HealthCheckURI: '/app/health', HealthCheckDomain: '$_ip', HealthCheckHttpCode: 'http_2xx,http_3xx' };
  const layer7 = {
    ...common,
    XForwardedFor: 'on',
    ...http,
    ...thresholds,
    HealthCheck: 'on',
    HealthCheckTimeout: 5,
    HealthCheckInterval: 2,
  };
  const layer4 = { ...common, ...thresholds, HealthCheckSwitch: 'on', HealthCheckConnectTimeout: 5 };
  const sticky = { StickySession: 'on', StickySessionType: 'insert', CookieTimeout: 1800 };
  const tcp: ListenerSpec = {
    ...listener,
    stickySession: 'source',
    stickySeconds: 900,
    healthType: 'tcp',
    healthPath: '',
    healthCodes: [],
  };
  const udp: ListenerSpec = { ...tcp, stickySession: 'off', stickySeconds: 0, healthType: 'udp' };

  const cases: readonly {
    readonly why: string;
    readonly protocol: 'http' | 'tcp' | 'udp';
    readonly of: ListenerSpec;
    readonly create: object;
    readonly set: object;
  }[] = [
    {
      why: 'HTTP with a cookie',
      protocol: 'http',
      of: listener,
      create: { ...layer7, ...sticky },
      set: { ...layer7, ...sticky },
    },
    {
      why: 'HTTP without stickiness',
      protocol: 'http',
      of: { ...listener, stickySession: 'off', stickySeconds: 0 },
      create: { ...layer7, StickySession: 'off' },
      set: { ...layer7, StickySession: 'off' },
    },
    {
      why: 'a host name for the check',
      protocol: 'http',
      of: { ...listener, healthDomain: 'b.example.com' },
      create: { ...layer7, ...sticky, HealthCheckDomain: 'b.example.com' },
      set: { ...layer7, ...sticky, HealthCheckDomain: 'b.example.com' },
    },
    {
      why: 'the interval of TCP is lower-case in a create only',
      protocol: 'tcp',
      of: tcp,
      create: { ...layer4, healthCheckInterval: 2, PersistenceTimeout: 900, HealthCheckType: 'tcp' },
      set: { ...layer4, HealthCheckInterval: 2, PersistenceTimeout: 900, HealthCheckType: 'tcp' },
    },
    {
      why: 'TCP checked by HTTP',
      protocol: 'tcp',
      of: { ...listener, stickySession: 'source', stickySeconds: 900 },
      create: { ...layer4, ...http, healthCheckInterval: 2, PersistenceTimeout: 900, HealthCheckType: 'http' },
      set: { ...layer4, ...http, HealthCheckInterval: 2, PersistenceTimeout: 900, HealthCheckType: 'http' },
    },
    {
      why: 'UDP has neither stickiness nor a type of check',
      protocol: 'udp',
      of: udp,
      create: { ...layer4, healthCheckInterval: 2 },
      set: { ...layer4, HealthCheckInterval: 2 },
    },
  ];
  for (const { why, protocol, of, create, set } of cases) {
    it(`sends ${why}`, async () => {
      const word = protocol.toUpperCase();
      assert.deepEqual(await calls({ kind: 'CreateListener', ref: refOf(protocol), spec: of }), [
        [`CreateLoadBalancer${word}Listener`, { ...create, BackendServerPort: 8080 }],
      ]);
      // Whatever differs, every kept field is sent.
      assert.deepEqual(
        await calls({ kind: 'UpdateListener', ref: refOf(protocol), spec: of, set: { scheduler: 'rr' } }),
        [[`SetLoadBalancer${word}ListenerAttribute`, set]],
      );
    });
  }

  it('sends nothing about a check that is off', async () => {
    const off = { ...listener, healthCheck: 'off' } as const;
    const sent = async (protocol: 'http' | 'tcp' | 'udp') =>
      Object.keys(
        (await applied({ kind: 'UpdateListener', ref: refOf(protocol), spec: off, set: {} })).asked[0]?.call.params ??
          {},
      ).filter((name) => /health/i.test(name));
    assert.deepEqual(
      [await sent('http'), await sent('tcp'), await sent('udp')],
      [['HealthCheck'], ['HealthCheckSwitch'], ['HealthCheckSwitch']],
    );
  });

  const conflicts = [
    {
      why: 'the very listener is there already: left to the comparison',
      protocol: 'http',
      there: ['http'],
      end: 'done',
    },
    { why: 'it is not visible yet', protocol: 'http', there: [], end: 'done' },
    { why: 'another protocol has the port', protocol: 'http', there: ['tcp'], end: 'bad-request' },
    { why: 'UDP shares its port with TCP', protocol: 'udp', there: ['tcp'], end: 'done' },
  ] as const;
  for (const { why, protocol, there, end } of conflicts) {
    it(`judges a create that the cloud says exists: ${why}`, async () => {
      const listeners = there.map((other) => ({ LoadBalancerId: 'lb-1', ListenerPort: 80, ListenerProtocol: other }));
      const made = await applied({ kind: 'CreateListener', ref: refOf(protocol), spec: listener }, (call) =>
        call.action === 'DescribeLoadBalancerListeners' ? ok({ Listeners: listeners }) : refused('exists'),
      );
      assert.equal(made.end.kind === 'failed' ? made.end.error.class : made.end.kind, end);
    });
  }

  it('starts and deletes by port and protocol', async () => {
    const ref = { ...on, ListenerPort: 80, ListenerProtocol: 'tcp' };
    assert.deepEqual(await calls({ kind: 'StartListener', ref: refOf('tcp') }), [['StartLoadBalancerListener', ref]]);
    assert.deepEqual(await calls({ kind: 'DeleteListener', ref: refOf('tcp') }), [['DeleteLoadBalancerListener', ref]]);
  });

  const ends = [
    {
      why: 'a deleted listener may be gone already',
      action: { kind: 'DeleteListener', ref: refOf('http') },
      answer: 'absent',
      end: 'done',
    },
    {
      why: 'a missing listener is not started',
      action: { kind: 'StartListener', ref: refOf('http') },
      answer: 'absent',
      end: 'failed',
    },
    {
      why: 'a busy listener is not set',
      action: { kind: 'UpdateListener', ref: refOf('http'), spec: listener, set: {} },
      answer: 'busy',
      end: 'failed',
    },
    {
      why: 'a deleted load balancer may be gone already',
      action: { kind: 'DeleteLoadBalancer', id: 'lb-1' },
      answer: 'absent',
      end: 'done',
    },
    {
      why: 'no weight is set on what is gone',
      action: { kind: 'SetWeights', id: 'lb-1', backends: [{ serverId: 'i-1', weight: 1 }] },
      answer: 'absent',
      end: 'failed',
    },
  ] as const;
  for (const { why, action, answer, end } of ends) {
    it(why, async () => assert.equal((await applied(action, [refused(answer)])).end.kind, end));
  }
});

const backendCount = (list: unknown): number => {
  assert.ok(typeof list === 'string');
  return list.split('ServerId').length - 1;
};

const sent = async (action: SlbAction, script?: Script) => (await applied(action, script)).calls.at(-1);

/** A load balancer with these backends; every write succeeds unless told. */
const holding =
  (serverIds: readonly string[], write: (index: number) => Answer = () => ok()): Script =>
  (call, index) =>
    call.action === 'DescribeLoadBalancerAttribute'
      ? ok({ LoadBalancerId: 'lb-1', BackendServers: { BackendServer: serverIds.map((ServerId) => ({ ServerId })) } })
      : write(index);

describe('slb backends', () => {
  const backends = Array.from({ length: 45 }, (_, index) => ({ serverId: `i-${index}`, weight: 100 }));
  const ids = backends.map((backend) => backend.serverId);
  const one = [{ serverId: 'i-1', weight: 0 }];

  it('go 20 a call, and stop at the first refusal', async () => {
    const whole = await applied({ kind: 'AddBackends', id: 'lb-1', backends }, holding([]));
    const sizes = whole.asked.slice(1).map((asked) => backendCount(asked.call.params['BackendServers']));
    assert.deepEqual(sizes, [20, 20, 5]);
    const broken = await applied(
      { kind: 'SetWeights', id: 'lb-1', backends },
      holding(ids, (index) => (index === 2 ? refused('busy') : ok())),
    );
    assert.deepEqual([broken.end.kind, broken.asked.length], ['failed', 3]);
    const removed = await applied({ kind: 'RemoveBackends', id: 'lb-1', serverIds: ids });
    assert.equal(removed.asked.length, 3);
  });

  it('are JSON with weights as text', async () => {
    const list = '[{"ServerId":"i-1","Weight":"0","Type":"ecs"}]';
    assert.deepEqual(await sent({ kind: 'AddBackends', id: 'lb-1', backends: one }, holding([])), [
      'AddBackendServers',
      { ...on, BackendServers: list },
    ]);
    assert.deepEqual(await sent({ kind: 'SetWeights', id: 'lb-1', backends: one }, holding(['i-1'])), [
      'SetBackendServers',
      { ...on, BackendServers: list },
    ]);
    assert.deepEqual(await sent({ kind: 'RemoveBackends', id: 'lb-1', serverIds: ['i-1'] }), [
      'RemoveBackendServers',
      { ...on, BackendServers: '[{"ServerId":"i-1","Type":"ecs"}]' },
    ]);
  });

  it('are not added twice, and get no weight where they are none: one would fail the whole call', async () => {
    const two = [...one, { serverId: 'i-2', weight: 0 }];
    const lists = async (kind: 'AddBackends' | 'SetWeights', has: readonly string[]) => {
      const { asked } = await applied({ kind, id: 'lb-1', backends: two }, holding(has));
      return asked.slice(1).map((each) => each.call.params['BackendServers']);
    };
    const second = '[{"ServerId":"i-2","Weight":"0","Type":"ecs"}]';
    assert.deepEqual(await lists('AddBackends', ['i-1']), [second]);
    assert.deepEqual(await lists('SetWeights', ['i-2']), [second]);
    assert.deepEqual(await lists('AddBackends', ['i-1', 'i-2']), []);
    assert.deepEqual(await lists('SetWeights', []), []);
  });

  it('are not touched when it cannot be read who is one', async () => {
    const { end, asked } = await applied({ kind: 'AddBackends', id: 'lb-1', backends: one }, [refused('transient')]);
    assert.deepEqual([end.kind, asked.length], ['failed', 1]);
  });
});

import assert from 'node:assert/strict';
import { ok, recordedCloud, refused } from '../../../test/support/recorded-cloud.ts';
import { createdIds, readLoadBalancers } from './answers.ts';
import { slbListers } from './index.ts';
import { readListeners } from './listener-answers.ts';
import { loadBalancerParts } from './observe.ts';

const call = { service: 'slb', action: 'X', params: {} } as const;

/** From the documented answer of DescribeLoadBalancers. */
const documented = {
  VpcId: 'vpc-25dvzy9f8',
  LoadBalancerId: 'lb-bp1b6c719dfa',
  PayType: 'PayOnDemand',
  AddressType: 'intranet',
  NetworkType: 'vpc',
  LoadBalancerName: 'lb-bp1o94dp5i6ea',
  Bandwidth: -1,
  Address: '100.0.0.28',
  SlaveZoneId: 'cn-hangzhou-d',
  MasterZoneId: 'cn-hangzhou-b',
  InternetChargeTypeAlias: 'paybybandwidth',
  LoadBalancerSpec: 'slb.s1.small',
  VSwitchId: 'vsw-255ecr',
  LoadBalancerStatus: 'active',
  InternetChargeType: '3',
  DeleteProtection: 'off',
  Tags: { Tag: [{ TagValue: 'testvalue', TagKey: 'testkey' }] },
  InstanceChargeType: 'PayBySpec',
};

const loadBalancerOf = (wire: object) => {
  const read = readLoadBalancers(call, ok({ TotalCount: 1, LoadBalancers: { LoadBalancer: [wire] } }));
  assert.ok(read.kind === 'ok');
  return read.value.records[0];
};

describe('readLoadBalancers', () => {
  it('reads the documented load balancer', () => {
    assert.deepEqual(loadBalancerOf(documented), {
      id: 'lb-bp1b6c719dfa',
      state: 'active',
      tags: { testkey: 'testvalue' },
      displayName: 'lb-bp1o94dp5i6ea',
      addressType: 'intranet',
      masterZone: 'cn-hangzhou-b',
      slaveZone: 'cn-hangzhou-d',
      vpcId: 'vpc-25dvzy9f8',
      vSwitchId: 'vsw-255ecr',
      instanceSpec: 'slb.s1.small',
      chargeType: 'paybytraffic',
      bandwidthMbps: -1,
      address: '100.0.0.28',
      deleteProtection: false,
      prepaid: false,
    });
  });

  const charges = [
    {
      why: 'the alias',
      wire: { InternetChargeType: '3', InternetChargeTypeAlias: 'paybybandwidth' },
      want: ['paybybandwidth', 5],
    },
    {
      why: 'the number alone',
      wire: { InternetChargeType: '3', InternetChargeTypeAlias: '' },
      want: ['paybybandwidth', 5],
    },
    {
      why: 'the word alone',
      wire: { InternetChargeType: 'paybybandwidth', InternetChargeTypeAlias: undefined },
      want: ['paybybandwidth', 5],
    },
    {
      why: 'traffic, whatever bandwidth is shown',
      wire: { InternetChargeType: '4', InternetChargeTypeAlias: 'paybytraffic' },
      want: ['paybytraffic', -1],
    },
  ];
  for (const { why, wire, want } of charges) {
    it(`reads how a public address is paid by ${why}`, () => {
      const record = loadBalancerOf({ ...documented, AddressType: 'internet', Bandwidth: '5', ...wire });
      assert.deepEqual([record?.chargeType, record?.bandwidthMbps], want);
    });
  }

  it('sees what must not be released', () => {
    const record = loadBalancerOf({ ...documented, PayType: 'PrePay', DeleteProtection: 'on' });
    assert.deepEqual([record?.prepaid, record?.deleteProtection], [true, true]);
  });
});

/** From the documented answer of DescribeLoadBalancerListeners, which shows the parts of all protocols at once. */
const wire = {
  Status: 'running',
  VServerGroupId: 'rsp-cige6j',
  ListenerProtocol: 'http',
  LoadBalancerId: 'lb-1',
  ListenerPort: 80,
  Scheduler: 'wrr',
  Bandwidth: -1,
  BackendServerPort: 80,
  HTTPListenerConfig: {
    Cookie: 'B490',
    Gzip: 'on',
    HealthCheckConnectPort: 8080,
    HealthCheckTimeout: 3,
    HealthCheckType: 'tcp',
    CookieTimeout: 500,
    HealthCheckDomain: 'www.example.com',
    UnhealthyThreshold: 4,
    HealthCheckHttpCode: 'http_3xx,http_2xx',
    XForwardedFor: 'on',
    HealthCheckInterval: 5,
    HealthCheckURI: '/test/index.html',
    StickySessionType: 'insert',
    HealthyThreshold: 4,
    StickySession: 'on',
    HealthCheckMethod: 'get',
    HealthCheck: 'on',
  },
  TCPListenerConfig: {
    HealthCheckHttpCode: 'http_2xx',
    PersistenceTimeout: 0,
    HealthCheckInterval: 6,
    HealthCheckURI: '/tcp',
    HealthCheckConnectPort: 8081,
    HealthCheckType: 'tcp',
    HealthCheckConnectTimeout: 100,
    HealthyThreshold: 2,
    HealthCheckDomain: 'tcp.example.com',
    UnhealthyThreshold: 4,
    HealthCheck: 'on',
  },
  UDPListenerConfig: {
    HealthCheckInterval: 7,
    HealthCheckConnectPort: 8082,
    HealthCheckConnectTimeout: 10,
    HealthyThreshold: 4,
    UnhealthyThreshold: 4,
    HealthCheck: 'on',
  },
  Tags: [{ TagValue: 'TestValue', TagKey: 'TestKey' }],
};

const listenerOf = (more: object) => {
  const read = readListeners(call, ok({ TotalCount: 10, NextToken: '', Listeners: [{ ...wire, ...more }] }));
  assert.ok(read.kind === 'ok');
  return read.value.records[0];
};

describe('readListeners', () => {
  it('reads the documented listener', () => {
    assert.deepEqual(listenerOf({}), {
      id: 'lb-1_http_80',
      state: 'running',
      tags: { TestKey: 'TestValue' },
      loadBalancerId: 'lb-1',
      protocol: 'http',
      port: 80,
      backendPort: 80,
      bandwidthMbps: -1,
      scheduler: 'wrr',
      stickySession: 'insert',
      stickySeconds: 500,
      healthCheck: 'on',
      healthType: 'http',
      healthPath: '/test/index.html',
      healthDomain: 'www.example.com',
      healthPort: 8080,
      healthIntervalSeconds: 5,
      healthTimeoutSeconds: 3,
      healthyThreshold: 4,
      unhealthyThreshold: 4,
      healthCodes: ['http_2xx', 'http_3xx'],
      forwardedFor: true,
    });
  });

  it('reads the part of the listener’s own protocol', () => {
    const tcp = listenerOf({ ListenerProtocol: 'tcp' });
    const ofTcp = { id: 'lb-1_tcp_80', stickySession: 'off', healthType: 'tcp', healthPath: '', healthPort: 8081 };
    assert.deepEqual({ ...tcp, ...ofTcp, healthTimeoutSeconds: 100, healthIntervalSeconds: 6 }, tcp);
    const udp = listenerOf({ ListenerProtocol: 'udp' });
    assert.deepEqual({ ...udp, healthType: 'udp', healthPort: 8082, healthIntervalSeconds: 7 }, udp);
    const sticky = listenerOf({
      ListenerProtocol: 'tcp',
      TCPListenerConfig: { ...wire.TCPListenerConfig, PersistenceTimeout: 900 },
    });
    assert.deepEqual({ ...sticky, stickySession: 'source', stickySeconds: 900 }, sticky);
  });

  it('sees a cookie that the server sets as a difference', () => {
    const server = { ...wire.HTTPListenerConfig, StickySessionType: 'server', CookieTimeout: undefined };
    assert.equal(listenerOf({ HTTPListenerConfig: server })?.stickySeconds, 0);
  });

  it('sees that a check is off', () => {
    assert.equal(
      listenerOf({ HTTPListenerConfig: { ...wire.HTTPListenerConfig, HealthCheck: 'off' } })?.healthCheck,
      'off',
    );
  });

  it('does not take a listener without a port for anything', () => {
    assert.equal(readListeners(call, ok({ Listeners: [{ ...wire, ListenerPort: undefined }] })).kind, 'error');
  });
});

const health = (...words: readonly string[]) =>
  ok({
    BackendServers: {
      BackendServer: words.map((word) => ({
        Protocol: 'http',
        ServerHealthStatus: word,
        ListenerPort: 80,
        Port: 8080,
        ServerId: 'i-1',
      })),
    },
  });
const state = (word: string) => ({ serverId: 'i-1', listenerPort: 80, backendPort: 8080, state: word });

describe('loadBalancerParts', () => {
  const attribute = ok({
    LoadBalancerId: 'lb-1',
    BackendServers: {
      BackendServer: [
        { Type: 'ecs', Weight: 90, ServerIp: '192.0.2.11', ServerId: 'i-1' },
        { ServerId: 'i-2', Weight: '0' },
      ],
    },
  });
  it('reads backends and health', async () => {
    const cloud = recordedCloud([attribute, health('abnormal', 'normal', 'strange')]);
    assert.deepEqual(await loadBalancerParts.read(cloud, 'r1', 'lb-1'), {
      kind: 'ok',
      parts: {
        backends: [
          { serverId: 'i-1', weight: 90 },
          { serverId: 'i-2', weight: 0 },
        ],
        health: [state('abnormal'), state('normal'), state('unavailable')],
      },
    });
    assert.deepEqual(
      cloud.asked.map((one) => [one.call.action, one.call.params['LoadBalancerId'], one.lane]),
      [
        ['DescribeLoadBalancerAttribute', 'lb-1', 'slow'],
        ['DescribeHealthStatus', 'lb-1', 'slow'],
      ],
    );
  });

  it('has no parts when one of the reads fails', async () => {
    assert.equal((await loadBalancerParts.read(recordedCloud([refused('absent')]), 'r1', 'lb-1')).kind, 'error');
    assert.equal(
      (await loadBalancerParts.read(recordedCloud([attribute, refused('transient')]), 'r1', 'lb-1')).kind,
      'error',
    );
  });
});

describe('slb lists', () => {
  it('page 100, by numbers and by tokens, and name at most 10 load balancers', async () => {
    const cloud = recordedCloud(() => ok({ TotalCount: 0, LoadBalancers: { LoadBalancer: [] }, Listeners: [] }));
    for (const lister of slbListers) await lister.sweep(cloud, 'r1');
    await slbListers[0]?.byIds(cloud, 'r1', ['lb-1', 'lb-2']);
    await slbListers[1]?.byIds(cloud, 'r1', ['lb-1_http_80', 'lb-1_tcp_22', 'lb-2_udp_53']);
    assert.deepEqual(
      cloud.asked.map((one) => [one.call.action, one.call.params]),
      [
        ['DescribeLoadBalancers', { RegionId: 'r1', PageNumber: 1, PageSize: 100 }],
        ['DescribeLoadBalancerListeners', { RegionId: 'r1', MaxResults: 100 }],
        ['DescribeLoadBalancers', { RegionId: 'r1', PageNumber: 1, PageSize: 100, LoadBalancerId: 'lb-1,lb-2' }],
        ['DescribeLoadBalancerListeners', { RegionId: 'r1', MaxResults: 100, LoadBalancerId: ['lb-1', 'lb-2'] }],
      ],
    );
  });

  it('find the id of a create', () => {
    assert.deepEqual(createdIds('CreateLoadBalancer', ok({ LoadBalancerId: 'lb-1', Address: '42.0.0.6' })), ['lb-1']);
    assert.deepEqual(createdIds('CreateLoadBalancer', ok({})), []);
  });
});

// Load balancing over the wire, asked by Alibaba's SDK core.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { guestsModule } from '../../guests.ts';
import { startLab } from '../../testing/lab.ts';
import type { Body, Lab } from '../../testing/lab.ts';
import { placeServer, power, releaseServer } from '../../testing/servers.ts';
import type { Settings } from '../../settings.ts';
import { vpc } from '../vpc/index.ts';
import { slb } from './index.ts';
import { portAllowed } from './ports.ts';

const F = 'cn-shanghai-finance-1f';
const G = 'cn-shanghai-finance-1g';
const WEB = { 'web.service': { preset: 'enabled', serves: [{ port: 8080, paths: { '/app/health': 200 } }] } };
const QUICK: Settings['lifecycle'] = {
  'slb.busy.listener': { kind: 'immediate' },
  'slb.busy.backend': { kind: 'immediate' },
  'slb.vservergroup.configuring': { kind: 'immediate' },
  'slb.listener.starting': { kind: 'uniform', minSeconds: 2, maxSeconds: 2 },
  'slb.listener.stopping': { kind: 'uniform', minSeconds: 1, maxSeconds: 1 },
  'slb.listener.configuring': { kind: 'uniform', minSeconds: 1, maxSeconds: 1 },
  'slb.failover': { kind: 'uniform', minSeconds: 30, maxSeconds: 30 },
};

let lab: Lab;
const open = async (settings: Partial<Settings> = {}): Promise<void> => {
  lab = await startLab([vpc, slb, guestsModule], { lifecycle: QUICK, guests: { units: WEB }, ...settings });
};
const SPEC = { LoadBalancerSpec: 'slb.s1.small' };
const balancer = async (params: Record<string, unknown> = {}): Promise<string> =>
  (await lab.must('slb', 'CreateLoadBalancer', { ...SPEC, ...params }))['LoadBalancerId'];
const HTTP = {
  ListenerPort: 80,
  BackendServerPort: 8080,
  StickySession: 'off',
  HealthCheck: 'on',
  HealthCheckURI: '/app/health',
  HealthCheckTimeout: 5,
};
const listener = (LoadBalancerId: string, more: Record<string, unknown> = {}): Promise<Body> =>
  lab.must('slb', 'CreateLoadBalancerHTTPListener', { ...HTTP, LoadBalancerId, ...more });
const start = async (LoadBalancerId: string, ListenerPort = 80): Promise<void> => {
  await lab.must('slb', 'StartLoadBalancerListener', { LoadBalancerId, ListenerPort });
  await lab.advance(2);
};
const json = (list: readonly object[]): string => JSON.stringify(list);
const attribute = (LoadBalancerId: string): Promise<Body> =>
  lab.must('slb', 'DescribeLoadBalancerAttribute', { LoadBalancerId });
const http = (LoadBalancerId: string): Promise<Body> =>
  lab.must('slb', 'DescribeLoadBalancerHTTPListenerAttribute', { LoadBalancerId, ListenerPort: 80 });
const health = async (LoadBalancerId: string): Promise<readonly string[]> => {
  const body = await lab.must('slb', 'DescribeHealthStatus', { LoadBalancerId });
  return body.BackendServers.BackendServer.map((row: Body) => `${row.ServerId} ${row.ServerHealthStatus}`);
};
const refused = async (action: string, params: Record<string, unknown>): Promise<string> => {
  const { status, code } = await lab.ask('slb', action, params);
  return `${status} ${code}`;
};

const found = async (params: object): Promise<readonly string[]> =>
  (await lab.must('slb', 'DescribeLoadBalancers', { ...params })).LoadBalancers.LoadBalancer.map(
    (row: Body) => row.LoadBalancerId,
  );

describe('slb', () => {
  beforeEach(() => open());
  afterEach(() => lab.stop());

  describe('load balancers', () => {
    it('repeats the answer for the same ClientToken and refuses it for other parameters', async () => {
      const asked = { ...SPEC, LoadBalancerName: 'web', ClientToken: 'token-1' };
      const first = await lab.must('slb', 'CreateLoadBalancer', asked);
      const again = await lab.must('slb', 'CreateLoadBalancer', asked);
      assert.equal(again.LoadBalancerId, first.LoadBalancerId);
      assert.equal(
        await refused('CreateLoadBalancer', { ...asked, LoadBalancerName: 'other' }),
        '400 IdempotentParameterMismatch',
      );
      assert.equal((await lab.must('slb', 'DescribeLoadBalancers')).TotalCount, 1);
    });

    it('takes an address of the vSwitch, holds it, and gives it back', async () => {
      const { VpcId } = await lab.must('vpc', 'CreateVpc', { CidrBlock: '10.0.0.0/16' });
      await lab.advance(60);
      const { VSwitchId } = await lab.must('vpc', 'CreateVSwitch', { VpcId, ZoneId: G, CidrBlock: '10.0.1.0/24' });
      await lab.advance(60);
      const made = await lab.must('slb', 'CreateLoadBalancer', { ...SPEC, VSwitchId });
      assert.deepEqual([made.Address, made.NetworkType, made.VpcId], ['10.0.1.1', 'vpc', VpcId]);
      const { AddressType, MasterZoneId, SlaveZoneId } = await attribute(made.LoadBalancerId);
      assert.deepEqual(
        [AddressType, MasterZoneId, SlaveZoneId],
        ['intranet', G, F],
        'a vSwitch makes it intranet, in its own zone',
      );
      assert.equal(
        (await lab.ask('vpc', 'DeleteVSwitch', { VSwitchId })).status,
        400,
        'the load balancer stands in it',
      );
      await lab.must('slb', 'DeleteLoadBalancer', { LoadBalancerId: made.LoadBalancerId });
      await lab.advance(900);
      assert.equal((await lab.ask('vpc', 'DeleteVSwitch', { VSwitchId })).status, 200);
    });

    const creates = [
      {
        why: 'an intranet address needs a vSwitch',
        params: { AddressType: 'intranet' },
        want: '400 MissingParam.VSwitchId',
      },
      {
        why: 'a shared instance: a specification is not named',
        params: { LoadBalancerSpec: '' },
        want: '400 ShareSlbHaltSales',
      },
      { why: 'no such vSwitch', params: { VSwitchId: 'vsw-none' }, want: '400 VSwitchNotExist' },
      {
        why: 'a slave zone that is not offered for the master',
        params: { MasterZoneId: F, SlaveZoneId: 'cn-shanghai-finance-1k' },
        want: '400 PRODUCT.NOT_AVAILABLE_IZ',
      },
      { why: 'a zone of nowhere', params: { MasterZoneId: 'cn-x' }, want: '400 PRODUCT.NOT_AVAILABLE_IZ' },
      {
        why: 'fixed bandwidth without a number',
        params: { InternetChargeType: 'paybybandwidth' },
        want: '400 InvalidParameter.Bandwidth',
      },
      { why: 'a specification of no known form', params: { LoadBalancerSpec: 'large' }, want: '400 InvalidParameter' },
      { why: 'a name of more than 80', params: { LoadBalancerName: 'x'.repeat(81) }, want: '400 InvalidParameter' },
      { why: 'a protection that is no switch', params: { DeleteProtection: 'maybe' }, want: '400 InvalidParameter' },
      { why: 'a way to pay that nobody knows', params: { PayType: 'Later' }, want: '400 InvalidParameter' },
      {
        why: 'traffic that is paid in no known way',
        params: { InternetChargeType: 'free' },
        want: '400 Instance.InternetChargeTypeNotAllowed',
      },
      {
        why: 'a size that is paid in no known way',
        params: { InstanceChargeType: 'free' },
        want: '400 IllegalParam.InstanceChargeType',
      },
      { why: 'a number out of range', params: { Bandwidth: 6000 }, want: '400 InvalidParameter' },
    ];
    for (const { why, params, want } of creates)
      it(`refuses ${why}`, async () => assert.equal(await refused('CreateLoadBalancer', { ...SPEC, ...params }), want));

    it('lists by ids, names, tags and pages; unknown ids are an empty list and an attribute call is 404', async () => {
      const ids: string[] = [];
      for (const n of [1, 2, 3])
        ids.push(await balancer({ LoadBalancerName: `lb${n}`, Tag: [{ Key: 'n', Value: String(n) }] }));
      assert.deepEqual(await found({ LoadBalancerId: `${ids[0]},${ids[2]}` }), [ids[0], ids[2]]);
      assert.deepEqual(await found({ LoadBalancerName: 'lb2' }), [ids[1]]);
      assert.deepEqual(await found({ Tag: [{ Key: 'n', Value: '3' }] }), [ids[2]]);
      assert.deepEqual(await found({ Tags: json([{ TagKey: 'n', TagValue: '1' }]) }), [ids[0]]);
      assert.deepEqual(await found({ PageNumber: 2, PageSize: 2 }), [ids[2]]);
      assert.deepEqual(await found({ LoadBalancerId: 'lb-none' }), []);
      assert.equal(await refused('DescribeLoadBalancers', { PageNumber: 1, PageSize: 101 }), '400 InvalidParameter');
      assert.equal(
        await refused('DescribeLoadBalancerAttribute', { LoadBalancerId: 'lb-none' }),
        '404 InvalidLoadBalancerId.NotFound',
      );
      assert.equal(
        await refused('DeleteLoadBalancer', { LoadBalancerId: 'lb-none' }),
        '404 InvalidLoadBalancerId.NotFound',
      );
    });

    it('keeps a protected one, and takes everything with it in the end', async () => {
      const id = await balancer({ DeleteProtection: 'on' });
      await listener(id);
      await lab.must('slb', 'CreateVServerGroup', { LoadBalancerId: id, VServerGroupName: 'g' });
      assert.equal(
        await refused('DeleteLoadBalancer', { LoadBalancerId: id }),
        '400 OperationDenied.DeleteProtectionIsOn',
      );
      await lab.must('slb', 'SetLoadBalancerDeleteProtection', { LoadBalancerId: id, DeleteProtection: 'off' });
      await lab.must('slb', 'DeleteLoadBalancer', { LoadBalancerId: id });
      const { body } = await lab.control('GET', 'ledger');
      assert.deepEqual(
        body.resources.map((row: Body) => [row.type, row.deletedAt !== null]),
        [
          ['loadbalancer', true],
          ['listener', true],
          ['vservergroup', true],
        ],
      );
    });

    it('changes name, state, bandwidth and size', async () => {
      const LoadBalancerId = await balancer();
      await lab.must('slb', 'SetLoadBalancerName', { LoadBalancerId, LoadBalancerName: 'new' });
      await lab.must('slb', 'SetLoadBalancerStatus', { LoadBalancerId, LoadBalancerStatus: 'inactive' });
      await lab.must('slb', 'ModifyLoadBalancerInternetSpec', {
        LoadBalancerId,
        InternetChargeType: 'paybybandwidth',
        Bandwidth: 5,
      });
      await lab.must('slb', 'ModifyLoadBalancerInstanceSpec', { LoadBalancerId, LoadBalancerSpec: 'slb.s2.small' });
      const row = await attribute(LoadBalancerId);
      assert.deepEqual(
        [row.LoadBalancerName, row.LoadBalancerStatus, row.InternetChargeType, row.Bandwidth, row.LoadBalancerSpec],
        ['new', 'inactive', 'paybybandwidth', 5, 'slb.s2.small'],
      );
      assert.equal(
        await refused('ModifyLoadBalancerInstanceSpec', { LoadBalancerId, LoadBalancerSpec: 'huge' }),
        '400 ModifySpecNotAllowed',
      );
    });

    it('stops selling at the quota', async () => {
      await lab.stop();
      await open({ quotas: { 'slb.loadbalancers': 1 } });
      await balancer();
      assert.equal(await refused('CreateLoadBalancer', SPEC), '400 OperationForbidden.QuotaLimit');
    });

    it('names the zone pairs, and only those that sell', async () => {
      const { Zones } = await lab.must('slb', 'DescribeZones');
      assert.deepEqual(
        Zones.Zone.map((row: Body) => [row.ZoneId.at(-1), row.SlaveZones.SlaveZone[0].ZoneId.at(-1)].join('')),
        ['fg', 'gf', 'kz', 'zk'],
      );
      await lab.control('POST', `zones/${F}/soldout`);
      const { AvailableResources } = await lab.must('slb', 'DescribeAvailableResource');
      assert.deepEqual(
        AvailableResources.AvailableResource.map((row: Body) => row.MasterZoneId.at(-1)),
        ['g', 'k', 'z'],
      );
      assert.equal(
        await refused('CreateLoadBalancer', { ...SPEC, MasterZoneId: F }),
        '400 OperationFailed.ZoneResourceLimit',
      );
    });
  });

  describe('listeners', () => {
    it('is created stopped and runs a moment after its start', async () => {
      const LoadBalancerId = await balancer();
      await listener(LoadBalancerId);
      assert.equal((await http(LoadBalancerId)).Status, 'stopped');
      await lab.must('slb', 'StartLoadBalancerListener', { LoadBalancerId, ListenerPort: 80 });
      assert.equal((await http(LoadBalancerId)).Status, 'starting');
      for (const action of ['StartLoadBalancerListener', 'StopLoadBalancerListener']) {
        assert.equal(
          await refused(action, { LoadBalancerId, ListenerPort: 80 }),
          '400 Operation.Deny',
          'one transition at a time',
        );
      }
      assert.equal(
        await refused('DeleteLoadBalancerListener', { LoadBalancerId, ListenerPort: 80 }),
        '400 Operation.NotAllowed',
      );
      assert.equal(
        await refused('SetLoadBalancerHTTPListenerAttribute', { LoadBalancerId, ListenerPort: 80, Bandwidth: 5 }),
        '400 ListenerProcessing',
      );
      await lab.advance(2);
      assert.equal((await http(LoadBalancerId)).Status, 'running');
      assert.equal(
        await refused('StartLoadBalancerListener', { LoadBalancerId, ListenerPort: 80 }),
        '400 OperationFailed.ListenerStatusNotSupport',
      );
      await lab.must('slb', 'StopLoadBalancerListener', { LoadBalancerId, ListenerPort: 80 });
      assert.equal((await http(LoadBalancerId)).Status, 'stopping');
      await lab.advance(1);
      assert.equal((await http(LoadBalancerId)).Status, 'stopped');
      await lab.must('slb', 'DeleteLoadBalancerListener', { LoadBalancerId, ListenerPort: 80 });
      assert.equal(
        await refused('DescribeLoadBalancerHTTPListenerAttribute', { LoadBalancerId, ListenerPort: 80 }),
        '404 ResourceNotFound.Listener',
      );
    });

    it('changes what is given, and is configuring for a moment while it runs', async () => {
      const LoadBalancerId = await balancer();
      await listener(LoadBalancerId, { StickySession: 'on', StickySessionType: 'insert', CookieTimeout: 3600 });
      await start(LoadBalancerId);
      await lab.must('slb', 'SetLoadBalancerHTTPListenerAttribute', {
        LoadBalancerId,
        ListenerPort: 80,
        HealthCheckURI: '/',
        StickySession: 'off',
      });
      const changed = await http(LoadBalancerId);
      assert.deepEqual([changed.Status, changed.HealthCheckURI, changed.HealthCheckTimeout], ['configuring', '/', 5]);
      assert.equal(changed.StickySessionType, undefined, 'hidden while stickiness is off');
      await lab.advance(1);
      assert.equal((await http(LoadBalancerId)).Status, 'running');
    });

    it('speaks of the interval in lower case at creation and in the answers with a capital', async () => {
      const LoadBalancerId = await balancer();
      await lab.must('slb', 'CreateLoadBalancerTCPListener', {
        LoadBalancerId,
        ListenerPort: 443,
        BackendServerPort: 443,
        Bandwidth: -1,
        healthCheckInterval: 7,
      });
      await lab.must('slb', 'CreateLoadBalancerUDPListener', {
        LoadBalancerId,
        ListenerPort: 443,
        BackendServerPort: 443,
        Bandwidth: -1,
        healthCheckReq: 'hi',
      });
      const tcp = await lab.must('slb', 'DescribeLoadBalancerTCPListenerAttribute', {
        LoadBalancerId,
        ListenerPort: 443,
      });
      assert.deepEqual(
        [tcp.HealthCheckInterval, tcp.HealthCheck, tcp.Scheduler, tcp.SynProxy],
        [7, 'on', 'wrr', 'disable'],
      );
      const udp = await lab.must('slb', 'DescribeLoadBalancerUDPListenerAttribute', {
        LoadBalancerId,
        ListenerPort: 443,
      });
      assert.equal(udp.HealthCheckReq, 'hi');
      assert.equal(
        await refused('StartLoadBalancerListener', { LoadBalancerId, ListenerPort: 443 }),
        '400 TooManyListeners',
        'two protocols share the port',
      );
      await lab.must('slb', 'StartLoadBalancerListener', {
        LoadBalancerId,
        ListenerPort: 443,
        ListenerProtocol: 'udp',
      });
      const row = await attribute(LoadBalancerId);
      assert.deepEqual(row.ListenerPortsAndProtocal.ListenerPortAndProtocal, [
        { ListenerPort: 443, ListenerProtocal: 'tcp' },
        { ListenerPort: 443, ListenerProtocal: 'udp' },
      ]);
      assert.deepEqual(row.ListenerPorts.ListenerPort, [443, 443]);
    });

    const lines = [
      {
        why: 'a port that finance regions refuse inside the ranges',
        params: { ListenerPort: 8000 },
        want: '400 InvalidParam.ListenerPort',
      },
      { why: 'a port outside the ranges', params: { ListenerPort: 22 }, want: '400 InvalidParam.ListenerPort' },
      { why: 'neither port nor group', params: { BackendServerPort: '' }, want: '400 MissingParameter' },
      {
        why: 'a group that is not there',
        params: { VServerGroupId: 'rsp-none' },
        want: '400 ResourceNotFound.VServerGroup',
      },
      { why: 'stickiness without a kind', params: { StickySession: 'on' }, want: '400 MissingParam.StickySessionType' },
      {
        why: 'an inserted cookie without its time',
        params: { StickySession: 'on', StickySessionType: 'insert' },
        want: '400 MissingParam.CookieTimeout',
      },
      { why: 'a path without a slash', params: { HealthCheckURI: 'app' }, want: '400 InvalidParam.HealthCheckURI' },
      { why: 'an interval out of range', params: { HealthCheckInterval: 51 }, want: '400 InvalidParameter' },
      { why: 'a bandwidth of nothing', params: { Bandwidth: 0 }, want: '400 InvalidParam.Bandwidth' },
      { why: 'a switch that is neither', params: { Gzip: 'maybe' }, want: '400 InvalidParam.Gzip' },
      { why: 'no check said', params: { HealthCheck: '' }, want: '400 MissingHealthCheck' },
    ];
    for (const { why, params, want } of lines) {
      it(`refuses ${why}`, async () => {
        const LoadBalancerId = await balancer();
        assert.equal(await refused('CreateLoadBalancerHTTPListener', { ...HTTP, LoadBalancerId, ...params }), want);
      });
    }

    it('refuses a port that is taken, among protocols over TCP', async () => {
      const LoadBalancerId = await balancer();
      await listener(LoadBalancerId);
      const tcp = { LoadBalancerId, ListenerPort: 80, BackendServerPort: 80, Bandwidth: -1 };
      assert.equal(await refused('CreateLoadBalancerTCPListener', tcp), '400 InvalidParameter.ListenerPortConflict');
      assert.equal(await refused('CreateLoadBalancerUDPListener', tcp), '200 ');
    });

    it('keeps a listener that another forwards to', async () => {
      const LoadBalancerId = await balancer();
      await lab.must('slb', 'CreateLoadBalancerHTTPSListener', {
        ...HTTP,
        LoadBalancerId,
        ListenerPort: 443,
        Bandwidth: -1,
        ServerCertificateId: 'cert-1',
      });
      await listener(LoadBalancerId, {
        BackendServerPort: '',
        ListenerForward: 'on',
        ForwardPort: 443,
        HealthCheck: 'off',
      });
      assert.equal(
        await refused('DeleteLoadBalancerListener', { LoadBalancerId, ListenerPort: 443 }),
        '400 ListenerForwardExist',
      );
    });

    it('lists the region flat, page by page, with nested configurations', async () => {
      const ids = [await balancer(), await balancer()];
      for (const id of ids) for (const port of [80, 5003, 5004]) await listener(id, { ListenerPort: port });
      const seen: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await lab.must('slb', 'DescribeLoadBalancerListeners', {
          MaxResults: 4,
          ...(NextToken === undefined ? {} : { NextToken }),
        });
        assert.equal(page.TotalCount, 6);
        assert.ok(Array.isArray(page.Listeners), 'no wrapper');
        assert.equal(page.Listeners[0].HTTPListenerConfig.HealthCheckURI, '/app/health');
        seen.push(...page.Listeners.map((row: Body) => `${row.LoadBalancerId} ${row.ListenerPort}`));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      assert.deepEqual(
        seen,
        ids.flatMap((id) => [80, 5003, 5004].map((port) => `${id} ${port}`)),
      );
      const one = await lab.must('slb', 'DescribeLoadBalancerListeners', {
        LoadBalancerId: [ids[1]],
        ListenerPort: 5003,
      });
      assert.equal(one.Listeners.length, 1);
      assert.equal(await refused('DescribeLoadBalancerListeners', { MaxResults: 101 }), '400 IllegalParam.MaxResults');
    });

    it('is refused while the load balancer is being configured', async () => {
      await lab.stop();
      await open({ lifecycle: { ...QUICK, 'slb.busy.listener': { kind: 'uniform', minSeconds: 5, maxSeconds: 5 } } });
      const LoadBalancerId = await balancer();
      await listener(LoadBalancerId);
      assert.equal(
        await refused('StartLoadBalancerListener', { LoadBalancerId, ListenerPort: 80 }),
        '400 ServiceIsConfiguring',
      );
      assert.equal(
        await refused('CreateLoadBalancerHTTPListener', { ...HTTP, LoadBalancerId, HealthCheckURI: 'app' }),
        '400 InvalidParam.HealthCheckURI',
        'waiting would not help what was asked wrongly',
      );
      await lab.advance(5);
      await lab.must('slb', 'StartLoadBalancerListener', { LoadBalancerId, ListenerPort: 80 });
    });
  });

  describe('backends', () => {
    it('writes Weight as text after Add and Set, as a number after Remove and in the attribute', async () => {
      for (const n of [1, 2]) placeServer(lab.scope, `i-${n}`, { privateIp: `10.0.0.${n}` });
      const LoadBalancerId = await balancer();
      const added = await lab.must('slb', 'AddBackendServers', {
        LoadBalancerId,
        BackendServers: json([{ ServerId: 'i-1' }, { ServerId: 'i-2', Weight: '50' }, { ServerId: 'i-1', Weight: 3 }]),
      });
      assert.deepEqual(
        added.BackendServers.BackendServer.map((row: Body) => row.Weight),
        ['100', '50'],
        'the first of two entries wins',
      );
      const set = await lab.must('slb', 'SetBackendServers', {
        LoadBalancerId,
        BackendServers: json([{ ServerId: 'i-2', Weight: 0 }]),
      });
      assert.deepEqual(
        set.BackendServers.BackendServer.map((row: Body) => row.Weight),
        ['100', '0'],
      );
      assert.deepEqual(
        (await attribute(LoadBalancerId)).BackendServers.BackendServer.map((row: Body) => [row.ServerIp, row.Weight]),
        [
          ['10.0.0.1', 100],
          ['10.0.0.2', 0],
        ],
      );
      const left = await lab.must('slb', 'RemoveBackendServers', {
        LoadBalancerId,
        BackendServers: json([{ ServerId: 'i-2' }, { ServerId: 'i-gone' }]),
      });
      assert.deepEqual(
        left.BackendServers.BackendServer.map((row: Body) => row.Weight),
        [100],
      );
      const byServer = await lab.must('slb', 'DescribeLoadBalancers', { ServerId: 'i-1' });
      assert.equal(byServer.TotalCount, 1);
    });

    const wrong = [
      { why: 'a server that is not there', entry: { ServerId: 'i-none' }, want: '400 InvalidServerId.NotExist' },
      { why: 'a server that is not running', entry: { ServerId: 'i-off' }, want: '400 InvalidServerStatus' },
      { why: 'a server of another VPC', entry: { ServerId: 'i-far' }, want: '400 NetworkConflict' },
      { why: 'a server that is there already', entry: { ServerId: 'i-1' }, want: '400 BackendServerExist' },
      { why: 'a weight over 100', entry: { ServerId: 'i-2', Weight: 101 }, want: '400 InvalidParameter' },
    ];
    for (const { why, entry, want } of wrong) {
      it(`refuses ${why}`, async () => {
        for (const id of ['i-1', 'i-2', 'i-off']) placeServer(lab.scope, id);
        placeServer(lab.scope, 'i-far', { vpcId: 'vpc-2' });
        power(lab.scope, 'i-off', 'off');
        const LoadBalancerId = await balancer();
        await lab.must('slb', 'AddBackendServers', { LoadBalancerId, BackendServers: json([{ ServerId: 'i-1' }]) });
        assert.equal(await refused('AddBackendServers', { LoadBalancerId, BackendServers: json([entry]) }), want);
      });
    }

    it('says so while backends are being configured, and at their limit', async () => {
      await lab.stop();
      await open({
        lifecycle: { ...QUICK, 'slb.busy.backend': { kind: 'uniform', minSeconds: 5, maxSeconds: 5 } },
        quotas: { 'slb.backends': 1 },
      });
      for (const id of ['i-1', 'i-2']) placeServer(lab.scope, id);
      const LoadBalancerId = await balancer();
      const add = (id: string): Promise<string> =>
        refused('AddBackendServers', { LoadBalancerId, BackendServers: json([{ ServerId: id }]) });
      assert.equal(await add('i-1'), '200 ');
      assert.equal(await add('i-2'), '400 BackendServer.configuring');
      assert.equal(await refused('AddBackendServers', { LoadBalancerId, BackendServers: '{' }), '400 InvalidParameter');
      await lab.advance(5);
      assert.equal(await add('i-2'), '400 InstanceBackendServerNumberOverLimit');
    });

    it('forgets a released server', async () => {
      placeServer(lab.scope, 'i-1');
      const LoadBalancerId = await balancer();
      await lab.must('slb', 'AddBackendServers', { LoadBalancerId, BackendServers: json([{ ServerId: 'i-1' }]) });
      releaseServer(lab.scope, 'i-1');
      assert.deepEqual((await attribute(LoadBalancerId)).BackendServers.BackendServer, []);
    });
  });

  describe('server groups', () => {
    it('holds servers with ports, and is kept while a listener uses it', async () => {
      for (const id of ['i-1', 'i-2']) placeServer(lab.scope, id);
      const LoadBalancerId = await balancer();
      const { VServerGroupId } = await lab.must('slb', 'CreateVServerGroup', {
        LoadBalancerId,
        VServerGroupName: 'g',
        BackendServers: json([{ ServerId: 'i-1', Port: 8080, Weight: 10 }]),
      });
      await listener(LoadBalancerId, { BackendServerPort: '', VServerGroupId });
      const added = await lab.must('slb', 'AddVServerGroupBackendServers', {
        VServerGroupId,
        BackendServers: json([
          { ServerId: 'i-1', Port: 8081 },
          { ServerId: 'i-2', Port: 8080 },
        ]),
      });
      assert.deepEqual(
        added.BackendServers.BackendServer.map((row: Body) => [row.ServerId, row.Port, row.Weight]),
        [
          ['i-1', 8080, 10],
          ['i-1', 8081, 100],
          ['i-2', 8080, 100],
        ],
      );
      await lab.must('slb', 'SetVServerGroupAttribute', {
        VServerGroupId,
        VServerGroupName: 'h',
        BackendServers: json([{ ServerId: 'i-2', Port: 8080, Weight: 0 }]),
      });
      await lab.must('slb', 'ModifyVServerGroupBackendServers', {
        VServerGroupId,
        OldBackendServers: json([{ ServerId: 'i-1', Port: 8080 }]),
        NewBackendServers: json([{ ServerId: 'i-1', Port: 8082 }]),
      });
      await lab.must('slb', 'RemoveVServerGroupBackendServers', {
        VServerGroupId,
        BackendServers: json([{ ServerId: 'i-1', Port: 8081 }]),
      });
      const group = await lab.must('slb', 'DescribeVServerGroupAttribute', { VServerGroupId });
      assert.equal(group.VServerGroupName, 'h');
      assert.deepEqual(
        group.BackendServers.BackendServer.map((row: Body) => [row.ServerId, row.Port, row.Weight]),
        [
          ['i-2', 8080, 0],
          ['i-1', 8082, 100],
        ],
      );
      const { VServerGroups } = await lab.must('slb', 'DescribeVServerGroups', { LoadBalancerId });
      assert.deepEqual(VServerGroups.VServerGroup[0].AssociatedObjects.Listeners.Listener, [
        { Port: 80, Protocol: 'http' },
      ]);
      assert.equal(await refused('DeleteVServerGroup', { VServerGroupId }), '400 RspoolVipExist');
      await lab.must('slb', 'DeleteLoadBalancerListener', { LoadBalancerId, ListenerPort: 80 });
      await lab.must('slb', 'DeleteVServerGroup', { VServerGroupId });
    });

    it('that is not there is known by its text only', async () => {
      const { status, code, body } = await lab.ask('slb', 'DescribeVServerGroupAttribute', {
        VServerGroupId: 'rsp-none',
      });
      assert.deepEqual(
        [status, code, body.Message],
        [400, 'InvalidParameter', 'The specified VServerGroupId does not exist.'],
      );
    });

    it("must belong to the listener's load balancer", async () => {
      const [one, two] = [await balancer(), await balancer()];
      const { VServerGroupId } = await lab.must('slb', 'CreateVServerGroup', { LoadBalancerId: one });
      assert.equal(
        await refused('CreateLoadBalancerHTTPListener', { ...HTTP, LoadBalancerId: two, VServerGroupId }),
        '400 InvalidParam.VServerGroupId',
      );
    });
  });

  describe('health', () => {
    it('comes from what the guest serves: up, wrong path, repaired, stopped listener', async () => {
      placeServer(lab.scope, 'i-1');
      const LoadBalancerId = await balancer();
      await listener(LoadBalancerId);
      await lab.must('slb', 'AddBackendServers', { LoadBalancerId, BackendServers: json([{ ServerId: 'i-1' }]) });
      assert.deepEqual(await health(LoadBalancerId), ['i-1 unavailable'], 'the listener does not run yet');
      await start(LoadBalancerId);
      await lab.advance(2);
      assert.deepEqual(await health(LoadBalancerId), ['i-1 abnormal'], 'not often enough yet');
      await lab.advance(4);
      assert.deepEqual(await health(LoadBalancerId), ['i-1 normal']);
      const wrong = await lab.control('POST', 'drift', {
        service: 'slb',
        action: 'SetLoadBalancerHTTPListenerAttribute',
        params: { LoadBalancerId, ListenerPort: 80, HealthCheckURI: '/' },
      });
      assert.equal(wrong.status, 200);
      await lab.advance(6);
      assert.deepEqual(await health(LoadBalancerId), ['i-1 abnormal'], 'a module below /app/ answers 404 on /');
      await lab.must('slb', 'SetLoadBalancerHTTPListenerAttribute', {
        LoadBalancerId,
        ListenerPort: 80,
        HealthCheckURI: '/app/health',
      });
      await lab.advance(6);
      assert.deepEqual(await health(LoadBalancerId), ['i-1 normal']);
      const stop = await lab.control('POST', 'drift', {
        service: 'slb',
        action: 'StopLoadBalancerListener',
        params: { LoadBalancerId, ListenerPort: 80 },
      });
      assert.equal(stop.status, 200);
      await lab.advance(1);
      assert.deepEqual(await health(LoadBalancerId), ['i-1 unavailable']);
      const { body } = await lab.control('GET', 'ledger');
      assert.deepEqual(
        body.calls.filter((row: Body) => row.accessKeyId === 'console').map((row: Body) => row.action),
        ['SetLoadBalancerHTTPListenerAttribute', 'StopLoadBalancerListener'],
      );
    });

    it('follows units and power: only enabled units come back', async () => {
      placeServer(lab.scope, 'i-1');
      const LoadBalancerId = await balancer();
      await listener(LoadBalancerId);
      await lab.must('slb', 'AddBackendServers', { LoadBalancerId, BackendServers: json([{ ServerId: 'i-1' }]) });
      await start(LoadBalancerId);
      await lab.advance(10);
      const set = (units: object): Promise<unknown> => lab.control('POST', 'guests/i-1', { units });
      await set({ 'web.service': { active: false } });
      await lab.advance(6);
      assert.deepEqual(await health(LoadBalancerId), ['i-1 abnormal']);
      power(lab.scope, 'i-1', 'reboot');
      await lab.advance(6);
      assert.deepEqual(await health(LoadBalancerId), ['i-1 normal'], 'enabled: back with the boot');
      await set({ 'web.service': { enabled: false } });
      await lab.advance(60);
      assert.deepEqual(await health(LoadBalancerId), ['i-1 normal'], 'disabling stops nothing');
      power(lab.scope, 'i-1', 'reboot');
      await lab.advance(60);
      assert.deepEqual(await health(LoadBalancerId), ['i-1 abnormal'], 'and this is what it costs');
    });

    it('serves what it is told to', async () => {
      placeServer(lab.scope, 'i-1');
      const LoadBalancerId = await balancer();
      await listener(LoadBalancerId);
      await lab.must('slb', 'AddBackendServers', { LoadBalancerId, BackendServers: json([{ ServerId: 'i-1' }]) });
      await start(LoadBalancerId);
      await lab.control('POST', 'guests/i-1', {
        serves: { 'web.service': [{ port: 8080, paths: { '/app/health': 500 } }] },
      });
      await lab.advance(60);
      assert.deepEqual(await health(LoadBalancerId), ['i-1 abnormal']);
    });

    for (const [rule, want] of [
      ['normal', 'normal'],
      ['layer7', 'abnormal'],
      ['real', 'abnormal'],
    ] as const) {
      it(`shows a broken backend of weight 0 as ${want} under the rule ${rule}`, async () => {
        await lab.stop();
        await open({ options: { 'slb.weightZero': rule } });
        placeServer(lab.scope, 'i-1');
        const LoadBalancerId = await balancer();
        await listener(LoadBalancerId, { HealthCheckURI: '/wrong' });
        await lab.must('slb', 'AddBackendServers', {
          LoadBalancerId,
          BackendServers: json([{ ServerId: 'i-1', Weight: 0 }]),
        });
        await start(LoadBalancerId);
        await lab.advance(60);
        assert.deepEqual(await health(LoadBalancerId), [`i-1 ${want}`]);
      });
    }
  });

  it('moves to the standby zone about half a minute after an outage, and back after it', async () => {
    const LoadBalancerId = await balancer({ MasterZoneId: F, SlaveZoneId: G });
    const zones = async (): Promise<string> => {
      const { MasterZoneId, SlaveZoneId, Address } = await attribute(LoadBalancerId);
      return `${MasterZoneId.at(-1)}${SlaveZoneId.at(-1)} ${Address}`;
    };
    const before = await zones();
    const address = before.slice(3);
    await lab.control('POST', `zones/${F}/outage`);
    await lab.advance(29);
    assert.equal(await zones(), before);
    await lab.advance(1);
    assert.equal(await zones(), `gf ${address}`, 'the address stays');
    await lab.control('POST', `zones/${F}/restore`);
    await lab.advance(30);
    assert.equal(await zones(), before);
  });

  it('tags instances, listeners and groups', async () => {
    const LoadBalancerId = await balancer();
    await listener(LoadBalancerId);
    const Tag = [{ Key: 'owner', Value: 'core' }];
    await lab.must('slb', 'TagResources', { ResourceType: 'instance', ResourceId: [LoadBalancerId], Tag });
    await lab.must('slb', 'TagResources', { ResourceType: 'listener', ResourceId: [`${LoadBalancerId}_http_80`], Tag });
    const listed = async (ResourceType: string): Promise<readonly string[]> =>
      (await lab.must('slb', 'ListTagResources', { ResourceType, Tag })).TagResources.TagResource.map(
        (row: Body) => `${row.ResourceId} ${row.TagKey}=${row.TagValue}`,
      );
    assert.deepEqual(await listed('instance'), [`${LoadBalancerId} owner=core`]);
    assert.deepEqual(await listed('listener'), [`${LoadBalancerId}_http_80 owner=core`]);
    await lab.must('slb', 'UntagResources', {
      ResourceType: 'instance',
      ResourceId: [LoadBalancerId],
      TagKey: ['owner'],
    });
    assert.deepEqual(await listed('instance'), []);
    assert.equal(
      await refused('TagResources', { ResourceType: 'rds', ResourceId: ['x'], Tag }),
      '400 InvalidParam.ResourceType',
    );
  });
});

const allowed = (port: number, addressType = 'internet', region = 'cn-shanghai-finance-1'): boolean =>
  portAllowed({ region, addressType, port });

describe('finance ports', () => {
  const edges = [80, 443, 2800, 3300, 5003, 10_000, 13_001, 14_000, 21_234, 22_223, 22_225, 8080, 8443, 9443];
  const closed = [22, 3389, 81, 2799, 3301, 4999, 5000, 7001, 8000, 9000, 9080, 10_001, 13_000, 14_001, 22_224];
  for (const port of edges) it(`has ${port}`, () => assert.ok(allowed(port)));
  for (const port of closed) it(`has not ${port}`, () => assert.ok(!allowed(port)));
  it('are a rule for the internet and for finance regions only', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 65_535 }),
        (port) => allowed(port, 'intranet') && allowed(port, 'internet', 'cn-shanghai'),
      ),
    );
  });
});

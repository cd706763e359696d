// The whole story over the wire: servers with user data behind a load balancer, an outage, a repair by command, and
// the same story again giving the same ledger.
import assert from 'node:assert/strict';
import { closeShell } from './guest-shell.ts';
import { startLab } from './testing/lab.ts';
import type { Body, Lab } from './testing/lab.ts';
import { modules } from './services/index.ts';
import type { Settings } from './settings.ts';

const F = 'cn-shanghai-finance-1f';
const G = 'cn-shanghai-finance-1g';
const WEB = 'bank-web.service';
const USER_DATA = `#!/bin/sh\nsystemctl daemon-reload\nsystemctl enable --now ${WEB}\n`;
const SETTINGS: Partial<Settings> = {
  guestShell: 'on',
  guests: { units: { [WEB]: { serves: [{ port: 8080, paths: { '/app/health': 200 } }], startSeconds: 3 } } },
};

interface Site {
  readonly lab: Lab;
  readonly balancer: string;
  readonly servers: Readonly<Record<string, readonly string[]>>;
}

async function build(lab: Lab): Promise<Site> {
  const { VpcId } = await lab.must('vpc', 'CreateVpc', { CidrBlock: '10.20.0.0/16' });
  await lab.advance(30);
  const { SecurityGroupId } = await lab.must('ecs', 'CreateSecurityGroup', { VpcId });
  const servers: Record<string, readonly string[]> = {};
  for (const [n, ZoneId] of [F, G].entries()) {
    const { VSwitchId } = await lab.must('vpc', 'CreateVSwitch', { VpcId, ZoneId, CidrBlock: `10.20.${n}.0/24` });
    await lab.advance(30);
    const made = await lab.must('ecs', 'RunInstances', {
      ImageId: 'centos_7_9_x64_20G_alibase_20240628.vhd',
      InstanceType: 'ecs.g6.large',
      VSwitchId,
      SecurityGroupId,
      Amount: 2,
      UserData: Buffer.from(USER_DATA).toString('base64'),
    });
    servers[ZoneId] = made.InstanceIdSets.InstanceIdSet;
  }
  const { LoadBalancerId } = await lab.must('slb', 'CreateLoadBalancer', {
    LoadBalancerSpec: 'slb.s1.small',
    MasterZoneId: F,
    SlaveZoneId: G,
  });
  const http = { LoadBalancerId, ListenerPort: 80 };
  await lab.must('slb', 'CreateLoadBalancerHTTPListener', {
    ...http,
    BackendServerPort: 8080,
    StickySession: 'off',
    HealthCheck: 'on',
    HealthCheckURI: '/app/health',
  });
  await lab.advance(120);
  await lab.must('slb', 'StartLoadBalancerListener', http);
  await lab.must('slb', 'AddBackendServers', {
    LoadBalancerId,
    BackendServers: JSON.stringify(
      Object.values(servers)
        .flat()
        .map((ServerId) => ({ ServerId })),
    ),
  });
  await lab.advance(30);
  return { lab, balancer: LoadBalancerId, servers };
}

async function health({ lab, balancer }: Site): Promise<Readonly<Record<string, string>>> {
  const body = await lab.must('slb', 'DescribeHealthStatus', { LoadBalancerId: balancer });
  return Object.fromEntries(
    body.BackendServers.BackendServer.map((row: Body) => [row.ServerId, row.ServerHealthStatus]),
  );
}

const all = (site: Site, byZone: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(site.servers).flatMap(([zone, ids]) => ids.map((id) => [id, byZone[zone] ?? ''])));

async function story(): Promise<{ readonly ledger: Body; readonly outputs: readonly string[] }> {
  const lab = await startLab(modules, SETTINGS);
  try {
    const site = await build(lab);
    assert.deepEqual(await health(site), all(site, { [F]: 'normal', [G]: 'normal' }), 'user data started the unit');

    await lab.control('POST', `zones/${F}/outage`);
    await lab.advance(120);
    assert.deepEqual(await health(site), all(site, { [F]: 'abnormal', [G]: 'normal' }));
    await lab.control('POST', `zones/${F}/restore`);
    await lab.advance(180);
    assert.deepEqual(
      await health(site),
      all(site, { [F]: 'normal', [G]: 'normal' }),
      'enabled units came back with the servers',
    );

    const [broken = ''] = site.servers[G] ?? [];
    await lab.control('POST', `guests/${broken}`, { units: { [WEB]: { enabled: false } } });
    await lab.must('ecs', 'RebootInstance', { InstanceId: broken });
    await lab.advance(180);
    assert.equal((await health(site))[broken], 'abnormal', 'a disabled unit does not come back');
    const repair = `systemctl enable -- ${WEB} 2>/dev/null; systemctl start -- ${WEB}; sleep 5; systemctl is-active ${WEB}`;
    const { InvokeId } = await lab.must('ecs', 'RunCommand', {
      Type: 'RunShellScript',
      CommandContent: repair,
      InstanceId: [broken],
    });
    await lab.advance(60);
    assert.deepEqual(await health(site), all(site, { [F]: 'normal', [G]: 'normal' }));
    const { Invocation } = await lab.must('ecs', 'DescribeInvocationResults', {
      InvokeId,
      ContentEncoding: 'PlainText',
    });
    const outputs = Invocation.InvocationResults.InvocationResult.map(
      (row: Body) => `${row.StartTime} ${row.FinishedTime} ${row.Output}`,
    );
    return { ledger: (await lab.control('GET', 'ledger')).body, outputs };
  } finally {
    await lab.stop();
  }
}

describe('guests in the world', function () {
  this.timeout(30_000);
  after(() => closeShell());

  it('live through an outage, a lost unit and its repair, twice in the same way', async () => {
    const first = await story();
    assert.match(first.outputs[0] ?? '', / active\n$/);
    assert.deepEqual(await story(), first);
  });

  it('come back with a snapshot of the world', async () => {
    const lab = await startLab(modules, SETTINGS);
    try {
      const site = await build(lab);
      const [id = ''] = site.servers[F] ?? [];
      await lab.control('POST', 'snapshot', { id: 'good' });
      await lab.control('POST', `guests/${id}`, { units: { [WEB]: { active: false } } });
      await lab.advance(30);
      assert.equal((await health(site))[id], 'abnormal');
      await lab.control('POST', 'restore', { id: 'good' });
      await lab.advance(30);
      assert.equal((await health(site))[id], 'normal');
      const { state } = (await lab.control('GET', 'world?form=state')).body;
      assert.equal((await lab.control('POST', 'restore', { state })).status, 200, 'and through JSON');
      assert.equal((await health(site))[id], 'normal');
    } finally {
      await lab.stop();
    }
  });
});

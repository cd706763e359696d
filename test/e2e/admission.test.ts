// What the API server itself refuses, and how it says so: schemas, CEL rules, and policies between objects.
import assert from 'node:assert/strict';
import { type ApiAnswer, type ApiProxy, type Loose } from '../support/api-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { installManifests } from '../support/installed-crds.ts';
import { CONTROL_PLANE_TIMEOUT_MS, testNamespace, useControlPlane } from '../support/shared-control-plane.ts';
import { pathOf, type Samples, samplesIn, type Sent } from './admission-objects.ts';

type Kind = keyof Samples;

const must = async (answer: Promise<ApiAnswer>): Promise<void> => {
  const { status, message } = await answer;
  assert.ok(status < 300, `${status}: ${message}`);
};

const web = (spec: Loose): Loose => spec.modules[0];
const listener = (spec: Loose): Loose => web(spec).loadBalancer.listeners[0];
const tcp = (spec: Loose, port: number): void => {
  web(spec).loadBalancer.listeners = [{ protocol: 'TCP', port, backendPort: 8080 }];
};

// Policies see other objects through a watch: what was just created is in force a moment later.
const refused = (attempt: () => Promise<ApiAnswer>, says: RegExp): Promise<boolean> =>
  eventually(
    async () => {
      const { status, message } = await attempt();
      assert.equal(status, 422, message);
      assert.match(message, says);
      return true;
    },
    { what: `refused with ${String(says)}`, timeoutMs: 10_000 },
  );

const eightServers = (live: Loose): void => {
  live.spec.modules[1].servers.replicas = 8;
};

describe('admission', () => {
  const plane = useControlPlane();
  let api: ApiProxy;
  let namespace: string;

  const create = (object: Sent, dryRun = false): Promise<ApiAnswer> =>
    api.call({ method: 'POST', path: `${pathOf(object)}${dryRun ? '?dryRun=All' : ''}`, body: object });
  const read = async (object: Sent): Promise<Loose> =>
    (await api.call({ method: 'GET', path: `${pathOf(object)}/${object.metadata.name}` })).body;
  const update = async (object: Sent, change: (live: Loose) => void, dryRun = true): Promise<ApiAnswer> => {
    const live = await read(object);
    change(live);
    const path = `${pathOf(object)}/${object.metadata.name}${dryRun ? '?dryRun=All' : ''}`;
    return api.call({ method: 'PUT', path, body: live });
  };
  before(async function () {
    this.timeout(CONTROL_PLANE_TIMEOUT_MS);
    api = await installManifests(plane());
    namespace = await testNamespace('admission');
    await must(create(samplesIn(namespace).account));
  });
  after(() => api.stop());

  describe('one object', () => {
    type Bad = {
      readonly why: string;
      readonly kind: Kind;
      readonly bend: (spec: Loose) => void;
      readonly says: RegExp;
    };
    const bad: readonly Bad[] = [
      {
        why: 'NET-1: a network outside the private ranges',
        kind: 'environment',
        bend: (s) => (s.network.cidr = '11.0.0.0/16'),
        says: /spec\.network\.cidr.*must lie in 10\.0\.0\.0\/8/,
      },
      {
        why: 'NET-1: a network around a private range',
        kind: 'environment',
        bend: (s) => (s.network.cidr = '10.0.0.0/7'),
        says: /spec\.network\.cidr.*must lie in/,
      },
      {
        why: 'host bits would be an eternal difference',
        kind: 'environment',
        bend: (s) => (s.network.cidr = '10.20.0.1/16'),
        says: /host bits set: write the network address/,
      },
      {
        why: 'not a network at all',
        kind: 'environment',
        bend: (s) => (s.network.cidr = '10.20.0.0-16'),
        says: /spec\.network\.cidr.*must be an IPv4 network such as/,
      },
      {
        why: 'NET-2: a subnet wider than /16',
        kind: 'dmz',
        bend: (s) => (s.subnets[0].cidr = '10.0.0.0/15'),
        says: /spec\.subnets\[0\]\.cidr.*\/16 to \/29/,
      },
      {
        why: 'NET-2: a subnet narrower than /29',
        kind: 'dmz',
        bend: (s) => (s.subnets[0].cidr = '10.20.0.0/30'),
        says: /spec\.subnets\[0\]\.cidr.*\/16 to \/29/,
      },
      {
        why: 'NET-2: the two subnets overlap',
        kind: 'dmz',
        bend: (s) => (s.subnets[1].cidr = '10.20.0.128/25'),
        says: /spec\.subnets.*overlap: give each zone its own range/,
      },
      {
        why: 'NET-2: one subnet is not two',
        kind: 'dmz',
        bend: (s) => s.subnets.pop(),
        says: /spec\.subnets.*should have at least 2 items/,
      },
      {
        why: 'NET-4: a name that starts with a digit',
        kind: 'environment',
        bend: (s) => (s.network.displayName = '1bank'),
        says: /spec\.network\.displayName/,
      },
      {
        why: 'NET-4: a name of one character',
        kind: 'dmz',
        bend: (s) => (s.displayName = 'a'),
        says: /spec\.displayName.*at least 2 chars/,
      },
      {
        why: 'NET-4: a description that is a link',
        kind: 'environment',
        bend: (s) => (s.network.description = 'https://bank.example'),
        says: /spec\.network\.description.*must not start with http.*put a word in front/,
      },
      {
        why: 'NET-4: a description of one character',
        kind: 'dmz',
        bend: (s) => (s.description = 'x'),
        says: /spec\.description.*empty or have 2 to 256/,
      },
      {
        why: 'ECS-11: nobody could log in',
        kind: 'environment',
        bend: (s) => delete web(s).servers.keyPairName,
        says: /spec\.modules\[0\]\.servers.*keyPairName is required.*image\.login: InImage/,
      },
      {
        why: 'ECS-11: nobody could log into a bastion',
        kind: 'bastions',
        bend: (s) => delete s.keyPairName,
        says: /spec.*keyPairName is required/,
      },
      {
        why: 'ECS-8: a bastion rule for an application port',
        kind: 'dmz',
        bend: (s) => (s.inbound[1].ports = ['8080']),
        says: /spec\.inbound\[1\].*22 \(SSH, SFTP\) or 3389/,
      },
      {
        why: 'ECS-8: a bastion rule for everything',
        kind: 'dmz',
        bend: (s) => {
          s.inbound[1].protocol = 'All';
          delete s.inbound[1].ports;
        },
        says: /spec\.inbound\[1\].*22 \(SSH, SFTP\) or 3389/,
      },
      {
        why: 'the cloud writes 80/80, so 080 would differ for ever',
        kind: 'dmz',
        bend: (s) => (s.inbound[0].ports = ['080']),
        says: /spec\.inbound\[0\]\.ports\[0\].*a port or a rising range/,
      },
      {
        why: 'a service’s name is no port, and is told once',
        kind: 'dmz',
        bend: (s) => (s.inbound[0].ports = ['ssh']),
        says: /^(?!.*(evaluat|conversion|FTP)).*ports\[0\].*a port or a rising range/s,
      },
      {
        why: 'ECS-8: a rule for FTP',
        kind: 'dmz',
        bend: (s) => (s.inbound[0].ports = ['21']),
        says: /spec\.inbound\[0\]\.ports.*FTP.*use SFTP on 22/,
      },
      {
        why: 'ECS-8: a range that holds FTP',
        kind: 'dmz',
        bend: (s) => (s.inbound[0].ports = ['1-1024']),
        says: /spec\.inbound\[0\]\.ports.*leave 20 and 21 out/,
      },
      {
        why: 'ECS-8: a bastion on another port',
        kind: 'bastions',
        bend: (s) => (s.access.port = 2222),
        says: /spec\.access\.port.*22 \(Linux, SSH\) or 3389/,
      },
      {
        why: 'a rule without ports',
        kind: 'dmz',
        bend: (s) => delete s.inbound[0].ports,
        says: /spec\.inbound\[0\]\.ports.*required for TCP and UDP/,
      },
      {
        why: 'a falling range',
        kind: 'dmz',
        bend: (s) => (s.inbound[0].ports = ['9000-8000']),
        says: /spec\.inbound\[0\]\.ports\[0\].*rising range/,
      },
      {
        why: 'a port beyond 65535',
        kind: 'dmz',
        bend: (s) => (s.inbound[0].ports = ['70000']),
        says: /spec\.inbound\[0\]\.ports\[0\].*between 1 and 65535/,
      },
      {
        why: 'a source with the member of another type',
        kind: 'dmz',
        bend: (s) => (s.inbound[0].from = { type: 'LoadBalancers', cidr: '10.0.0.0/8' }),
        says: /spec\.inbound\[0\]\.from\.cidr.*belongs to type CIDR/,
      },
      {
        why: 'a source without its member',
        kind: 'dmz',
        bend: (s) => (s.inbound[0].from = { type: 'CIDR' }),
        says: /spec\.inbound\[0\]\.from.*cidr is required when type is CIDR/,
      },
      {
        why: 'a bastion open to the world',
        kind: 'bastions',
        bend: (s) => (s.access.clientCidrs = ['0.0.0.0/0']),
        says: /spec\.access\.clientCidrs\[0\].*\/8 or narrower: list the VPN client addresses/,
      },
      {
        why: 'a bastion open to all of IPv6',
        kind: 'bastions',
        bend: (s) => (s.access.clientCidrs = ['0000:0000::/0']),
        says: /spec\.access\.clientCidrs\[0\].*IPv4 network/,
      },
      {
        why: 'what is no port at all is told once',
        kind: 'environment',
        bend: (s) => (listener(s).port = 0),
        says: /^(?!.*is refused).*listeners\[0\]\.port.*greater than or equal to 1/s,
      },
      {
        why: 'SLB-2: a port outside the ranges names itself',
        kind: 'environment',
        bend: (s) => (listener(s).port = 8),
        says: /spec\.modules\[0\]\.loadBalancer\.listeners.*port 8 is refused.*address: Intranet/,
      },
      ...[2799, 3301, 4999, 10001, 12999, 14001, 21233, 22224].map((port) => ({
        why: `SLB-2: ${port} is just outside the ranges`,
        kind: 'environment' as const,
        bend: (s: Loose) => tcp(s, port),
        says: new RegExp(`listeners.*port ${port} is refused.*use one of 80, 443, 2800-3300`),
      })),
      ...[8000, 9000, 7001, 5000, 13000, 13700, 2967].map((port) => ({
        why: `SLB-2: ${port} is excluded inside the ranges`,
        kind: 'environment' as const,
        bend: (s: Loose) => tcp(s, port),
        says: new RegExp(`listeners.*port ${port} is refused`),
      })),
      {
        why: 'SLB-3: HTTPS is not terminated',
        kind: 'environment',
        bend: (s) => (listener(s).protocol = 'HTTPS'),
        says: /listeners\[0\]\.protocol.*supported values: "HTTP", "TCP", "UDP"/,
      },
      {
        why: 'the cloud knows one listener of TCP at a port, and HTTP is one',
        kind: 'environment',
        bend: (s) => web(s).loadBalancer.listeners.push({ protocol: 'TCP', port: 80, backendPort: 8080 }),
        says: /loadBalancer\.listeners.*HTTP and TCP cannot share a port.*another port/,
      },
      {
        why: 'SLB-3: FTP through a load balancer',
        kind: 'environment',
        bend: (s) => (web(s).loadBalancer.listeners = [{ protocol: 'TCP', port: 443, backendPort: 21 }]),
        says: /listeners\[0\].*no FTP and no SFTP.*bastion/,
      },
      {
        why: 'SLB-7: a path that does not start with /',
        kind: 'environment',
        bend: (s) => (listener(s).healthCheck.path = 'app/health'),
        says: /healthCheck\.path.*must start with \/.*such as \/app\/health/,
      },
      {
        why: 'SLB-7: a path of 81 characters',
        kind: 'environment',
        bend: (s) => (listener(s).healthCheck.path = `/${'a'.repeat(80)}`),
        says: /healthCheck\.path.*80/,
      },
      {
        why: 'SLB-7: a domain with an underscore',
        kind: 'environment',
        bend: (s) => (listener(s).healthCheck.domain = 'a_b'),
        says: /healthCheck\.domain/,
      },
      {
        why: 'SLB-7: an interval of 51 seconds',
        kind: 'environment',
        bend: (s) => (listener(s).healthCheck.intervalSeconds = 51),
        says: /healthCheck\.intervalSeconds.*less than or equal to 50/,
      },
      {
        why: 'SLB-7: a timeout of 301 seconds',
        kind: 'environment',
        bend: (s) => (listener(s).healthCheck.timeoutSeconds = 301),
        says: /healthCheck\.timeoutSeconds.*less than or equal to 300/,
      },
      {
        why: 'SLB-7: an HTTP listener is checked by HTTP',
        kind: 'environment',
        bend: (s) => (listener(s).healthCheck = { type: 'TCP' }),
        says: /listeners\[0\]\.healthCheck.*must fit the protocol/,
      },
      {
        why: 'SLB-8: cookies do not exist at layer 4',
        kind: 'environment',
        bend: (s) => Object.assign(listener(s), { protocol: 'TCP', port: 443, healthCheck: { type: 'TCP' } }),
        says: /listeners\[0\]\.stickySession.*must fit the protocol/,
      },
      {
        why: 'SLB-9: an unknown scheduler',
        kind: 'environment',
        bend: (s) => (listener(s).scheduler = 'Random'),
        says: /scheduler.*RoundRobin/,
      },
      {
        why: 'SLB-10: a fixed bandwidth of 1001 Mbps',
        kind: 'environment',
        bend: (s) => (web(s).loadBalancer.billing.bandwidthMbps = 1001),
        says: /billing\.bandwidthMbps.*less than or equal to 1000/,
      },
      {
        why: 'SLB-10: fixed bandwidth needs its number',
        kind: 'environment',
        bend: (s) => delete web(s).loadBalancer.billing.bandwidthMbps,
        says: /billing.*bandwidthMbps is required when type is PayByBandwidth/,
      },
      {
        why: 'SLB-10: a private load balancer is not billed by bandwidth',
        kind: 'environment',
        bend: (s) => (web(s).loadBalancer.address = 'Intranet'),
        says: /loadBalancer\.billing.*leave billing out/,
      },
      {
        why: 'SLB-10: a private listener above 1 Gbps',
        kind: 'environment',
        bend: (s) => (s.modules[1].loadBalancer.listeners[0].bandwidthMbps = 1001),
        says: /modules\[1\]\.loadBalancer\.listeners.*at most 1000 Mbps/,
      },
      {
        why: 'SLB-10: listeners want more than is paid for',
        kind: 'environment',
        bend: (s) => (listener(s).bandwidthMbps = 6),
        says: /loadBalancer\.listeners.*together exceed billing\.bandwidthMbps/,
      },
      {
        why: 'SLB-10: no bandwidth is no listener',
        kind: 'environment',
        bend: (s) => (listener(s).bandwidthMbps = 0),
        says: /bandwidthMbps must be -1/,
      },
      {
        why: 'REG-1: not a Finance Cloud region',
        kind: 'environment',
        bend: (s) => {
          s.region = 'cn-shanghai';
          s.zones = [
            { name: 'cn-shanghai-f', role: 'Primary' },
            { name: 'cn-shanghai-g', role: 'Standby' },
          ];
        },
        says: /spec\.region.*must be a Finance Cloud region.*cn-shanghai-finance-1/,
      },
      {
        why: 'REG-1: a region that nobody listed',
        kind: 'environment',
        bend: (s) => {
          s.region = 'cn-lhasa-finance-1';
          s.zones = [
            { name: 'cn-lhasa-finance-1a', role: 'Primary' },
            { name: 'cn-lhasa-finance-1b', role: 'Standby' },
          ];
        },
        says: /spec\.region: cn-lhasa-finance-1 is not in the catalogue.*ConfigMap finance-cloud-regions/,
      },
      {
        why: 'ARCH-6: a zone of another region',
        kind: 'environment',
        bend: (s) => (s.zones[1].name = 'cn-shenzhen-finance-1d'),
        says: /spec\.zones.*zones of the region.*correct region or zones/,
      },
      {
        why: 'ARCH-6: a zone whose region’s id only begins alike',
        kind: 'environment',
        bend: (s) => (s.zones[1].name = 'cn-shanghai-finance-10a'),
        says: /spec\.zones.*zones of the region/,
      },
      {
        why: 'REG-2: twice the same zone',
        kind: 'environment',
        bend: (s) => (s.zones[1].name = s.zones[0].name),
        says: /spec\.zones\[1\].*Duplicate value/,
      },
      {
        why: 'REG-2: two primary zones',
        kind: 'environment',
        bend: (s) => (s.zones[1].role = 'Primary'),
        says: /spec\.zones.*one Primary and one Standby/,
      },
      {
        why: 'the cloud’s limit of 200 servers behind a load balancer',
        kind: 'environment',
        bend: (s) => (web(s).servers.replicas = 201),
        says: /servers\.replicas.*at most 200 servers: split the module/,
      },
      {
        why: 'a tag that only the operator writes',
        kind: 'bastions',
        bend: (s) => (s.tags = [{ key: 'financecloud.io/uid', value: 'x' }]),
        says: /spec\.tags\[0\]\.key.*reserved, choose another key/,
      },
      {
        why: 'a tag of the cloud’s own',
        kind: 'bastions',
        bend: (s) => (s.tags = [{ key: 'acs:x', value: '' }]),
        says: /spec\.tags\[0\]\.key.*reserved/,
      },
      {
        why: 'the cloud’s own tags, however they are written',
        kind: 'bastions',
        bend: (s) => (s.tags = [{ key: 'Aliyun', value: '' }]),
        says: /spec\.tags\[0\]\.key.*reserved/,
      },
      {
        why: 'a value that the cloud refuses',
        kind: 'bastions',
        bend: (s) => (s.tags = [{ key: 'owner', value: 'acs:me' }]),
        says: /spec\.tags\[0\]\.value.*choose another value/,
      },
      {
        why: 'a unit of systemd’s own',
        kind: 'environment',
        bend: (s) => (web(s).startup.units = ['systemd-logind.service']),
        says: /startup\.units\[0\].*application’s own/,
      },
      {
        why: 'a unit with a space is not a name',
        kind: 'environment',
        bend: (s) => (web(s).startup.units = ['a b.service']),
        says: /startup\.units\[0\].*such as nginx\.service/,
      },
      {
        why: 'a unit without its ending',
        kind: 'environment',
        bend: (s) => (web(s).startup.units = ['bank-web']),
        says: /startup\.units\[0\].*with the ending: such as nginx\.service/,
      },
      {
        why: 'a module is named in tags and host names',
        kind: 'environment',
        bend: (s) => (web(s).name = 'Web'),
        says: /modules\[0\]\.name.*1 to 32 lower-case letters/,
      },
      {
        why: 'user data from nowhere',
        kind: 'environment',
        bend: (s) => (web(s).servers.userDataFrom = { type: 'Secret' }),
        says: /userDataFrom.*secretKeyRef is required when type is Secret/,
      },
      {
        why: 'all namespaces beside others',
        kind: 'account',
        bend: (s) => (s.allowedNamespaces = ['*', 'payments']),
        says: /spec\.allowedNamespaces.*stands alone/,
      },
      {
        why: 'an endpoint with a path',
        kind: 'account',
        bend: (s) => (s.endpoints = [{ service: 'ECS', url: 'https://ecs.example/x' }]),
        says: /spec\.endpoints\[0\]\.url/,
      },
      {
        why: 'an account id that is not a number',
        kind: 'account',
        bend: (s) => (s.accountId = 'production'),
        says: /spec\.accountId/,
      },
      {
        why: 'an account id that lost its end',
        kind: 'account',
        bend: (s) => (s.accountId = '123456789'),
        says: /spec\.accountId/,
      },
    ];
    for (const { why, kind, bend, says } of bad) {
      it(`refuses ${why}`, async () => {
        const object = samplesIn(namespace)[kind];
        const named = { ...object, metadata: { ...object.metadata, name: 'bad' } };
        bend(named.spec);
        const { status, message } = await create(named, true);
        assert.equal(status, 422, message);
        assert.match(message, says);
      });
    }

    it('refuses a name from which no cloud name can be derived', async () => {
      const object = samplesIn(namespace).dmz;
      const { status, message } = await create({ ...object, metadata: { namespace, name: '1.dmz' } }, true);
      assert.equal(status, 422);
      assert.match(message, /metadata\.name must start with a letter/);
    });

    it('refuses more than 1000 servers in an environment', async () => {
      const { environment } = samplesIn(namespace);
      const plain = { ...environment.spec.modules[0], securityZoneRef: { name: 'nowhere' } };
      delete plain.loadBalancer;
      environment.spec.modules = ['a', 'b'].map((name) => ({
        ...plain,
        name,
        servers: { ...plain.servers, replicas: name === 'a' ? 1000 : 1 },
      }));
      const { status, message } = await create(environment, true);
      assert.equal(status, 422);
      assert.match(message, /spec\.modules.*at most 1000 servers/);
    });
  });

  describe('what the guide itself shows', () => {
    const accepted: readonly { readonly why: string; readonly kind: Kind; readonly bend: (spec: Loose) => void }[] = [
      {
        why: 'the names and the description of the guide, in Chinese',
        kind: 'environment',
        bend: (s) => Object.assign(s.network, { displayName: 'SZproduction', description: '深圳vpc搭建演示' }),
      },
      {
        why: 'a VPC 192.168.0.0/16',
        kind: 'environment',
        bend: (s) => (s.network.cidr = '192.168.0.0/16'),
      },
      {
        why: 'a vSwitch A区生产交换机 with 192.168.0.0/25',
        kind: 'dmz',
        bend: (s) => {
          s.environmentRef.name = 'elsewhere';
          s.subnets[0] = { ...s.subnets[0], cidr: '192.168.0.0/25', displayName: 'A区生产交换机' };
          s.subnets[1].cidr = '192.168.0.128/25';
        },
      },
      { why: 'a group sg-production', kind: 'dmz', bend: (s) => (s.displayName = 'sg-production') },
      { why: 'a group sg-bastion', kind: 'bastions', bend: (s) => (s.displayName = 'sg-bastion') },
      {
        why: 'ping from the bastions (sg-icmp)',
        kind: 'dmz',
        bend: (s) => {
          s.displayName = 'sg-icmp';
          s.inbound[1].protocol = 'ICMP';
          delete s.inbound[1].ports;
        },
      },
      {
        why: 'listeners HTTP/80 and TCP/443, and the edges of the ranges',
        kind: 'environment',
        bend: (s) => {
          const { loadBalancer } = s.modules[0];
          loadBalancer.listeners = [
            loadBalancer.listeners[0],
            ...[443, 2800, 3300, 10000, 14000].map((port) => ({ protocol: 'TCP', port, backendPort: 443 })),
          ];
        },
      },
      ...['/', '/app/'].map((path) => ({
        why: `a health path ${path}`,
        kind: 'environment' as const,
        bend: (s: Loose) => (s.modules[0].loadBalancer.listeners[0].healthCheck.path = path),
      })),
      { why: 'one server, with a finding', kind: 'environment', bend: (s) => (s.modules[0].servers.replicas = 1) },
      {
        why: 'a public address on a server, with a finding',
        kind: 'environment',
        bend: (s) => (s.modules[1].servers.internetBandwidthMbps = 5),
      },
      {
        why: 'the star layout: production accepts the bastions',
        kind: 'app',
        bend: (s) => {
          s.inbound[1].from = { type: 'BastionPool', bastionPoolRef: { name: 'ops' } };
        },
      },
      { why: 'bastions outside the management tier, with a finding', kind: 'mgmt', bend: (s) => (s.tier = 'DMZ') },
      { why: 'Windows bastions', kind: 'bastions', bend: (s) => (s.access.port = 3389) },
      {
        why: 'an intranet listener on any port',
        kind: 'environment',
        bend: (s) => (s.modules[1].loadBalancer.listeners[0].port = 9000),
      },
      {
        why: 'a zone id of Hangzhou’s form',
        kind: 'environment',
        bend: (s) => {
          s.region = 'cn-hangzhou-finance';
          s.zones = [
            { name: 'cn-hangzhou-finance-b', role: 'Primary' },
            { name: 'cn-hangzhou-finance-c', role: 'Standby' },
          ];
        },
      },
    ];
    for (const { why, kind, bend } of accepted) {
      it(`accepts ${why}`, async () => {
        const object = samplesIn(namespace)[kind];
        bend(object.spec);
        await must(create(object, true));
      });
    }
  });

  describe('defaults', () => {
    it('come from the schema and leave nothing to be written later', async () => {
      const { environment } = samplesIn(namespace);
      const { body } = await create(environment, true);
      const spec = body.spec;
      assert.deepEqual(spec.network, { type: 'VPC', design: 'HighSecurity', cidr: '10.20.0.0/16' });
      assert.deepEqual(spec.modules[1].loadBalancer.billing, { type: 'PayByTraffic' });
      assert.equal(spec.modules[1].loadBalancer.listeners[0].scheduler, 'RoundRobin');
      assert.equal(spec.modules[1].loadBalancer.listeners[0].healthCheck.intervalSeconds, 2);
      assert.equal(spec.modules[0].servers.image.login, 'Declared');
    });

    it('fill in a repair policy that was left out', async () => {
      const { environment } = samplesIn(namespace);
      delete environment.spec.repair;
      const { body } = await create(environment, true);
      assert.deepEqual(body.spec.repair, {
        disruptive: { policy: 'Automatic' },
        drainSeconds: 300,
        maxUnavailablePerZone: 1,
      });
    });
  });

  describe('two objects', () => {
    let ns: string;
    let s: Samples;

    beforeEach(async () => {
      ns = await testNamespace('relations');
      s = samplesIn(ns);
      await must(create(s.account));
    });

    it('refuses a subnet outside the environment’s network', async () => {
      await must(create(s.environment));
      s.dmz.spec.subnets[0].cidr = '10.30.0.0/24';
      await refused(
        () => create(s.dmz, true),
        /spec\.subnets: .*must lie in the network 10\.20\.0\.0\/16.*choose ranges/,
      );
    });

    it('refuses an environment around which existing zones do not fit', async () => {
      await must(create(s.dmz));
      s.environment.spec.network.cidr = '10.30.0.0/16';
      await refused(() => create(s.environment, true), /spec\.network\.cidr: .*zone dmz.*choose a network around them/);
    });

    it('refuses subnets in other zones than the environment’s, from both sides', async () => {
      await must(create(s.environment));
      s.dmz.spec.subnets[1].zone = 'cn-shanghai-finance-1k';
      const says =
        /needs one subnet in each zone of environment core-banking \(cn-shanghai-finance-1f and cn-shanghai-finance-1g\)/;
      await refused(() => create(s.dmz, true), says);
      const other = samplesIn(await testNamespace('relations'));
      await must(create(other.account));
      other.dmz.spec.subnets[1].zone = 'cn-shanghai-finance-1k';
      await must(create(other.dmz));
      await refused(() => create(other.environment, true), /spec\.zones: .*re-create the security zone/);
    });

    it('NET-3: refuses a subnet that cannot hold the servers, from both sides', async () => {
      await must(create(s.environment));
      s.app.spec.subnets[0].cidr = '10.20.2.0/29';
      await must(create(s.app));
      await refused(
        () => update(s.environment, eightServers),
        /spec\.modules: .*fewer usable addresses.*lower servers\.replicas/,
      );
      const other = samplesIn(await testNamespace('relations'));
      await must(create(other.account));
      other.environment.spec.modules[1].servers.replicas = 8;
      await must(create(other.environment));
      other.app.spec.subnets[0].cidr = '10.20.2.0/29';
      await refused(() => create(other.app, true), /spec\.subnets: .*fewer usable addresses.*larger range/);
    });

    it('refuses zones that overlap each other', async () => {
      await must(create(s.dmz));
      s.app.spec.subnets[0].cidr = '10.20.0.0/23';
      await refused(() => create(s.app, true), /spec\.subnets: overlaps the subnets of zone dmz.*no other zone/);
    });

    it('accepts the same ranges in another environment', async () => {
      await must(create(s.dmz));
      s.app.spec.environmentRef.name = 'another';
      s.app.spec.subnets = s.dmz.spec.subnets;
      s.app.spec.inbound = [];
      await must(create(s.app, true));
    });

    it('refuses a namespace that the account does not allow', async () => {
      const stranger = samplesIn(await testNamespace('relations'));
      stranger.environment.spec.accountRef.name = ns;
      await refused(
        () => create(stranger.environment, true),
        /spec\.accountRef: .*does not allow namespace.*administrator/,
      );
    });

    it('refuses a pool in a zone of another environment, and a zone moved under a pool', async () => {
      await must(create(s.mgmt));
      s.bastions.spec.environmentRef.name = 'another';
      await refused(() => create(s.bastions, true), /spec\.securityZoneRef: .*belongs to environment core-banking/);
      await must(create({ ...s.bastions, spec: { ...s.bastions.spec, securityZoneRef: { name: 'later' } } }));
      s.app.metadata.name = 'later';
      await refused(() => create(s.app, true), /spec\.environmentRef: bastion pool ops of environment another/);
    });

    it('refuses a pool that its zone has no room for', async () => {
      s.mgmt.spec.subnets[0].cidr = '10.20.4.0/29';
      await must(create(s.mgmt));
      s.bastions.spec.perZone = 5;
      await refused(() => create(s.bastions, true), /spec\.perZone: .*fewer usable addresses.*lower perZone/);
    });

    it('refuses rules and modules that name objects of another environment', async () => {
      s.app.spec.environmentRef.name = 'another';
      s.app.spec.inbound = [];
      await must(create(s.app));
      s.dmz.spec.inbound[1].from = { type: 'SecurityZone', securityZoneRef: { name: 'app' } };
      await refused(() => create(s.dmz, true), /from\.securityZoneRef: .*admits zone app.*environment another/);
      await refused(() => create(s.environment, true), /modules\[\]\.securityZoneRef: .*name zone app/);
      s.bastions.spec.environmentRef.name = 'another';
      await must(create(s.bastions));
      const fresh = samplesIn(ns).dmz;
      await refused(() => create(fresh, true), /from\.bastionPoolRef: .*admits bastion pool ops/);
    });

    it('accepts the samples in any order, and references in a ring', async () => {
      s.dmz.spec.inbound.push({
        name: 'ring',
        from: { type: 'SecurityZone', securityZoneRef: { name: 'app' } },
        protocol: 'All',
      });
      s.dmz.spec.inbound.push({
        name: 'self',
        from: { type: 'SecurityZone', securityZoneRef: { name: 'dmz' } },
        protocol: 'All',
      });
      for (const object of [s.bastions, s.dmz, s.app, s.mgmt, s.environment]) await must(create(object));
    });

    it('refuses to change what the cloud cannot change, and says what to do instead', async () => {
      for (const object of [s.environment, s.dmz, s.app, s.mgmt, s.bastions]) await must(create(object));
      const changes: readonly (readonly [Sent, (live: Loose) => void, RegExp])[] = [
        [
          s.environment,
          (o) => (o.spec.network.cidr = '10.21.0.0/16'),
          /network\.cidr cannot be changed.*create another environment/,
        ],
        [
          s.environment,
          (o) => o.spec.zones.forEach((z: Loose) => (z.role = z.role === 'Primary' ? 'Standby' : 'Primary')),
          /zones cannot be changed/,
        ],
        [s.environment, (o) => (o.spec.accountRef.name = 'other'), /accountRef cannot be changed/],
        [
          s.dmz,
          (o) => (o.spec.subnets[0].cidr = '10.20.9.0/24'),
          /cidr of a subnet cannot be changed.*create another SecurityZone/,
        ],
        [s.dmz, (o) => (o.spec.environmentRef.name = 'other'), /environmentRef cannot be changed/],
        [s.bastions, (o) => (o.spec.securityZoneRef.name = 'app'), /securityZoneRef cannot be changed/],
        [s.account, (o) => (o.spec.accountId = '2234567890123456'), /accountId cannot be changed/],
        [s.account, (o) => (o.spec.ownerId = 'late'), /ownerId cannot be set, changed or removed/],
      ];
      for (const [object, change, says] of changes) {
        const { status, message } = await update(object, change);
        assert.equal(status, 422, message);
        assert.match(message, says);
      }
      await must(update(s.environment, (o) => (o.spec.zones = o.spec.zones.toReversed())));
    });

    it('lets an object that has become invalid report, and be deleted with its finalizer', async () => {
      s.environment.metadata.finalizers = ['financecloud.io/finalizer'];
      await must(create(s.environment));
      // The account turns its back: every policy that names it would now refuse the environment.
      await must(update(s.account, (o) => (o.spec.allowedNamespaces = ['elsewhere']), false));
      await refused(() => update(s.environment, (o) => (o.spec.mode = 'Observe')), /does not allow namespace/);
      const self = `${pathOf(s.environment)}/core-banking`;
      const merge = 'application/merge-patch+json';
      const status = { status: { observedGeneration: 1 } };
      await must(api.call({ method: 'PATCH', path: `${self}/status`, body: status, contentType: merge }));
      const annotate = { metadata: { annotations: { 'financecloud.io/suspend': 'true' } } };
      await must(api.call({ method: 'PATCH', path: self, body: annotate, contentType: merge }));
      await must(api.call({ method: 'DELETE', path: self }));
      const letGo = { spec: { deletionPolicy: 'Retain' } };
      await must(api.call({ method: 'PATCH', path: self, body: letGo, contentType: merge }));
      const free = { metadata: { finalizers: null } };
      await must(api.call({ method: 'PATCH', path: self, body: free, contentType: merge }));
      assert.equal((await api.call({ method: 'GET', path: self })).status, 404);
    });

    it('is not changed by being applied again, also by a second manager', async () => {
      for (const object of [s.environment, s.dmz, s.app, s.mgmt, s.bastions]) {
        const self = `${pathOf(object)}/${object.metadata.name}`;
        const apply = (manager: string): Promise<ApiAnswer> =>
          api.call({
            method: 'PATCH',
            path: `${self}?fieldManager=${manager}`,
            body: object,
            contentType: 'application/apply-patch+yaml',
          });
        const first = (await apply('git')).body.metadata;
        const again = (await apply('git')).body.metadata;
        assert.equal(again.resourceVersion, first.resourceVersion, `${object.kind}: a second apply wrote something`);
        const other = (await apply('someone')).body.metadata;
        assert.equal(other.generation, first.generation, `${object.kind}: a second manager changed the spec`);
      }
    });
  });
});

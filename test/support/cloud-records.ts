// Live resources of the default objects in builders.ts, as declared; of several overrides the last wins.
import type { SecurityGroupRecord, ServerRecord } from '../../src/cloud/ecs/model.ts';
import type { ListenerRecord, LoadBalancerRecord } from '../../src/cloud/slb/model.ts';
import { tagsFor } from '../../src/cloud/tags.ts';
import type { VSwitchRecord, VpcRecord } from '../../src/cloud/vpc/model.ts';
import type { RecordedResource } from '../../src/crds/index.ts';
import { F, G, OWNER, UID, balancer, merged } from './builders.ts';

/** Tags of a resource of ours. */
export function ownTags(uid: string = UID.environment, resource = 'vpc', attempt = 1) {
  return tagsFor({
    owner: OWNER,
    install: 'test',
    object: 'FinanceCloudEnvironment/payments/core-banking',
    uid,
    resource,
    attempt,
  });
}

/** A live VPC that is as declared. */
export function vpcRecord(...overrides: readonly Partial<VpcRecord>[]): VpcRecord {
  const base: VpcRecord = {
    id: 'vpc-1',
    state: 'Available',
    tags: ownTags(),
    cidr: '10.20.0.0/16',
    displayName: 'core-banking',
    description: '',
  };
  return merged(base, overrides);
}

/** The live vSwitch of zone app in 1f, as declared. */
export function vSwitchRecord(...overrides: readonly Partial<VSwitchRecord>[]): VSwitchRecord {
  const inZone = overrides.findLast((item) => item.zone !== undefined)?.zone ?? F;
  const base: VSwitchRecord = {
    id: inZone === F ? 'vsw-f' : 'vsw-g',
    state: 'Available',
    tags: ownTags(UID.zone, `vswitch/${inZone}`),
    vpcId: 'vpc-1',
    zone: inZone,
    cidr: inZone === F ? '10.20.0.0/24' : '10.20.1.0/24',
    displayName: `app-${inZone}`,
    description: '',
    availableAddresses: 252,
  };
  return merged(base, overrides);
}

/** The live security group of zone app, as declared. */
export function groupRecord(...overrides: readonly Partial<SecurityGroupRecord>[]): SecurityGroupRecord {
  const base: SecurityGroupRecord = {
    id: 'sg-app',
    state: '',
    tags: ownTags(UID.zone, 'sg'),
    vpcId: 'vpc-1',
    displayName: 'app',
    description: '',
  };
  return merged(base, overrides);
}

/** A running server of module web, as declared. */
export function serverRecord(...overrides: readonly Partial<ServerRecord>[]): ServerRecord {
  const base: ServerRecord = {
    id: 'i-web-0',
    state: 'Running',
    tags: ownTags(UID.environment, `web/${F}`),
    zone: F,
    vpcId: 'vpc-1',
    vSwitchId: 'vsw-f',
    groupIds: ['sg-app'],
    displayName: 'core-banking-web',
    description: '',
    instanceType: 'ecs.g6.large',
    imageId: 'centos_7_9.vhd',
    keyPairName: 'ops',
    internetBandwidthMbps: 0,
    privateIp: '10.20.0.10',
    publicIp: '',
    createdAt: '2026-01-01T00:00Z',
    startedAt: '2026-01-01T00:01Z',
    prepaid: false,
    deletionProtection: false,
    osType: 'linux',
  };
  return merged(base, overrides);
}

/** Running servers for rows of `recordedServers`. */
export function runningServers(
  records: readonly RecordedResource[],
  ...overrides: readonly Partial<ServerRecord>[]
): readonly ServerRecord[] {
  return records
    .filter((record) => record.type === 'Server')
    .map((record) =>
      serverRecord(
        { id: record.id, zone: record.zone ?? F, vSwitchId: record.zone === G ? 'vsw-g' : 'vsw-f' },
        ...overrides,
      ),
    );
}

/** The live load balancer of module web, as declared. */
export function balancerRecord(...overrides: readonly Partial<LoadBalancerRecord>[]): LoadBalancerRecord {
  const base: LoadBalancerRecord = {
    id: 'lb-1',
    state: 'active',
    tags: ownTags(UID.environment, 'web/lb'),
    displayName: 'core-banking-web',
    addressType: 'internet',
    masterZone: F,
    slaveZone: G,
    vpcId: '',
    vSwitchId: '',
    instanceSpec: balancer().spec,
    chargeType: 'paybytraffic',
    bandwidthMbps: -1,
    address: '203.0.113.10',
    deleteProtection: false,
    prepaid: false,
  };
  return merged(base, overrides);
}

/** The live listener of the default load balancer, as declared and running. */
export function listenerRecord(...overrides: readonly Partial<ListenerRecord>[]): ListenerRecord {
  const base: ListenerRecord = {
    id: 'lb-1_http_80',
    state: 'running',
    tags: {},
    loadBalancerId: 'lb-1',
    protocol: 'http',
    port: 80,
    backendPort: 8080,
    bandwidthMbps: -1,
    scheduler: 'rr',
    stickySession: 'insert',
    stickySeconds: 3600,
    healthCheck: 'on',
    healthType: 'http',
    healthPath: '/',
    healthDomain: '',
    healthPort: 8080,
    healthIntervalSeconds: 2,
    healthTimeoutSeconds: 5,
    healthyThreshold: 3,
    unhealthyThreshold: 3,
    healthCodes: ['http_2xx'],
    forwardedFor: true,
  };
  return merged(base, overrides);
}

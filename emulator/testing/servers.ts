// Servers for tests of what stands beside them: rows put into the world, powered on and off without waiting.
import type { Scope } from '../service.ts';
import { instances } from '../services/ecs/tables.ts';
import type { Instance } from '../services/ecs/tables.ts';

const MODEL: Omit<Instance, 'id' | 'createdAt'> = {
  name: 'server',
  description: '',
  hostName: 'server',
  zone: 'cn-shanghai-finance-1f',
  type: 'ecs.g6.large',
  imageId: 'centos_7_9_x64_20G_alibase_20240628.vhd',
  status: 'Running',
  releasing: false,
  stoppedByOutage: false,
  booted: true,
  turn: 1,
  vpcId: 'vpc-1',
  vswitchId: 'vsw-1',
  privateIp: '10.0.0.10',
  publicIp: undefined,
  bandwidthIn: 0,
  bandwidthOut: 0,
  groupIds: [],
  tags: {},
  keyPairName: undefined,
  ramRoleName: undefined,
  chargeType: 'PostPaid',
  internetChargeType: 'PayByTraffic',
  spotStrategy: 'NoSpot',
  stoppedMode: 'KeepCharging',
  deletionProtection: false,
  autoReleaseTime: undefined,
  startedAt: undefined,
  disks: [],
  eniId: 'eni-1',
  mac: '',
  serial: '',
  userData: undefined,
  maintenance: { action: 'AutoRecover', notify: false, windows: [] },
  locks: [],
};

/** A running server of this id; it boots now, for the first time. `userData` is plain text. */
export function placeServer(scope: Scope, id: string, more: Partial<Instance> = {}): void {
  const userData = more.userData === undefined ? undefined : Buffer.from(more.userData).toString('base64');
  scope.table(instances).put(id, { ...MODEL, ...more, userData, id, createdAt: scope.now() });
  scope.announce('server-booted', { id, first: true });
}

/** Power off, on, or both at once. */
export function power(scope: Scope, id: string, to: 'off' | 'on' | 'reboot'): void {
  if (to !== 'on') {
    scope.table(instances).update(id, { status: 'Stopped' });
    scope.announce('server-stopped', { id });
  }
  if (to === 'off') return;
  scope.table(instances).update(id, { status: 'Running' });
  scope.announce('server-booted', { id, first: false });
}

/** The server is gone. */
export function releaseServer(scope: Scope, id: string): void {
  scope.announce('server-released', { id });
  scope.table(instances).remove(id);
}

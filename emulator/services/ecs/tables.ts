// Rows of ECS. Other services read servers here; only this folder writes them.

import type { TableSpec } from '../../table.ts';

/** States on the wire. */
export type InstanceStatus = 'Pending' | 'Starting' | 'Running' | 'Stopping' | 'Stopped';

/** A disk that lives and dies with its server. */
export interface Disk {
  readonly id: string;
  readonly category: string;
  readonly sizeGiB: number;
  readonly device: string;
  readonly system: boolean;
}

/** What happens to a server on maintenance. */
export interface Maintenance {
  readonly action: 'Stop' | 'AutoRecover' | 'AutoRedeploy';
  readonly notify: boolean;
  readonly windows: readonly { readonly start: string; readonly end: string }[];
}

/** One server. */
export interface Instance {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly hostName: string;
  readonly zone: string;
  readonly type: string;
  readonly imageId: string;
  readonly status: InstanceStatus;
  /** A release is under way: the server goes when its time has come. */
  readonly releasing: boolean;
  /** The zone's outage stopped it; its end starts it again. */
  readonly stoppedByOutage: boolean;
  readonly booted: boolean;
  /** Rises with each power operation, so that a step of an older one is recognised. */
  readonly turn: number;
  readonly vpcId: string;
  readonly vswitchId: string;
  readonly privateIp: string;
  readonly publicIp: string | undefined;
  readonly bandwidthIn: number;
  readonly bandwidthOut: number;
  readonly groupIds: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly keyPairName: string | undefined;
  readonly ramRoleName: string | undefined;
  readonly chargeType: string;
  readonly internetChargeType: string;
  readonly spotStrategy: string;
  readonly stoppedMode: string;
  readonly deletionProtection: boolean;
  readonly autoReleaseTime: string | undefined;
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly disks: readonly Disk[];
  readonly eniId: string;
  readonly mac: string;
  readonly serial: string;
  /** As given: base64. */
  readonly userData: string | undefined;
  readonly maintenance: Maintenance;
  /** `financial`, `security`, ... */
  readonly locks: readonly string[];
}

/** One rule of a security group, as it is compared: `id` and `createdAt` apart. */
export interface SecurityRule {
  readonly id: string;
  readonly direction: 'ingress' | 'egress';
  /** Upper case: TCP, UDP, ICMP, GRE, ALL. */
  readonly protocol: string;
  readonly portRange: string;
  readonly sourcePortRange: string;
  readonly policy: 'Accept' | 'Drop';
  readonly priority: number;
  readonly nicType: string;
  /** Where the peer stands: one of the three is set. */
  readonly cidr: string;
  readonly groupId: string;
  readonly prefixListId: string;
  /** The other end: destination of ingress, source of egress. */
  readonly ownCidr: string;
  readonly ipv6Cidr: string;
  readonly ownIpv6Cidr: string;
  readonly description: string;
  readonly createdAt: number;
}

/** One security group with its rules. */
export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly type: 'normal' | 'enterprise';
  readonly innerAccessPolicy: 'Accept' | 'Drop';
  readonly rules: readonly SecurityRule[];
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

const pairs = (tags: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(tags).map(([key, value]) => `${key}=${value}`);

/** Servers by id; indexes `vpc`, `vswitch`, `zone`, `group`, `tag` (`key=value`). */
export const instances: TableSpec<Instance> = {
  service: 'ecs',
  type: 'instance',
  indexes: {
    vpc: (row) => [row.vpcId],
    vswitch: (row) => [row.vswitchId],
    zone: (row) => [row.zone],
    group: (row) => row.groupIds,
    tag: (row) => pairs(row.tags),
  },
  ledger: (row) => ({
    zone: row.zone,
    tags: row.tags,
    attributes: {
      name: row.name,
      type: row.type,
      imageId: row.imageId,
      status: row.status,
      vpcId: row.vpcId,
      vswitchId: row.vswitchId,
      privateIp: row.privateIp,
      publicIp: row.publicIp ?? null,
      securityGroupIds: row.groupIds,
      deletionProtection: row.deletionProtection,
      maintenance: row.maintenance.action,
    },
  }),
};

/** Security groups by id; indexes `vpc`, `peer` (groups that rules name), `tag`. */
export const securityGroups: TableSpec<SecurityGroup> = {
  service: 'ecs',
  type: 'securityGroup',
  indexes: {
    vpc: (row) => [row.vpcId],
    peer: (row) => [...new Set(row.rules.map((rule) => rule.groupId).filter((id) => id !== ''))],
    tag: (row) => pairs(row.tags),
  },
  ledger: (row) => ({
    tags: row.tags,
    attributes: {
      name: row.name,
      vpcId: row.vpcId,
      rules: row.rules.map((rule) =>
        [
          rule.direction,
          rule.policy,
          rule.protocol,
          rule.portRange,
          rule.cidr || rule.groupId || rule.prefixListId || rule.ipv6Cidr,
          rule.priority,
        ].join(' '),
      ),
    },
  }),
};

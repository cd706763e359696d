// Rows of the VPC service. Other services read them: a server or a load balancer stands in a vSwitch.

import type { TableSpec } from '../../table.ts';

/** Tags as key to value. */
export type Tags = Readonly<Record<string, string>>;

/** One VPC with its router and system route table. */
export interface Vpc {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly cidr: string;
  readonly status: 'Pending' | 'Available';
  readonly routerId: string;
  readonly routeTableId: string;
  readonly createdAt: number;
  readonly tags: Tags;
}

/** One vSwitch: a subnet in one zone. */
export interface VSwitch {
  readonly id: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly cidr: string;
  readonly name: string;
  readonly description: string;
  readonly status: 'Pending' | 'Available';
  readonly createdAt: number;
  readonly tags: Tags;
}

/** One address in use (`id` is `vSwitch/address`). `released` ones still hold the vSwitch until their interface is gone. */
export interface Address {
  readonly id: string;
  readonly vswitchId: string;
  readonly owner: string;
  readonly released: boolean;
}

/** VPCs by id. */
export const vpcs: TableSpec<Vpc> = {
  service: 'vpc',
  type: 'vpc',
  indexes: { routeTable: (row) => [row.routeTableId] },
  ledger: (row) => ({ tags: row.tags, attributes: { name: row.name, cidr: row.cidr, status: row.status } }),
};

/** vSwitches by id; indexes `vpc` and `zone`. */
export const vswitches: TableSpec<VSwitch> = {
  service: 'vpc',
  type: 'vswitch',
  indexes: { vpc: (row) => [row.vpcId], zone: (row) => [row.zone] },
  ledger: (row) => ({
    zone: row.zone,
    tags: row.tags,
    attributes: { name: row.name, cidr: row.cidr, vpcId: row.vpcId, status: row.status },
  }),
};

/** Addresses in use; index `vswitch`. */
export const addresses: TableSpec<Address> = {
  service: 'vpc',
  type: 'address',
  indexes: { vswitch: (row) => [row.vswitchId] },
};

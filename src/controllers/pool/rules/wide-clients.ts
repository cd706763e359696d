// BAS-5: who reaches the bastions are the clients of the administrators' VPN; a wide range of public addresses is somebody else.
import { contains, parseNetwork } from '../../../kernel/net.ts';
import type { PoolRule } from '../rule.ts';

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];
/** A provider may give an office as many addresses of its own; more belong to others as well. */
const NARROW = 24;

export const wideClients: PoolRule = {
  id: 'BAS-5',
  judge: ({ object }) =>
    object.spec.access.clientCidrs
      .filter((cidr) => (parseNetwork(cidr)?.prefix ?? 32) < NARROW && !PRIVATE.some((range) => contains(range, cidr)))
      .map((cidr) => ({
        rule: 'BAS-5',
        severity: 'Warning',
        message: `spec.access.clientCidrs lets ${2 ** (32 - (parseNetwork(cidr)?.prefix ?? 32))} addresses of ${cidr} reach the bastions, and they are public: list those of the VPN clients`,
        evidence: cidr,
      })),
};

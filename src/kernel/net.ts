// IPv4 address arithmetic for networks and subnets, on ipaddr.js and cidr-tools. Pure.
import { containsCidr, overlapCidr } from 'cidr-tools';
import ipaddr from 'ipaddr.js';

/** An IPv4 network: its canonical text and its prefix length. */
export type Network = { readonly cidr: string; readonly prefix: number };

// The cloud keeps the first and the last three addresses of a subnet for itself.
const RESERVED_ADDRESSES = 4;

/** Parses `a.b.c.d/n`; `undefined` for anything else, also for IPv6 and for set host bits. */
export const parseNetwork = (cidr: string): Network | undefined => {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(cidr)) return undefined;
  const [, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  const canonical = `${ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()}/${prefix}`;
  return canonical === cidr ? { cidr, prefix } : undefined;
};

/** Whether `inner` lies completely in `outer`; both valid networks or addresses. */
export const contains = (outer: string, inner: string): boolean => containsCidr(outer, inner);

/** Whether two networks share an address. */
export const overlaps = (a: string, b: string): boolean => overlapCidr(a, b);

/** Addresses of a subnet that servers can have: 2^(32 - prefix) - 4, never below 0 (NET-3). */
export const usableAddresses = (network: Network): number =>
  Math.max(0, 2 ** (32 - network.prefix) - RESERVED_ADDRESSES);

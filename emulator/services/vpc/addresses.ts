// Private addresses of vSwitches: taken lowest first, given back with the interface that held them.

import type { EventSpec, Scope } from '../../service.ts';
import { type Block, formatIp, parseBlock, parseIp, sizeOf } from './cidr.ts';
import { addresses, vswitches, type VSwitch } from './tables.ts';

// The cloud keeps the first address of a vSwitch and the last three.
const KEPT_FIRST = 1;
const KEPT_LAST = 3;

/** How an address could not be had. */
export type Taken =
  | { readonly kind: 'ok'; readonly ips: readonly string[] }
  | { readonly kind: 'exhausted' }
  | { readonly kind: 'outside' }
  | { readonly kind: 'used' };

const blockOf = (vswitch: VSwitch): Block => parseBlock(vswitch.cidr) ?? { first: 0, bits: 32 };

/** Addresses that nobody holds. */
export const freeCount = (scope: Scope, vswitch: VSwitch): number =>
  Math.max(0, sizeOf(blockOf(vswitch)) - KEPT_FIRST - KEPT_LAST) - scope.table(addresses).count('vswitch', vswitch.id);

const isUsable = (block: Block, ip: number): boolean =>
  ip >= block.first + KEPT_FIRST && ip < block.first + sizeOf(block) - KEPT_LAST;

/** So many free addresses, or the one that is wanted; nothing is taken yet. */
export const findAddresses = (
  scope: Scope,
  vswitch: VSwitch,
  want: { readonly count: number; readonly ip?: string | undefined },
): Taken => {
  const block = blockOf(vswitch);
  const used = new Set(
    scope
      .table(addresses)
      .by('vswitch', vswitch.id)
      .map((row) => row.id.slice(vswitch.id.length + 1)),
  );
  if (want.ip !== undefined) {
    const ip = parseIp(want.ip);
    if (ip === undefined || !isUsable(block, ip)) return { kind: 'outside' };
    return used.has(want.ip) ? { kind: 'used' } : { kind: 'ok', ips: [want.ip] };
  }
  const ips: string[] = [];
  for (let ip = block.first + KEPT_FIRST; ips.length < want.count && isUsable(block, ip); ip += 1) {
    const text = formatIp(ip);
    if (!used.has(text)) ips.push(text);
  }
  return ips.length === want.count ? { kind: 'ok', ips } : { kind: 'exhausted' };
};

/** Marks an address as held by this resource. */
export const holdAddress = (
  scope: Scope,
  vswitchId: string,
  use: { readonly ip: string; readonly owner: string },
): void => {
  const id = `${vswitchId}/${use.ip}`;
  scope.table(addresses).put(id, { id, vswitchId, owner: use.owner, released: false });
};

/** Gives an address back; its interface goes a while later (rule `vpc.address.released`) and holds the vSwitch until then. */
export const releaseAddress = (scope: Scope, vswitchId: string, ip: string): void => {
  const id = `${vswitchId}/${ip}`;
  if (scope.table(addresses).get(id) === undefined) return;
  scope.table(addresses).update(id, { released: true }, 'quiet');
  scope.later('vpc.address.released', { service: 'vpc', kind: 'address-gone', id });
};

/** The vSwitch's answer to its deletion while something holds it. */
export const holdersOf = (scope: Scope, vswitchId: string): 'none' | 'resource' | 'interface' => {
  const rows = scope.table(addresses).by('vswitch', vswitchId);
  if (rows.some((row) => !row.released)) return 'resource';
  return rows.length > 0 ? 'interface' : 'none';
};

/** The interface is gone. */
export const addressGone = (event: EventSpec, scope: Scope): void => {
  if (scope.table(addresses).get(event.id)?.released === true) scope.table(addresses).remove(event.id);
};

/** A vSwitch that is there and ready for a resource, or what is wrong with it. */
export const readyVSwitch = (scope: Scope, id: string): VSwitch | 'absent' | 'busy' => {
  const vswitch = scope.table(vswitches).get(id);
  if (vswitch === undefined) return 'absent';
  return vswitch.status === 'Available' ? vswitch : 'busy';
};

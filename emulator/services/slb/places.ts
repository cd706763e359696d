// What load balancing asks the other services: servers, vSwitches and addresses.
import type { Call, Scope } from '../../service.ts';
import { instances } from '../ecs/tables.ts';
import type { Instance } from '../ecs/tables.ts';
import { findAddresses, readyVSwitch } from '../vpc/addresses.ts';
import type { VSwitch } from '../vpc/tables.ts';
import { loadBalancers } from './world.ts';

/** The server of this id, if there is one. */
export function serverOf(scope: Scope, id: string): Instance | undefined {
  return scope.table(instances).get(id);
}

/** The vSwitch of a new load balancer; refuses one that is absent or still being made. */
export function vSwitchOf(call: Call, id: string): VSwitch {
  const found = readyVSwitch(call, id);
  if (found === 'absent') return call.refuse('VSwitchNotExist', { status: 400 });
  if (found === 'busy') return call.refuse('SystemBusy', { status: 400, message: 'The system is busy.' });
  return found;
}

/** An address for a new load balancer, not yet held: of its vSwitch, or a public one nobody else has. */
export function findAddress(call: Call, vSwitch: VSwitch | undefined): string {
  if (vSwitch === undefined) return publicAddress(call);
  const found = findAddresses(call, vSwitch, { count: 1, ip: call.params.text('Address') });
  if (found.kind === 'ok') return found.ips[0] ?? '';
  if (found.kind === 'exhausted') return call.refuse('VSwitchAvailableIpNotExist', { status: 400 });
  return call.refuse('InvalidParameter', {
    status: 400,
    message: 'Illegal parameter. The IP address is not in subnet.',
  });
}

function publicAddress(call: Call): string {
  const used = new Set(
    call
      .table(loadBalancers)
      .list()
      .map((row) => row.address),
  );
  let number = used.size;
  const address = (): string =>
    `47.${100 + (Math.trunc(number / 64_000) % 20)}.${Math.trunc(number / 250) % 250}.${(number % 250) + 1}`;
  while (used.has(address())) number += 1;
  return address();
}

/** Whether a zone sells no load balancers just now: an outage, or a stock of `slb` (or of everything) that is empty. */
export function soldOut(scope: Scope, zone: string): boolean {
  const { outage, stock } = scope.zone(zone);
  return outage || (stock['slb'] ?? stock['*'] ?? 1) <= 0;
}

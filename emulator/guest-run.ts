// Running a script in a guest of the world, and letting what it did happen at the moments at which it did it.
import { configOf } from './guest-table.ts';
import type { Guest } from './guest.ts';
import { runScript } from './guest-shell.ts';
import type { ShellResult, UnitChange } from './guest-shell.ts';
import type { Scope } from './service.ts';
import { instances } from './services/ecs/tables.ts';

/** Runs the script to its end with what the guest knows of itself. */
export function runInGuest(
  scope: Scope,
  guest: Guest,
  what: { readonly script: string; readonly timeoutMs: number },
): ShellResult {
  const server = scope.table(instances).get(guest.instanceId);
  return runScript({
    ...what,
    guest,
    config: configOf(scope),
    now: scope.now(),
    hostname: server?.hostName ?? guest.instanceId,
    address: server?.privateIp ?? '127.0.0.1',
  });
}

/** Schedules each change for its moment, as long as the guest has not booted again by then. */
export function applyChanges(scope: Scope, guest: Guest, changes: readonly UnitChange[]): void {
  for (const { name, afterMs, enabled, state, moved } of changes) {
    const data = { name, enabled, boots: guest.boots, ...(moved ? { active: state !== 'inactive' } : {}) };
    scope.at(scope.now() + afterMs, { service: 'guests', kind: 'unit', id: guest.instanceId, data });
  }
}

// Guests as a part of the world: they follow the power of their servers, run user data at the first boot and commands
// when told, and can be changed through the control API. Without a wire of its own.
import { guestControl } from './guest-control.ts';
import { parseGuests } from './guest-config.ts';
import { closeShell, openShell } from './guest-shell.ts';
import { boot, changeUnit, halt } from './guest.ts';
import { bringUp, configOf, guestOf, guests } from './guest-table.ts';
import type { EventSpec, Module, Scope } from './service.ts';
import { plainChanges, userDataOf } from './user-data.ts';
import { cutInvocations, dispatchCommand } from './services/ecs/assistant-run.ts';
import { applyChanges, runInGuest } from './guest-run.ts';

/** cloud-init has as long as it wants; this is longer than any honest start-up. */
const FIRST_BOOT_LIMIT_MS = 3_600_000;
/** What a guest takes from power on until its user data runs. */
const FIRST_BOOT_AFTER_MS = 2000;

function booted(scope: Scope, id: string, first: boolean): void {
  const guest = bringUp(scope, id);
  if (guest === undefined) return;
  scope.table(guests).update(id, boot(configOf(scope), guest, scope.now()), 'quiet');
  if (first)
    scope.at(scope.now() + FIRST_BOOT_AFTER_MS, {
      service: 'guests',
      kind: 'first-boot',
      id,
      data: { boots: guest.boots + 1 },
    });
}

function stopped(scope: Scope, id: string): void {
  const guest = guestOf(scope, id);
  if (guest !== undefined) scope.table(guests).update(id, halt(configOf(scope), guest, scope.now()), 'quiet');
}

function firstBoot(event: EventSpec, scope: Scope): void {
  const guest = guestOf(scope, event.id);
  const script = userDataOf(scope, event.id);
  if (
    guest === undefined ||
    !guest.up ||
    guest.os !== 'linux' ||
    script === '' ||
    guest.boots !== event.data?.['boots']
  )
    return;
  const runs = scope.settings.guestShell === 'on' && script.startsWith('#!');
  const changes = runs
    ? runInGuest(scope, guest, { script, timeoutMs: FIRST_BOOT_LIMIT_MS }).changes
    : plainChanges(guest, script);
  applyChanges(scope, guest, changes);
}

// Scheduled by a script that ran: what it did at this moment of its run. A reboot meanwhile undoes what was to come.
function unitStep(event: EventSpec, scope: Scope): void {
  const guest = guestOf(scope, event.id);
  const { name, enabled, active, boots } = event.data ?? {};
  if (guest === undefined || guest.boots !== boots) return;
  const moved = typeof active === 'boolean' ? { active, restart: true } : {};
  const change = { name: String(name), at: scope.now(), enabled: enabled === true, ...moved };
  scope.table(guests).update(event.id, changeUnit(configOf(scope), guest, change), 'quiet');
}

/** The part as registered. */
export const guestsModule: Module = {
  name: 'guests',
  events: { 'first-boot': firstBoot, unit: unitStep, command: dispatchCommand },
  reactions: {
    'server-booted': ({ id, first }, scope) => booted(scope, id, first),
    'server-stopped': ({ id }, scope) => {
      stopped(scope, id);
      cutInvocations(scope, id, 'InstanceNotRunning');
    },
    'server-released': ({ id }, scope) => {
      if (guestOf(scope, id) !== undefined) scope.table(guests).remove(id);
      cutInvocations(scope, id, 'InstanceReleased');
    },
  },
  durations: { 'ecs.assistant.dispatch': { kind: 'uniform', minSeconds: 0.3, maxSeconds: 1.5 } },
  control: { guests: guestControl },
  start: ({ settings }) => {
    // A wrong section is told at the start, not at the first server.
    parseGuests(settings.guests);
    if (settings.guestShell === 'on') openShell();
  },
  stop: async () => closeShell(),
};

// User data of a server. With the guest shell a script really runs; without it, and for cloud-config, lines that are
// nothing but a systemctl call are taken at their word, so that a guest still has the units its owner meant.
import type { Guest } from './guest.ts';
import type { UnitChange } from './guest-shell.ts';
import type { Scope } from './service.ts';
import { instances } from './services/ecs/tables.ts';

/** The server's user data as text; empty without any. */
export function userDataOf(scope: Scope, id: string): string {
  const encoded = scope.table(instances).get(id)?.userData ?? '';
  return Buffer.from(encoded, 'base64').toString('utf8');
}

const LINE =
  /^\s*(?:- )?(?:sudo )?systemctl (enable|disable|start|stop|restart)((?: --now| -q| --quiet)*)((?: [A-Za-z0-9:_.@-]+)+)\s*(?:#.*)?$/;

/** What the plain systemctl lines of a text do, in their order, to the units that the guest has. */
export function plainChanges(guest: Guest, text: string): readonly UnitChange[] {
  const units = new Map(Object.entries(guest.units));
  for (const line of text.split(/\r?\n/)) {
    const [, verb = '', flags = '', names = ''] = LINE.exec(line) ?? [];
    for (const word of names.trim().split(' ')) {
      const name = word.includes('.') ? word : `${word}.service`;
      const unit = units.get(name);
      if (unit !== undefined) units.set(name, { ...unit, ...effect(verb, flags.includes('--now')) });
    }
  }
  return [...units].flatMap(([name, unit]) => {
    const old = guest.units[name];
    const moved = old?.state !== unit.state;
    const same = !moved && old.enabled === unit.enabled;
    return same ? [] : [{ name, afterMs: 0, enabled: unit.enabled, state: unit.state, moved }];
  });
}

function effect(verb: string, now: boolean): { readonly enabled?: boolean; readonly state?: 'active' | 'inactive' } {
  if (verb === 'enable') return { enabled: true, ...(now ? { state: 'active' } : {}) };
  if (verb === 'disable') return { enabled: false, ...(now ? { state: 'inactive' } : {}) };
  return { state: verb === 'stop' ? 'inactive' : 'active' };
}

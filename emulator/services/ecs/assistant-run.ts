// Cloud Assistant's way into a guest: when a command's turn comes, whether the guest can run it, and what came of it.
import { guestOf } from '../../guest-table.ts';
import { applyChanges, runInGuest } from '../../guest-run.ts';
import type { Guest } from '../../guest.ts';
import type { EventSpec, Scope } from '../../service.ts';
import { invocations } from './assistant-table.ts';
import type { Invocation, Step, Target } from './assistant-table.ts';
import { instances } from './tables.ts';

/** What a guest takes from power on until its agent reports, in milliseconds. */
const AGENT_AFTER_MS = 3000;
/** No command is quicker than this: the agent reports once a moment. */
const LEAST_MS = 500;

/** Whether the agent of a guest reports at `now`: then commands reach it. */
export function agentOnline(scope: Scope, guest: Guest | undefined): boolean {
  if (scope.settings.guestShell === 'off' || guest === undefined) return false;
  return guest.os === 'linux' && guest.up && guest.agent && scope.now() >= guest.bootedAt + AGENT_AFTER_MS;
}

/** The turn of one server of an invocation. */
export function dispatchCommand(event: EventSpec, scope: Scope): void {
  const row = scope.table(invocations).get(event.id);
  const instanceId = String(event.data?.['instanceId']);
  const target = row?.targets.find((one) => one.instanceId === instanceId);
  if (row === undefined || target?.step.kind !== 'pending') return;
  setStep(scope, row, { instanceId, step: refusal(scope, instanceId) ?? perform(scope, row, instanceId) });
}

function refusal(scope: Scope, id: string): Step | undefined {
  const because = (code: string, info: string): Step => ({ kind: 'refused', at: scope.now(), code, info });
  const server = scope.table(instances).get(id);
  if (server === undefined) return because('InstanceReleased', 'The instance has been released.');
  if (server.status !== 'Running') return because('InstanceNotRunning', 'The instance is not running.');
  if (agentOnline(scope, guestOf(scope, id))) return undefined;
  const why =
    scope.settings.guestShell === 'off' ? ' This emulator runs no commands: it was started without --guest-shell.' : '';
  return because('ClientNotRunning', `The Cloud Assistant Agent is not running.${why}`);
}

function perform(scope: Scope, row: Invocation, instanceId: string): Step {
  const guest = guestOf(scope, instanceId);
  if (guest === undefined) throw new Error(`${instanceId} has no guest`);
  const { ended, durationMs, output, dropped, changes } = runInGuest(scope, guest, {
    script: row.script,
    timeoutMs: row.timeoutSeconds * 1000,
  });
  applyChanges(scope, guest, changes);
  return {
    kind: 'ran',
    startedAt: scope.now(),
    finishedAt: scope.now() + Math.max(LEAST_MS, durationMs),
    exitCode: ended.kind === 'exit' ? ended.code : undefined,
    output: output.toString('base64'),
    dropped,
  };
}

function setStep(scope: Scope, row: Invocation, next: Target): void {
  const targets = row.targets.map((target) => (target.instanceId === next.instanceId ? next : target));
  scope.table(invocations).update(row.id, { targets }, 'quiet');
}

/** Ends what still runs in a server whose power goes; what a released server printed is gone with the record of it. */
export function cutInvocations(
  scope: Scope,
  instanceId: string,
  code: 'InstanceNotRunning' | 'InstanceReleased',
): void {
  const now = scope.now();
  for (const row of scope.table(invocations).by('server', instanceId)) {
    const step = row.targets.find((target) => target.instanceId === instanceId)?.step;
    const open = step?.kind === 'pending' || (step?.kind === 'ran' && step.finishedAt > now);
    if (!open) continue;
    const info = 'The instance stopped before the command ended.';
    setStep(scope, row, { instanceId, step: { kind: 'refused', at: now, code, info } });
  }
}

// Events follow from what changed in a written status, and from nothing else: transitions of conditions, and drift.
import type { DriftEntry } from '../crds/index.ts';
import type { EventRecorder } from '../runtime/events.ts';
import type { KubeObject, ResourceKind } from '../runtime/index.ts';
import { conditionsOf, transitionsOf } from '../runtime/transitions.ts';

const TROUBLE = new Set(['Progressing', 'DependencyNotReady', 'Deleting', 'Observing', 'Suspended']);

/** Records the events of one status write. */
export function recordEvents(
  recorder: EventRecorder,
  kind: ResourceKind,
): (before: KubeObject, after: KubeObject) => void {
  return (before, after) => {
    for (const { type, to } of transitionsOf(conditionsOf(before), conditionsOf(after))) {
      if (to === undefined || type === 'Reconciling' || type === 'Stalled') continue;
      if (to.status === 'Unknown' && type !== 'Ready') continue;
      recorder.record(kind, after, {
        type: to.status === 'False' || (to.status === 'Unknown' && !TROUBLE.has(to.reason)) ? 'Warning' : 'Normal',
        reason: to.reason,
        action: `Judged${type}`,
        note: to.message,
      });
    }
    for (const entry of changedDrift(driftOf(before), driftOf(after))) {
      const repaired = entry.decision === 'Repaired';
      recorder.record(kind, after, {
        type: repaired ? 'Normal' : 'Warning',
        reason: repaired ? 'DriftRepaired' : 'DriftDetected',
        action: entry.decision,
        note: `${entry.rule} ${entry.path}: declared ${entry.desired}, found ${entry.observed}`,
      });
    }
  };
}

/** Entries that are new, came again, or whose decision moved. Pure. */
export function changedDrift(before: readonly DriftEntry[], after: readonly DriftEntry[]): readonly DriftEntry[] {
  const old = new Map(before.map((entry) => [entry.path, entry]));
  return after.filter((entry) => {
    const known = old.get(entry.path);
    return known === undefined || known.decision !== entry.decision || known.firstSeen !== entry.firstSeen;
  });
}

function driftOf(object: KubeObject): readonly DriftEntry[] {
  const { status } = object;
  return typeof status === 'object' && status !== null && 'drift' in status && Array.isArray(status.drift)
    ? status.drift
    : [];
}

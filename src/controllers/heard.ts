// Events follow from what changed in a written status, and from nothing else: transitions of conditions, drift, and
// findings that are critical.
import type { DriftEntry, FindingEntry } from '../crds/index.ts';
import type { EventNote, EventRecorder } from '../runtime/events.ts';
import type { KubeObject, ResourceKind } from '../runtime/index.ts';
import { type Transition, conditionsOf, transitionsOf } from '../runtime/transitions.ts';

const HARMLESS = new Set(['Progressing', 'DependencyNotReady', 'Deleting', 'Observing', 'Suspended']);

/** Records the events of one status write. */
export function recordEvents(
  recorder: EventRecorder,
  kind: ResourceKind,
): (before: KubeObject, after: KubeObject) => void {
  return (before, after) => {
    const notes = [
      ...transitionsOf(conditionsOf(before), conditionsOf(after)).flatMap(noteOfTransition),
      ...changedDrift(driftOf(before), driftOf(after)).map(noteOfDrift),
      ...newCritical(findingsOf(before), findingsOf(after)).map(noteOfFinding),
    ];
    for (const note of notes) recorder.record(kind, after, note);
  };
}

/** Progress has no event, but for what sums an object up. */
function noteOfTransition({ type, to }: Transition): readonly EventNote[] {
  if (to === undefined || type === 'Reconciling' || type === 'Stalled') return [];
  if (to.status === 'Unknown' && type !== 'Ready') return [];
  const bad = to.status === 'False' || (to.status === 'Unknown' && !HARMLESS.has(to.reason));
  return [{ type: bad ? 'Warning' : 'Normal', reason: to.reason, action: `Judged${type}`, note: to.message }];
}

function noteOfDrift(entry: DriftEntry): EventNote {
  const repaired = entry.decision === 'Repaired';
  return {
    type: repaired ? 'Normal' : 'Warning',
    reason: repaired ? 'DriftRepaired' : 'DriftDetected',
    action: entry.decision,
    note: `${entry.rule} ${entry.path}: declared ${entry.desired}, found ${entry.observed}`,
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

function noteOfFinding({ rule, message }: FindingEntry): EventNote {
  return { type: 'Warning', reason: 'FindingReported', action: 'Judged', note: `${rule}: ${message}` };
}

/** A finding that goes on is the one that was found first, whatever number its sentence has now. */
function newCritical(before: readonly FindingEntry[], after: readonly FindingEntry[]): readonly FindingEntry[] {
  const known = new Set(before.filter(isCritical).map(({ rule }) => rule));
  const found = after.filter((entry) => isCritical(entry) && !known.has(entry.rule));
  return [...new Map(found.map((entry) => [entry.rule, entry])).values()];
}

function isCritical({ severity }: FindingEntry): boolean {
  return severity === 'Critical';
}

function driftOf({ status }: KubeObject): readonly DriftEntry[] {
  return isRecord(status) && Array.isArray(status['drift']) ? status['drift'] : [];
}

function findingsOf({ status }: KubeObject): readonly FindingEntry[] {
  return isRecord(status) && Array.isArray(status['findings']) ? status['findings'] : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

// Metrics of the conditions of all cached objects, kept up to date by their changes. Only objects that are not ready
// get series of their own, so the number of series follows the trouble and not the estate.
import type { Clock } from '../kernel/clock.ts';
import { type Labels, type Meter, defineMetric } from '../kernel/meter.ts';
import { parseTime } from '../kernel/timestamp.ts';
import { type ConditionView, type Key, type KubeObject, keyOf, refOf } from './kube-types.ts';
import type { Change } from './manager-types.ts';
import { type Transition, conditionsOf, transitionsOf } from './transitions.ts';

const count = defineMetric({
  kind: 'gauge',
  name: 'operator_status_condition_count',
  help: 'Objects that have a condition, by kind, type, status and reason.',
  labels: ['kind', 'type', 'status', 'reason'],
  stability: 'BETA',
});
const current = defineMetric({
  kind: 'gauge',
  name: 'operator_status_condition_current_status_seconds',
  help: 'How long the root condition of an object that is not ready has been as it is.',
  labels: ['kind', 'namespace', 'name', 'type', 'status', 'reason'],
  stability: 'BETA',
});
const transitionTime = defineMetric({
  kind: 'histogram',
  name: 'operator_status_condition_transition_seconds',
  help: 'How long a condition had been in the status that it left, by kind, type and the status that was left.',
  labels: ['kind', 'type', 'status'],
  stability: 'BETA',
  buckets: [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 86_400, 604_800],
});
const transitions = defineMetric({
  kind: 'counter',
  name: 'operator_status_condition_transitions_total',
  help: 'Changes of the status of conditions, by kind, type, new status and reason.',
  labels: ['kind', 'type', 'status', 'reason'],
  stability: 'BETA',
});
const terminating = defineMetric({
  kind: 'gauge',
  name: 'operator_termination_current_time_seconds',
  help: 'How long an object has been waiting for its deletion.',
  labels: ['kind', 'namespace', 'name'],
  stability: 'BETA',
});

/** Definitions for the documentation. */
export const conditionMetricDefinitions = [count, current, transitionTime, transitions, terminating];

/** Which condition sums up an object. */
const ROOT = 'Ready';

/** Hands every change of one kind to the metrics. */
export function conditionMetrics(meter: Meter, clock: Clock, kind: string): (change: Change) => void {
  const counts = meter.gauge(count);
  const took = meter.histogram(transitionTime);
  const changed = meter.counter(transitions);
  const troubled = troubledObjects(meter, clock, kind);
  const tally = (conditions: readonly ConditionView[], by: 1 | -1): void => {
    for (const { type, status, reason } of conditions) counts.add({ kind, type, status, reason }, by);
  };
  const moved = ({ type, from, to }: Transition): void => {
    changed.add({ kind, type, status: to?.status ?? 'Absent', reason: to?.reason ?? '' });
    const since = timeOf(from);
    if (since === undefined || from === undefined) return;
    took.observe({ kind, type, status: from.status }, Math.max(0, (timeOf(to) ?? clock.now()) - since) / 1000);
  };
  return (change) => {
    troubled(change);
    const conditions = conditionsOf(change.object);
    if (change.kind !== 'updated') return tally(conditions, change.kind === 'added' ? 1 : -1);
    const before = conditionsOf(change.old);
    tally(before, -1);
    tally(conditions, 1);
    for (const transition of transitionsOf(before, conditions)) if (transition.kind === 'status') moved(transition);
  };
}

function timeOf(condition: ConditionView | undefined): number | undefined {
  return condition === undefined ? undefined : parseTime(condition.lastTransitionTime);
}

/** Series of single objects: computed at the scrape, ended when the object is well or gone. */
function troubledObjects(meter: Meter, clock: Clock, kind: string): (change: Change) => void {
  const [age, deletion] = [meter.gauge(current), meter.gauge(terminating)];
  const objects = new Map<Key, KubeObject>();
  let shown: Labels<'kind' | 'namespace' | 'name' | 'type' | 'status' | 'reason'>[] = [];
  let shownDeletions: Labels<'kind' | 'namespace' | 'name'>[] = [];
  meter.onScrape(() => {
    for (const labels of shown) age.remove(labels);
    for (const labels of shownDeletions) deletion.remove(labels);
    shown = [];
    shownDeletions = [];
    for (const [key, object] of objects) {
      const { namespace, name } = refOf(key);
      const deleted = secondsSince(clock, object.metadata.deletionTimestamp);
      if (deleted !== undefined) {
        shownDeletions.push({ kind, namespace, name });
        deletion.set({ kind, namespace, name }, deleted);
      }
      const root = conditionsOf(object).find(({ type }) => type === ROOT);
      if (root === undefined || root.status === 'True') continue;
      const labels = { kind, namespace, name, type: ROOT, status: root.status, reason: root.reason };
      shown.push(labels);
      age.set(labels, secondsSince(clock, root.lastTransitionTime) ?? 0);
    }
  });
  return ({ kind: what, object }) => {
    const key = keyOf(object.metadata);
    if (what !== 'deleted' && isTroubled(object)) objects.set(key, object);
    else objects.delete(key);
  };
}

function isTroubled(object: KubeObject): boolean {
  if (object.metadata.deletionTimestamp !== undefined) return true;
  return conditionsOf(object).find(({ type }) => type === ROOT)?.status !== 'True';
}

function secondsSince(clock: Clock, time: string | undefined): number | undefined {
  const at = time === undefined ? undefined : parseTime(time);
  return at === undefined ? undefined : Math.max(0, clock.now() - at) / 1000;
}

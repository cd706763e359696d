import assert from 'node:assert/strict';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { conditionMetrics } from './condition-metrics.ts';
import type { ConditionView } from './kube-types.ts';
import { createMetrics } from './metrics.ts';
import { conditionsOf, transitionsOf } from './transitions.ts';

const condition = (type: string, status: string, reason: string, at = '2026-01-01T00:00:00Z'): ConditionView => ({
  type,
  status,
  reason,
  message: '',
  lastTransitionTime: at,
});
const ready = condition('Ready', 'True', 'Succeeded');
const waiting = condition('Ready', 'Unknown', 'Progressing');
const reconciling = condition('Reconciling', 'True', 'Progressing');

const object = (name: string, ...conditions: ConditionView[]) => ({
  metadata: { namespace: 'pay', name },
  status: { conditions },
});

describe('transitions', () => {
  const cases = [
    { why: 'nothing changed', before: [ready], after: [ready], want: [] },
    { why: 'a new message alone is nothing', before: [ready], after: [{ ...ready, message: 'x' }], want: [] },
    { why: 'a first status', before: [], after: [waiting], want: ['Ready: -> Unknown status'] },
    { why: 'a change of status', before: [waiting], after: [ready], want: ['Ready: Unknown -> True status'] },
    {
      why: 'another cause of the same status',
      before: [waiting],
      after: [{ ...waiting, reason: 'DependencyNotReady' }],
      want: ['Ready: Unknown -> Unknown reason'],
    },
    {
      why: 'a condition that is only there when true went away',
      before: [waiting, reconciling],
      after: [ready],
      want: ['Ready: Unknown -> True status', 'Reconciling: True -> status'],
    },
  ];
  for (const { why, before, after, want } of cases) {
    it(why, () => {
      const told = transitionsOf(before, after).map(({ type, from, to, kind }) =>
        `${type}: ${from?.status ?? ''} -> ${to?.status ?? ''} ${kind}`.replaceAll('  ', ' '),
      );
      assert.deepEqual(told, want);
    });
  }

  it('reads no conditions out of a status that somebody broke', () => {
    for (const status of [
      undefined,
      null,
      'x',
      {},
      { conditions: 'x' },
      { conditions: [null, 1, { type: 'Ready' }] },
    ]) {
      assert.deepEqual(conditionsOf({ status }), []);
    }
  });
});

describe('condition metrics', () => {
  it('count conditions, follow transitions, and give series only to objects in trouble', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1, 0, 1));
    const metrics = createMetrics({ platform: false });
    const tell = conditionMetrics(metrics.meter, clock, 'Zone');
    const working = object('a', waiting, reconciling);
    const well = object('a', condition('Ready', 'True', 'Succeeded', '2026-01-01T00:00:42Z'));
    tell({ kind: 'added', object: working, initial: true });
    tell({ kind: 'added', object: object('b', ready), initial: true });
    const labels = 'kind="Zone",namespace="pay",name="a",type="Ready",status="Unknown",reason="Progressing"';
    const before = (await metrics.render()).body.split('\n');
    assert.ok(before.includes(`operator_status_condition_current_status_seconds{${labels}} 60`));
    assert.ok(
      !before.some((line) => line.startsWith('operator_status_condition_current') && line.includes('name="b"')),
    );
    tell({ kind: 'updated', old: working, object: well });
    const after = (await metrics.render()).body.split('\n');
    for (const line of [
      'operator_status_condition_count{kind="Zone",type="Ready",status="True",reason="Succeeded"} 2',
      'operator_status_condition_count{kind="Zone",type="Ready",status="Unknown",reason="Progressing"} 0',
      'operator_status_condition_transitions_total{kind="Zone",type="Ready",status="True",reason="Succeeded"} 1',
      'operator_status_condition_transition_seconds_sum{kind="Zone",type="Ready",status="Unknown"} 42',
    ]) {
      assert.ok(after.includes(line), `${line} in\n${after.join('\n')}`);
    }
    assert.ok(!after.some((line) => line.startsWith('operator_status_condition_current_status_seconds{')));
    tell({ kind: 'deleted', object: well });
    const gone = 'operator_status_condition_count{kind="Zone",type="Ready",status="True",reason="Succeeded"} 1';
    assert.ok((await metrics.render()).body.split('\n').includes(gone));
  });

  it('show how long a deletion has been waiting', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1, 0, 1));
    const metrics = createMetrics({ platform: false });
    const tell = conditionMetrics(metrics.meter, clock, 'Zone');
    const metadata = { namespace: 'pay', name: 'a', deletionTimestamp: '2026-01-01T00:00:30Z' };
    tell({ kind: 'added', object: { metadata, status: { conditions: [ready] } }, initial: true });
    const line = 'operator_termination_current_time_seconds{kind="Zone",namespace="pay",name="a"} 30';
    assert.ok((await metrics.render()).body.split('\n').includes(line));
  });
});

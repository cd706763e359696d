// Which events a written status makes: from transitions of conditions and from drift, and from nothing else.
import assert from 'node:assert/strict';
import { environment } from '../../test/support/builders.ts';
import type { Condition, DriftEntry } from '../crds/index.ts';
import type { EventNote } from '../runtime/events.ts';
import type { KubeObject } from '../runtime/index.ts';
import { changedDrift, recordEvents } from './heard.ts';
import { ENVIRONMENT_RESOURCE } from './resources.ts';

const SINCE = '2026-01-01T00:00:00Z';
const condition = (type: string, status: Condition['status'], reason: string, message = `${reason}.`): Condition => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: SINCE,
});
const drift = (more: Partial<DriftEntry> = {}): DriftEntry => ({
  path: 'web/0 state',
  rule: 'ServerStopped',
  desired: 'Running',
  observed: 'Stopped',
  decision: 'Repairing',
  class: 'Safe',
  firstSeen: SINCE,
  ...more,
});

/** What is recorded when a status with the first becomes one with the second. */
function recordedOf(before: unknown, after: unknown): readonly EventNote[] {
  const notes: EventNote[] = [];
  const recorder = {
    record: (kind: unknown, regarding: KubeObject, note: EventNote) => {
      assert.equal(kind, ENVIRONMENT_RESOURCE);
      assert.deepEqual(regarding.status, after, 'an event regards the object as it was written');
      notes.push(note);
    },
  };
  const object = environment();
  recordEvents(recorder, ENVIRONMENT_RESOURCE)({ ...object, status: before }, { ...object, status: after });
  return notes;
}
const eventsOf = (before: readonly Condition[], after: readonly Condition[]): readonly string[] =>
  recordedOf({ conditions: before }, { conditions: after }).map(
    ({ type, reason, action }) => `${type} ${reason} ${action}`,
  );

describe('events of findings', () => {
  const finding = (rule: string, severity: 'Critical' | 'Warning' | 'Info', message = `${rule} is broken`) => ({
    rule,
    severity,
    message,
    since: SINCE,
  });
  const cases = [
    { why: 'a critical one', before: [], after: [finding('SG-8', 'Critical')], are: ['SG-8: SG-8 is broken'] },
    { why: 'others are advice', before: [], after: [finding('NET-7', 'Warning'), finding('NET-8', 'Info')], are: [] },
    { why: 'one that goes on', before: [finding('SG-8', 'Critical')], after: [finding('SG-8', 'Critical')], are: [] },
    {
      why: 'one whose sentence counts otherwise now',
      before: [finding('SG-8', 'Critical', '2 rules')],
      after: [finding('SG-8', 'Critical', '3 rules')],
      are: [],
    },
    {
      why: 'a rule that is broken in several places is said once',
      before: [],
      after: [finding('SG-8', 'Critical', 'a'), finding('SG-8', 'Critical', 'b'), finding('SG-9', 'Critical', 'c')],
      are: ['SG-8: b', 'SG-9: c'],
    },
    { why: 'one that ended', before: [finding('SG-8', 'Critical')], after: [], are: [] },
    {
      why: 'advice that became critical',
      before: [finding('SG-8', 'Warning')],
      after: [finding('SG-8', 'Critical')],
      are: ['SG-8: SG-8 is broken'],
    },
  ];
  for (const { why, before, after, are } of cases)
    it(why, () => {
      const notes = recordedOf({ findings: before }, { findings: after });
      assert.deepEqual(
        notes.map(({ note }) => note),
        are,
      );
      for (const note of notes) assert.deepEqual([note.type, note.reason], ['Warning', 'FindingReported']);
    });
});

describe('events of conditions', () => {
  const ready = (status: Condition['status'], reason: string, message?: string) => [
    condition('Ready', status, reason, message),
  ];
  const cases: readonly {
    readonly why: string;
    readonly before?: readonly Condition[];
    readonly after: readonly Condition[];
    readonly are: readonly string[];
  }[] = [
    { why: 'Ready is good news', after: ready('True', 'Succeeded'), are: ['Normal Succeeded JudgedReady'] },
    {
      why: 'what is not so is a warning',
      after: ready('False', 'QuotaExceeded'),
      are: ['Warning QuotaExceeded JudgedReady'],
    },
    { why: 'a wait is none', after: ready('Unknown', 'Progressing'), are: ['Normal Progressing JudgedReady'] },
    {
      why: 'a wait for another object is none',
      after: ready('Unknown', 'DependencyNotReady'),
      are: ['Normal DependencyNotReady JudgedReady'],
    },
    { why: 'deletion is none', after: ready('Unknown', 'Deleting'), are: ['Normal Deleting JudgedReady'] },
    { why: 'mode Observe is none', after: ready('Unknown', 'Observing'), are: ['Normal Observing JudgedReady'] },
    { why: 'a suspension is none', after: ready('Unknown', 'Suspended'), are: ['Normal Suspended JudgedReady'] },
    {
      why: 'not to know because of a failure is a warning',
      after: ready('Unknown', 'CloudUnavailable'),
      are: ['Warning CloudUnavailable JudgedReady'],
    },
    {
      why: 'a harmless word does not make a False harmless',
      after: ready('False', 'Progressing'),
      are: ['Warning Progressing JudgedReady'],
    },
    {
      why: 'the same status for another reason is told',
      before: ready('False', 'QuotaExceeded'),
      after: ready('False', 'PermissionDenied'),
      are: ['Warning PermissionDenied JudgedReady'],
    },
    {
      why: 'another message alone is not',
      before: ready('False', 'QuotaExceeded', 'one'),
      after: ready('False', 'QuotaExceeded', 'other'),
      are: [],
    },
    { why: 'a condition that went has nothing to say', before: ready('True', 'Succeeded'), after: [], are: [] },
    {
      why: 'what sums up has an event, the two helpers of kstatus have none',
      after: [condition('Reconciling', 'True', 'Progressing'), condition('Stalled', 'True', 'InvalidSpec')],
      are: [],
    },
    {
      why: 'a concern that is not known yet says nothing; one that is does',
      after: [
        condition('NetworkReady', 'Unknown', 'CloudUnavailable'),
        condition('ServersReady', 'False', 'ServersMissing'),
      ],
      are: ['Warning ServersMissing JudgedServersReady'],
    },
  ];
  for (const { why, before = [], after, are } of cases) it(why, () => assert.deepEqual(eventsOf(before, after), are));

  it('carry the message of the condition', () => {
    const [note] = recordedOf(undefined, { conditions: ready('False', 'QuotaExceeded', 'No more servers') });
    assert.equal(note?.note, 'No more servers');
  });
});

describe('events of drift', () => {
  const before = [drift()];
  for (const [why, after, changed] of [
    ['the same difference with another value', [drift({ observed: 'Stopping' })], []],
    ['another decision', [drift({ decision: 'Repaired' })], ['web/0 state']],
    ['the same difference come again', [drift({ firstSeen: '2026-01-02T00:00:00Z' })], ['web/0 state']],
    ['a new path', [drift(), drift({ path: 'web/1 state' })], ['web/1 state']],
    ['an entry that went', [], []],
  ] as const) {
    it(`${changed.length > 0 ? 'tell' : 'do not tell'} of ${why}`, () =>
      assert.deepEqual(
        changedDrift(before, after).map(({ path }) => path),
        changed,
      ));
  }

  it('are normal when it was repaired and warnings before, and name rule, path and both values', () => {
    const found = recordedOf(
      { drift: [drift()] },
      { drift: [drift({ decision: 'Repaired' }), drift({ path: 'web/1 state', decision: 'Waiting' })] },
    );
    assert.deepEqual(found, [
      {
        type: 'Normal',
        reason: 'DriftRepaired',
        action: 'Repaired',
        note: 'ServerStopped web/0 state: declared Running, found Stopped',
      },
      {
        type: 'Warning',
        reason: 'DriftDetected',
        action: 'Waiting',
        note: 'ServerStopped web/1 state: declared Running, found Stopped',
      },
    ]);
  });

  for (const [what, status] of [
    ['no status', undefined],
    ['a status that is nothing', null],
    ['a status that is no object', 'ready'],
    ['a status without drift', {}],
    ['drift that is no list', { drift: 'much' }],
  ] as const) {
    it(`are none of ${what}`, () => assert.deepEqual(recordedOf(status, status), []));
  }
});

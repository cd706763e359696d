import assert from 'node:assert/strict';
import type { Condition } from '../../src/crds/index.ts';
import { CONDITION_CHECKS, type Checked, brokenChecks, checkConditions } from './condition-checks.ts';

const T = '2026-01-01T00:00:00Z';
const condition = (type: string, more: Partial<Condition> = {}): Condition => ({
  type,
  status: 'True',
  reason: 'Succeeded',
  message: 'good',
  observedGeneration: 1,
  lastTransitionTime: T,
  ...more,
});
const object = (conditions: readonly Condition[], observedGeneration = 1): Checked => ({
  kind: 'SecurityZone',
  metadata: { name: 'app', generation: 1 },
  status: { conditions, observedGeneration },
});
const ready = condition('Ready');
const unready = condition('Ready', { status: 'Unknown', reason: 'Progressing' });

const broken: Readonly<Record<string, Checked>> = {
  C1: object([condition('NetworkReady')]),
  C2: object([unready, condition('Reconciling', { status: 'False' })]),
  C3: object([condition('Ready', { status: 'False' }), condition('Reconciling'), condition('Stalled')]),
  C4: object([ready, condition('Reconciling')]),
  C5: object([unready, condition('Stalled')]),
  C6: object([ready, condition('NetworkReady', { status: 'False' })]),
  C7: object([ready, condition('NetworkReady'), condition('NetworkReady')]),
  C8: object([condition('Ready', { reason: 'BecauseISaySo' })]),
  C9: object([condition('Ready', { message: ' ' })]),
  C10: object([condition('Ready', { observedGeneration: 0 })]),
  C11: object([condition('Ready', { observedGeneration: 2 })], 2),
  C12: object([condition('Ready', { lastTransitionTime: 'yesterday' })]),
  C13: object([condition('Ready', { lastTransitionTime: '2026-01-02T00:00:00Z' })]),
  C14: object([ready, condition('BackendsHealthy')]),
};

describe('condition checks', () => {
  it('are passed by a good object', () => checkConditions(object([ready, condition('NetworkReady')]), object([ready])));

  for (const { id, says } of CONDITION_CHECKS) {
    it(`${id} finds that not: ${says}`, () => {
      const bad = broken[id];
      assert.ok(bad !== undefined, 'every check has an example');
      assert.ok(brokenChecks(bad, object([ready])).some((line) => line.startsWith(`${id} `)));
    });
  }
});

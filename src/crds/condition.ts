// metav1.Condition with its exact limits.
import { z } from 'zod';
import type { DeepReadonly } from './object.ts';
import { int64, listMap, text, time } from './schema.ts';

/** One condition of an object. */
export const condition = z.object({
  type: text(316, {
    pattern:
      /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/,
  }).describe('Type of the condition.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Status of the condition.'),
  observedGeneration: int64(0).exactOptional().describe('metadata.generation that the condition was judged for.'),
  lastTransitionTime: time().describe('When the status last changed.'),
  reason: text(1024, { pattern: /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/ }).describe(
    'One word for the cause; docs/reference/reasons.md says what each means and what to do.',
  ),
  message: text(32768, { min: 0 }).describe('What is the matter, where, and what to do.'),
});

/** The conditions of an object, by type. */
export const conditionList = listMap(condition, ['type'], 24).describe('Conditions.');

/** One condition. */
export type Condition = DeepReadonly<z.output<typeof condition>>;
/** True, False or Unknown. */
export type ConditionStatus = Condition['status'];

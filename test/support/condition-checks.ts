// Numbered checks of conditions that hold for every object at any time: what kstatus, `kubectl wait` and alerts rely on.
import assert from 'node:assert/strict';
import { CONCERNS_OF, type Condition, type KindName, REASONS } from '../../src/crds/index.ts';
import { parseTime } from '../../src/kernel/timestamp.ts';

/** The part of an object that is checked. */
export interface Checked {
  readonly kind: KindName;
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly status?: { readonly conditions?: readonly Condition[]; readonly observedGeneration?: number };
}

interface Look {
  readonly object: Checked;
  readonly conditions: readonly Condition[];
  readonly before: readonly Condition[];
}

interface Check {
  readonly id: string;
  readonly says: string;
  /** Types of the conditions that break it. */
  readonly broken: (look: Look) => readonly string[];
}

const SUMMARY = ['Ready', 'Reconciling', 'Stalled'];
const typesOf = (conditions: readonly Condition[]): readonly string[] => conditions.map((condition) => condition.type);
const find = (conditions: readonly Condition[], type: string) =>
  conditions.find((condition) => condition.type === type);

/** The checks, in order. */
export const CONDITION_CHECKS: readonly Check[] = [
  {
    id: 'C1',
    says: 'Ready is always there',
    broken: ({ conditions }) => (find(conditions, 'Ready') === undefined ? ['Ready'] : []),
  },
  {
    id: 'C2',
    says: 'Reconciling and Stalled are there only while they are True',
    broken: ({ conditions }) =>
      typesOf(conditions.filter(({ type, status }) => type !== 'Ready' && SUMMARY.includes(type) && status !== 'True')),
  },
  {
    id: 'C3',
    says: 'Reconciling and Stalled exclude each other',
    broken: ({ conditions }) =>
      find(conditions, 'Reconciling') && find(conditions, 'Stalled') ? ['Reconciling', 'Stalled'] : [],
  },
  {
    id: 'C4',
    says: 'Ready is not True while Reconciling or Stalled is',
    broken: ({ conditions }) =>
      find(conditions, 'Ready')?.status === 'True' &&
      conditions.some(({ type }) => type === 'Reconciling' || type === 'Stalled')
        ? ['Ready']
        : [],
  },
  {
    id: 'C5',
    says: 'Stalled makes Ready False',
    broken: ({ conditions }) =>
      find(conditions, 'Stalled') !== undefined && find(conditions, 'Ready')?.status !== 'False' ? ['Ready'] : [],
  },
  {
    id: 'C6',
    says: 'a Ready that is True has no concern that is not',
    broken: ({ conditions }) =>
      find(conditions, 'Ready')?.status === 'True' ? typesOf(conditions.filter(({ status }) => status !== 'True')) : [],
  },
  {
    id: 'C7',
    says: 'each type is there once',
    broken: ({ conditions }) => typesOf(conditions).filter((type, index, all) => all.indexOf(type) !== index),
  },
  {
    id: 'C8',
    says: 'reasons are words of the vocabulary',
    broken: ({ conditions }) => typesOf(conditions.filter(({ reason }) => !Object.hasOwn(REASONS, reason))),
  },
  {
    id: 'C9',
    says: 'messages say something',
    broken: ({ conditions }) => typesOf(conditions.filter(({ message }) => message.trim() === '')),
  },
  {
    id: 'C10',
    says: 'each was judged for the generation that the status says',
    broken: ({ object, conditions }) =>
      typesOf(
        conditions.filter(
          ({ observedGeneration }) =>
            observedGeneration === undefined || observedGeneration !== object.status?.observedGeneration,
        ),
      ),
  },
  {
    id: 'C11',
    says: 'no generation is claimed that does not exist yet',
    broken: ({ object }) => ((object.status?.observedGeneration ?? 0) > object.metadata.generation ? ['Ready'] : []),
  },
  {
    id: 'C12',
    says: 'times are times',
    broken: ({ conditions }) =>
      typesOf(conditions.filter(({ lastTransitionTime }) => parseTime(lastTransitionTime) === undefined)),
  },
  {
    id: 'C13',
    says: 'a transition time moves when and only when the status moves',
    broken: ({ conditions, before }) =>
      typesOf(
        conditions.filter((now) => {
          const old = find(before, now.type);
          if (old === undefined) return false;
          return old.status === now.status && old.lastTransitionTime !== now.lastTransitionTime;
        }),
      ),
  },
  {
    id: 'C14',
    says: 'only concerns of the kind are judged',
    broken: ({ object, conditions }) =>
      typesOf(conditions).filter(
        (type) => !SUMMARY.includes(type) && !CONCERNS_OF[object.kind].some((concern) => concern === type),
      ),
  },
];

/** The checks that an object breaks: `C2 Reconciling`. With `before`, an earlier state of the same object. */
export function brokenChecks(object: Checked, before?: Checked): readonly string[] {
  const look: Look = { object, conditions: object.status?.conditions ?? [], before: before?.status?.conditions ?? [] };
  return CONDITION_CHECKS.flatMap((check) => check.broken(look).map((type) => `${check.id} ${type}: ${check.says}`));
}

/** Holds when an object that was visited breaks no check. */
export function checkConditions(object: Checked, before?: Checked): void {
  assert.deepEqual(brokenChecks(object, before), [], `${object.kind} ${object.metadata.name}`);
}

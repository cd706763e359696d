// The vocabulary of a plan: a graph of changes. A service has no order of its own; each change names the resources it needs settled.
import type { FieldChange, Impact } from './fields.ts';

/** What is done to a resource. Only Create makes something that did not exist; it travels as an intent first. */
export type Verb = 'Create' | 'Update' | 'Start' | 'Attach' | 'Weigh' | 'Detach' | 'Revoke' | 'Tag' | 'Delete';

/** `Type:name` of a resource, unique within one object's plan. */
export type ResourceKey = `${string}:${string}`;

/** One change. `action` is what the cloud service is asked for; the planner never looks inside. */
export interface Change<A = unknown> {
  readonly verb: Verb;
  readonly type: string;
  readonly name: string;
  readonly ids: readonly string[];
  readonly zone?: string;
  /** How many resources a Create makes. */
  readonly count: number;
  readonly fields: readonly FieldChange[];
  readonly impact: Impact;
  readonly blueprint: string;
  /** Why, in words a reader of the plan understands. */
  readonly reason: string;
  /** True for a step of a replacement on record: part of a procedure, not a difference that somebody caused. */
  readonly step?: boolean;
  /** Resources that must be settled before this change runs. */
  readonly needs: readonly ResourceKey[];
  readonly action: A;
}

/** Something on its way: made but not ready, not visible yet, or being confirmed absent. Nothing is done but waiting. */
export interface Pending {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly why: string;
}

/** A resource that cannot be planned before another object publishes a fact. */
export interface Blocked {
  readonly type: string;
  readonly name: string;
  readonly dependency: Dependency;
}

/** The one fact that is waited for, e.g. the VPC id of FinanceCloudEnvironment core-banking. */
export interface Dependency {
  readonly kind: string;
  readonly name: string;
  readonly fact: string;
}

/** A difference that is shown and not repaired. */
export interface Reported {
  readonly path: string;
  readonly desired: string;
  readonly observed: string;
  readonly impact: Impact;
  readonly blueprint: string;
}

/** Everything between the wish and the cloud, at one moment. */
export interface Plan<A = unknown> {
  readonly changes: readonly Change<A>[];
  readonly pending: readonly Pending[];
  readonly blocked: readonly Blocked[];
  readonly reported: readonly Reported[];
}

/** The plan of nothing. */
export const emptyPlan: Plan<never> = Object.freeze({ changes: [], pending: [], blocked: [], reported: [] });

/** One plan from the plans of parts, in order. */
export function joinPlans<A>(parts: readonly Plan<A>[]): Plan<A> {
  return {
    changes: parts.flatMap((part) => part.changes),
    pending: parts.flatMap((part) => part.pending),
    blocked: parts.flatMap((part) => part.blocked),
    reported: parts.flatMap((part) => part.reported),
  };
}

/** The key of a resource. */
export function resourceKey(type: string, name: string): ResourceKey {
  return `${type}:${name}`;
}

/** Names a change in logs and for remembering that it was sent. */
export function changeKey(change: Pick<Change, 'verb' | 'type' | 'name'>): string {
  return `${change.verb} ${change.type} ${change.name}`;
}

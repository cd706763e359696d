// How long a life-cycle step takes: the settings' rule, else the module's, else no time at all.

import type { Settings, Duration } from './settings.ts';
import type { Module } from './service.ts';

/** When a step happens: after this many virtual milliseconds, after so many reads, or never. */
export type When =
  | { readonly kind: 'after'; readonly ms: number }
  | { readonly kind: 'reads'; readonly count: number }
  | { readonly kind: 'never' };

/** The rule's default durations of all modules. */
export const standardDurations = (modules: readonly Module[]): Readonly<Record<string, Duration>> =>
  Object.assign({}, ...modules.map((module) => module.durations ?? {}));

/** Draws when a step of this rule happens; the drawn number is taken even when unused, so that settings do not shift other draws. */
export const when = (rule: Duration | undefined, draw: number): When => {
  if (rule === undefined || rule.kind === 'immediate') return { kind: 'after', ms: 0 };
  if (rule.kind === 'describes') return { kind: 'reads', count: rule.count };
  if (rule.kind === 'never') return { kind: 'never' };
  return { kind: 'after', ms: Math.round((rule.minSeconds + draw * (rule.maxSeconds - rule.minSeconds)) * 1000) };
};

/** The rule in force under this name. */
export const ruleFor = (
  settings: Settings,
  standard: Readonly<Record<string, Duration>>,
  name: string,
): Duration | undefined => settings.lifecycle[name] ?? standard[name];

// What all kinds judge alike: concerns from what is left of the plan. Messages name no counters that move by
// themselves, so that waiting writes nothing. Pure.
import type { Concern, ConcernJudgement, Reason } from '../crds/index.ts';
import type { Blocked, Change, Pending } from '../plan/change.ts';
import type { CloudPlan } from './model.ts';

/** The part of a plan that concerns some resource types. */
export interface Share {
  readonly changes: readonly Change[];
  readonly pending: readonly Pending[];
  readonly blocked: readonly Blocked[];
}

/** Selects the share of a plan. */
export function shareOf(plan: CloudPlan, types: readonly string[]): Share {
  const mine = (item: { readonly type: string; readonly step?: boolean }) =>
    types.includes(item.type) && item.step !== true;
  return { changes: plan.changes.filter(mine), pending: plan.pending.filter(mine), blocked: plan.blocked.filter(mine) };
}

/** How one concern is judged from its share: what is made first is Unknown, what was there and differs is False. */
export interface ConcernRule {
  readonly concern: Concern;
  readonly types: readonly string[];
  readonly drift: Reason;
  readonly good: string;
}

/** Judges one concern. */
export function judgeShare(rule: ConcernRule, plan: CloudPlan, built: boolean): ConcernJudgement {
  const share = shareOf(plan, rule.types);
  const say = (status: ConcernJudgement['status'], reason: Reason, message: string): ConcernJudgement => ({
    type: rule.concern,
    status,
    reason,
    message,
  });
  const [blocked] = share.blocked;
  if (blocked !== undefined) {
    const { kind, name, fact } = blocked.dependency;
    return say('Unknown', 'DependencyNotReady', `${blocked.name} waits for the ${fact} of ${kind} ${name}`);
  }
  if (!built && share.changes.length + share.pending.length > 0)
    return say('Unknown', 'Progressing', 'Not complete yet: Ready says why');
  const repairs = share.changes.filter((change) => change.verb !== 'Create');
  if (repairs.length > 0)
    return say('False', rule.drift, listing(repairs.map((change) => `${change.name} ${change.reason}`)));
  if (share.changes.length > 0)
    return say('Unknown', 'Progressing', `Making ${listing(share.changes.map((change) => change.name))}`);
  if (share.pending.length > 0)
    return say(
      'Unknown',
      'Progressing',
      `Waiting for ${listing([...new Set(share.pending.map((item) => nameOfGroup(item.name)))])}`,
    );
  return say('True', 'Succeeded', rule.good);
}

/** Servers are named by their fleet while they start, so that the message stands still. */
function nameOfGroup(name: string): string {
  return name.replace(/\/\d+$/, '');
}

/** At most five items, and how many more. */
export function listing(items: readonly string[]): string {
  const more = items.length > 5 ? ` and ${items.length - 5} more` : '';
  return `${items.slice(0, 5).join(', ')}${more}`;
}

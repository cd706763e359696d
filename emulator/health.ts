// The health of one backend behind one listener, computed when it is asked for: the probes that would have run since
// the backend was registered are folded over the moments at which the guest's answer or the check changed.
import { answer, changePoints } from './guest.ts';
import type { Answer, Guest } from './guest.ts';

/** A listener's health check as configured from `from` on; `off` also stands for a listener that does not run. */
export type Check = {
  readonly from: number;
  readonly on: boolean;
  readonly type: 'http' | 'tcp' | 'udp';
  readonly port: number;
  readonly path: string;
  readonly host: string;
  readonly codes: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
};

/** The values of ServerHealthStatus; unavailable: the check is off or has not run yet. */
export type Health = 'normal' | 'abnormal' | 'unavailable';

/** How the health of a backend of weight 0 is shown: as normal, real for layer 7 only, or always real. */
export type WeightZero = 'normal' | 'layer7' | 'real';

type Outcome = 'good' | 'bad' | 'silent';
type Fold = { readonly health: Health; readonly outcome: Outcome | undefined; readonly since: number };

/** Health at `now` of a backend registered at `since`, whose checks over time are `checks` (ascending `from`). */
export function healthAt(about: {
  readonly checks: readonly Check[];
  readonly guest: Guest | undefined;
  readonly since: number;
  readonly now: number;
}): Health {
  const { checks, guest, since, now } = about;
  const points = [since, ...checks.map((check) => check.from), ...(guest === undefined ? [] : changePoints(guest))];
  const starts = [...new Set(points.filter((at) => at >= since && at <= now))].toSorted((a, b) => a - b);
  let fold: Fold = { health: 'unavailable', outcome: undefined, since };
  for (const [index, start] of starts.entries()) {
    const check = checks.findLast((one) => one.from <= start);
    fold = step(fold, check, { start, end: starts[index + 1] ?? now, outcome: outcomeAt(guest, check, start) });
  }
  return fold.health;
}

function step(
  before: Fold,
  check: Check | undefined,
  span: { readonly start: number; readonly end: number; readonly outcome: Outcome },
): Fold {
  if (check === undefined || !check.on) return { health: 'unavailable', outcome: undefined, since: span.end };
  const same = before.outcome === span.outcome;
  const since = same ? before.since : span.start;
  const past = span.end - since;
  return { health: healthAfter(before.health, check, { outcome: span.outcome, past }), outcome: span.outcome, since };
}

// A new backend counts as down until it has earned its healthy threshold: that is what keeps traffic off it. The first
// probe falls somewhere within one interval, so a full interval per probe is what can be relied upon.
function healthAfter(
  health: Health,
  check: Check,
  streak: { readonly outcome: Outcome; readonly past: number },
): Health {
  const interval = check.intervalSeconds * 1000;
  const patience = streak.outcome === 'silent' ? check.timeoutSeconds * 1000 : 0;
  const threshold = streak.outcome === 'good' ? check.healthyThreshold : check.unhealthyThreshold;
  if (streak.past >= (interval + patience) * threshold) return streak.outcome === 'good' ? 'normal' : 'abnormal';
  return health === 'unavailable' && streak.past >= interval + patience ? 'abnormal' : health;
}

function outcomeAt(guest: Guest | undefined, check: Check | undefined, at: number): Outcome {
  if (guest === undefined || check === undefined) return 'silent';
  const { port, path, host } = check;
  return outcomeOf(check, answer(guest, { protocol: check.type === 'udp' ? 'udp' : 'tcp', port, path, host }, at));
}

function outcomeOf(check: Check, got: Answer): Outcome {
  if (got.kind === 'silent') return 'silent';
  if (got.kind === 'refused') return 'bad';
  if (check.type !== 'http') return 'good';
  if (got.kind === 'connected') return 'silent';
  return check.codes.includes(`http_${Math.trunc(got.status / 100)}xx`) ? 'good' : 'bad';
}

/** What DescribeHealthStatus shows: at weight 0 the cloud's own texts disagree, so the rule is a switch. */
export function shownHealth(
  real: Health,
  about: { readonly weight: number; readonly layer7: boolean; readonly rule: WeightZero },
): Health {
  if (about.weight > 0 || real === 'unavailable') return real;
  const seen = about.rule === 'real' || (about.rule === 'layer7' && about.layer7);
  return seen ? real : 'normal';
}

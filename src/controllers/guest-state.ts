// The life of one question about one server: asked after each boot, repaired within limits, verified by asking again. Pure.
import type { GuestAnswer, GuestQuestion, UnitState } from '../cloud/ecs/model.ts';
import type { StartUpSpec, StartUpVerdict } from './kind.ts';

/** What is known of one server. Times are monotonic milliseconds. */
export interface GuestState {
  readonly boot: string;
  readonly verdict: StartUpVerdict;
  /** The question to ask next; undefined when nothing is to be asked. */
  readonly next: GuestQuestion['kind'] | undefined;
  /** Not before this time. */
  readonly notBefore: number;
  /** First time of this boot that the question was due: grace for agents that come up late. */
  readonly dueSince: number;
  /** How units stood before they were repaired. */
  readonly before: readonly UnitState[] | undefined;
  /** Starts of the last hour. */
  readonly starts: readonly number[];
  /** Questions asked in this boot: part of each question's token. */
  readonly ordinal: number;
}

/** Limits, milliseconds. */
export interface GuestLimits {
  readonly agentGraceMs: number;
  readonly retryMs: number;
  readonly periodMs: number;
}

const HOUR_MS = 3_600_000;
const STARTS_AN_HOUR = 3;

/** A server in a boot that nobody judged yet. */
export function newBoot(boot: string, now: number, starts: readonly number[] = []): GuestState {
  return {
    boot,
    verdict: { kind: 'asking' },
    next: 'CheckUnits',
    notBefore: now,
    dueSince: now,
    before: undefined,
    starts,
    ordinal: 0,
  };
}

/** A server whose boot was judged before. */
export function judgedBoot(boot: string, now: number): GuestState {
  return { ...newBoot(boot, now), verdict: { kind: 'good' }, next: undefined };
}

/** The state after an answer to `state.next`. */
export function afterAnswer(
  state: GuestState,
  answer: GuestAnswer,
  of: { readonly spec: StartUpSpec; readonly now: number; readonly limits: GuestLimits },
): GuestState {
  const { now, limits } = of;
  const asked = { ...state, ordinal: state.ordinal + 1 };
  switch (answer.kind) {
    case 'pending':
      return state;
    case 'unsupported-os':
      return { ...asked, verdict: { kind: 'unsupported-os' }, next: undefined };
    case 'agent-offline':
      return {
        ...asked,
        verdict: now - state.dueSince < limits.agentGraceMs ? state.verdict : { kind: 'agent-offline' },
        notBefore: now + limits.retryMs,
      };
    case 'failed':
      return {
        ...asked,
        verdict:
          now - state.dueSince < limits.agentGraceMs
            ? state.verdict
            : { kind: 'unanswered', code: answer.code, message: answer.message },
        notBefore: now + limits.retryMs,
      };
    case 'answered':
      return state.next === 'CheckUnits'
        ? afterCheck(asked, answer.units, of)
        : { ...asked, next: 'CheckUnits', notBefore: now };
    default:
      return answer satisfies never;
  }
}

const isGood = (unit: UnitState): boolean => unit.enabled && unit.active;

function afterCheck(
  state: GuestState,
  units: readonly UnitState[],
  of: { readonly spec: StartUpSpec; readonly now: number; readonly limits: GuestLimits },
): GuestState {
  const { spec, now } = of;
  if (units.every(isGood)) return judged({ ...state, before: undefined, dueSince: now }, goodVerdict(state), of);
  if (!mayRepair(spec, units)) return judged(state, { kind: 'broken', units }, of);
  const starts = state.starts.filter((at) => now - at < HOUR_MS);
  if (starts.length >= STARTS_AN_HOUR) {
    const notBefore = (starts[0] ?? now) + HOUR_MS;
    return { ...state, verdict: { kind: 'failing', units }, starts, next: 'CheckUnits', notBefore };
  }
  return {
    ...state,
    verdict: { kind: 'asking' },
    next: spec.repair === 'Enable' ? 'EnableUnits' : 'EnableAndStartUnits',
    // A unit that did not come up gets a moment before it is started again: three starts must last longer than its start.
    notBefore: state.before === undefined ? now : now + of.limits.retryMs,
    before: state.before ?? units,
    starts: [...starts, now],
  };
}

function goodVerdict({ before }: GuestState): StartUpVerdict {
  return before === undefined ? { kind: 'good' } : { kind: 'repaired', before };
}

/** Enable alone does not start what is enabled and down. */
function mayRepair({ repair }: StartUpSpec, units: readonly UnitState[]): boolean {
  return repair === 'EnableAndStart' || (repair === 'Enable' && units.some((unit) => !unit.enabled));
}

/** A verdict for now: asked again after a period, or not before the next boot. */
function judged(
  state: GuestState,
  verdict: StartUpVerdict,
  of: { readonly spec: StartUpSpec; readonly now: number; readonly limits: GuestLimits },
): GuestState {
  return of.spec.probe === 'Periodic'
    ? { ...state, verdict, next: 'CheckUnits', notBefore: of.now + of.limits.periodMs }
    : { ...state, verdict, next: undefined, notBefore: of.now };
}

/** A boot's time in RFC 3339: the cloud tells minutes. */
export function bootTime(boot: string): string {
  const time = boot.split('#')[0] ?? '';
  return /T\d\d:\d\dZ$/.test(time) ? time.replace('Z', ':00Z') : time;
}

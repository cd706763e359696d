// Replacing one server by another, step by step: each step is on record before its first cloud write, so that a
// restart goes on where the record stands and the surplus on record stays the surplus. Pure.
//
//   Surge -> Checked -> Registered -> InService -> Draining -> Released -> (gone)
//   create   gate in    member with   weight 100   surplus     member removed,
//            guest      weight 1                   weight 0    server deleted

/** Steps in order. */
export const replacementSteps = ['Surge', 'Checked', 'Registered', 'InService', 'Draining', 'Released'] as const;

/** One step. */
export type ReplacementStep = (typeof replacementSteps)[number];

/** Weight of a backend that serves, of a newcomer on trial, of one that drains. */
export const WEIGHTS = { serving: 100, trial: 1, draining: 0 } as const;

/** What is known when a step is judged. Weights: undefined when not a member. */
export interface ReplacementFacts {
  /** The newcomer proves itself behind a load balancer. */
  readonly behindLoadBalancer: boolean;
  readonly newcomer: 'missing' | 'starting' | 'running';
  /** Units active and the listeners' own requests answered inside the guest. */
  readonly gatePassed: boolean;
  readonly newcomerWeight: number | undefined;
  /** Every listener says `normal`, read later than registration + healthyThreshold x interval. */
  readonly normalSinceRegistration: boolean;
  readonly surplusWeight: number | undefined;
  readonly surplusGone: boolean;
  /** Out of service for as long as a drain takes; at once where no load balancer ever sent anything. */
  readonly drained: boolean;
}

/** The step that follows, the same step when its end is not reached, or undefined when the replacement is finished. */
export function nextStep(step: ReplacementStep, facts: ReplacementFacts): ReplacementStep | undefined {
  if (step !== 'Released' && facts.surplusGone && facts.newcomer === 'running') return adoptNewcomer(step, facts);
  return NEXT[step](facts);
}

const NEXT: { readonly [S in ReplacementStep]: (facts: ReplacementFacts) => ReplacementStep | undefined } = {
  Surge: (facts) => (facts.newcomer === 'running' && facts.gatePassed ? 'Checked' : 'Surge'),
  Checked: (facts) => (facts.behindLoadBalancer ? 'Registered' : 'InService'),
  Registered: (facts) =>
    !facts.behindLoadBalancer || (facts.newcomerWeight !== undefined && facts.normalSinceRegistration)
      ? 'InService'
      : 'Registered',
  InService: (facts) =>
    !facts.behindLoadBalancer || facts.newcomerWeight === WEIGHTS.serving ? 'Draining' : 'InService',
  Draining: (facts) => (drainedOut(facts) ? 'Released' : 'Draining'),
  Released: (facts) => (facts.surplusGone ? undefined : 'Released'),
};

/** The surplus went by itself: the newcomer still passes its gate, then takes the place. */
function adoptNewcomer(step: ReplacementStep, facts: ReplacementFacts): ReplacementStep | undefined {
  if (step === 'Surge' && !facts.gatePassed) return 'Surge';
  return undefined;
}

function drainedOut({ surplusWeight, drained }: ReplacementFacts): boolean {
  return drained && (surplusWeight === undefined || surplusWeight === WEIGHTS.draining);
}

/** True once the newcomer serves instead of the surplus. */
export function reached(step: ReplacementStep, wanted: ReplacementStep): boolean {
  return replacementSteps.indexOf(step) >= replacementSteps.indexOf(wanted);
}

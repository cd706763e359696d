// ARCH-2, ECS-1: whether the two zones of a fleet hold equal numbers, and why not. Pure.
import type { ConcernJudgement } from '../crds/index.ts';
import { countByZone, skew } from '../plan/placement.ts';
import { listing } from './judge.ts';
import type { KindPlan, PlanInput } from './kind.ts';
import type { OwnerObject } from './model.ts';
import type { FleetPlan } from './parts/fleet.ts';

const say = (status: 'True' | 'False', reason: ConcernJudgement['reason'], message: string): ConcernJudgement => ({
  type: 'ZonesBalanced',
  status,
  reason,
  message,
});

/** Impaired zones first, then unevenness that is being mended; a difference of one is even. */
export function judgeBalance(
  input: Pick<PlanInput<OwnerObject, unknown>, 'closedZones' | 'zoneSince' | 'guests'>,
  plan: KindPlan,
): ConcernJudgement {
  const [impaired] = [...input.closedZones].toSorted();
  if (impaired !== undefined) {
    return say(
      'False',
      'ZoneImpaired',
      `Zone ${impaired} is impaired since ${input.zoneSince.get(impaired) ?? 'now'}: the other zone serves, and nothing is moved into or out of it until it has been healthy for a while`,
    );
  }
  const denied = deniedOf(input, plan);
  if (denied !== undefined) return denied;
  const uneven = plan.fleets.filter((fleet) => isUneven(fleet));
  const moving = plan.replacements
    .filter((item) => item.step !== 'Released' && item.fromZone !== item.toZone)
    .map((item) => `${item.slot} from ${item.fromZone} to ${item.toZone}`);
  if (moving.length > 0) return say('False', 'ZonesUneven', `Moving ${listing(moving)}`);
  if (uneven.length > 0)
    return say(
      'False',
      'ZonesUneven',
      `The zones of ${listing(uneven.map((fleet) => fleet.fleet))} differ by more than one server`,
    );
  return say('True', 'Succeeded', 'The zones differ by at most one server');
}

/** A newcomer must be asked before it may serve: a right that is refused would hold it up in silence. */
function deniedOf(
  { guests }: Pick<PlanInput<OwnerObject, unknown>, 'guests'>,
  { replacements }: KindPlan,
): ConcernJudgement | undefined {
  const [first] = replacements.flatMap(({ step, slot, newId, fromZone, toZone }) => {
    const action = step === 'Surge' && newId !== undefined ? guests.lacks(newId) : undefined;
    return action === undefined
      ? []
      : [
          `Moving ${slot} from ${fromZone} to ${toZone} waits: the operator may not ask inside its newcomer ${newId}. Grant the RAM action ${action} to the operator`,
        ];
  });
  return first === undefined ? undefined : say('False', 'PermissionDenied', first);
}

function isUneven(fleet: FleetPlan): boolean {
  const total = [...fleet.wanted.values()].reduce((sum, count) => sum + count, 0);
  return fleet.servers.length >= total && skew(countByZone(fleet.wanted.keys(), fleet.servers)) > 1;
}
